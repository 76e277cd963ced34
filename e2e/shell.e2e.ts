/** The frame of the window: where one goes, what is found, what is kept over a restart, what is said when things go wrong. */
import { rename } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startLethe, type Lethe } from './pages/lethe.ts'

let lethe: Lethe
beforeAll(async () => {
  lethe = await startLethe()
  await lethe.page.waitForSelector('.first-start')
})
afterAll(() => lethe.close())
afterEach(() => press('Escape')) // a dialog that a failed test left open would fail the next

const current = () => lethe.page.locator('.rail [aria-current="page"] .place-name').textContent()
const press = (keys: string) => lethe.page.keyboard.press(keys)

describe('keys', () => {
  it('go to each screen by its number', async () => {
    const visited: (string | null)[] = []
    for (const keys of ['Control+1', 'Control+3', 'Control+6', 'F1', 'Control+5']) {
      await press(keys)
      visited.push(await current())
    }
    expect(visited).toEqual(['Data', 'Defects', 'Ledger', 'Help', 'Runs'])
  })

  it('say honestly what is not built', async () => {
    await press('Control+3')
    await lethe.page.getByText('not in this version').waitFor()
    await press('Control+5')
  })

  it('are all listed, and Escape gives the focus back', async () => {
    const button = lethe.page.getByRole('button', { name: 'Run the demo', exact: true })
    await button.focus()
    await press('Shift+?')
    const dialog = lethe.page.getByRole('dialog', { name: 'Keys' })
    expect(await dialog.innerText()).toMatch(/Find anything[\s\S]*Whole screen/)
    await press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true)
  })
})

describe('the palette', () => {
  it('finds a command and runs it', async () => {
    await press('Control+k')
    await lethe.page.keyboard.type('fold rail')
    await press('Enter')
    await lethe.page.waitForSelector('.shell.folded')
    await press('Control+b')
    await lethe.page.waitForSelector('.shell:not(.folded)')
  })

  it('finds a place in the help, and remembers it', async () => {
    await press('Control+Shift+P')
    await lethe.page.keyboard.type('disk is full')
    await press('Enter')
    const heading = lethe.page.getByRole('heading', { name: 'The disk is full' })
    await heading.waitFor()
    expect(await heading.evaluate((element) => element === document.activeElement)).toBe(true)
    await press('Control+k')
    expect(await lethe.page.locator('.palette-group').first().innerText()).toMatch(/Used last[\s\S]*The disk is full/)
    await press('Escape')
  })
})

describe('the help', () => {
  it('searches, follows links, and goes back', async () => {
    const { page } = lethe
    await press('F1')
    await page.getByRole('searchbox').fill('composition')
    await page.locator('.help-found button').first().click()
    await page.getByRole('heading', { level: 1, name: 'Privacy in five minutes' }).waitFor()
    await page.getByRole('searchbox').fill('')
    await press('Alt+ArrowLeft')
    await page.getByRole('heading', { name: 'The disk is full' }).waitFor()
    await press('Alt+ArrowRight')
    await page.getByRole('heading', { level: 1, name: 'Privacy in five minutes' }).waitFor()
  })

  it('shows what this machine has, and that nothing tried to leave it', async () => {
    const pages = lethe.page.getByRole('navigation', { name: 'Help pages' })
    await pages.getByRole('button', { name: 'Diagnostics', exact: true }).click()
    await lethe.page.waitForSelector('.checks')
    const text = await lethe.page.locator('.checks').innerText()
    for (const title of ['Processor', 'Memory', 'Engine', 'Project folder', 'Connections'])
      expect(text).toContain(title)
    expect(text).not.toContain(lethe.project)
    expect(text).toContain('none was tried')
  })
})

describe('trouble', () => {
  it('notices that the project folder is gone, and goes on when it is back', async () => {
    const { page, project } = lethe
    await press('Control+5')
    await rename(project, `${project}-away`)
    await page.getByRole('heading', { name: 'The project folder is not there any more' }).waitFor({ timeout: 20_000 })
    expect(await page.locator('.trouble-screen code').innerText()).toBe(project)
    await rename(`${project}-away`, project)
    await page.getByRole('button', { name: 'Look again' }).click()
    await page.waitForSelector('.first-start')
  })

  it('says a failure once, with the way to its help page', async () => {
    const { page, electron } = lethe
    await electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.send('lethe:topic', 'engine-gone', {
        process: 'trainer',
        reason: 'A test ended the trainer.',
      }),
    )
    const notice = page.getByRole('alert').filter({ hasText: 'A test ended the trainer.' })
    await notice.getByRole('button', { name: 'What this means' }).click()
    await page.getByRole('heading', { name: 'A process ended' }).waitFor()
    await notice.getByRole('button', { name: 'Dismiss' }).click()
  })
})

it('keeps the screen, the rail and the theme when it is loaded anew', async () => {
  const { page } = lethe
  await press('Control+6')
  await press('Control+b')
  for (let times = 0; times < 2; times++) await page.locator('.rail-button').first().click()
  expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark')
  await press('Control+8')
  await page.reload()
  await page.waitForSelector('.shell.folded')
  await page.waitForSelector('.help-article')
  expect(await current()).toBe('Help')
  expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark')
  expect(await lethe.electron.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe('dark')
})
