/** How a window is made. The options carry the security of the page, so a test holds them to a copy, word by word. */
import type { BrowserWindowConstructorOptions } from 'electron'

export function windowOptions(preload: string, inspector: boolean): BrowserWindowConstructorOptions {
  return {
    title: 'Lethe',
    width: 1280,
    height: 800,
    minWidth: 960,
    minHeight: 600,
    show: false,
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      spellcheck: false,
      devTools: inspector,
      // The page only draws; work goes on in other processes, so a hidden window may sleep.
      backgroundThrottling: true,
    },
  }
}
