/** What a run is, how it stands, and what may be asked of it. */
import type { RunState, RunSummary } from '../../main/contract/run.ts'
import { formatTime } from '../app/format.ts'
import { showFailure, usePage } from '../app/store.ts'
import { exportEvidence } from '../review/export.tsx'
import { verifyReport } from '../review/verify-report.tsx'
import { Button, Tag } from '../ui/controls.tsx'
import { Menu, type MenuItem } from '../ui/menu.tsx'
import { RunDevice, RunMemoryFigure } from './run-memory.tsx'
import { openReport, removeRuns, revealRun, savePdf } from './run-actions.ts'
import { askRun, useRuns, type RunAction } from './runs-store.ts'
import { actionsOf, shownState, StateWord } from './state.tsx'

const icons = { start: 'play', pause: 'pause', continue: 'play', cancel: 'stop' } as const

function wordOf(action: RunAction, state: RunState): string {
  if (action === 'start') return state === 'queued' ? 'Start' : 'Resume'
  return { pause: 'Pause', continue: 'Resume', cancel: 'Cancel' }[action]
}

/** What was asked is under way, and has not happened. */
const askedWords: Record<RunAction, string> = {
  start: 'Starting…',
  pause: 'Pausing at the next step…',
  continue: 'Resuming…',
  cancel: 'Cancelling at the next step…',
}

function Actions({ run }: { readonly run: RunSummary }) {
  const asked = useRuns((state) => state.asked[run.id])
  const ended = run.state !== 'running' && run.state !== 'paused'
  const succeeded = run.state === 'succeeded'
  const reason = 'A report is made of a run that ended well'
  const more: (MenuItem | 'line')[] = [
    { label: 'Show folder', onSelect: () => void revealRun(run.id) },
    { label: 'Save report as PDF…', disabled: !succeeded, reason, onSelect: () => void savePdf(run) },
    ...(run.kind === 'trajectories.audit'
      ? [{ label: 'Verify report', disabled: !succeeded, reason, onSelect: () => verifyReport({ run: run.id }) }]
      : []),
    // Evidence is of runs on images.
    ...(run.kind.startsWith('trajectories.')
      ? []
      : [{ label: 'Export evidence…', disabled: !succeeded, reason, onSelect: () => exportEvidence([run]) }]),
    'line',
    {
      label: 'Remove',
      danger: true,
      disabled: !ended,
      reason: 'Cancel it first',
      onSelect: () => void removeRuns([run]),
    },
  ]
  return (
    <div className="actions">
      {actionsOf[run.state].map((action) => (
        <Button
          key={action}
          icon={icons[action]}
          disabled={asked !== undefined}
          onClick={() => void askRun(action, run, showFailure)}
        >
          {wordOf(action, run.state)}
        </Button>
      ))}
      {succeeded && <Button onClick={() => void openReport(run.id)}>Open report</Button>}
      <Menu label="More" icon="more" items={more} />
    </div>
  )
}

function Waiting({ run }: { readonly run: string }) {
  const title = usePage((state) => state.runs?.find(({ id }) => id === run)?.title)
  return <span>for {title ?? run}</span>
}

export function RunHeader({ run }: { readonly run: RunSummary }) {
  const asked = useRuns((state) => state.asked[run.id])
  return (
    <header className="run-header" data-run={run.id}>
      <div>
        <h1>{run.title}</h1>
        <p className="run-note">
          <span aria-live="polite">
            {asked ? (
              <span data-asked={asked.action}>{askedWords[asked.action]}</span>
            ) : (
              <StateWord state={shownState(run)} />
            )}
          </span>
          {run.waitsFor !== null && <Waiting run={run.waitsFor} />}
          <span>{formatTime(run.created, new Date())}</span>
          {run.attempts > 1 && <span>attempt {run.attempts}</span>}
          <RunDevice run={run.id} />
          <RunMemoryFigure run={run.id} />
          {run.tags.map((tag) => (
            <Tag key={tag}>{tag}</Tag>
          ))}
        </p>
      </div>
      <Actions run={run} />
    </header>
  )
}
