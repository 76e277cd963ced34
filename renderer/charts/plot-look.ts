/** How a chart looks, in uPlot's words: axes without frames, lines by their meaning, a quiet cursor. */
import type uPlot from 'uplot'
import { isSecondRound, resolveColour } from './colours.ts'
import type { Drawn } from './columns.ts'
import type { BarLook } from './dense-lines.ts'
import type { Line } from './series.ts'
import { linearTicks, logTicks, tickLabels } from './ticks.ts'

export interface PlotLine {
  readonly line: Line
  readonly colour: string
  readonly index: number
  readonly shown: boolean
  readonly dashed: boolean
  /** One of the two edges of a band. */
  readonly edge: boolean
}

export const axisHeight = 26
export const axisWidth = 54

/** Functions, so that a change of theme needs a redraw only. */
const token = (name: string) => () => resolveColour(`var(${name})`)

export function axis(log: boolean, spacing: number, size: number): uPlot.Axis {
  return {
    size,
    stroke: token('--ink-faint'),
    font: "11px 'Fira Mono'",
    grid: { stroke: token('--line-soft'), width: 1 },
    ticks: { show: false },
    splits: (plot, index, min, max) => {
      const length = index === 0 ? plot.bbox.width : plot.bbox.height
      const count = Math.max(2, Math.floor(length / devicePixelRatio / spacing))
      return log ? logTicks(min, max, count) : linearTicks(min, max, count)
    },
    filter: (_plot, splits) => splits,
    values: (_plot, splits) => tickLabels(splits),
  }
}

const dashOf = ({ dashed, index }: PlotLine): [number, number] | null =>
  dashed ? [5, 4] : isSecondRound(index) ? [1.5, 3] : null

/** Behind the smoothed line. */
const faint = 0.28

/** How a line is drawn where it is dense; `series` is uPlot's number for it. */
export function barLook(lines: readonly PlotLine[], smoothing: boolean, series: number): BarLook {
  const line = lines[(series - 1) >> 1]!
  return { colour: resolveColour(line.colour), alpha: smoothing && series % 2 === 1 ? faint : 1, dash: dashOf(line) }
}

/** Two of uPlot's series for each line: as it is, and smoothed over it. Few points are drawn as such. */
export function lineSeries(
  line: PlotLine,
  smoothing: boolean,
  isSparse: () => boolean,
  paths: uPlot.Series.PathBuilder,
): uPlot.Series[] {
  const dash = dashOf(line)
  const stroke = () => resolveColour(line.colour)
  const points = { show: isSparse, size: 5, stroke, fill: stroke }
  const shared = { stroke, points, paths, spanGaps: false, ...(dash ? { dash } : {}) }
  return [
    { ...shared, width: smoothing ? 1 : 1.5, alpha: smoothing ? faint : 1, show: line.shown },
    { ...shared, width: 1.75, show: line.shown && smoothing },
  ]
}

/** The drawn place next to the cursor, as columns leave most places empty. */
function nearestDrawn(drawn: Drawn, index: number): number {
  for (let distance = 0; distance < drawn.length; distance++) {
    if (typeof drawn[index - distance] === 'number') return index - distance
    if (typeof drawn[index + distance] === 'number') return index + distance
  }
  return index
}

export function cursor(colourOf: (series: number) => string, syncKey: string | undefined): uPlot.Cursor {
  const passedOn = ['mousemove', 'mouseleave']
  const sync = {
    key: syncKey ?? '',
    setSeries: false,
    scales: ['x', null] as [string, null],
    filters: { pub: (type: string) => passedOn.includes(type) },
  }
  return {
    y: false,
    drag: { x: true, y: false, setScale: false, dist: 5 },
    points: {
      size: 7,
      width: 1.5,
      stroke: token('--sheet'),
      fill: (_plot, series) => resolveColour(colourOf(series)),
    },
    dataIdx: (plot, series, index) => nearestDrawn(plot.data[series] as Drawn, index),
    ...(syncKey === undefined ? {} : { sync }),
  }
}
