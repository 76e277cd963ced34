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

function travel(plot: uPlot, drawn: Drawn): number {
  let [sum, before] = [0, NaN]
  for (const y of drawn) {
    if (typeof y !== 'number') continue
    const at = plot.valToPos(y, 'y', true)
    if (!Number.isNaN(before)) sum += Math.abs(at - before)
    before = at
  }
  return sum
}

/** The bars of a line, and the stroke of what lies between them. */
function split(plot: uPlot, drawn: Drawn, bars: Bars): Path2D {
  const path = new Path2D()
  const { left, width } = plot.bbox
  const xOf = (slot: number) =>
    left + (Math.min(Math.max(slot - 0.5, 0), drawn.length - 2) / (drawn.length - 2)) * width
  let before: { x: number; y: number; column: number } | null = null
  let penDown = false
  for (let column = -1; column <= (drawn.length - 2) / slots; column++) {
    const [begin, end] = [Math.max(0, 1 + column * slots), Math.min(drawn.length, 1 + (column + 1) * slots)]
    const points: { x: number; y: number; column: number }[] = []
    let broken = false
    for (let slot = begin; slot < end; slot++) {
      const y = drawn[slot]
      if (y === null) broken = true
      if (typeof y === 'number') points.push({ x: xOf(slot), y: plot.valToPos(y, 'y', true), column })
    }
    if (broken && points.length === 0) before = null
    if (before === null) penDown = false
    if (points.length === 0) continue
    const near = before !== null && before.column === column - 1
    const ys = near ? [before!.y, ...points.map(({ y }) => y)] : points.map(({ y }) => y)
    const [top, bottom] = [Math.min(...ys), Math.max(...ys)]
    if (bottom - top > tall && (near || points.length > 1) && column >= 0) {
      bars.push(column, top, bottom)
      penDown = false
    } else {
      if (!penDown) {
        const from = before ?? points[0]!
        path.moveTo(from.x, from.y)
      }
      for (const { x, y } of points) path.lineTo(x, y)
      penDown = true
    }
    before = points[points.length - 1]!
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
      if (drawn.length < 3 || travel(plot, drawn) / columns < dense * devicePixelRatio)
        return stroke(plot, series, from, to) ?? null
      const found: Bars = []
      const between = split(plot, drawn, found)
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
