/** The sheet of a review as a PDF: the lab makes the page, a hidden window in which nothing runs prints it. */
import { writeFile } from 'node:fs/promises'
import { BrowserWindow } from 'electron'

export async function saveReview(source: string, path: string): Promise<void> {
  const window = new BrowserWindow({
    show: false,
    webPreferences: {
      sandbox: true,
      contextIsolation: true,
      javascript: false,
      nodeIntegration: false,
      webviewTag: false,
    },
  })
  try {
    window.webContents.on('will-navigate', (event) => event.preventDefault())
    await window.loadURL(`app://lab/reviews/${encodeURIComponent(source)}/sheet.html`)
    await writeFile(path, await window.webContents.printToPDF({ pageSize: 'A4', printBackground: true }), {
      mode: 0o600,
    })
  } finally {
    window.destroy()
  }
}
