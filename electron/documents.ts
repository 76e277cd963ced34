/** Documents that the lab made, a report or a review sheet: shown or printed in a window in which nothing runs and from which nothing leads away. */
import { writeFile } from 'node:fs/promises'
import { BrowserWindow, type BrowserWindowConstructorOptions } from 'electron'
import { LetheError } from '../main/contract/errors.ts'

/** No preload and no script, over the policy that the document itself is served with. */
export const documentOptions: BrowserWindowConstructorOptions = {
  title: 'Lethe',
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

export const reportAddress = (run: string): string => `app://lab/runs/${encodeURIComponent(run)}/report.html`
export const sheetAddress = (source: string): string => `app://lab/reviews/${encodeURIComponent(source)}/sheet.html`

const shown = new Map<string, BrowserWindow>()
let covered = false

/** While the screen is locked, documents are out of sight. */
export function coverDocuments(locked: boolean): void {
  covered = locked
  for (const window of shown.values()) {
    if (locked) window.hide()
    else window.showInactive()
  }
}

/** Null where it was closed before it was there. */
async function load(address: string): Promise<BrowserWindow | null> {
  const window = new BrowserWindow(documentOptions)
  window.removeMenu()
  window.webContents.on('will-navigate', (event) => event.preventDefault()) // not even to the page of the main window
  let status = 0
  window.webContents.once('did-navigate', (_event, _url, code) => void (status = code))
  try {
    await window.loadURL(address)
    if (status >= 400)
      throw new LetheError('file-missing', 'There is no such document any more.', 'Look whether its run was removed.')
  } catch (error) {
    if (window.isDestroyed()) return null
    window.destroy()
    throw error
  }
  return window
}

/** Shows it, or brings the window that shows it to the front with what the document says now. */
export async function showDocument(address: string, parent: BrowserWindow | null): Promise<void> {
  const known = shown.get(address)
  if (known && !known.isDestroyed()) {
    known.webContents.reload()
    if (!covered) known.show()
    return
  }
  const window = await load(address)
  if (!window) return
  shown.set(address, window)
  window.on('closed', () => shown.delete(address))
  parent?.on('closed', () => !window.isDestroyed() && window.destroy())
  if (!covered) window.show()
}

/** As a PDF on A4, which nobody but the person can read. */
export async function printDocument(address: string, path: string): Promise<void> {
  const window = await load(address)
  if (!window) return // the application is closing
  try {
    const pdf = await window.webContents.printToPDF({ pageSize: 'A4', printBackground: true })
    await writeFile(path, pdf, { mode: 0o600 })
  } finally {
    window.destroy()
  }
}
