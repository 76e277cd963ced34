/** A number over several powers of ten: slid roughly, typed exactly. */
import type { KeyboardEvent } from 'react'
import { Field } from './field.tsx'
import { boundsTrouble, logPosition, logStepped, logValue, writeNumber } from './numbers.ts'
import { useTypedNumber } from './typed-number.ts'
import './slider.css'

export interface Mark {
  readonly value: number
  readonly label: string
}

interface LogSliderProps {
  readonly label: string
  readonly value: number
  /** Positive. */
  readonly min: number
  readonly max: number
  readonly onChange: (value: number) => void
  /** Values named under the track; a click goes there. Evenly chosen powers of ten by default. */
  readonly marks?: readonly (number | Mark)[]
  readonly unit?: string
  readonly hint?: string
  readonly error?: string | null
  readonly help?: string
  readonly disabled?: boolean
}

/** The powers of ten in a range, thinned to five at most. */
function powersOfTen(min: number, max: number): number[] {
  const first = Math.ceil(Math.log10(min) - 1e-9)
  const last = Math.floor(Math.log10(max) + 1e-9)
  const stride = Math.max(1, Math.ceil((last - first) / 4))
  return Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, index) =>
    Number((10 ** (first + index * stride)).toPrecision(3)),
  )
}

const parts = 1000

export function LogSlider(props: LogSliderProps) {
  const { label, value, min, max, onChange, unit, hint, error, help, disabled = false } = props
  const marks = (props.marks ?? powersOfTen(min, max)).map((mark) =>
    typeof mark === 'number' ? { value: mark, label: writeNumber(mark) } : mark,
  )
  const { text, type, leave, trouble } = useTypedNumber(value, (typed) => typed !== null && onChange(typed))
  const position = logPosition(value, min, max)
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }[event.key] as 1 | -1 | undefined
    if (!direction || disabled) return
    event.preventDefault()
    onChange(logStepped(value, direction, min, max))
  }
  return (
    <Field {...{ label, hint, help }} error={error ?? trouble ?? boundsTrouble(value, { min, max })}>
      <div className="log-slider">
        <div className="log-track" style={{ '--share': position } as React.CSSProperties}>
          <input
            type="range"
            aria-label={label}
            aria-valuetext={`${writeNumber(value)}${unit ? ` ${unit}` : ''}`}
            min={0}
            max={parts}
            value={Math.round(position * parts)}
            disabled={disabled}
            onKeyDown={onKeyDown}
            onChange={(event) => onChange(logValue(Number(event.target.value) / parts, min, max))}
          />
          <div className="log-marks">
            {marks.map((mark) => (
              <button
                key={mark.value}
                type="button"
                tabIndex={-1}
                disabled={disabled}
                style={{ '--place': logPosition(mark.value, min, max) } as React.CSSProperties}
                onClick={() => onChange(mark.value)}
              >
                {mark.label}
              </button>
            ))}
          </div>
        </div>
        <input
          className="input figure"
          type="text"
          inputMode="decimal"
          autoComplete="off"
          aria-label={`${label}, typed`}
          value={text}
          disabled={disabled}
          onKeyDown={(event) => (event.key === 'ArrowUp' || event.key === 'ArrowDown') && onKeyDown(event)}
          onChange={(event) => type(event.target.value)}
          onBlur={leave}
        />
        {unit && <span className="unit">{unit}</span>}
      </div>
    </Field>
  )
}
