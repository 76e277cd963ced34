/** One row of the list. */
import { memo, type MouseEvent } from 'react'
import { doneOf, type RunSummary } from '../../main/contract/run.ts'
import { formatTime } from '../app/format.ts'
import { useRuns } from './runs-store.ts'
import { shownState, StateSign, stateWords } from './state.tsx'

function noteOf({ state, progress, waitsFor, created, tags, retired }: RunSummary): string {
  if (waitsFor !== null) return 'Waits for the run before'
  if (state === 'running' && progress) return `${progress.phase}, ${Math.floor(doneOf(progress) * 100)} %`
  return [formatTime(created, new Date()), ...(retired ? ['retired'] : []), ...tags].join(' · ')
}

interface ItemProps {
  readonly run: RunSummary
  readonly shown: boolean
  readonly marked: boolean
  readonly onClick: (event: MouseEvent, run: string) => void
}

export const RunItem = memo(function RunItem({ run, shown, marked, onClick }: ItemProps) {
  const asked = useRuns((state) => state.asked[run.id])
  return (
    <div
      id={`run-${run.id}`}
      role="option"
      className="run-item"
      aria-selected={marked || shown}
      data-shown={shown || undefined}
      data-marked={marked || undefined}
      data-run={run.id}
      onClick={(event) => onClick(event, run.id)}
    >
      <StateSign state={shownState(run)} />
      <span className="run-item-title" title={run.title}>
        {run.title}
      </span>
      <span className="run-item-note">
        <span className="unseen">{stateWords[shownState(run)]}, </span>
        {asked ? 'Asked…' : noteOf(run)}
      </span>
    </div>
  )
})
