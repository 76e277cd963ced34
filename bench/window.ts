import type { CDPSession, Page } from 'playwright'
import { startLethe } from '../e2e/pages/lethe.ts'
import { median } from './harness.ts'

/** The window itself, driven as the end-to-end tests drive it. It has no peer on this machine. */

function print(figure: string, unit: string, value: number): void {
  const line = {
    name: 'window',
    figure,
    unit,
    lethe: Number(value.toPrecision(4)),
    peer: null,
    peerName: null,
    ratio: null,
  }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? NaN

interface Watched {
  readonly tasks: number[]
  readonly inputs: number[]
}
declare global {
  var watched: Watched | undefined
}

/** Long tasks and the time from an input to the picture that answers it, from now on. */
const watch = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const seen = (globalThis.watched = { tasks: [], inputs: [] } as Watched)
    new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      entryTypes: ['longtask'],
    })
    new PerformanceObserver((list) => seen.inputs.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'event',
      durationThreshold: 16,
    } as PerformanceObserverInit)
  })

/** Frames a second while `work` goes on. */
async function framesDuring(page: Page, work: () => Promise<void>): Promise<number> {
  const counted = page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const start = performance.now()
        let frames = 0
        const frame = () => {
          frames++
          if (performance.now() - start < 3000) requestAnimationFrame(frame)
          else resolve((frames / (performance.now() - start)) * 1000)
        }
        requestAnimationFrame(frame)
      }),
  )
  await work()
  return counted
}

async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage')
  return (await session.send('Runtime.getHeapUsage')).usedSize
}

async function warmStart(): Promise<void> {
  const times: number[] = []
  for (let round = 0; round < 4; round++) {
    const start = performance.now()
    const lethe = await startLethe()
    if (round > 0) times.push(performance.now() - start) // the first reads the files from disk
    await lethe.close()
  }
  print('first window, warm', 'ms', median(times))
}

async function main(): Promise<void> {
  await warmStart()
  const lethe = await startLethe({ LETHE_DEMO_PRESET: 'desk' })
  const { page, electron } = lethe
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const scripted = async () =>
    (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? NaN
  await watch(page)
  await page.evaluate(() => window.lethe.call('images.demo', { epsilon: 1 }))
  await page.locator('.run-item').first().waitFor()
  await page.waitForTimeout(5000)
  const script = await scripted()
  const frames = (await framesDuring(page, () => page.waitForTimeout(3000))) * 3
  print('script a frame while a run goes on', 'ms', (1000 * ((await scripted()) - script)) / frames)
  const trips = await page.evaluate(async () => {
    const times: number[] = []
    for (let call = 0; call < 100; call++) {
      const start = performance.now()
      await window.lethe.call('runs.list', {})
      times.push(performance.now() - start)
    }
    return times
  })
  print('call and answer while a run goes on, 95 of 100', 'ms', percentile(trips, 0.95))
  for (const tab of ['Charts', 'Log', 'Files', 'Plan & privacy', 'Overview', 'Charts', 'Log', 'Overview'])
    await page.getByRole('tab', { name: tab }).click()
  await page.getByLabel('Find runs').pressSequentially('digits of mnist', { delay: 30 })
  await page.getByLabel('Find runs').fill('')
  await page.waitForTimeout(500)
  const { tasks, inputs } = await page.evaluate(() => globalThis.watched ?? { tasks: [], inputs: [] })
  print('longest task while a run goes on', 'ms', Math.max(0, ...tasks))
  print('input to picture, 95 of 100', 'ms', inputs.length > 0 ? percentile(inputs, 0.95) : 16)

  const run = await page.locator('.run-item[data-shown]').getAttribute('data-run')
  await page.evaluate((id) => window.lethe.call('runs.cancel', { run: id ?? '' }), run)
  await page.locator('.run-header [data-state="cancelled"]').waitFor({ timeout: 60_000 })
  const replay = (from: number, count: number, figures: number) =>
    electron.evaluate(
      async ({ BrowserWindow }, told) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents
        for (let seq = told.from; seq < told.from + told.count; seq += 100) {
          const events = Array.from({ length: 100 }, (_none, index) => ({
            ...{ seq: seq + index, time: new Date(1e12 + 100 * (seq + index)).toISOString(), kind: 'metric' },
            ...{
              name: `replay, ${index % told.figures}`,
              step: seq + index,
              value: Math.sin(seq + index),
              private: true,
            },
          }))
          contents?.send('lethe:topic', 'run-events', { run: told.run, events })
          await new Promise((resolve) => setTimeout(resolve, 2))
        }
      },
      { run, from, count, figures },
    )
  const first = await page.evaluate(async (id) => {
    const log = await fetch(`app://lab/runs/${id}/log.ndjson`)
    return (await log.text()).trimEnd().split('\n').length
  }, run)
  await replay(first, 4000, 10)
  await page.waitForTimeout(1000)
  const before = await heapOf(session)
  await replay(first + 4000, 36_000, 10)
  await page.waitForTimeout(1000)
  print('heap more after 36,000 events', 'MB', ((await heapOf(session)) - before) / 1e6)

  // Ten lines of as many points as a line keeps.
  await page.getByRole('tab', { name: 'Charts' }).click()
  const chart = page.locator('.line-chart canvas').last()
  await chart.scrollIntoViewIfNeeded()
  const box = await chart.boundingBox()
  const moved = async () => {
    for (let step = 0; box && step < 120; step++)
      await page.mouse.move(box.x + 40 + ((box.width - 80) * step) / 120, box.y + box.height / 2)
  }
  print('cursor over ten lines of 40,000 points', 'frames/s', await framesDuring(page, moved))
  await lethe.close()
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
