/** Runs on the page of a request: what was done for a step, and what is being done. */
import type { RunState, RunSummary } from '../../../main/contract/run.ts'
import { usePage } from '../../app/store.ts'
import { shownState, StateSign } from '../../runs/state.tsx'
import { Button } from '../../ui/controls.tsx'
import { Icon } from '../../ui/icons.tsx'
import { lookAt } from '../look.ts'
import { methods } from '../method-words.ts'
import { doubtsOf } from './request-words.ts'

/** A request is answered by whatever was done: what that was worth is said. */
function MethodLine({ method }: { readonly method: string | undefined }) {
  const one = methods.find(({ value }) => value === method)
  return (
    one && (
      <p className="trajectories-note">
        {one.label}. {one.note}
      </p>
    )
  )
}

const useRun = (id: string): RunSummary | undefined => usePage((state) => state.runs?.find((run) => run.id === id))

const Look = ({ run }: { readonly run: RunSummary }) => (
  <Button look="bare" onClick={() => lookAt(run)}>
    Look at it
  </Button>
)

export function RunLine({ run: id, words }: { readonly run: string; readonly words: string }) {
  const run = useRun(id)
  return (
    <p className="request-buttons request-run">
      <span>
        {words} {run ? `“${run.title}”` : `${id}, which is no longer in the project`}.
      </span>
      {run && <Look run={run} />}
    </p>
  )
}

interface ForgotProps {
  readonly run: string
  readonly method: string | undefined
}

/** That an agent was made to forget does not mean that it has: what its run found wrong stands here too. */
export function ForgotLine({ run: id, method }: ForgotProps) {
  const run = useRun(id)
  return (
    <>
      <RunLine run={id} words="Made to forget in the run" />
      {run &&
        doubtsOf(run).map((words) => (
          <p key={words} className="request-doubt">
            <Icon name="warning" size={14} />
            {words}
          </p>
        ))}
      <MethodLine method={method} />
    </>
  )
}

const attemptWords: Record<RunState, string> = {
  queued: 'waits for its turn.',
  running: 'is at work.',
  paused: 'is paused.',
  succeeded: 'has ended.',
  failed: 'has failed: nothing came of it.',
  cancelled: 'was cancelled before it had ended. It can be resumed.',
  interrupted: 'was interrupted. It can be resumed.',
}

export function AttemptLine({ run }: { readonly run: RunSummary }) {
  const state = shownState(run)
  return (
    <p className="request-buttons request-run" data-attempt={state}>
      <span aria-live="polite">
        <StateSign state={state} /> “{run.title}” {attemptWords[state]}
      </span>
      <Look run={run} />
    </p>
  )
}
