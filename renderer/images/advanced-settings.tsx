/** The method's own fields, as a form made from its schema, or as JSON. Each says how it differs from the preset. */
import { useState } from 'react'
import type { MethodFacts } from '../../main/contract/calls/images.ts'
import { capital } from '../app/format.ts'
import { Button } from '../ui/controls.tsx'
import { NumberField, Segmented, SelectField, Switch, TextArea } from '../ui/field.tsx'
import { notify } from '../ui/notices.tsx'
import type { Draft } from './draft.ts'
import { rangeWords, readSettings, settingsOf, strideOf, troubleOf, type Setting } from './fields.ts'
import { parametersOf, setDraft, setParameter } from './images-store.ts'

function Control({ setting, value }: { readonly setting: Setting; readonly value: unknown }) {
  const { name, label } = setting
  const description = capital(setting.description)
  const error = troubleOf(setting, value)
  const help = `settings#${name}`
  const set = (next: unknown) => setParameter(name, next)
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
        <p className="images-note">
          {label}: {JSON.stringify(value)}. {description}. To change it, use the JSON view.
        </p>
      )
  }
}

function Form({ draft, method }: { readonly draft: Draft; readonly method: MethodFacts }) {
  const parameters = parametersOf(draft, method)
  const preset = method.presets[draft.preset] ?? {}
  return (
    <div className="images-form">
      {settingsOf(method.configSchema).map((setting) => {
        const differs = Object.hasOwn(draft.set, setting.name)
        return (
          <div key={setting.name} className={differs ? 'images-field differs' : 'images-field'}>
            <Control setting={setting} value={parameters[setting.name]} />
            {differs && (
              <p className="images-differs">
                <span>
                  differs from the preset's <span className="number">{String(preset[setting.name])}</span>
                </span>
                <Button look="bare" onClick={() => setParameter(setting.name, preset[setting.name])}>
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

function Json({ draft, method }: { readonly draft: Draft; readonly method: MethodFacts }) {
  const present = JSON.stringify(parametersOf(draft, method), null, 2)
  const [typed, setTyped] = useState<string | null>(null)
  const preset = method.presets[draft.preset] ?? {}
  const read = typed === null ? null : readSettings(typed, preset)
  const type = (text: string) => {
    setTyped(text)
    const found = readSettings(text, preset)
    if ('set' in found) setDraft({ set: found.set }, 'set')
  }
  return (
    <div className="images-json">
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

export function AdvancedSettings({ draft, method }: { readonly draft: Draft; readonly method: MethodFacts }) {
  const [view, setView] = useState<'form' | 'json'>('form')
  const differing = Object.keys(draft.set).length
  return (
    <details className="images-part images-advanced">
      <summary>
        <h2>Advanced</h2>
        <span className="images-note">
          {differing === 0 ? 'as the preset' : `${differing} ${differing === 1 ? 'field differs' : 'fields differ'}`}
        </span>
      </summary>
      <div className="images-advanced-head">
        <Segmented label="View" hideLabel value={view} options={views} onChange={setView} />
        <Button look="bare" disabled={differing === 0} onClick={() => setDraft({ set: {} }, 'set')}>
          Reset all
        </Button>
      </div>
      {view === 'form' ? <Form draft={draft} method={method} /> : <Json draft={draft} method={method} />}
    </details>
  )
}
