/** The main job by hand: the first start, the demo, cancel, resume, and what it leaves. */
import { readdir } from 'node:fs/promises'
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

it('offers the demo on an empty first start', async () => {
  await lethe.page.waitForSelector('.first-start')
  expect(await runs.canRunDemo()).toBe(true)
})

it('runs the demo with live progress, and cancels it', async () => {
  await runs.runDemo()
  await runs.reaches('running', ['succeeded'])
  expect(await runs.progress()).toMatch(/\d+ \/ \d+/)
  await runs.cancel()
  await runs.reaches('cancelled', ['succeeded'])
})

it('resumes the cancelled run to its end and shows the samples', async () => {
  await runs.resume()
  await runs.reaches('succeeded', ['failed'])
  expect(await runs.progressValue()).toBe(100)
  const { width, height } = await runs.sampleGrid()
  expect(Math.min(width, height)).toBeGreaterThanOrEqual(28)
})

it('says what the run cost, and leaves it in the folder and the ledger', async () => {
  expect(await runs.privacy()).toMatch(/ε\s*1\.000/)
  expect(await readdir(join(lethe.project, 'runs'))).toContainEqual(expect.stringContaining('images'))
  await runs.open('Ledger')
  const rows = lethe.page.locator('.data-ledger tbody tr')
  await rows.first().waitFor()
  expect(await rows.allInnerTexts()).toContainEqual(expect.stringContaining('charge'))
  await runs.open('Data')
  await lethe.page.getByText('sensitive', { exact: true }).waitFor()
})
