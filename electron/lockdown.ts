/** Puts the policies in force on every session and every page that this application will ever have. */
import type { App, Session, WebContents } from 'electron'
import { mayNavigate } from './policy/navigation.ts'
import { mayRequest, offlineSwitches } from './policy/offline.ts'
import { mayUse } from './policy/permissions.ts'

/** Before the application is ready. */
export function silence(app: App): void {
  // Chromium has no sandbox for root. Whoever starts as root must say so (`--no-sandbox`), or the application ends here.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
  for (const { name, value } of offlineSwitches) app.commandLine.appendSwitch(name, value)
  app.on('session-created', closeSession)
  app.on('web-contents-created', (_event, contents) => closeContents(contents))
}

function closeSession(session: Session): void {
  session.webRequest.onBeforeRequest((details, callback) => callback({ cancel: !mayRequest(details.url) }))
  session.setPermissionRequestHandler((_contents, permission, callback) => callback(mayUse(permission)))
  session.setPermissionCheckHandler((_contents, permission) => mayUse(permission))
  session.setDevicePermissionHandler(() => false)
  session.setSpellCheckerEnabled(false)
  session.on('will-download', (event) => event.preventDefault())
}

function closeContents(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('will-attach-webview', (event) => event.preventDefault())
  const judge = (event: { preventDefault(): void }, url: string) => {
    if (!mayNavigate(url)) event.preventDefault()
  }
  contents.on('will-navigate', (event, url) => judge(event, url))
  contents.on('will-redirect', (event, url) => judge(event, url))
  // Electron before 25 has no such event; there the frame-ancestors and default-src of the policy still refuse every frame.
  contents.on('will-frame-navigate', (event) => judge(event, event.url))
}
