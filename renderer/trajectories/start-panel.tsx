/** Right, of every form that makes a run: seed and device, and at the foot what is about to be done, what it takes, and the button that does it. */
import type { ReactNode } from 'react'
import type { Device, Plan } from '../../main/contract/run.ts'
import type { Failure } from '../app/bridge.ts'
import { deviceOptions } from '../app/device-options.ts'
import { formatBytes, formatDuration } from '../app/format.ts'
import { usePage } from '../app/store.ts'
import { secondsOf } from '../images/plan-sums.ts'
import { Button } from '../ui/controls.tsx'
import { NumberField, SelectField } from '../ui/field.tsx'
import { Icon } from '../ui/icons.tsx'
import { notify } from '../ui/notices.tsx'
import { leads } from './lost-focus.ts'
import { readOnlyWords } from './missing.ts'

interface SettingsProps {
  readonly draft: { readonly seed: number; readonly device: Device }
  readonly onChange: (change: { readonly seed: number } | { readonly device: Device }) => void
}

export function SeedAndDevice({ draft, onChange }: SettingsProps) {
  const devices = usePage((state) => state.devices)
  return (
    <>
      <NumberField
        label="Seed"
        value={draft.seed}
        min={0}
        max={2 ** 32 - 1}
        hint="Root of all randomness."
        onChange={(seed) => seed !== null && onChange({ seed })}
      />
      <SelectField
        label="Device"
        value={draft.device}
        options={deviceOptions(devices)}
        onChange={(device) => onChange({ device })}
      />
    </>
  )
}

interface ResetProps<Draft> {
  readonly draft: Draft
  readonly first: Draft
  readonly onReset: (draft: Draft) => void
}

/** At the end of a form. What was set comes back by undo. */
export function ResetForm<Draft>({ draft, first, onReset }: ResetProps<Draft>) {
  const reset = () => {
    onReset(first)
    notify({ message: 'The form is as it was at first.', undo: { label: 'Undo', run: () => onReset(draft) } })
  }
  return (
    <p className="agents-reset">
      <Button look="bare" disabled={JSON.stringify(draft) === JSON.stringify(first)} onClick={reset}>
        Reset to defaults
      </Button>
    </p>
  )
}

interface StartProps {
  /** Null while it is asked for. */
  readonly plan: Plan | null
  /** What stands in its way. */
  readonly obstacle: Pick<Failure, 'message' | 'hint'> | null
  /** What is still to be chosen, from `missing.ts`: it stands before all that was planned without it. */
  readonly missing: string | null
  /** It was asked for, and is not there yet. */
  readonly starting: boolean
  /** The word on the button. */
  readonly action: string
  readonly onStart: () => unknown
  /** What it touches and what stays. */
  readonly children?: ReactNode
}

/** Why the button rests, or what pressing it takes. One of them is always there, so that nothing is jumped over. */
function Before({ plan, obstacle, missing, children }: Pick<StartProps, 'plan' | 'obstacle' | 'missing' | 'children'>) {
  if (missing !== null) return <p className="agents-missing">{missing}</p>
  if (obstacle)
    return (
      <div className="agents-obstacle" role="status">
        <Icon name="warning" />
        <p>
          {obstacle.message} {obstacle.hint}
        </p>
      </div>
    )
  if (!plan) return <p className="agents-sums agents-asking">Working out what it takes…</p>
  const seconds = secondsOf(plan)
  return (
    <>
      {children}
      <p className="agents-sums">
        <span>
          {seconds < 1 ? (
            'under a second'
          ) : (
            <>
              about <span className="number">{formatDuration(seconds)}</span>
            </>
          )}
        </span>
        <span className="number">{formatBytes(plan.memoryBytes)}</span>
      </p>
    </>
  )
}

export function StartPanel({ plan, obstacle, missing, starting, action, onStart, children }: StartProps) {
  const busy = usePage((state) => state.runs?.some(({ state: is }) => is === 'running' || is === 'paused')) ?? false
  const readOnly = usePage((state) => state.pulse?.project === 'read-only')
  const lacks = readOnly ? readOnlyWords : missing
  const ready = plan !== null && obstacle === null && lacks === null && !starting
  return (
    <footer className="agents-start">
      <Before {...{ plan, obstacle, children }} missing={lacks} />
      <Button {...leads} look="primary" large disabled={!ready} onClick={() => void onStart()}>
        {starting ? 'Starting…' : busy ? 'Add to the queue' : action}
      </Button>
    </footer>
  )
}
