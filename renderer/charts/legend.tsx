/** Which line is which, and what each says where the cursor stands. Room for every figure is kept, so that nothing moves. */
import type { Ref } from 'react'
import { Icon } from '../ui/icons.tsx'
import { isSecondRound } from './colours.ts'
import type { PlotLine } from './plot-look.ts'
import { nearest, readOut, type Series } from './series.ts'

interface LegendProps {
  readonly ref: Ref<HTMLUListElement>
  readonly xLabel: string
  readonly series: readonly Series[]
  /** Of the same places. */
  readonly lines: readonly PlotLine[]
  readonly onToggle: (id: string) => void
}

export function Legend({ ref, xLabel, series, lines, onToggle }: LegendProps) {
  return (
    <ul ref={ref} className="chart-legend">
      <li className="legend-step">
        <span className="legend-name">{xLabel}</span>
        <span className="legend-value" />
      </li>
      {series.map(({ id, name }, index) => {
        const { colour, dashed, shown } = lines[index]!
        const borderTopStyle = dashed ? 'dashed' : isSecondRound(index) ? 'dotted' : 'solid'
        return (
          <li key={id}>
            <button
              type="button"
              aria-pressed={shown}
              title={shown ? `${name}: hide` : `${name}: show`}
              onClick={() => onToggle(id)}
            >
              <span className="legend-swatch" style={{ borderColor: colour, borderTopStyle }} />
              <span className="legend-name">{name}</span>
              {dashed && (
                <span className="legend-mark">
                  <Icon name="eye" size={12} />
                  not private
                </span>
              )}
              <span className="legend-value" />
            </button>
          </li>
        )
      })}
    </ul>
  )
}

/** Writes the figures at a step; null stands for the last of each line. Past React: this runs with every move of the mouse. */
export function showAt(legend: HTMLUListElement | null, lines: readonly PlotLine[], step: number | null): void {
  const places = legend?.querySelectorAll<HTMLElement>('.legend-value')
  if (!places) return
  let shownStep: number | undefined
  lines.forEach(({ line: { xs, smooth }, shown }, index) => {
    const at = step === null ? xs.length - 1 : nearest(xs, step)
    const x = xs[at]
    if (shown && x !== undefined && (shownStep === undefined || isCloser(x, shownStep, step))) shownStep = x
    write(places[index + 1], shown ? readOut(smooth[at]) : '')
  })
  write(places[0], readOut(shownStep))
}

const isCloser = (x: number, before: number, step: number | null) =>
  step === null ? x > before : Math.abs(x - step) < Math.abs(before - step)

function write(place: HTMLElement | undefined, text: string): void {
  if (place && place.textContent !== text) place.textContent = text
}
