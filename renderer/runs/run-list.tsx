/** All runs of the project, newest first. Arrow keys move through it. */
import { useRef, type KeyboardEvent } from 'react'
import type { RunSummary } from '../../main/contract/run.ts'
import { selectRun, startDemo } from '../app/feed.ts'
import { formatTime } from '../app/format.ts'
import { usePage } from '../app/store.ts'
import { Button } from '../ui/controls.tsx'
import { StateSign, stateWords } from './state.tsx'

function RunItem({ run, selected }: { readonly run: RunSummary; readonly selected: boolean }) {
  const { progress, state } = run
  const share = progress && progress.totalSteps > 0 ? progress.step / progress.totalSteps : 0
  return (
    <li>
      <button
        type="button"
        className="run-item"
        aria-current={selected ? 'true' : undefined}
        tabIndex={selected ? 0 : -1}
        data-run={run.id}
        onClick={() => void selectRun(run.id)}
      >
        <StateSign state={state} />
        <span className="run-item-title">{run.title}</span>
        <span className="run-item-note">
          <span className="unseen">{stateWords[state]}, </span>
          {state === 'running' && progress
            ? `${progress.phase}, ${Math.floor(share * 100)} %`
            : formatTime(run.created, new Date())}
        </span>
      </button>
    </li>
  )
}

export function RunList({
  runs,
  selected,
}: {
  readonly runs: readonly RunSummary[]
  readonly selected: string | null
}) {
  const list = useRef<HTMLUListElement>(null)
  const starting = usePage((state) => state.starting)
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const next = runs[runs.findIndex(({ id }) => id === selected) + step]
    if (!next) return
    void selectRun(next.id)
    list.current?.querySelector<HTMLButtonElement>(`[data-run="${next.id}"]`)?.focus()
  }
  return (
    <section className="run-list" aria-label="Runs">
      <header>
        <h2>
          Runs <span className="number">{runs.length}</span>
        </h2>
        <Button look="bare" icon="play" disabled={starting} onClick={() => void startDemo()}>
          Demo
        </Button>
      </header>
      <ul ref={list} onKeyDown={onKey}>
        {runs.map((run) => (
          <RunItem key={run.id} run={run} selected={run.id === selected} />
        ))}
      </ul>
    </section>
  )
}
