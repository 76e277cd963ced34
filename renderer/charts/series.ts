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
}

export interface Line {
  readonly xs: Float64Array
  readonly ys: Float64Array
  /** The same where nothing is smoothed. */
  readonly smooth: Float64Array
}

function sortedLine({ steps, values }: Series): { xs: Float64Array; ys: Float64Array } {
  const length = Math.min(steps.length, values.length)
  const xs = Float64Array.from({ length }, (_, index) => steps[index]!)
  const ys = Float64Array.from({ length }, (_, index) => values[index]!)
  if (xs.every((x, index) => index === 0 || x >= xs[index - 1]!)) return { xs, ys }
  const order = Array.from(xs.keys()).sort((a, b) => xs[a]! - xs[b]! || a - b)
  return { xs: Float64Array.from(order, (index) => xs[index]!), ys: Float64Array.from(order, (index) => ys[index]!) }
}

const known = new WeakMap<object, { readonly length: number; readonly weight: number; readonly line: Line }>()

/** Remembered by the array of values, for as long as it has the same length: a live chart grows one line and keeps nine. */
export function lineOf(series: Series, weight: number): Line {
  const before = known.get(series.values)
  const { length } = series.values
  if (before && before.length === length && before.weight === weight) return before.line
  const { xs, ys } = before?.length === length ? before.line : sortedLine(series)
  const line = { xs, ys, smooth: weight > 0 ? smoothed(ys, weight) : ys }
  known.set(series.values, { length, weight, line })
  return line
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

/** What a person who cannot see the line needs of it. */
export function summary({ xs, ys }: Line): Summary {
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
