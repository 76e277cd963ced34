/** Import: what the source is on the left, what is to be said about it on the right. Nothing is copied before the button. */
import { useEffect, useRef } from 'react'
import { Button, Copyable } from '../ui/controls.tsx'
import { Icon } from '../ui/icons.tsx'
import { chooseSource, importSource, leaveSource } from './data-actions.ts'
import { dataStore, useData, useTakenIds, type Source } from './data-store.ts'
import { formErrors } from './import-form.ts'
import { ImportFields } from './import-fields.tsx'
import { SourceFacts } from './source-facts.tsx'
import { TaskLine } from './task-line.tsx'
import { TrajectoryFacts, TrajectoryFields } from './trajectory-import.tsx'
import './import.css'

/** An error of the whole source: what, where, expected, found, and what to do. */
function Refusal({ message, hint }: { readonly message: string; readonly hint: string }) {
  return (
    <section className="refusal" role="alert">
      <Icon name="warning" size={20} />
      <div>
        <h2>This cannot be imported as it is</h2>
        <p>{message}</p>
        {hint && <p className="faint">{hint}</p>}
        <div className="refusal-actions">
          <Button onClick={() => void chooseSource('folder')}>Choose another folder…</Button>
          <Button onClick={() => void chooseSource('file')}>Choose another file…</Button>
        </div>
      </div>
    </section>
  )
}

function ImportFoot({ source }: { readonly source: Source }) {
  const foot = useRef<HTMLElement>(null)
  const { found } = source
  const errors = formErrors(source.form, useTakenIds(), found?.kind ?? 'images')
  const wrong = Object.keys(errors).length
  const submit = () => {
    dataStore.setState({ source: { ...source, tried: true } })
    if (wrong === 0) void importSource()
    else requestAnimationFrame(() => document.querySelector<HTMLElement>('.import-fields [aria-invalid]')?.focus())
  }
  if (source.importing)
    return (
      <footer className="import-foot">
        <TaskLine task={source.importing} />
      </footer>
    )
  return (
    <footer className="import-foot" ref={foot}>
      <Button onClick={leaveSource}>Cancel</Button>
      <Button look="primary" disabled={!found?.becomes && !found?.trajectories} onClick={submit}>
        Import
      </Button>
      {source.tried && wrong > 0 && (
        <p className="wrong" role="alert">
          {wrong === 1 ? 'One field needs' : `${wrong} fields need`} correcting.
        </p>
      )}
    </footer>
  )
}

function Ready({ source }: { readonly source: Source }) {
  const { found, failure } = source
  const refusal = failure ?? found?.refusal
  if (!found)
    return failure ? (
      <Refusal {...failure} />
    ) : (
      <div className="looking">
        <TaskLine task={source.inspection} />
        <p className="faint">Everything is read once; nothing is copied.</p>
      </div>
    )
  return (
    <div className={refusal ? 'import-columns refused' : 'import-columns'}>
      <div className="import-left">
        {refusal && <Refusal {...refusal} />}
        {found.kind === 'trajectories' ? (
          <TrajectoryFacts found={found} />
        ) : (
          <SourceFacts found={found} task={source.inspection} />
        )}
      </div>
      {(found.becomes ?? found.trajectories) && (
        <div className="import-right">
          {found.becomes && <ImportFields source={source} becomes={found.becomes} />}
          {found.trajectories && <TrajectoryFields source={source} found={found.trajectories} />}
          <ImportFoot source={source} />
        </div>
      )}
    </div>
  )
}

export function ImportScreen() {
  const source = useData((state) => state.source)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [source?.inspection])
  if (!source) return null
  return (
    <div className="page import-page">
      <header className="data-head">
        <div>
          <Button look="bare" icon="back" onClick={leaveSource}>
            Data
          </Button>
          <h1 ref={heading} tabIndex={-1}>
            {source.found ? `Import ${source.found.kind}` : 'Import'}
          </h1>
        </div>
        <Copyable text={source.path} label="Copy the path of the source" />
      </header>
      <Ready source={source} />
    </div>
  )
}
