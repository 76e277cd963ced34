/**
 * A long line as a screen can show it. Of all points that fall on one column of pixels the first, the lowest, the highest
 * and the last are kept: what is drawn is then the same as if all had been drawn, and no peak is lost.
 */

export interface View {
  readonly from: number
  readonly to: number
  /** Width in pixels. */
  readonly columns: number
  /** Logarithmic; `from` is then positive. */
  readonly log: boolean
}

/** Places for points in one column. All lines share them, so that one axis serves them all. */
const slots = 4

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

/** Puts a column's points into its slots: one at its own place, several in their order. */
function putColumn(drawn: Drawn, column: number, chosen: readonly number[], ys: Float64Array, share: number): void {
  const base = 1 + column * slots
  if (chosen.length === 1) {
    const slot = Math.min(slots - 1, Math.max(0, Math.floor(share * slots)))
    drawn[base + slot] = ys[chosen[0]!]!
    return
  }
  chosen.forEach((index, rank) => {
    drawn[base + (rank === chosen.length - 1 ? slots - 1 : rank)] = ys[index]!
  })
}

/**
 * The values of the slots for one line.
 * @param xs rising
 * @param canShow which values the other axis has a place for; the rest break the line
 */
export function drawnValues(
  xs: Float64Array,
  ys: Float64Array,
  view: View,
  canShow: (y: number) => boolean = Number.isFinite,
): Drawn {
  const { from, to, columns } = view
  const drawn: Drawn = new Array<number | undefined>(columns * slots + 2).fill(undefined)
  const edge = edgeOf(view)
  const start = lowerBound(xs, from)
  let index = start
  for (let column = 0; column < columns && index < xs.length && xs[index]! <= to; column++) {
    const end = column === columns - 1 ? Infinity : edge(column + 1)
    if (xs[index]! >= end) continue
    const begin = index
    let [first, last, low, high] = [-1, -1, -1, -1]
    for (; index < xs.length && xs[index]! < end && xs[index]! <= to; index++) {
      const y = ys[index]!
      if (!canShow(y)) continue
      if (first < 0) first = low = high = index
      last = index
      if (y < ys[low]!) low = index
      if (y > ys[high]!) high = index
    }
    if (first < 0) drawn[1 + column * slots] = null
    else {
      const chosen = [...new Set([first, Math.min(low, high), Math.max(low, high), last])]
      const left = edge(column)
      putColumn(drawn, column, chosen, ys, (xs[begin]! - left) / (edge(column + 1) - left))
    }
  }
  if (start > 0 && start < xs.length) drawn[0] = heightAt(xs, ys, start - 1, from, canShow)
  if (index > 0 && index < xs.length) drawn[drawn.length - 1] = heightAt(xs, ys, index - 1, to, canShow)
  return broken(drawn)
}

/** Where the straight line from one point to the next crosses x. */
function heightAt(xs: Float64Array, ys: Float64Array, index: number, x: number, canShow: (y: number) => boolean) {
  const [x0, x1, y0, y1] = [xs[index]!, xs[index + 1]!, ys[index]!, ys[index + 1]!]
  return canShow(y0) && canShow(y1) ? y0 + ((y1 - y0) * (x - x0)) / (x1 - x0) : undefined
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
