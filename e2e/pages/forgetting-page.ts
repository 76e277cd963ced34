/** The workbench Forgetting, in the words of a person who uses it. */
import type { Page } from 'playwright'

export function forgettingPage(page: Page) {
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true })
  const grid = () => page.getByRole('grid', { name: 'Episodes' })
  const filter = () => page.getByLabel('Filter episodes')
  return {
    button,
    grid,
    filter,
    open: () => page.keyboard.press('Control+4'),
    tab: (name: string) => page.getByRole('tab', { name }).click(),
    choose: (name: string) => page.getByRole('radio', { name, exact: true }).check(),
    async collect(name: string, episodes: number): Promise<void> {
      const dialog = page.getByRole('dialog', { name: 'Collect trajectories' })
      await dialog.getByLabel('Episodes').fill(String(episodes))
      await dialog.getByLabel('Name', { exact: true }).fill(name)
      await dialog.getByRole('button', { name: 'Collect', exact: true }).click()
      await grid().waitFor({ timeout: 120_000 })
    },
    /** The numbers of the episodes in sight, in the order of the table. */
    shown: () => grid().locator('tbody tr td:nth-child(2)').allInnerTexts(),
    async show(words: string, count: number): Promise<void> {
      await filter().fill(words)
      await page.locator('#episodes-filter-note', { hasText: new RegExp(`^${count} `) }).waitFor()
    },
    /** How many are selected, once it is so. */
    async selects(count: number): Promise<void> {
      await page
        .locator('.trajectories-count > .number', { hasText: new RegExp(`^${count}$`) })
        .first()
        .waitFor()
    },
    stopped: () => page.getByRole('region', { name: 'Stopped' }),
    selection: () => page.locator('.trajectories-count').innerText(),
    /** Starts what the form says, once it may be, and waits until that run is the one shown, in place of the one before. */
    async start(): Promise<void> {
      const shown = page.locator('.run-header')
      const before = (await shown.count()) > 0 ? await shown.getAttribute('data-run') : ''
      await page.locator('.agents-start .button.primary:enabled').click({ timeout: 60_000 })
      await page.locator(`.run-header:not([data-run="${before}"])`).waitFor()
    },
    outcome: () => page.getByRole('region', { name: 'Outcome' }).innerText({ timeout: 60_000 }),
  }
}
