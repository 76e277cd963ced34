/** One picture of the window, as `npm run pictures` takes it. */
import type { Page } from 'playwright'

export interface Picture {
  /** Name of the file, and the word that asks for it. */
  readonly name: string
  /** Makes the window show it. Rows are visited in order, so one may build on those before it. */
  readonly visit: (page: Page) => Promise<unknown>
  /** Done even when only others are asked for: what later rows need to be there. */
  readonly always?: true
  /** Left out where a project was given, or where none was. */
  readonly freshOnly?: true
  readonly projectOnly?: true
}

export const rail = (name: string) => (page: Page) =>
  page.getByRole('navigation').getByRole('button', { name, exact: true }).click()
