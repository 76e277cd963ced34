/**
 * The lowest and the highest of any stretch of a line in a few steps: for blocks of 8, 16, 32 … points it is kept where they are.
 * Made once for a line, about a millisecond for 100,000 points; then every part can be looked at without reading all points again.
 */

/** Blocks of 2 ** 3 points are the smallest: of fewer, looking at each is as fast. */
const smallest = 3

export interface Pyramid {
  readonly ys: Float64Array
  /** Values above it, and finite, are shown; others are as if they were not there. */
  readonly floor: number
  /** For each size of blocks, from the smallest, the index of the lowest and the highest; -1 where nothing is shown. */
  readonly lows: readonly Int32Array[]
  readonly highs: readonly Int32Array[]
}

export interface Places {
  low: number
  high: number
}

export const isShown = (y: number, floor: number): boolean => y > floor && y < Infinity

const known = new WeakMap<Float64Array, Pyramid>()

/** Remembered by the array, which must not change any more. */
export function pyramidOf(ys: Float64Array, floor: number): Pyramid {
  const before = known.get(ys)
  if (before?.floor === floor) return before
  const made = build(ys, floor)
  known.set(ys, made)
  return made
}

function build(ys: Float64Array, floor: number): Pyramid {
  const lows: Int32Array[] = []
  const highs: Int32Array[] = []
  let [lower, higher] = smallestBlocks(ys, floor)
  while (lower.length > 0) {
    lows.push(lower)
    highs.push(higher)
    const count = lower.length >> 1
    const [low, high] = [new Int32Array(count), new Int32Array(count)]
    for (let block = 0; block < count; block++) {
      const [left, right] = [2 * block, 2 * block + 1]
      low[block] = lower[left]! < 0 || ys[lower[right]!]! < ys[lower[left]!]! ? lower[right]! : lower[left]!
      high[block] = higher[left]! < 0 || ys[higher[right]!]! > ys[higher[left]!]! ? higher[right]! : higher[left]!
    }
    lower = low
    higher = high
  }
  return { ys, floor, lows, highs }
}

function smallestBlocks(ys: Float64Array, floor: number): [Int32Array, Int32Array] {
  const count = ys.length >> smallest
  const [lows, highs] = [new Int32Array(count), new Int32Array(count)]
  for (let block = 0; block < count; block++) {
    let low = -1
    let high = -1
    for (let at = block << smallest; at < (block + 1) << smallest; at++) {
      const y = ys[at]!
      if (!isShown(y, floor)) continue
      if (low < 0 || y < ys[low]!) low = at
      if (high < 0 || y > ys[high]!) high = at
    }
    lows[block] = low
    highs[block] = high
  }
  return [lows, highs]
}

/** The earliest lowest and highest from `begin` to before `end`; -1 where nothing is shown. Written to `found`: this runs for every column. */
export function extremesIn({ ys, floor, lows, highs }: Pyramid, begin: number, end: number, found: Places): void {
  let [low, high] = [-1, -1]
  for (let at = begin; at < end;) {
    // The largest block that begins here and ends in time: as many trailing zeros as `at` has, as many bits as there is room.
    const aligned = at === 0 ? 31 : 31 - Math.clz32(at & -at)
    const bits = Math.min(aligned, 31 - Math.clz32(end - at))
    const level = Math.min(bits - smallest, lows.length - 1)
    const shift = level < 0 ? 0 : level + smallest
    const block = at >>> shift
    const point = level < 0 && !isShown(ys[at]!, floor) ? -1 : at
    const lowest = level < 0 ? point : lows[level]![block]!
    const highest = level < 0 ? point : highs[level]![block]!
    if (lowest >= 0) {
      if (low < 0 || ys[lowest]! < ys[low]!) low = lowest
      if (high < 0 || ys[highest]! > ys[high]!) high = highest
    }
    at += 1 << shift
  }
  found.low = low
  found.high = high
}
