/** The screen of runs: two runs by hand, looked at in every tab, found, marked, compared, removed and brought back. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startLethe, type Lethe } from './pages/lethe.ts'
import { runsPage } from './pages/runs-page.ts'

let lethe: Lethe
let runs: ReturnType<typeof runsPage>
beforeAll(async () => {
  lethe = await startLethe()
  runs = runsPage(lethe.page)
})
afterAll(() => lethe.close())

it('says at once that a pause was asked, then that it has happened', async () => {
  await runs.runDemo()
  await runs.reaches('running')
  await runs.progress()
  await runs.pause()
  const asked = lethe.page.locator('[data-asked="pause"], .run-header [data-state="paused"]').first()
  await asked.waitFor({ timeout: 1000 })
  await runs.reaches('paused', ['succeeded'])
  await runs.resume()
  await runs.reaches('succeeded', ['failed'])
})

it('draws the figures and reads the log without a call for them', async () => {
  await runs.openTab('Charts')
  await lethe.page.locator('.line-chart canvas').first().waitFor()
  await runs.openTab('Log')
  const log = lethe.page.getByRole('log')
  await log.locator('.log-line').first().waitFor()
  await lethe.page.getByLabel('Find in the log').fill('succeeded')
  await expect.poll(() => log.locator('.log-line').count()).toBe(1)
})

it('keeps tags and a note in the folder of the run, and finds the run by them', async () => {
  await runs.openTab('Overview')
  await lethe.page.getByLabel('Tags').fill('baseline, keep')
  await lethe.page.getByLabel('Tags').press('Enter')
  await lethe.page.locator('.run-header').getByText('baseline', { exact: true }).waitFor()
  await lethe.page.evaluate(() => window.lethe.call('images.demo', { epsilon: 2 }))
  await expect.poll(() => runs.listed()).toHaveLength(2)
  await lethe.page.getByLabel('Find runs').fill('BASE*ine')
  await expect.poll(() => runs.listed()).toHaveLength(1)
  await lethe.page.getByLabel('Find runs').fill('')
  await expect.poll(() => runs.listed()).toHaveLength(2)
})

it('compares two marked runs, what differs first', async () => {
  await lethe.page
    .locator('.run-item')
    .first()
    .click({ modifiers: ['Control'] })
  await lethe.page.getByRole('button', { name: 'Compare', exact: true }).click()
  const table = lethe.page.locator('.compare-table')
  await table.getByText('Settings that differ').waitFor()
  expect(await table.locator('tbody').first().innerText()).toMatch(/Epsilon\s+2\s+1/)
  await lethe.page.getByRole('button', { name: 'Close', exact: true }).click()
})

it('opens the report in a window where nothing runs', async () => {
  await lethe.page.locator('.run-item').last().click()
  await runs.reaches('succeeded')
  const opened = lethe.electron.waitForEvent('window')
  await lethe.page.getByRole('button', { name: 'Open report' }).click()
  const report = await opened
  expect(report.url()).toMatch(/^app:\/\/lab\/runs\/[\w-]+\/report\.html$/)
  const preferences = await lethe.electron.evaluate(({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows().find((one) => one.webContents.getURL().endsWith('report.html'))
    const contents = window?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }
    return contents.getLastWebPreferences()
  })
  expect(preferences).toMatchObject({ sandbox: true, javascript: false, nodeIntegration: false })
  expect(preferences['preload']).toBeFalsy()
  await report.close()
})

it('covers the report while the screen is locked, and shows it again', async () => {
  const opened = lethe.electron.waitForEvent('window')
  await lethe.page.getByRole('button', { name: 'Open report' }).click()
  const report = await opened
  const seen = () =>
    lethe.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()
        .find((one) => one.webContents.getURL().endsWith('report.html'))
        ?.isVisible(),
    )
  await expect.poll(seen).toBe(true)
  await lethe.electron.evaluate(({ powerMonitor }) => (powerMonitor.getSystemIdleState = () => 'locked'))
  await expect.poll(seen, { timeout: 20_000 }).toBe(false)
  await lethe.electron.evaluate(({ powerMonitor }) => (powerMonitor.getSystemIdleState = () => 'active'))
  await expect.poll(seen, { timeout: 20_000 }).toBe(true)
  await report.close()
})

it('saves the report as PDF', async () => {
  const file = join(lethe.folder, 'report.pdf')
  await lethe.electron.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
  }, file)
  await runs.more('Save report as PDF…')
  await lethe.page.locator('.notice', { hasText: 'The report is saved' }).waitFor()
  expect((await readFile(file)).subarray(0, 5).toString()).toBe('%PDF-')
})

it('removes a run to the trash and brings it back', async () => {
  await runs.more('Remove')
  await expect.poll(() => runs.listed()).toHaveLength(1)
  await lethe.page.locator('.notices, .notice').getByRole('button', { name: /Undo/ }).first().click()
  await expect.poll(() => runs.listed()).toHaveLength(2)
})

it('does not grow while an hour of events goes by', async () => {
  await lethe.page.locator('.run-item').last().click()
  await runs.reaches('succeeded')
  const session = await lethe.page.context().newCDPSession(lethe.page)
  const run = await lethe.page.locator('.run-item[data-shown]').getAttribute('data-run')
  const measure = async () => {
    await session.send('HeapProfiler.collectGarbage')
    const { usedSize } = await session.send('Runtime.getHeapUsage')
    return { heap: usedSize, nodes: await lethe.page.evaluate(() => document.querySelectorAll('*').length) }
  }
  const replay = (from: number, count: number) =>
    lethe.electron.evaluate(
      async ({ BrowserWindow }, told) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents
        for (let seq = told.from; seq < told.from + told.count; seq += 100) {
          const events = Array.from({ length: 100 }, (_none, index) => ({
            ...{ seq: seq + index, time: new Date(1e12 + 100 * (seq + index)).toISOString() },
            ...{ kind: 'metric', name: `replay ${index % 5}`, step: seq + index, value: Math.sin(seq), private: true },
          }))
          contents?.send('lethe:topic', 'run-events', { run: told.run, events })
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
      },
      { run, from, count },
    )
  const first = await lethe.page.evaluate(async (id) => {
    const log = await fetch(`app://lab/runs/${id}/log.ndjson`)
    return (await log.text()).trimEnd().split('\n').length
  }, run)
  await replay(first, 4000)
  await lethe.page.getByText('Replay 4').first().waitFor()
  const before = await measure()
  await replay(first + 4000, 36_000)
  await lethe.page.waitForTimeout(500)
  const after = await measure()
  expect(after.nodes - before.nodes).toBeLessThan(20) // a notice may come or go meanwhile
  expect(after.heap - before.heap).toBeLessThan(2 << 20)
})

/** Beside them lie locks, which come and go. */
const runFolders = async () =>
  (await readdir(join(lethe.project, 'runs'))).filter((name) => !name.startsWith('.')).sort()

it('restores a run from the trash of the project', async () => {
  const before = await runFolders()
  await runs.more('Remove')
  await expect.poll(() => runs.listed()).toHaveLength(1)
  await runs.open('Data')
  await lethe.page.getByRole('button', { name: /^Trash/ }).click()
  await lethe.page.getByRole('button', { name: 'Restore', exact: true }).click()
  await lethe.page.locator('.notice', { hasText: 'is back' }).waitFor()
  expect(await runFolders()).toEqual(before)
  await lethe.page.locator('.data-head').getByRole('button', { name: 'Data', exact: true }).click()
  await runs.open('Runs')
  await expect.poll(() => runs.listed()).toHaveLength(2)
})

it('removes a run for good once its name is typed; its charge stays in the ledger', async () => {
  const charges = async () => (await readFile(join(lethe.project, 'ledger', 'mnist.ndjson'), 'utf8')).match(/"charge"/g)
  const before = await charges()
  await runs.more('Remove')
  await expect.poll(() => runs.listed()).toHaveLength(1)
  await runs.open('Data')
  await lethe.page.getByRole('button', { name: /^Trash/ }).click()
  await lethe.page.getByRole('button', { name: 'Remove for good…' }).click()
  const dialog = lethe.page.getByRole('dialog')
  const name = /^Remove (.*) for good\?$/.exec(await dialog.getByRole('heading').innerText())?.[1] ?? ''
  const sure = dialog.getByRole('button', { name: 'Remove for good' })
  expect(await sure.isDisabled()).toBe(true)
  await dialog.getByRole('textbox').fill(name)
  await sure.click()
  await lethe.page.locator('.notice', { hasText: 'gone for good' }).waitFor()
  expect(await readdir(join(lethe.project, 'trash'))).toEqual([])
  expect(await runFolders()).toHaveLength(1)
  expect(await charges()).toEqual(before)
})
