/** Processes die; the window says so and goes on. The window is closed; nothing goes on unseen. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { processIds, startLethe, type Lethe } from './pages/lethe.ts'
import { runsPage } from './pages/runs-page.ts'

let lethe: Lethe
let runs: ReturnType<typeof runsPage>
beforeAll(async () => {
  lethe = await startLethe()
  runs = runsPage(lethe.page)
})
afterAll(() => lethe.close())

it('shows a run as interrupted when its trainer is killed', async () => {
  await runs.runDemo()
  await runs.reaches('running')
  await runs.progress()
  const [trainer, ...others] = await processIds(lethe.electron, 'Lethe trainer')
  expect(trainer).toBeTypeOf('number')
  expect(others).toEqual([])
  process.kill(trainer!, 'SIGKILL')
  await runs.reaches('interrupted', ['succeeded'])
  expect(await runs.failure()).toContain('ended unexpectedly')
  expect(await runs.trouble()).toContain('resume')
})

it('starts the lab again when it is killed, and answers from the same folder', async () => {
  const [lab] = await processIds(lethe.electron, 'Lethe lab')
  process.kill(lab!, 'SIGKILL')
  await lethe.page.getByText('started again').waitFor()
  expect(await lethe.page.evaluate(async () => (await window.lethe.call('runs.list', {})).ok)).toBe(true)
  expect(await processIds(lethe.electron, 'Lethe lab')).not.toContain(lab)
})

it('resumes the interrupted run to its end', async () => {
  await runs.resume()
  await runs.reaches('succeeded', ['failed'])
})

it('ends when its window is closed by the cross, and leaves a run at work to be resumed', async () => {
  const other = await startLethe()
  try {
    const started = runsPage(other.page)
    await started.runDemo()
    await started.reaches('running')
    await started.progress()
    const running = other.electron.process()
    const ended = new Promise<number | null>((resolve) => running.once('exit', resolve))
    await other.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close())
    expect(await ended).toBe(0)
    const runsOfIt = join(other.project, 'runs')
    const [run] = await readdir(runsOfIt)
    const { state } = JSON.parse(await readFile(join(runsOfIt, run!, 'state.json'), 'utf8')) as { state: string }
    expect(state).toBe('interrupted')
  } finally {
    await other.close()
  }
})
