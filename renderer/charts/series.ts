/** What a chart is given, made ready once: sorted by step, as typed arrays, smoothed, summed up. */
import { formatFigure } from '../app/format.ts'
import { lowerBound } from './columns.ts'
import { smoothed } from './smoothing.ts'

export interface Series {
  readonly id: string
  readonly name: string
  /** A CSS colour; else one by its place. */
  readonly colour?: string | undefined
  readonly steps: ArrayLike<number>
  readonly values: ArrayLike<number>
  /** False: read from sensitive data without noise; marked wherever it is shown. */
  readonly private?: boolean | undefined
  /** Of two that are, what lies between is tinted. */
  readonly edge?: boolean | undefined
}

/** The points alone, in any order. */
export type Points = Pick<Series, 'steps' | 'values'>

export interface Line {
  readonly xs: Float64Array
  readonly ys: Float64Array
  /** The same where nothing is smoothed. */
  readonly smooth: Float64Array
}

/** A copy: a live line is written on in the same memory. */
const copied = (values: ArrayLike<number>, length: number): Float64Array =>
  values instanceof Float64Array ? values.slice(0, length) : Float64Array.from({ length }, (_, index) => values[index]!)

function rises(xs: Float64Array): boolean {
  for (let index = 1; index < xs.length; index++) if (!(xs[index]! >= xs[index - 1]!)) return false
  return true
}

function sortedLine({ steps, values }: Points): Line {
  const length = Math.min(steps.length, values.length)
  const [xs, ys] = [copied(steps, length), copied(values, length)]
  if (rises(xs)) return { xs, ys, smooth: ys }
  const order = Array.from(xs.keys()).sort((a, b) => xs[a]! - xs[b]! || a - b)
  const sorted = Float64Array.from(order, (index) => ys[index]!)
  return { xs: Float64Array.from(order, (index) => xs[index]!), ys: sorted, smooth: sorted }
}

interface Known {
  readonly length: number
  readonly steps: ArrayLike<number>
  /** As it is, and as it was smoothed last: both are asked for in turn. */
  readonly line: Line
  smooth: { readonly weight: number; readonly line: Line } | null
}
const known = new WeakMap<object, Known>()

/** Remembered by the array of values, for as long as it has the same length: a live chart grows one line and keeps nine. */
export function lineOf(series: Points, weight: number): Line {
  const { length } = series.values
  let found = known.get(series.values)
  if (found?.length !== length || found.steps !== series.steps) {
    found = { length, steps: series.steps, line: sortedLine(series), smooth: null }
    known.set(series.values, found)
  }
  if (weight <= 0) return found.line
  if (found.smooth?.weight !== weight)
    found.smooth = { weight, line: { ...found.line, smooth: smoothed(found.line.ys, weight) } }
  return found.smooth.line
}

/** Index of the point whose step is nearest, or -1. */
export function nearest(xs: Float64Array, x: number): number {
  const right = lowerBound(xs, x)
  if (right === 0) return xs.length > 0 ? 0 : -1
  if (right === xs.length) return right - 1
  return xs[right]! - x < x - xs[right - 1]! ? right : right - 1
}

export interface Extent {
  readonly low: number
  readonly high: number
}

/** The ends of all steps that an axis has a place for; null where there is none. */
export function stepExtent(lines: readonly Line[], log: boolean): Extent | null {
  let [low, high] = [Infinity, -Infinity]
  for (const { xs } of lines) {
    const first = log ? xs[xs.findIndex((x) => x > 0)] : xs[0]
    const last = xs[xs.length - 1]
    if (first === undefined || last === undefined) continue
    low = Math.min(low, first)
    high = Math.max(high, last)
  }
  if (low > high) return null
  if (low < high) return { low, high }
  return log ? { low: low / 2, high: high * 2 } : { low: low - 0.5, high: high + 0.5 }
}

/** Room above and below the values, so that no line runs along the frame. */
export function padded(low: number, high: number, log: boolean): Extent {
  if (!(low <= high)) return log ? { low: 0.1, high: 10 } : { low: 0, high: 1 }
  if (log) {
    const factor = low === high ? 2 : (high / low) ** 0.06
    return { low: low / factor, high: high * factor }
  }
  const room = low === high ? Math.abs(low) * 0.1 || 1 : (high - low) * 0.06
  return { low: low - room, high: high + room }
}

export interface Summary {
  readonly points: number
  readonly last: number
  readonly lowest: number
  readonly lowestStep: number
  readonly highest: number
  readonly highestStep: number
}

const summaries = new WeakMap<Float64Array, Summary>()

/** What a person who cannot see the line needs of it. Remembered: a chart is put together more often than its lines change. */
export function summary(line: Line): Summary {
  const before = summaries.get(line.ys)
  if (before) return before
  const made = summarise(line)
  summaries.set(line.ys, made)
  return made
}

function summarise({ xs, ys }: Line): Summary {
  let [low, high] = [-1, -1]
  for (let index = 0; index < ys.length; index++) {
    const y = ys[index]!
    if (!Number.isFinite(y)) continue
    if (low < 0 || y < ys[low]!) low = index
    if (high < 0 || y > ys[high]!) high = index
  }
  const at = (values: Float64Array, index: number) => values[index] ?? NaN
  return {
    points: ys.length,
    last: at(ys, ys.length - 1),
    lowest: at(ys, low),
    lowestStep: at(xs, low),
    highest: at(ys, high),
    highestStep: at(xs, high),
  }
}

const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** All points as comma-separated values: a row for each step, a column for each line; what is not private says so. */
export function toCsv(xLabel: string, series: readonly Series[]): string {
  const rows = new Map<number, string[]>()
  series.forEach((one, column) => {
    const { xs, ys } = lineOf(one, 0)
    xs.forEach((x, index) => {
      const row = rows.get(x) ?? new Array<string>(series.length).fill('')
      row[column] = String(ys[index])
      rows.set(x, row)
    })
  })
  const head = [xLabel, ...series.map((one) => (one.private === false ? `${one.name} (not private)` : one.name))]
  const body = [...rows].sort(([a], [b]) => a - b).map(([x, cells]) => [x, ...cells].join(','))
  return [head.map(quoted).join(','), ...body].join('\n')
}

/** A figure of fixed width, so that nothing beside it moves. */
export const readOut = (value: number | undefined): string => (value === undefined ? '–' : formatFigure(value))
