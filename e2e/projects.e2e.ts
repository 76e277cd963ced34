/** One window, several projects; one project, several windows. */
import { spawn } from 'node:child_process'
import { promises as fs } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startLethe, type Lethe } from './pages/lethe.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const runtime = process.env['LETHE_ELECTRON'] ?? join(root, '.lethe', 'electron', 'electron')

let lethe: Lethe
let other: string
beforeAll(async () => {
  lethe = await startLethe()
  other = join(lethe.folder, 'other')
  await fs.mkdir(other)
})
afterAll(() => lethe.close())

const projects = () => lethe.page.evaluate(() => window.lethe.call('shell.projects', {}))
const about = () =>
  lethe.page
    .evaluate(() => window.lethe.call('lab.about', {}))
    .then(
      (result) => (result.ok ? result.value.project : ''),
      () => '', // the page is being loaded anew
    )
const openProject = (path: string, leaveRuns = false) =>
  lethe.page.evaluate((input) => window.lethe.call('shell.openProject', input), { path, leaveRuns })
/** The page that asked is loaded anew, so its answer may be lost on the way to the driver. */
async function goOver(path: string, leaveRuns = false): Promise<void> {
  await projects() // what was opened before may be opened again
  await openProject(path, leaveRuns).catch(() => undefined)
  await expect.poll(about, { timeout: 20_000 }).toBe(path)
}
const firstProject = () => lethe.project

/** Starts the application once more on the same profile, as a person would from a menu or a terminal. */
function startAgain(words: readonly string[]): Promise<number | null> {
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const child = spawn(runtime, [...flags, root, `--user-data-dir=${join(lethe.folder, 'profile')}`, ...words], {
    stdio: 'ignore',
  })
  return new Promise((resolve) => child.on('exit', resolve))
}

it('knows its project, and none it had before', async () => {
  expect(await projects()).toEqual({
    ok: true,
    value: { current: { name: 'project', path: firstProject() }, recent: [] },
  })
})

it('opens no folder that nobody chose', async () => {
  expect(await openProject(other)).toMatchObject({ ok: false, error: { code: 'usage' } })
  expect(await about()).toBe(firstProject())
})

it('goes over to the project of a second start, which ends at once', async () => {
  expect(await startAgain(['--project', other])).toBe(0)
  await expect.poll(about, { timeout: 20_000 }).toBe(other)
  expect(lethe.electron.windows().length).toBe(1)
  expect(await projects()).toMatchObject({
    value: { current: { path: other }, recent: [{ path: firstProject(), missing: false }] },
  })
})

it('comes forward at a second start without a project, and stays where it is', async () => {
  expect(await startAgain([])).toBe(0)
  expect(await about()).toBe(other)
})

it('does not take a folder with other files for a project', async () => {
  await fs.mkdir(join(lethe.folder, 'documents'))
  await fs.writeFile(join(lethe.folder, 'documents', 'letter.txt'), '')
  expect(await startAgain(['--project', join(lethe.folder, 'documents')])).toBe(0)
  await lethe.page.waitForTimeout(500)
  expect(await about()).toBe(other)
  expect(await fs.readdir(join(lethe.folder, 'documents'))).toEqual(['letter.txt'])
})

it('goes back to a recent project; a run at work is left only on a word', async () => {
  await goOver(firstProject())
  const made = await lethe.page.evaluate(() => window.lethe.call('images.demo', { epsilon: 1 }))
  const run = made.ok ? made.value.run : ''
  const state = () =>
    lethe.page
      .evaluate((name) => window.lethe.call('runs.show', { run: name }), run)
      .then((result) => (result.ok ? result.value.summary.state : result.error.message))
  await expect.poll(state, { timeout: 60_000, interval: 100 }).toBe('running')
  await projects() // what was opened before may be opened again
  expect(await openProject(other)).toMatchObject({ ok: true, value: { opened: false, activeRuns: 1 } })
  expect(await about()).toBe(firstProject())
  await goOver(other, true)
  await goOver(firstProject())
  expect(await state()).toBe('interrupted')
})

it('shares a project with another window, which does no harm', async () => {
  const [one, two] = await Promise.all([startLethe({}, other), startLethe({}, other)])
  try {
    for (const { page } of [one, two])
      expect(await page.evaluate(() => window.lethe.call('images.demo', { epsilon: 1 }))).toMatchObject({ ok: true })
    const ledger = await one.page.evaluate(() => window.lethe.call('ledger.show', { data: 'mnist' }))
    expect(ledger.ok).toBe(true)
    const seen = await Promise.all(
      [one, two].map(({ page }) => page.evaluate(() => window.lethe.call('runs.list', {}))),
    )
    expect(seen.map((result) => result.ok && result.value.length)).toEqual([2, 2])
  } finally {
    await Promise.all([one.close(), two.close()])
  }
})

it('forgets the recent projects on a word, and marks one that is gone', async () => {
  await fs.rm(other, { recursive: true })
  expect(await projects()).toMatchObject({ value: { recent: [{ path: other, missing: true }] } })
  await lethe.page.evaluate(() => window.lethe.call('shell.forgetProjects', {}))
  expect(await projects()).toMatchObject({ ok: true, value: { recent: [] } })
})
