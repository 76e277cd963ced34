/** Every screen for everybody: axe on each in both themes, the main way by keyboard alone, calm motion, twice the size. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { loadAxe, setTheme, violations } from './pages/axe.ts'
import { startLethe, type Lethe } from './pages/lethe.ts'
import { runsPage } from './pages/runs-page.ts'

let lethe: Lethe
beforeAll(async () => {
  lethe = await startLethe()
  await lethe.page.waitForSelector('.first-start')
  await loadAxe(lethe.page)
})
afterAll(() => lethe.close())
afterEach(() => press('Escape')) // a dialog that a failed test left open would fail the next

async function expectClean(): Promise<void> {
  for (const theme of ['light', 'dark']) {
    await setTheme(lethe.page, theme)
    await lethe.page.waitForTimeout(400) // what is asked for has come
    expect(await violations(lethe.page), theme).toEqual([])
  }
}

const press = (keys: string) => lethe.page.keyboard.press(keys)
const screenKeys = {
  Data: 'Control+1',
  'Private images': 'Control+2',
  Defects: 'Control+3',
  Forgetting: 'Control+4',
  Runs: 'Control+5',
  Ledger: 'Control+6',
  Review: 'Control+7',
  Help: 'Control+8',
}

describe('an empty project', () => {
  it.each(Object.entries(screenKeys))('has no serious fault on %s', async (_name, keys) => {
    await press(keys)
    await expectClean()
  })

  it.each([
    ['the palette', 'Control+k', '.palette'],
    ['the keys', 'Shift+?', '.key-list'],
    ['the projects', 'Control+o', '.projects'],
  ])('has no serious fault in %s', async (_name, keys, selector) => {
    await press('Control+5')
    await press(keys)
    await lethe.page.waitForSelector(selector)
    await expectClean()
    await press('Escape')
    await lethe.page.waitForSelector(selector, { state: 'detached' })
  })

  it('has landmarks, one first heading, and a name for every screen', async () => {
    for (const keys of Object.values(screenKeys)) {
      await press(keys)
      await lethe.page.waitForTimeout(300)
      expect(await lethe.page.locator('main').count(), keys).toBe(1)
      expect(await lethe.page.locator('main h1').count(), keys).toBeLessThanOrEqual(1)
      expect(await lethe.page.locator('main :is(h1, h2)').count(), keys).toBeGreaterThan(0)
    }
  })
})

describe('by keyboard alone', () => {
  it('starts the demo and reads its run', async () => {
    await press('Control+5')
    const demo = lethe.page.getByRole('button', { name: 'Run the demo', exact: true })
    await lethe.page.locator('.rail button').first().focus()
    for (let tabs = 0; tabs < 30; tabs++) {
      if (await demo.evaluate((element) => element === document.activeElement)) break
      await press('Tab')
    }
    expect(await demo.evaluate((element) => element === document.activeElement)).toBe(true)
    await press('Enter')
    const runs = runsPage(lethe.page)
    await runs.reaches('succeeded', ['failed'])
    expect(await lethe.page.locator('.run-header [aria-live]').count()).toBeGreaterThan(0)
  })

  it.each(['Data', 'Private images', 'Forgetting', 'Runs', 'Ledger', 'Review', 'Help'] as const)(
    'has no serious fault on %s with a run',
    async (name) => {
      await press(screenKeys[name])
      await expectClean()
    },
  )
})

describe('what a person has set', () => {
  it('reduced motion: nothing moves', async () => {
    await lethe.page.emulateMedia({ reducedMotion: 'reduce' })
    const moving = await lethe.page.evaluate(() =>
      [...document.querySelectorAll('*')].flatMap((element) => {
        const { transitionDuration } = getComputedStyle(element)
        const longest = Math.max(...transitionDuration.split(',').map(parseFloat))
        return longest > 0.01 ? [`${element.className} ${transitionDuration}`] : []
      }),
    )
    expect(moving).toEqual([])
    await lethe.page.emulateMedia({ reducedMotion: null })
  })

  it('twice the size: nothing is cut off at the side, and the main action can be reached', async () => {
    const zoom = (factor: number) =>
      lethe.electron.evaluate(({ BrowserWindow }, value) => {
        BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(value)
      }, factor)
    await zoom(2)
    for (const keys of Object.values(screenKeys)) {
      await press(keys)
      await lethe.page.waitForTimeout(300)
      const beyond = await lethe.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(beyond, keys).toBeLessThanOrEqual(0)
      expect(
        await lethe.page.locator('main').evaluate((main) => main.getBoundingClientRect().width),
        keys,
      ).toBeGreaterThan(400)
    }
    await zoom(1)
  })
})
