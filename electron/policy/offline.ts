/** Nothing leaves the machine: which addresses may be loaded, and the switches that silence the browser underneath. */

const localSchemes: Readonly<Record<string, string>> = {
  'app:': 'our own files and what the lab serves',
  'blob:': 'made in the page',
  'data:': 'written in the page',
  'devtools:': 'the inspector, absent from a packaged build',
}

/** For `session.webRequest.onBeforeRequest` of every session. */
export function mayRequest(url: string): boolean {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0].toLowerCase()
  return scheme !== undefined && Object.prototype.hasOwnProperty.call(localSchemes, scheme)
}

interface Switch {
  readonly name: string
  readonly value?: string
  readonly reason: string
}

/** Command-line switches of Chromium, set before the application is ready. Unknown ones are ignored by it. */
export const offlineSwitches: readonly Switch[] = [
  { name: 'host-resolver-rules', value: 'MAP * ~NOTFOUND', reason: 'no name resolves, not even by mistake' },
  { name: 'no-proxy-server', reason: 'no search for a proxy on the local network' },
  { name: 'disable-background-networking', reason: 'no variations, safe-browsing or extension requests' },
  { name: 'disable-component-update', reason: 'no component updater' },
  { name: 'disable-domain-reliability', reason: 'no error beacons' },
  { name: 'disable-sync', reason: 'no account' },
  { name: 'disable-breakpad', reason: 'no crash upload' },
  { name: 'dns-prefetch-disable', reason: 'no look-up of names seen in a page' },
  { name: 'no-pings', reason: 'no hyperlink auditing' },
  { name: 'disable-http-cache', reason: 'private pictures stay out of a cache on disk' },
  { name: 'force-webrtc-ip-handling-policy', value: 'disable_non_proxied_udp', reason: 'no WebRTC candidates' },
  {
    name: 'disable-features',
    value:
      'AutofillServerCommunication,CertificateTransparencyComponentUpdater,DialMediaRouteProvider,MediaRouter,NetworkTimeServiceQuerying,OptimizationHints,Translate',
    reason: 'features that talk to a server or search the local network',
  },
]
