/**
 * A line that goes up and down in every column of pixels is drawn as upright bars from its lowest to its highest there. It looks
 * the same as the stroke of thousands of points over one another, which a machine without a graphics card takes a tenth of a
 * second for. Other lines are stroked as ever.
 */
import uPlot from 'uplot'
import { slots, type Drawn } from './columns.ts'

/** Travelled in a column on average, in pixels: above it a stroke would cover itself. */
const dense = 4
/** Shorter than this, a column is stroked, so that slow parts of the line stay smooth. */
const tall = 3

/** Columns that are drawn as bars: which, from where, to where. In pixels of the canvas. */
type Bars = number[]

export interface BarLook {
  readonly colour: string
  readonly alpha: number
  /** On and off, in pixels of the page. */
  readonly dash: readonly [number, number] | null
}

const stroke = uPlot.paths.linear!()

/** Heights on the canvas. uPlot's own function looks its scale up for each value, which is most of the time of a dense chart. */
function heights(plot: uPlot): (y: number) => number {
  const { top, height } = plot.bbox
  const { min = 0, max = 1, distr } = plot.scales['y']!
  if (Number(distr) === 3) return (y) => plot.valToPos(y, 'y', true)
  const factor = height / (max - min)
  return (y) => top + (max - y) * factor
}

function travel(drawn: Drawn, at: (y: number) => number): number {
  let [sum, before] = [0, NaN]
  for (let slot = 0; slot < drawn.length; slot++) {
    const y = drawn[slot]
    if (typeof y !== 'number') continue
    const here = at(y)
    if (!Number.isNaN(before)) sum += Math.abs(here - before)
    before = here
  }
  return sum
}

/** The bars of a line, and the stroke of what lies between them. */
function split(plot: uPlot, drawn: Drawn, at: (y: number) => number, bars: Bars): Path2D {
  const path = new Path2D()
  const { left, width } = plot.bbox
  const xOf = (slot: number) =>
    left + (Math.min(Math.max(slot - 0.5, 0), drawn.length - 2) / (drawn.length - 2)) * width
  // The points of one column, and the last point before it; without objects, since this runs for every column of every line.
  const [xs, ys] = [new Float64Array(slots + 1), new Float64Array(slots + 1)]
  let [beforeX, beforeY, beforeColumn] = [NaN, NaN, NaN]
  let penDown = false
  for (let column = -1; column <= (drawn.length - 2) / slots; column++) {
    const [begin, end] = [Math.max(0, 1 + column * slots), Math.min(drawn.length, 1 + (column + 1) * slots)]
    let [count, top, bottom] = [0, Infinity, -Infinity]
    let broken = false
    for (let slot = begin; slot < end; slot++) {
      const y = drawn[slot]
      if (y === null) broken = true
      if (typeof y !== 'number') continue
      const here = at(y)
      xs[count] = xOf(slot)
      ys[count++] = here
      if (here < top) top = here
      if (here > bottom) bottom = here
    }
    if (broken && count === 0) beforeColumn = NaN
    if (Number.isNaN(beforeColumn)) penDown = false
    if (count === 0) continue
    const near = beforeColumn === column - 1
    if (near) {
      top = Math.min(top, beforeY)
      bottom = Math.max(bottom, beforeY)
    }
    if (bottom - top > tall && (near || count > 1) && column >= 0) {
      bars.push(column, top, bottom)
      penDown = false
    } else {
      if (!penDown) {
        if (Number.isNaN(beforeColumn)) path.moveTo(xs[0]!, ys[0]!)
        else path.moveTo(beforeX, beforeY)
      }
      for (let point = 0; point < count; point++) path.lineTo(xs[point]!, ys[point]!)
      penDown = true
    }
    beforeX = xs[count - 1]!
    beforeY = ys[count - 1]!
    beforeColumn = column
  }
  return path
}

export function createDenseLines(lookOf: (series: number) => BarLook) {
  const bars = new Map<number, Bars>()
  return {
    paths(plot: uPlot, series: number, from: number, to: number): uPlot.Series.Paths | null {
      const drawn = plot.data[series] as Drawn
      const columns = (drawn.length - 2) / slots
      bars.delete(series)
      const at = heights(plot)
      if (drawn.length < 3 || travel(drawn, at) / columns < dense * devicePixelRatio)
        return stroke(plot, series, from, to) ?? null
      const found: Bars = []
      const between = split(plot, drawn, at, found)
      bars.set(series, found)
      return { stroke: between, flags: 1 }
    },
    draw(plot: uPlot, series: number): void {
      const found = bars.get(series)
      if (!found || plot.series[series]?.show === false) return
      const { ctx, bbox } = plot
      const { colour, alpha, dash } = lookOf(series)
      const scale = devicePixelRatio
      const pitch = (bbox.width * slots) / ((plot.data[0]?.length ?? 3) - 2)
      ctx.save()
      ctx.globalAlpha = alpha
      ctx.fillStyle = colour
      for (let at = 0; at < found.length; at += 3) {
        const [column, top, bottom] = [found[at]!, found[at + 1]!, found[at + 2]!]
        if (dash && column % (dash[0] + dash[1]) >= dash[0]) continue
        const x = Math.round(bbox.left + column * pitch)
        const y = Math.round(top - scale / 2)
        ctx.fillRect(
          x,
          y,
          Math.round(bbox.left + (column + 1) * pitch) - x,
          Math.max(1, Math.round(bottom + scale / 2) - y),
        )
      }
      ctx.restore()
    },
  }
}

export type DenseLines = ReturnType<typeof createDenseLines>
