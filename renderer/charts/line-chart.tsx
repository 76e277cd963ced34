/** Lines over steps: live, zoomed by dragging, read at the cursor, compared across charts with the same `syncKey`. */
import { useId, useMemo, useState, type KeyboardEvent, type ReactNode, type RefObject } from 'react'
import { Button } from '../ui/controls.tsx'
import { Menu, type MenuItem } from '../ui/menu.tsx'
import { seriesColour } from './colours.ts'
import { copyCsv, copyPicture } from './copy.ts'
import { Legend } from './legend.tsx'
import type { Plot } from './plot.ts'
import type { Scrub } from './scrub.ts'
import { SeriesTable } from './series-table.tsx'
import { lineOf, type Series } from './series.ts'
import { usePlot } from './use-plot.ts'
import './line-chart.css'

interface LineChartProps {
  readonly label: string
  /** A new array whenever something changes. */
  readonly series: readonly Series[]
  readonly xLabel: string
  readonly yLabel: string
  readonly logX?: boolean
  readonly logY?: boolean
  /** 0 … 1: how much of the past the smoothed line keeps. */
  readonly smoothing?: number
  readonly height?: number
  readonly syncKey?: string
  /** Where the cursor rests; the same object for as long as it is the same place. */
  readonly scrub?: Scrub
}

export function LineChart(props: LineChartProps) {
  const {
    label,
    series,
    xLabel,
    yLabel,
    logX = false,
    logY = false,
    smoothing = 0,
    height = 220,
    syncKey,
    scrub,
  } = props
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const lines = useMemo(
    () =>
      series.map((one, index) => ({
        line: lineOf(one, smoothing),
        colour: one.colour ?? seriesColour(index),
        index,
        shown: !hidden.has(one.id),
        dashed: one.private === false,
        edge: one.edge === true,
      })),
    [series, smoothing, hidden],
  )
  const { place, legend, plot, zoomed } = usePlot({
    lines,
    smoothing: smoothing > 0,
    logX,
    logY,
    height,
    syncKey,
    scrub,
  })
  const empty = lines.every(({ line }) => line.xs.length === 0)
  const none = empty ? { disabled: true, reason: 'There are no points yet' } : {}
  const items: (MenuItem | 'line')[] = [
    { label: 'Copy as CSV', icon: 'copy', ...none, onSelect: () => copyCsv(xLabel, series) },
    {
      label: 'Copy picture',
      icon: 'images',
      ...none,
      onSelect: () => plot.current && copyPicture(plot.current.canvas(), label, series, lines),
    },
    'line',
    { label: 'Show all', icon: 'search', keys: '0', disabled: !zoomed, onSelect: () => plot.current?.reset() },
  ]
  const toggle = (id: string) =>
    setHidden((before) => new Set(before.has(id) ? [...before].filter((other) => other !== id) : [...before, id]))
  return (
    <figure className="line-chart" aria-label={label}>
      <figcaption className="chart-head">
        <span title={yLabel}>{yLabel}</span>
        {zoomed && (
          <Button look="bare" onClick={() => plot.current?.reset()}>
            Show all
          </Button>
        )}
        <Menu label={`Actions for ${label}`} icon="more" items={items} />
      </figcaption>
      <ChartPlace {...{ place, plot, label, height }}>
        {empty && <p className="chart-empty">No points yet</p>}
      </ChartPlace>
      <Legend ref={legend} xLabel={xLabel} series={series} lines={lines} onToggle={toggle} />
      <SeriesTable label={label} xLabel={xLabel} series={series} />
    </figure>
  )
}

interface PlaceProps {
  readonly place: RefObject<HTMLDivElement | null>
  readonly plot: RefObject<Plot | null>
  readonly label: string
  readonly height: number
  readonly children: ReactNode
}

/** The canvas is one thing to the keyboard: arrows read along the lines, plus and minus zoom, 0 shows all. */
function ChartPlace({ place, plot, label, height, children }: PlaceProps) {
  const words = useId()
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const stride = event.shiftKey ? 0.1 : 0.01
    const act: Record<string, () => void> = {
      ArrowLeft: () => plot.current?.moveCursor(-stride),
      ArrowRight: () => plot.current?.moveCursor(stride),
      '+': () => plot.current?.zoom(0.7),
      '-': () => plot.current?.zoom(1 / 0.7),
      '0': () => plot.current?.reset(),
    }
    const run = act[event.key]
    if (!run) return
    event.preventDefault()
    run()
  }
  return (
    <div className="chart-frame">
      <div
        ref={place}
        className="chart-place"
        style={{ height }}
        tabIndex={0}
        role="application"
        aria-roledescription="chart"
        aria-label={label}
        aria-describedby={words}
        title="Drag, or Ctrl and the wheel, to zoom; Shift and the wheel to move; double-click to show all"
        onKeyDown={onKeyDown}
      />
      {children}
      <p id={words} className="unseen">
        Left and right arrow keys read along the lines, plus and minus zoom, zero shows all. A table with the figures
        follows.
      </p>
    </div>
  )
}
