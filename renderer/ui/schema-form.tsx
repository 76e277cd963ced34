/** The fields of a configuration, as a form made from its JSON schema, or as JSON. Each says how it differs from the preset. */
import { useState } from 'react'
import { capital } from '../app/format.ts'
import { Button } from './controls.tsx'
import { NumberField, Segmented, SelectField, Switch, TextArea } from './field.tsx'
import { notify } from './notices.tsx'
import { rangeWords, readSettings, settingsOf, strideOf, troubleOf, type Setting } from './schema-fields.ts'
import './schema-form.css'

type Values = Readonly<Record<string, unknown>>

interface SchemaFormProps {
  readonly schema: Values
  /** Every field as the preset has it, and those that differ from it. */
  readonly preset: Values
  readonly set: Values
  readonly onSet: (name: string, value: unknown) => void
  /** All that differs, anew. */
  readonly onReplace: (set: Record<string, unknown>) => void
  /** The help page that has a place for each field. */
  readonly help?: string
}

interface ControlProps {
  readonly setting: Setting
  readonly value: unknown
  readonly help: string | undefined
  readonly set: (value: unknown) => void
}

function Control({ setting, value, help: page, set }: ControlProps) {
  const { name, label } = setting
  const description = capital(setting.description)
  const error = troubleOf(setting, value)
  const help = page && `${page}#${name}`
  switch (setting.kind) {
    case 'choice': {
      const options = setting.options.map((option) => ({ value: option, label: option }))
      return (
        <SelectField {...{ label, error, options, help }} hint={description} value={String(value)} onChange={set} />
      )
    }
    case 'switch':
      return <Switch label={label} hint={description} checked={value === true} onChange={set} />
    case 'number': {
      const range = rangeWords(setting)
      return (
        <NumberField
          {...{ label, error, help }}
          hint={`${description}${range && `; ${range}`}`}
          value={typeof value === 'number' ? value : null}
          step={typeof value === 'number' ? strideOf(setting, value) : 1}
          onChange={(next) => next !== null && set(next)}
        />
      )
    }
    case 'other':
      return (
        <p className="schema-note">
          {label}: {JSON.stringify(value)}. {description}. To change it, use the JSON view.
        </p>
      )
  }
}

function Form({ schema, preset, set, onSet, help }: SchemaFormProps) {
  // What no preset has a value for does not apply here.
  const settings = settingsOf(schema).filter(({ name }) => Object.hasOwn(preset, name) || Object.hasOwn(set, name))
  return (
    <div className="schema-form">
      {settings.map((setting) => {
        const { name } = setting
        const differs = Object.hasOwn(set, name)
        return (
          <div key={name} className={differs ? 'schema-field differs' : 'schema-field'}>
            <Control
              {...{ setting, help }}
              value={differs ? set[name] : preset[name]}
              set={(value) => onSet(name, value)}
            />
            {differs && (
              <p className="schema-differs">
                <span>
                  differs from the preset's <span className="number">{String(preset[name])}</span>
                </span>
                <Button look="bare" onClick={() => onSet(name, preset[name])}>
                  Reset
                </Button>
              </p>
            )}
          </div>
        )
      })}
    </div>
  )
}

const copy = (text: string) =>
  navigator.clipboard.writeText(text).then(() => notify({ message: 'The settings are copied.', kind: 'done' }))

function Json({ preset, set, onReplace }: SchemaFormProps) {
  const present = JSON.stringify({ ...preset, ...set }, null, 2)
  const [typed, setTyped] = useState<string | null>(null)
  const read = typed === null ? null : readSettings(typed, preset)
  const type = (text: string) => {
    setTyped(text)
    const found = readSettings(text, preset)
    if ('set' in found) onReplace(found.set)
  }
  return (
    <div className="schema-json">
      <TextArea
        label="Settings as JSON"
        rows={14}
        value={typed ?? present}
        error={read && 'trouble' in read ? read.trouble : null}
        onChange={type}
      />
      <Button icon="copy" onClick={() => void copy(present)}>
        Copy
      </Button>
    </div>
  )
}

const views = [
  { value: 'form', label: 'Form' },
  { value: 'json', label: 'JSON' },
] as const

export function AdvancedSettings(props: SchemaFormProps) {
  const [view, setView] = useState<'form' | 'json'>('form')
  const differing = Object.keys(props.set).length
  const reset = () => {
    const { set, onReplace } = props
    onReplace({})
    notify({ message: 'All fields are as the preset has them.', undo: { label: 'Undo', run: () => onReplace(set) } })
  }
  return (
    <details className="schema-advanced">
      <summary>
        <h2>Advanced</h2>
        <span className="schema-note">
          {differing === 0 ? 'as the preset' : `${differing} ${differing === 1 ? 'field differs' : 'fields differ'}`}
        </span>
      </summary>
      <div className="schema-head">
        <Segmented label="View" hideLabel value={view} options={views} onChange={setView} />
        <Button look="bare" disabled={differing === 0} onClick={reset}>
          Reset all
        </Button>
      </div>
      {view === 'form' ? <Form {...props} /> : <Json {...props} />}
    </details>
  )
}
