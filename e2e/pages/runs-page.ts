/** The screen of runs, in the words of a person who uses it. */
import type { Page } from 'playwright'
import type { RunState } from '../../main/contract/run.ts'

export function runsPage(page: Page) {
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  return {
    heading: () => page.getByRole('heading', { level: 1 }).innerText(),
    runDemo: () => button('Run the demo').click(),
    canRunDemo: () => button('Run the demo').isEnabled(),
    pause: () => button('Pause').click(),
    resume: () => button('Resume').click(),
    cancel: () => button('Cancel').click(),
    /** Waits until the run that is shown is in this state; one of `instead` is an error that says why. */
    async reaches(wanted: RunState, instead: readonly RunState[] = []): Promise<void> {
      const selector = [wanted, ...instead].map((state) => `.run-header [data-state="${state}"]`).join(', ')
      const found = await page.waitForSelector(selector, { timeout: 150_000 })
      const state = await found.getAttribute('data-state')
      if (state === wanted) return
      const why = await page.locator('.trouble').allInnerTexts()
      throw new Error(`The run should be ${wanted}, and is ${state}. ${why.join(' ')}`)
    },
    /** Waits until progress is shown as phase, step and steps in all. */
    async progress(): Promise<string> {
      await page.waitForSelector('.progress-words strong', { timeout: 60_000 })
      await page.waitForSelector('.progress-details')
      return page.locator('.progress').innerText()
    },
    async progressValue(): Promise<number> {
      return Number(await page.getByRole('progressbar').getAttribute('aria-valuenow'))
    },
    /** Waits for the sample grid; its size in pixels of the picture. */
    async sampleGrid(): Promise<{ width: number; height: number }> {
      const picture = page.locator('.preview img').first()
      await picture.waitFor({ timeout: 60_000 })
      return picture.evaluate((image: HTMLImageElement) => ({ width: image.naturalWidth, height: image.naturalHeight }))
    },
    /** Waits for the message at the foot of the window. */
    async failure(): Promise<string> {
      const message = page.locator('.notice.failed').first()
      await message.waitFor()
      return message.innerText()
    },
    /** An entry of the menu in the head of the run that is shown. */
    async more(name: string): Promise<void> {
      await button('More').click()
      await page.getByRole('menuitem', { name }).click()
    },
    openTab: (name: string) => page.getByRole('tab', { name }).click(),
    /** Titles of the runs in the list, as far as they are in sight. */
    listed: () => page.locator('.run-item-title').allInnerTexts(),
    trouble: () => page.locator('.trouble').innerText(),
    privacy: () => page.getByRole('complementary').innerText(),
    async open(name: string): Promise<void> {
      await page.getByRole('navigation').getByRole('button', { name, exact: true }).click()
    },
  }
}
