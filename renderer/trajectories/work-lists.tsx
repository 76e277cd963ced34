/** Left, at the foot: runs of this workbench that are under way, and those that were stopped and can go on. */
import type { RunState, RunSummary } from '../../main/contract/run.ts'
import { showFailure, showScreen, usePage } from '../app/store.ts'
import { askRun, useRuns } from '../runs/runs-store.ts'
import { shownState, stateWords, StateSign } from '../runs/state.tsx'
import { Button } from '../ui/controls.tsx'
import { Hint } from '../ui/hint.tsx'
import { Icon } from '../ui/icons.tsx'
import { useAudit } from './audit/audit-store.ts'
import { lookAt } from './look.ts'
import { useTrajectories } from './trajectories-store.ts'

const working: readonly RunState[] = ['queued', 'running', 'paused']
const stopped: readonly RunState[] = ['interrupted', 'cancelled', 'failed']
/** Older ones are found on the screen of runs. */
const mostStopped = 4

function Row({ run }: { readonly run: RunSummary }) {
  const audit = useAudit((state) => state.run)
  const shown = useTrajectories(({ tab, run: other }) => (tab === 'agents' ? other : tab === 'audit' ? audit : null))
  const asked = useRuns((state) => state.asked[run.id])
  const resumable = stopped.includes(run.state)
  return (
    <li>
      <button
        type="button"
        className="trajectories-run"
        aria-current={run.id === shown ? 'true' : undefined}
        title={`${run.title}, ${stateWords[shownState(run)].toLowerCase()}`}
        onClick={() => lookAt(run)}
      >
        <StateSign state={shownState(run)} />
        <span>{run.title}</span>
      </button>
      {resumable && (
        <Hint text="Resume: it goes on from its last checkpoint">
          <Button
            look="bare"
            aria-label={`Resume ${run.title}`}
            disabled={asked !== undefined}
            onClick={() => void askRun('start', run, showFailure)}
          >
            <Icon name="play" />
          </Button>
        </Hint>
      )}
    </li>
  )
}

function List({ title, runs, more = 0 }: { title: string; runs: readonly RunSummary[]; more?: number }) {
  if (runs.length === 0) return null
  return (
    <section className="trajectories-work" aria-label={title}>
      <h2>{title}</h2>
      <ul>
        {runs.map((run) => (
          <Row key={run.id} run={run} />
        ))}
      </ul>
      {more > 0 && (
        <Button look="bare" onClick={() => showScreen('runs')}>
          {more} more in Runs
        </Button>
      )}
    </section>
  )
}

/** What is under way is shown whichever set is chosen; what was stopped only of the chosen one. */
export function WorkLists({ data }: { readonly data: string | null }) {
  const runs = (usePage((state) => state.runs) ?? []).filter(({ kind }) => kind.startsWith('trajectories.'))
  const ended = runs
    .filter((run) => stopped.includes(run.state) && run.data === data)
    .sort((a, b) => b.created.localeCompare(a.created))
  return (
    <>
      <List title="At work" runs={runs.filter(({ state }) => working.includes(state))} />
      <List title="Stopped" runs={ended.slice(0, mostStopped)} more={ended.length - mostStopped} />
    </>
  )
}
