/** The only maker of windows. */
import { BrowserWindow, nativeTheme } from 'electron'
import { pageUrl } from './policy/navigation.ts'
import { windowOptions } from './policy/window-options.ts'

export function openWindow(preload: string, inspector: boolean): BrowserWindow {
  // The colours of the page's paper, so that nothing flashes before it has drawn.
  const backgroundColor = nativeTheme.shouldUseDarkColors ? '#121719' : '#f5f3ed'
  const window = new BrowserWindow({ ...windowOptions(preload, inspector), backgroundColor })
  window.once('ready-to-show', () => window.show())
  showPage(window)
  return window
}

/** The page from its beginning: it keeps nothing of what it showed. */
export function showPage(window: BrowserWindow): void {
  void window.loadURL(pageUrl).catch(() => undefined) // another project was opened, or the window closed, meanwhile
}
