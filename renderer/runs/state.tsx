/** The seven states of a run, each with its word and its sign. */
import type { RunState, RunSummary } from '../../main/contract/run.ts'
import type { RunAction } from './runs-store.ts'

export const stateWords: Record<RunState, string> = {
  queued: 'Waiting',
  running: 'Running',
  paused: 'Paused',
  succeeded: 'Succeeded',
  failed: 'Failed',
  cancelled: 'Cancelled',
  interrupted: 'Interrupted',
}

/** A run that waits for the one before has a process already, and does nothing yet. */
export const shownState = ({ state, waitsFor }: RunSummary): RunState => (waitsFor === null ? state : 'queued')

/** Told apart by shape first, by colour second. */
const shapes: Record<RunState, React.JSX.Element> = {
  queued: <circle cx="6" cy="6" r="3.5" strokeDasharray="2 1.7" />,
  running: <circle className="solid" cx="6" cy="6" r="3.5" />,
  paused: <path d="M4.2 3v6M7.8 3v6" />,
  succeeded: <path d="m2.5 6.3 2.4 2.4 4.6-5" />,
  failed: <path d="m3 3 6 6m0-6L3 9" />,
  cancelled: <path d="M2.5 6h7" />,
  interrupted: <path d="M6 2.200v4.600M6 9.600v.01" />,
}

export function StateSign({ state }: { readonly state: RunState }) {
  return (
    <svg className={`state-sign ${state}`} width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      {shapes[state]}
    </svg>
  )
}

export function StateWord({ state }: { readonly state: RunState }) {
  return (
    <span className={`state-word ${state}`} data-state={state}>
      <StateSign state={state} />
      {stateWords[state]}
    </span>
  )
}

/** What may be asked of a run in each state. */
export const actionsOf: Record<RunState, readonly RunAction[]> = {
  queued: ['start', 'cancel'],
  running: ['pause', 'cancel'],
  paused: ['continue', 'cancel'],
  succeeded: [],
  failed: ['start'],
  cancelled: ['start'],
  interrupted: ['start', 'cancel'],
}
