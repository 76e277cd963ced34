/** The report of a run: a document in a window of its own, in which nothing runs and from which nothing leads away. */
import { writeFile } from 'node:fs/promises'
import { BrowserWindow, type BrowserWindowConstructorOptions } from 'electron'

const reportUrl = (run: string): string => `app://lab/runs/${encodeURIComponent(run)}/report.html`

export const reportOptions: BrowserWindowConstructorOptions = {
  title: 'Report',
  width: 900,
  height: 1000,
  minWidth: 480,
  minHeight: 320,
  show: false,
  autoHideMenuBar: true,
  backgroundColor: '#ffffff',
  webPreferences: {
    sandbox: true,
    contextIsolation: true,
    javascript: false,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webviewTag: false,
    spellcheck: false,
    devTools: false,
  },
}

const opened = new Map<string, BrowserWindow>()

async function load(options: BrowserWindowConstructorOptions, run: string): Promise<BrowserWindow> {
  const window = new BrowserWindow(options)
  window.removeMenu()
  window.webContents.on('will-navigate', (event) => event.preventDefault()) // not even to the page of the main window
  await window.loadURL(reportUrl(run)).catch((error: unknown) => {
    window.destroy()
    throw error
  })
  return window
}

/** Shows it, or brings the window that shows it to the front with what the report says now. */
export async function openReport(run: string, parent: BrowserWindow | null): Promise<void> {
  const known = opened.get(run)
  if (known && !known.isDestroyed()) {
    known.webContents.reload()
    known.show()
    return
  }
  const window = await load(reportOptions, run)
  opened.set(run, window)
  window.on('closed', () => opened.delete(run))
  parent?.on('closed', () => !window.isDestroyed() && window.destroy())
  window.show()
}

export async function savePdf(run: string, path: string): Promise<void> {
  const window = await load(reportOptions, run)
  try {
    const pdf = await window.webContents.printToPDF({ pageSize: 'A4', printBackground: true })
    await writeFile(path, pdf, { mode: 0o600 })
  } finally {
    window.destroy()
  }
}
