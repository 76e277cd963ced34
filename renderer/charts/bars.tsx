/** Quantities beside each other, as horizontal bars from zero: one unit, one scale, every figure written out. */
import { formatFigure } from '../app/format.ts'
import './bars.css'

export interface Bar {
  readonly name: string
  readonly value: number
  readonly note?: string | undefined
}

export function Bars({ label, items }: { readonly label: string; readonly items: readonly Bar[] }) {
  const finite = items.map(({ value }) => value).filter(Number.isFinite)
  const low = Math.min(0, ...finite)
  const high = Math.max(0, ...finite)
  const span = high - low || 1
  return (
    <ul className="bars" aria-label={label}>
      {items.map(({ name, value, note }) => (
        <li key={name}>
          <span className="bar-name" title={name}>
            {name}
          </span>
          <span className="bar-track" aria-hidden="true">
            {Number.isFinite(value) && (
              <span
                style={{
                  left: `${((Math.min(0, value) - low) / span) * 100}%`,
                  width: `${(Math.abs(value) / span) * 100}%`,
                }}
              />
            )}
          </span>
          <span className="bar-value number">{formatFigure(value)}</span>
          {note && <span className="bar-note">{note}</span>}
        </li>
      ))}
    </ul>
  )
}
