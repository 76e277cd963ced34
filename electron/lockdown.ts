/** Puts the policies in force on every session and every page that this application will ever have. */
import type { App, Session, WebContents } from 'electron'
import type { Log } from './log.ts'
import { mayNavigate } from './policy/navigation.ts'
import { mayRequest, offlineSwitches } from './policy/offline.ts'
import { mayUse } from './policy/permissions.ts'

export interface LockDownOptions {
  /** Hears the scheme of a request that was refused, never its address. */
  readonly refused: (what: string) => void
  readonly log: Log
}

/** Before the application is ready. */
export function lockDown(app: App, options: LockDownOptions): void {
  // Chromium has no sandbox for root. Whoever starts as root must say so (`--no-sandbox`), or the application ends here.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
  for (const { name, value } of offlineSwitches) app.commandLine.appendSwitch(name, value)
  app.on('session-created', (session) => closeSession(session, options))
  app.on('web-contents-created', (_event, contents) => closeContents(contents, options))
  // No certificate is ever looked at, since no host is: whatever asks is refused.
  app.on('certificate-error', (event, _contents, _url, _error, _certificate, callback) => {
    event.preventDefault()
    callback(false)
  })
  app.on('select-client-certificate', (event) => event.preventDefault())
  app.on('login', (event) => event.preventDefault())
  app.on('open-url', (event) => event.preventDefault())
  app.on('open-file', (event) => event.preventDefault())
}

function closeSession(session: Session, { refused }: LockDownOptions): void {
  session.webRequest.onBeforeRequest((details, callback) => {
    const allowed = mayRequest(details.url)
    if (!allowed) refused(`request by ${/^[a-z][a-z0-9+.-]*:/i.exec(details.url)?.[0] ?? 'no scheme'}`)
    callback({ cancel: !allowed })
  })
  session.setPermissionRequestHandler((_contents, permission, callback) => callback(mayUse(permission)))
  session.setPermissionCheckHandler((_contents, permission) => mayUse(permission))
  session.setDevicePermissionHandler(() => false)
  session.setCertificateVerifyProc((_request, callback) => callback(-2)) // failed, whatever it is
  session.setSpellCheckerEnabled(false)
  session.on('will-download', (event) => event.preventDefault())
}

/** The page and, in a clone, its inspector. Anything else is closed before it can load. */
const ownTypes: readonly string[] = ['window', 'remote']

function closeContents(contents: WebContents, { log }: LockDownOptions): void {
  if (!ownTypes.includes(contents.getType())) {
    log('warning', 'window', 'refused', `contents of type ${contents.getType()}`)
    setImmediate(() => (contents as WebContents & { destroy(): void }).destroy())
  }
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.on('will-prevent-unload', (event) => event.preventDefault()) // a page cannot keep the window open
  contents.on('render-process-gone', (_event, { reason }) => log('error', 'window', 'page-gone', reason))
  const judge = (event: { preventDefault(): void }, url: string) => {
    if (!mayNavigate(url)) event.preventDefault()
  }
  contents.on('will-navigate', (event, url) => judge(event, url))
  contents.on('will-redirect', (event, url) => judge(event, url))
  // Electron before 25 has no such event; there the frame-ancestors and default-src of the policy still refuse every frame.
  contents.on('will-frame-navigate', (event) => judge(event, event.url))
}
