/** The screens of data and ledgers, in the words of a person who uses them. */
import type { ElectronApplication, Page } from 'playwright'

export function dataPage(page: Page, electron: ElectronApplication) {
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  /** What the system's dialogs answer from now on: they cannot be driven from here. */
  const dialogsAnswer = (...paths: string[]) =>
    electron.evaluate(({ dialog }, chosen) => {
      const answer = (result: object) => () => Promise.resolve(result)
      Object.assign(dialog, {
        showOpenDialog: answer({ canceled: false, filePaths: chosen }),
        showSaveDialog: answer({ canceled: false, filePath: chosen[0] }),
      })
    }, paths)
  return {
    button,
    dialogsAnswer,
    open: (name: string) => page.getByRole('navigation').getByRole('button', { name, exact: true }).click(),
    async chooseFolder(path: string): Promise<void> {
      await dialogsAnswer(path)
      await button('Import a folder…').click()
    },
    async chooseFile(path: string): Promise<void> {
      await dialogsAnswer(path)
      await button('Import a file…').click()
    },
    /** Drags something from outside over the middle of the window, and lets go of it there when told to. */
    async drag(...files: string[]): Promise<{ drop: () => Promise<unknown> }> {
      const session = await page.context().newCDPSession(page)
      const send = (type: 'dragEnter' | 'dragOver' | 'drop') =>
        session.send('Input.dispatchDragEvent', {
          type,
          x: 600,
          y: 300,
          data: { items: [], files, dragOperationsMask: 1 },
        })
      await send('dragEnter')
      await send('dragOver')
      return { drop: () => send('drop') }
    },
    back: () => page.locator('.data-head').getByRole('button', { name: 'Data', exact: true }).click(),
    refusal: async () => {
      const words = page.locator('.refusal')
      await words.waitFor()
      return words.innerText()
    },
    nameField: () => page.getByRole('textbox', { name: 'Name', exact: true }),
    async more(name: string, item: string): Promise<void> {
      await button(`More about ${name}`).click()
      await page.getByRole('menuitem', { name: item, exact: true }).click()
    },
    /** The names of the data sets in the list. */
    names: () => page.locator('.dataset h2').allInnerTexts(),
    notice: (words: string) => page.locator('.notice', { hasText: words }),
  }
}
