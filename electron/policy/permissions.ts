/** What the page may ask of the browser. Electron grants everything unless told otherwise, so all is refused but two. */

const granted: Readonly<Record<string, string>> = {
  'clipboard-sanitized-write': 'copying a figure, a path or a diagnostics report',
  fullscreen: 'a viewer may fill the screen',
}

/** One answer for the request handler, the check handler and every name Chromium has or will have. */
export function mayUse(permission: string): boolean {
  return Object.prototype.hasOwnProperty.call(granted, permission)
}
