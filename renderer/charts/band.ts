/** A tint between the two lines that are the edges of a band, under all lines. */
import type uPlot from 'uplot'
import { resolveColour } from './colours.ts'
import type { Drawn } from './columns.ts'
import type { PlotLine } from './plot-look.ts'

const tint = 0.14

export function drawBand(plot: uPlot, lines: readonly PlotLine[]): void {
  const edges = lines.flatMap(({ edge, shown }, index) => (edge && shown ? [index] : []))
  if (edges.length !== 2) return
  const [places, ...rows] = plot.data
  const corners = (index: number): [number, number][] =>
    (rows[2 * index] as Drawn).flatMap((y, slot): [number, number][] =>
      typeof y === 'number' ? [[plot.valToPos(places[slot]!, 'x', true), plot.valToPos(y, 'y', true)]] : [],
    )
  const { ctx, bbox } = plot
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  ctx.beginPath()
  for (const [x, y] of [...corners(edges[0]!), ...corners(edges[1]!).reverse()]) ctx.lineTo(x, y)
  ctx.globalAlpha = tint
  ctx.fillStyle = resolveColour(lines[edges[0]!]!.colour)
  ctx.fill()
  ctx.restore()
}
