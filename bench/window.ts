import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CDPSession, ElectronApplication, Page } from 'playwright'
import { startLethe } from '../e2e/pages/lethe.ts'
import { median } from './harness.ts'
import { importPictures, writeLongRuns } from './window/material.ts'
import { framesOf, inputTimes, percentile, tasksDuring, watchInputs } from './window/measure.ts'

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

interface Driven {
  readonly electron: ElectronApplication
  readonly page: Page
  readonly session: CDPSession
  readonly project: string
}

/** From the start of the process to the first picture of the page. */
async function warmStart(): Promise<void> {
  const times: number[] = []
  for (let round = 0; round < 5; round++) {
    const lethe = await startLethe()
    const born = await lethe.electron.evaluate(() => process.getCreationTime() ?? NaN)
    const painted = await lethe.page.evaluate(async () => {
      const first = () => performance.getEntriesByName('first-contentful-paint')[0]
      while (!first()) await new Promise((resolve) => setTimeout(resolve, 20))
      return performance.timeOrigin + first()!.startTime
    })
    if (round > 0) times.push(painted - born) // the first reads the files from disk
    await lethe.close()
  }
  print('first window, warm', 'ms', median(times))
}

async function metric(session: CDPSession, wanted: string): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics')
  return metrics.find(({ name }) => name === wanted)?.value ?? NaN
}

/** Typing, keys on the slider of ε, choices of tabs: a few dozen inputs, as fast as a person gives them. */
async function useIt(page: Page): Promise<void> {
  const pause = () => page.waitForTimeout(60)
  for (const tab of ['Charts', 'Log', 'Files', 'Charts', 'Log', 'Overview']) {
    await page.getByRole('tab', { name: tab }).first().click()
    await pause()
  }
  await page.getByLabel('Find runs').pressSequentially('digits of mnist', { delay: 60 })
  await page.getByLabel('Find runs').fill('')
  const rail = page.getByRole('navigation')
  await rail.getByRole('button', { name: 'Private images', exact: true }).click()
  await page.getByRole('slider').first().focus()
  for (let press = 0; press < 16; press++) {
    await page.keyboard.press(press % 3 === 0 ? 'ArrowLeft' : 'ArrowRight')
    await pause()
  }
  await rail.getByRole('button', { name: 'Runs', exact: true }).click()
}

async function whileARunGoesOn({ electron, page, session }: Driven): Promise<string> {
  await page.evaluate(() => window.lethe.call('images.demo', { epsilon: 1 }))
  await page.locator('.run-item').first().click()
  await page.locator('.run-header [data-state="running"]').waitFor({ timeout: 60_000 })
  await page.waitForTimeout(4000)
  const script = await metric(session, 'ScriptDuration')
  const { count } = await framesOf(page, () => () => undefined, null)
  print(
    'script a frame while a run goes on',
    'ms',
    (1000 * ((await metric(session, 'ScriptDuration')) - script)) / count,
  )
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
  await watchInputs(page)
  const tasks = await tasksDuring(electron, page, () => useIt(page))
  print('longest task while a run goes on', 'ms', tasks.longest)
  print('longest task while a run goes on, of processor', 'ms', tasks.longestProcessor)
  print('input to picture while a run goes on, 95 of 100', 'ms', percentile(await inputTimes(page), 0.95))
  const run = (await page.locator('.run-item').first().getAttribute('data-run')) ?? ''
  await page.evaluate((id) => window.lethe.call('runs.cancel', { run: id }), run)
  await page.locator(`.run-item[data-run="${run}"]`).click()
  const ended = ['cancelled', 'succeeded'].map((state) => `.run-header [data-state="${state}"]`).join(', ')
  await page.locator(ended).first().waitFor({ timeout: 90_000 })
  return run
}

async function size({ page, session }: Driven): Promise<{ heap: number; nodes: number }> {
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  return { heap: usedSize, nodes: await page.evaluate(() => document.querySelectorAll('*').length) }
}

/** Tells the page events as if the run had written them, ten figures, a hundred at once. */
const replay = (electron: ElectronApplication, run: string, from: number, count: number) =>
  electron.evaluate(
    async ({ BrowserWindow }, told) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents
      for (let seq = told.from; seq < told.from + told.count; seq += 100) {
        const events = Array.from({ length: 100 }, (_none, index) => ({
          ...{ seq: seq + index, time: new Date(1e12 + 100 * (seq + index)).toISOString(), kind: 'metric' },
          ...{ name: `replay, ${index % 10}`, step: seq + index, value: Math.sin(seq + index), private: true },
        }))
        contents?.send('lethe:topic', 'run-events', { run: told.run, events })
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    },
    { run, from, count },
  )

async function anHourOfEvents(driven: Driven, run: string): Promise<void> {
  const { electron, page } = driven
  const first = await page.evaluate(async (id) => {
    const log = await fetch(`app://lab/runs/${id}/log.ndjson`)
    return (await log.text()).trimEnd().split('\n').length
  }, run)
  await page.getByRole('tab', { name: 'Charts' }).click()
  await replay(electron, run, first, 10_000) // from here on, a figure has all the room it will ever take
  await page.waitForTimeout(1000)
  const before = await size(driven)
  const tasks = await tasksDuring(electron, page, () => replay(electron, run, first + 10_000, 36_000))
  await page.waitForTimeout(1000)
  const after = await size(driven)
  print('heap more after 36,000 events', 'MB', (after.heap - before.heap) / 1e6)
  print('elements more after 36,000 events', 'elements', after.nodes - before.nodes)
  print('longest task while 36,000 events arrive, of processor', 'ms', tasks.longestProcessor)
}

type Movement = 'cursor' | 'zoom' | 'pan'

/** In the page: what happens to the chart in each frame. */
const moveChart = (movement: Movement) => {
  const over = document.querySelector<HTMLElement>('.line-chart .u-over')!
  const { left, top, width, height } = over.getBoundingClientRect()
  const at = (share: number) => ({ clientX: left + share * width, clientY: top + height / 2, bubbles: true })
  over.dispatchEvent(new MouseEvent('mouseenter', at(0.4)))
  over.dispatchEvent(new MouseEvent('mousemove', at(0.4)))
  const wheel = (turn: WheelEventInit) =>
    over.dispatchEvent(new WheelEvent('wheel', { ...at(0.4), cancelable: true, ...turn }))
  if (movement === 'pan') for (let turn = 0; turn < 8; turn++) wheel({ deltaY: -100, ctrlKey: true })
  return (frame: number) => {
    if (movement === 'cursor') over.dispatchEvent(new MouseEvent('mousemove', at((frame % 100) / 100)))
    if (movement === 'zoom') wheel({ deltaY: frame % 40 < 20 ? -100 : 100, ctrlKey: true })
    if (movement === 'pan') wheel({ deltaX: frame % 20 < 10 ? 100 : -100 })
  }
}

async function longLines({ electron, page, session, project }: Driven, run: string): Promise<void> {
  await writeLongRuns(project, run, 10, 100_000)
  await page.evaluate(() => window.dispatchEvent(new Event('focus')))
  await page.locator('.run-item[data-run$="-long-9"]').waitFor({ timeout: 60_000 })
  for (let copy = 0; copy < 10; copy++)
    await page.locator(`.run-item[data-run$="-long-${copy}"]`).click({ modifiers: copy === 0 ? [] : ['Control'] })
  const opening = await tasksDuring(electron, page, async () => {
    await page.getByRole('button', { name: 'Compare', exact: true }).click()
    await page.getByRole('tab', { name: 'Charts' }).last().click()
    await page.locator('.line-chart .u-over').first().waitFor({ timeout: 120_000 })
    await page.waitForTimeout(1500)
  })
  print('ten lines of 100,000 points opened: longest task', 'ms', opening.longest)
  print('ten lines of 100,000 points opened: longest task, of processor', 'ms', opening.longestProcessor)
  for (const movement of ['cursor', 'zoom', 'pan'] as const) {
    const script = await metric(session, 'ScriptDuration')
    let frames = { perSecond: NaN, longest: NaN, count: 1 }
    const tasks = await tasksDuring(electron, page, async () => {
      frames = await framesOf(page, moveChart, movement)
    })
    const scripted = (await metric(session, 'ScriptDuration')) - script
    const words = `${movement}, ten lines of 100,000 points`
    print(words, 'frames/s', frames.perSecond)
    print(`${words}: script a step`, 'ms', (1000 * scripted) / frames.count)
    print(`${words}: task a step, of processor`, 'ms', tasks.processor / frames.count)
    print(`${words}: longest task, of processor`, 'ms', tasks.longestProcessor)
  }
}

/** In the page: 40 pixels in each frame, to the end and back. */
const scrollGrid = () => {
  const scroller = document.querySelector<HTMLElement>('.grid-scroller')!
  const far = scroller.scrollHeight - scroller.clientHeight
  return (frame: number) => {
    const way = (40 * frame) % (2 * far)
    scroller.scrollTop = way < far ? way : 2 * far - way
  }
}

async function thumbnails({ electron, page }: Driven): Promise<void> {
  await page.getByRole('navigation').getByRole('button', { name: 'Data', exact: true }).click()
  await page.locator('.dataset-open', { hasText: 'Rings' }).click()
  await page.getByRole('tab', { name: 'Images' }).click()
  await page.locator('.grid-scroller').waitFor()
  await page.waitForTimeout(1000)
  let frames = { perSecond: NaN, longest: NaN, count: 1 }
  const tasks = await tasksDuring(electron, page, async () => {
    frames = await framesOf(page, scrollGrid, null)
  })
  print('10,000 thumbnails scrolled', 'frames/s', frames.perSecond)
  print('10,000 thumbnails scrolled: longest frame', 'ms', frames.longest)
  print('10,000 thumbnails scrolled: task a frame, of processor', 'ms', tasks.processor / frames.count)
}

async function main(): Promise<void> {
  const say = () =>
    console.error(
      `Load of the machine: ${loadavg()
        .map((load) => load.toFixed(1))
        .join(', ')}`,
    )
  say()
  await warmStart()
  const folder = await mkdtemp(join(tmpdir(), 'lethe-window-'))
  const project = join(folder, 'project')
  await importPictures(folder, project)
  const lethe = await startLethe({ LETHE_DEMO_PRESET: 'desk' }, project)
  try {
    const session = await lethe.page.context().newCDPSession(lethe.page)
    await session.send('Performance.enable')
    const driven = { ...lethe, session }
    await thumbnails(driven)
    await lethe.page.getByRole('navigation').getByRole('button', { name: 'Runs', exact: true }).click()
    const run = await whileARunGoesOn(driven)
    await anHourOfEvents(driven, run)
    await longLines(driven, run)
  } finally {
    await lethe.close()
    await rm(folder, { recursive: true, force: true })
    say()
  }
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
