/** The screen Review, in the words of a person who uses it. The system's dialogs are answered for them. */
import type { Lethe } from './lethe.ts'

export function reviewPage({ electron, page }: Lethe) {
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  return {
    /** Waits for the evidence of a run whose title begins so. */
    shows: (title: string) => page.locator('.review-view h1', { hasText: title }).waitFor(),
    failedChecks: () => page.locator('.review-checks .fails').allInnerTexts(),
    answerSave: (file: string) =>
      electron.evaluate(({ dialog }, path) => {
        dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path })
      }, file),
    answerOpen: (file: string) =>
      electron.evaluate(({ dialog }, path) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] })
      }, file),
    async exportEvidence(): Promise<void> {
      await button('Export evidence…').click()
      await button('Choose a file…').click()
    },
    async signs(name: string): Promise<void> {
      await page.getByLabel('Your name').fill(name)
      await button('Go on').click()
    },
    async writes(words: string): Promise<void> {
      await page.getByRole('dialog').getByRole('textbox').fill(words)
      await page.keyboard.press('Control+Enter')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    },
    /** Lets go of a file from outside over the middle of the window. */
    async drop(file: string): Promise<void> {
      const session = await page.context().newCDPSession(page)
      const data = { items: [], files: [file], dragOperationsMask: 1 }
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
        await session.send('Input.dispatchDragEvent', { type, x: 600, y: 300, data })
    },
    verdict: (word: string) => page.locator('.review-verdict', { hasText: word }).waitFor(),
    progress: () => page.locator('.review-progress p').innerText(),
  }
}
