/** Frames, tasks and inputs of the page, as the browser itself counts them. */
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ElectronApplication, Page } from 'playwright'

export const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? NaN

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  readonly dur?: number
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

export interface Tasks {
  /** The longest, in milliseconds, and how long the processor worked for the one it worked longest for. */
  readonly longest: number
  readonly longestProcessor: number
  /** Of all together. */
  readonly processor: number
}

/** The tasks of the page's main thread while `work` goes on. */
export async function tasksDuring(
  electron: ElectronApplication,
  page: Page,
  work: () => Promise<unknown>,
): Promise<Tasks> {
  const file = join(tmpdir(), `lethe-trace-${process.pid}-${Date.now()}.json`)
  const pid = await electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
  )
  await electron.evaluate(({ contentTracing }) =>
    contentTracing.startRecording({ included_categories: ['toplevel', '__metadata'], excluded_categories: ['*'] }),
  )
  await work()
  await page.waitForTimeout(50)
  await electron.evaluate(({ contentTracing }, path) => contentTracing.stopRecording(path), file)
  const { traceEvents } = JSON.parse(await readFile(file, 'utf8')) as { traceEvents: TraceEvent[] }
  await rm(file)
  const main = traceEvents.find(
    ({ name, pid: of, args }) => name === 'thread_name' && of === pid && args?.name === 'CrRendererMain',
  )
  const tasks = traceEvents.filter(
    ({ name, pid: of, tid, ph }) => ph === 'X' && of === pid && tid === main?.tid && name.endsWith('RunTask'),
  )
  if (tasks.length === 0) throw new Error('The trace holds no task of the page.')
  const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), 0)
  return {
    longest: most(tasks.map(({ dur = 0 }) => dur)) / 1000,
    longestProcessor: most(tasks.map(({ tdur = 0 }) => tdur)) / 1000,
    processor: tasks.reduce((sum, { tdur = 0 }) => sum + tdur, 0) / 1000,
  }
}

export interface Frames {
  readonly perSecond: number
  readonly longest: number
  readonly count: number
}

/** Frames of the page for three seconds, while `move` is called in each of them with the number of the frame. */
export async function framesOf<Given>(
  page: Page,
  prepare: (given: Given) => (frame: number) => void,
  given: Given,
): Promise<Frames> {
  const watch = (move: (frame: number) => void) =>
    new Promise<number[]>((resolve) => {
      const seen: number[] = []
      const frame = (time: number) => {
        seen.push(time)
        move(seen.length)
        if (time - seen[0]! < 3000) requestAnimationFrame(frame)
        else resolve(seen)
      }
      requestAnimationFrame(frame)
    })
  const source = `(${watch.toString()})((${prepare.toString()})(${JSON.stringify(given)}))`
  const times = await page.evaluate<number[]>(source)
  const gaps = times.slice(1).map((time, index) => time - times[index]!)
  const span = times[times.length - 1]! - times[0]!
  return { perSecond: (1000 * gaps.length) / span, longest: Math.max(...gaps), count: gaps.length }
}

interface Watched {
  readonly entries: { name: string; duration: number }[]
  readonly before: number
}
declare global {
  var watched: Watched | undefined
}

/** Inputs whose picture is waited for; those that only move the mouse say nothing. */
const inputs = ['keydown', 'pointerdown', 'click']

/** From now on, the time from each input to the picture that answers it. */
export const watchInputs = (page: Page): Promise<void> =>
  page.evaluate((names) => {
    const counts = performance.eventCounts
    const before = names.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0)
    const seen = (globalThis.watched = { entries: [], before } as Watched)
    new PerformanceObserver((list) =>
      seen.entries.push(...list.getEntries().map(({ name, duration }) => ({ name, duration }))),
    ).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit)
  }, inputs)

/** Of all inputs since then; the browser tells of none that took less than 16 ms, they are taken for 16. */
export async function inputTimes(page: Page): Promise<number[]> {
  await page.waitForTimeout(300)
  const { slow, count } = await page.evaluate((names) => {
    const counts = performance.eventCounts
    const { entries = [], before = 0 } = globalThis.watched ?? {}
    const found = entries.filter(({ name }) => names.includes(name)).map(({ duration }) => duration)
    return { slow: found, count: names.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0) - before }
  }, inputs)
  return [...slow, ...Array.from({ length: Math.max(0, count - slow.length) }, () => 16)]
}
