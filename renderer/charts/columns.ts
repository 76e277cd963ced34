/**
 * A long line as a screen can show it. Of all points that fall on one column of pixels the first, the lowest, the highest
 * and the last are kept: what is drawn is then the same as if all had been drawn, and no peak is lost.
 */

import { extremesIn, isShown, pyramidOf, type Places } from './pyramid.ts'

export interface View {
  readonly from: number
  readonly to: number
  /** Width in pixels. */
  readonly columns: number
  /** Logarithmic; `from` is then positive. */
  readonly log: boolean
}

/** Places for points in one column. All lines share them, so that one axis serves them all. */
export const slots = 4

/** Undefined: no point here, the line goes on. Null: a value that is no number, the line is broken. */
export type Drawn = (number | null | undefined)[]

/** The x at a place counted in columns. */
function edgeOf({ from, to, columns, log }: View): (place: number) => number {
  const [factor, span] = [log ? to / from : 1, to - from]
  return (place) => (log ? from * factor ** (place / columns) : from + (span * place) / columns)
}

/** The x of every slot; one more at each edge, where lines come in and go out. */
export function slotPlaces({ from, to, columns, log }: View): Float64Array {
  const count = columns * slots
  const xs = new Float64Array(count + 2)
  for (let slot = 0; slot < count; slot++) {
    const share = (slot + 0.5) / count
    xs[slot + 1] = log ? from * (to / from) ** share : from + (to - from) * share
  }
  xs[0] = from
  xs[count + 1] = to
  return xs
}

/** First index at which `xs`, which rises, is not below x. */
export function lowerBound(xs: Float64Array, x: number): number {
  let [low, high] = [0, xs.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (xs[middle]! < x) low = middle + 1
    else high = middle
  }
  return low
}

/** First index at which `xs` is above x. */
function boundAbove(xs: Float64Array, x: number): number {
  let index = lowerBound(xs, x)
  while (xs[index] === x) index++
  return index
}

/** The first that is not below x, from `start` on: near by where columns are narrow. */
function nextBound(xs: Float64Array, x: number, start: number): number {
  let [low, stride] = [start, 1]
  while (low + stride < xs.length && xs[low + stride]! < x) {
    low += stride
    stride *= 2
  }
  let high = Math.min(xs.length, low + stride)
  while (low < high) {
    const middle = (low + high) >>> 1
    if (xs[middle]! < x) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * The values of the slots for one line.
 * @param xs rising
 * @param floor values above it, and finite, have a place on the other axis; the rest break the line
 */
export function drawnValues(xs: Float64Array, ys: Float64Array, view: View, floor = -Infinity): Drawn {
  const { from, to, columns } = view
  const drawn: Drawn = new Array<number | undefined>(columns * slots + 2).fill(undefined)
  const edge = edgeOf(view)
  const pyramid = pyramidOf(ys, floor)
  const found = { low: -1, high: -1 }
  const start = lowerBound(xs, from)
  const stop = boundAbove(xs, to)
  let index = start
  for (let column = 0; column < columns && index < stop; column++) {
    const right = edge(column + 1)
    const begin = index
    index = column === columns - 1 ? stop : Math.min(stop, nextBound(xs, right, begin))
    if (index === begin) continue
    const base = 1 + column * slots
    if (index === begin + 1) {
      const left = edge(column)
      const share = Math.floor(((xs[begin]! - left) / (right - left)) * slots)
      drawn[base + Math.min(slots - 1, Math.max(0, share))] = isShown(ys[begin]!, floor) ? ys[begin] : null
      continue
    }
    extremesIn(pyramid, begin, index, found)
    if (found.low < 0) drawn[base] = null
    else putColumn(drawn, base, ys, floor, begin, index, found)
  }
  if (start > 0 && start < xs.length) drawn[0] = heightAt(xs, ys, start - 1, from, floor)
  if (index > 0 && index < xs.length) drawn[drawn.length - 1] = heightAt(xs, ys, index - 1, to, floor)
  return broken(drawn)
}

/** First, lowest, highest and last of a column in their order, each once. */
function putColumn(
  drawn: Drawn,
  base: number,
  ys: Float64Array,
  floor: number,
  begin: number,
  end: number,
  at: Places,
) {
  let [first, last] = [begin, end - 1]
  while (!isShown(ys[first]!, floor)) first++
  while (!isShown(ys[last]!, floor)) last--
  const [second, third] = at.low < at.high ? [at.low, at.high] : [at.high, at.low]
  drawn[base] = ys[first]!
  if (second !== first && second !== last) drawn[base + 1] = ys[second]!
  if (third !== second && third !== first && third !== last) drawn[base + 2] = ys[third]!
  if (last !== first) drawn[base + slots - 1] = ys[last]!
}

/** Where the straight line from one point to the next crosses x. */
function heightAt(xs: Float64Array, ys: Float64Array, index: number, x: number, floor: number) {
  const [x0, x1, y0, y1] = [xs[index]!, xs[index + 1]!, ys[index]!, ys[index + 1]!]
  return isShown(y0, floor) && isShown(y1, floor) ? y0 + ((y1 - y0) * (x - x0)) / (x1 - x0) : undefined
}

/** A break reaches from the point before it to the point after it. */
function broken(drawn: Drawn): Drawn {
  let after = 0
  let breaks = false
  for (let slot = 0; slot <= drawn.length; slot++) {
    if (drawn[slot] === null) breaks = true
    if (typeof drawn[slot] !== 'number' && slot < drawn.length) continue
    if (breaks) drawn.fill(null, after, slot)
    after = slot + 1
    breaks = false
  }
  return drawn
}

/** The lowest and highest of all that is drawn, and how many points the longest line has. */
export function extremes(all: readonly Drawn[]): { low: number; high: number; most: number } {
  let [low, high, most] = [Infinity, -Infinity, 0]
  for (const drawn of all) {
    let count = 0
    for (const y of drawn) {
      if (typeof y !== 'number') continue
      count++
      if (y < low) low = y
      if (y > high) high = y
    }
    most = Math.max(most, count)
  }
  return { low, high, most }
}
