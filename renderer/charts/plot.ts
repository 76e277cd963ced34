/**
 * One chart of uPlot, driven by hand: it draws the axes, the lines and the cursor; which points it gets is decided here, anew
 * for every part that is looked at. Nothing is drawn while nothing changes.
 */
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { drawBand } from './band.ts'
import { drawnValues, extremes, slotPlaces, type Drawn } from './columns.ts'
import { createDenseLines } from './dense-lines.ts'
import { axis, axisHeight, axisWidth, barLook, cursor, lineSeries, type PlotLine } from './plot-look.ts'
import { followScrub, type Scrub } from './scrub.ts'
import { padded, stepExtent, type Extent } from './series.ts'

export interface PlotContent {
  readonly lines: readonly PlotLine[]
  /** The line as it is stands faint behind the smoothed one. */
  readonly smoothing: boolean
}

export interface PlotOptions {
  readonly logX: boolean
  readonly logY: boolean
  readonly syncKey: string | undefined
  readonly scrub?: Scrub | undefined
  /** The step under the cursor, or null when it has left. */
  readonly onCursor: (step: number | null) => void
  readonly onZoom: (zoomed: boolean) => void
}

interface Size {
  readonly width: number
  readonly height: number
}

interface State {
  readonly options: PlotOptions
  readonly host: HTMLElement
  size: Size
  content: PlotContent
  /** All there is, and the part looked at; null is all. */
  whole: Extent
  part: Extent | null
  heights: Extent
  sparse: boolean
  plot: uPlot
  following: ReturnType<typeof followScrub> | null
  /** Of the next drawing, where one is due. */
  frame: number
}

export interface Plot {
  show(content: PlotContent): void
  resize(size: Size): void
  /** Colours have changed. */
  redraw(): void
  /** Moves the cursor by a share of the width, for the arrow keys. */
  moveCursor(share: number): void
  zoom(factor: number): void
  reset(): void
  canvas(): HTMLCanvasElement
  destroy(): void
}

/** No more points than this are drawn as points: a line of one has nothing else to show. */
const fewPoints = 40

const seen = ({ part, whole }: State): Extent => part ?? whole

function cursorStep({ plot }: State): number | null {
  const left = plot.cursor.left ?? -1
  return left < 0 ? null : plot.posToVal(left, 'x')
}

function lookAt(state: State, wanted: Extent | null): void {
  const { whole } = state
  const next = wanted && { low: Math.max(whole.low, wanted.low), high: Math.min(whole.high, wanted.high) }
  const isPart = next !== null && next.high > next.low && (next.low > whole.low || next.high < whole.high)
  state.part = isPart ? next : null
  state.options.onZoom(isPart)
  // A wheel turns several times before the next picture.
  state.frame ||= requestAnimationFrame(() => refresh(state))
}

const same = (x: number) => x
const scales = ({ options }: State) =>
  (options.logX ? [Math.log, Math.exp] : [same, same]) as [typeof same, typeof same]

/** Around the cursor, or the middle. */
function zoom(state: State, factor: number): void {
  const [scale, back] = scales(state)
  const { low, high } = seen(state)
  const [from, to] = [scale(low), scale(high)]
  const step = cursorStep(state)
  const at = step === null ? (from + to) / 2 : scale(step)
  const least = (scale(state.whole.high) - scale(state.whole.low)) * 1e-6
  if (factor < 1 && to - from <= least) return
  lookAt(state, { low: back(at - (at - from) * factor), high: back(at + (to - at) * factor) })
}

/** Moves the part that is seen by a share of its width, no further than the line goes. */
function pan(state: State, share: number): void {
  const [scale, back] = scales(state)
  const { low, high } = seen(state)
  const [from, to, first, last] = [low, high, state.whole.low, state.whole.high].map(scale) as [
    number,
    number,
    number,
    number,
  ]
  const by = Math.min(last - to, Math.max(first - from, share * (to - from)))
  lookAt(state, { low: back(from + by), high: back(to + by) })
}

/** Chooses the points of the part that is seen, and draws once. */
function refresh(state: State): void {
  cancelAnimationFrame(state.frame)
  state.frame = 0
  const { plot, content, options } = state
  const { lines, smoothing } = content
  const columns = Math.max(1, Math.floor(plot.bbox.width / devicePixelRatio))
  const view = { from: seen(state).low, to: seen(state).high, columns, log: options.logX }
  const floor = options.logY ? 0 : -Infinity
  const drawn = lines.flatMap(({ line, shown }): Drawn[] => [
    shown ? drawnValues(line.xs, line.ys, view, floor) : [],
    shown && smoothing ? drawnValues(line.xs, line.smooth, view, floor) : [],
  ])
  const { low, high, most } = extremes(drawn)
  state.sparse = most <= fewPoints
  state.heights = padded(low, high, options.logY)
  plot.batch(() => {
    lines.forEach(({ shown }, index) => {
      plot.setSeries(1 + 2 * index, { show: shown }, false)
      plot.setSeries(2 + 2 * index, { show: shown && smoothing }, false)
    })
    plot.setData([slotPlaces(view), ...drawn] as unknown as uPlot.AlignedData, false)
    plot.setScale('x', { min: view.from, max: view.to })
    plot.setScale('y', { min: state.heights.low, max: state.heights.high })
  })
  state.following?.rest()
}

function zoomToSelection(state: State): void {
  const { plot } = state
  const { left, width } = plot.select
  if (width < 5) return
  const next = { low: plot.posToVal(left, 'x'), high: plot.posToVal(left + width, 'x') }
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
  lookAt(state, next)
}

function makePlot(state: State): uPlot {
  const { options, size, content, host } = state
  const { lines, smoothing } = content
  const colourOf = (series: number) => lines[(series - 1) >> 1]?.colour ?? 'var(--ink)'
  const dense = createDenseLines((index) => barLook(lines, smoothing, index))
  const plot = new uPlot(
    {
      ...size,
      padding: [8, 14, 0, 0],
      legend: { show: false },
      scales: {
        x: { time: false, distr: options.logX ? 3 : 1, range: () => [seen(state).low, seen(state).high] },
        y: { distr: options.logY ? 3 : 1, range: () => [state.heights.low, state.heights.high] },
      },
      axes: [axis(options.logX, 90, axisHeight), axis(options.logY, 28, axisWidth)],
      series: [{}, ...lines.flatMap((line) => lineSeries(line, smoothing, () => state.sparse, dense.paths))],
      cursor: {
        ...cursor(colourOf, options.syncKey),
        bind: { dblclick: () => () => (lookAt(state, null), null) },
      },
      hooks: {
        drawAxes: [() => drawBand(plot, state.content.lines)],
        drawSeries: [dense.draw],
        setCursor: [() => options.onCursor(cursorStep(state))],
        setSelect: [() => zoomToSelection(state)],
      },
    },
    [[], ...lines.flatMap(() => [[], []])] as uPlot.AlignedData,
    host,
  )
  const onWheel = (event: WheelEvent) => {
    const zooms = event.ctrlKey || event.metaKey
    if (!zooms && (event.deltaX === 0 || state.part === null)) return // the page scrolls
    event.preventDefault()
    if (zooms) zoom(state, Math.exp(Math.sign(event.deltaY) * 0.22))
    else pan(state, Math.sign(event.deltaX) * 0.08)
  }
  plot.over.addEventListener('wheel', onWheel, { passive: false })
  state.following?.end()
  state.following = options.scrub ? followScrub(plot, options.scrub) : null
  return plot
}

const shapeOf = ({ lines, smoothing }: PlotContent): string =>
  JSON.stringify([smoothing, lines.map(({ colour, dashed, edge, index }) => [colour, dashed, edge, index])])

/** Of a page of charts only those are drawn again whose own lines have grown. */
const isSame = (a: PlotContent, b: PlotContent): boolean =>
  a.smoothing === b.smoothing &&
  a.lines.length === b.lines.length &&
  a.lines.every((one, index) => one.line === b.lines[index]?.line && one.shown === b.lines[index].shown)

function show(state: State, content: PlotContent): void {
  const sameShape = shapeOf(content) === shapeOf(state.content)
  const unchanged = sameShape && isSame(content, state.content)
  const { logX } = state.options
  state.content = content
  if (unchanged) return
  const lines = content.lines.filter(({ shown }) => shown).map(({ line }) => line)
  state.whole = stepExtent(lines, logX) ?? state.whole
  if (!sameShape) {
    state.plot.destroy()
    state.plot = makePlot(state)
  }
  refresh(state)
}

function moveCursor({ plot, options: { scrub } }: State, share: number): void {
  if (scrub) return scrub.seek(scrub.step() + Math.sign(share) * (Math.abs(share) > 0.05 ? 10 : 1))
  const width = plot.over.clientWidth
  const left = plot.cursor.left ?? -1
  const next = left < 0 ? (share > 0 ? 0 : width) : Math.min(width, Math.max(0, left + share * width))
  plot.setCursor({ left: next, top: plot.over.clientHeight / 2 })
}

export function createPlot(host: HTMLElement, size: Size, options: PlotOptions): Plot {
  const state = {
    options,
    host,
    size,
    content: { lines: [], smoothing: false },
    whole: { low: options.logX ? 1 : 0, high: 10 },
    part: null,
    heights: padded(Infinity, -Infinity, options.logY),
    sparse: false,
    following: null,
    frame: 0,
  } as unknown as State
  state.plot = makePlot(state)
  return {
    show: (content) => show(state, content),
    resize(next) {
      if (next.width === state.size.width && next.height === state.size.height) return
      state.size = next
      state.plot.setSize(next)
      refresh(state)
    },
    redraw: () => state.plot.redraw(false, true),
    moveCursor: (share) => moveCursor(state, share),
    zoom: (factor) => zoom(state, factor),
    reset: () => lookAt(state, null),
    canvas: () => state.plot.ctx.canvas,
    destroy(): void {
      cancelAnimationFrame(state.frame)
      state.following?.end()
      state.plot.destroy()
    },
  }
}
