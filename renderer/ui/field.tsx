/** What a person sets: a label above, the control, and below it a hint or what is wrong. */
import { useId, type KeyboardEvent, type ReactNode } from 'react'
import { Icon } from './icons.tsx'
import { Explain } from './hint.tsx'
import { boundsTrouble, stepped, type Bounds } from './numbers.ts'
import { useTypedNumber } from './typed-number.ts'
import './field.css'

interface FieldWords {
  readonly label: string
  readonly hint?: ReactNode
  readonly error?: string | null | undefined
  readonly unit?: string | undefined
  /** Help page that explains the term. */
  readonly help?: string | undefined
}

/** For the control inside a field. */
export interface ControlProps {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': true | undefined
}

interface FieldProps extends FieldWords {
  /** One control that takes the properties, or several that are then a group under the label. */
  readonly children: ReactNode | ((control: ControlProps) => ReactNode)
}

export function Field({ label, hint, error, unit, help, children }: FieldProps) {
  const id = useId()
  const single = typeof children === 'function'
  const described = error || hint ? `${id}-note` : undefined
  const control = { id, 'aria-describedby': described, 'aria-invalid': error ? true : undefined } as const
  return (
    <div
      className={error ? 'field wrong' : 'field'}
      {...(single ? {} : { role: 'group', 'aria-labelledby': `${id}-label`, 'aria-describedby': described })}
    >
      <div className="field-label">
        {single ? <label htmlFor={id}>{label}</label> : <span id={`${id}-label`}>{label}</span>}
        {help && <Explain page={help} term={label} />}
      </div>
      <div className="field-control">
        {single ? children(control) : children}
        {unit && <span className="unit">{unit}</span>}
      </div>
      {(error || hint) && (
        <p id={described} className="field-note">
          {error && <Icon name="warning" size={13} />}
          <span>{error || hint}</span>
        </p>
      )}
    </div>
  )
}

interface CommonProps extends FieldWords {
  readonly disabled?: boolean | undefined
  readonly placeholder?: string | undefined
}

interface TextProps extends CommonProps {
  readonly value: string
  readonly onChange: (value: string) => void
  /** Set in the mono face: paths, identifiers, hashes. */
  readonly mono?: boolean
  readonly onEnter?: () => void
}

export function TextField({ value, onChange, disabled, placeholder, mono = false, onEnter, ...words }: TextProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) onEnter?.()
  }
  return (
    <Field {...words}>
      {(control) => (
        <input
          {...control}
          className={mono ? 'input mono' : 'input'}
          type="text"
          spellCheck={false}
          autoComplete="off"
          {...{ value, disabled, placeholder, onKeyDown }}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}

interface AreaProps extends CommonProps {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly rows?: number
}

export function TextArea({ value, onChange, disabled, placeholder, rows = 4, ...words }: AreaProps) {
  return (
    <Field {...words}>
      {(control) => (
        <textarea
          {...control}
          className="input area"
          spellCheck={false}
          {...{ value, disabled, placeholder, rows }}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}

interface NumberProps extends CommonProps, Bounds {
  /** Null while nothing is typed, or nothing that is a number. */
  readonly value: number | null
  readonly onChange: (value: number | null) => void
  /** What an arrow key adds. */
  readonly step?: number | undefined
}

export function NumberField({ value, onChange, step = 1, min, max, disabled, placeholder, ...words }: NumberProps) {
  const { text, type, leave, trouble } = useTypedNumber(value, onChange)
  const found = words.error ?? trouble ?? (value === null ? null : boundsTrouble(value, { min, max }))
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : null
    if (!direction || disabled) return
    event.preventDefault()
    onChange(stepped(value, event.shiftKey ? step * 10 : step, direction, { min, max }))
  }
  return (
    <Field {...words} error={found}>
      {(control) => (
        <input
          {...control}
          className="input figure"
          type="text"
          inputMode="decimal"
          autoComplete="off"
          {...{ disabled, placeholder, onKeyDown }}
          value={text}
          onChange={(event) => type(event.target.value)}
          onBlur={leave}
        />
      )}
    </Field>
  )
}

export interface Option<Value extends string> {
  readonly value: Value
  readonly label: string
  /** What choosing it means; shown while it is chosen. */
  readonly note?: string | undefined
  readonly disabled?: boolean | undefined
}

interface ChoiceProps<Value extends string> extends FieldWords {
  readonly value: Value
  readonly options: readonly Option<Value>[]
  readonly onChange: (value: Value) => void
  readonly disabled?: boolean | undefined
}

const noteOf = <Value extends string>({ options, value, hint }: ChoiceProps<Value>) =>
  options.find((option) => option.value === value)?.note ?? hint

export function SelectField<Value extends string>(props: ChoiceProps<Value>) {
  const { value, options, onChange, disabled, ...words } = props
  return (
    <Field {...words} hint={noteOf(props)}>
      {(control) => (
        <span className="select">
          <select {...control} {...{ value, disabled }} onChange={(event) => onChange(event.target.value as Value)}>
            {options.map((option) => (
              <option key={option.value} value={option.value} disabled={option.disabled}>
                {option.label}
              </option>
            ))}
          </select>
          <Icon name="down" size={14} />
        </span>
      )}
    </Field>
  )
}

/** A few choices side by side, all of them seen. */
export function Segmented<Value extends string>(props: ChoiceProps<Value> & { readonly hideLabel?: boolean }) {
  const { value, options, onChange, disabled = false, hideLabel = false, ...words } = props
  const name = useId()
  const choices = (
    <div className="segmented" {...(hideLabel ? { role: 'group', 'aria-label': words.label } : {})}>
      {options.map((option) => (
        <label key={option.value} title={hideLabel ? option.note : undefined}>
          <input
            type="radio"
            name={name}
            checked={option.value === value}
            disabled={disabled || option.disabled}
            onChange={() => onChange(option.value)}
          />
          <span>{option.label}</span>
        </label>
      ))}
    </div>
  )
  if (hideLabel) return choices
  return (
    <Field {...words} hint={noteOf(props)}>
      {choices}
    </Field>
  )
}

interface SwitchProps {
  readonly label: string
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly hint?: ReactNode
  readonly disabled?: boolean | undefined
}

export function Switch({ label, checked, onChange, hint, disabled }: SwitchProps) {
  const note = useId()
  return (
    <div className="switch">
      <label>
        <input
          type="checkbox"
          role="switch"
          aria-describedby={hint ? note : undefined}
          {...{ checked, disabled }}
          onChange={(event) => onChange(event.target.checked)}
        />
        <span>{label}</span>
      </label>
      {hint && (
        <p id={note} className="field-note">
          {hint}
        </p>
      )}
    </div>
  )
}
