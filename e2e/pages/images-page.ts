/** The workbench of private images, in the words of a person who uses it. */
import type { Page } from 'playwright'

export function imagesPage(page: Page) {
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const epsilon = () => page.getByLabel('ε of this run, typed')
  const noise = () => page.locator('[data-stage="embedding"]')
  return {
    open: () => page.getByRole('navigation').getByRole('button', { name: 'Private images', exact: true }).click(),
    async addDigits(): Promise<void> {
      await button('Add the built-in digits').click()
      await noise().waitFor({ timeout: 120_000 })
    },
    epsilon: () => epsilon().inputValue(),
    typeEpsilon: (value: string) => epsilon().fill(value),
    noise: () => noise().innerText(),
    choose: (name: string) => page.getByRole('radio', { name, exact: true }).check(),
    isChosen: (name: string) => page.getByRole('radio', { name, exact: true }).isChecked(),
    openAdvanced: () => page.locator('.schema-advanced > summary').click(),
    field: (label: string) => page.getByLabel(label, { exact: true }),
    button,
    start: () => page.locator('.images-start').getByRole('button', { name: /^(Start run|Add to the queue)$/ }),
    obstacle: () => page.locator('.images-obstacle').innerText(),
    undo: () => page.keyboard.press('Control+z'),
    redo: () => page.keyboard.press('Control+Shift+Z'),
    title: () => page.getByRole('heading', { level: 1 }).innerText(),
    scoreDetails: () => page.getByRole('region', { name: 'Score in detail' }).innerText(),
    score: () => page.getByRole('region', { name: 'Score', exact: true }).innerText({ timeout: 60_000 }),
    slider: () => page.getByRole('slider', { name: 'ε of this run' }),
  }
}
