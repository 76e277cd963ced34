/** One run while it works and after it has ended: how far it is, what it makes, and what it measures. */
import type { RunSummary } from '../../main/contract/run.ts'
import { changeRun } from '../app/feed.ts'
import { formatTime } from '../app/format.ts'
import { usePage } from '../app/store.ts'
import { Button } from '../ui/controls.tsx'
import { Icon } from '../ui/icons.tsx'
import { Figures } from './figures.tsx'
import { Previews } from './previews.tsx'
import { PlanTable, RunProgress } from './run-progress.tsx'
import { actionsOf, StateWord, type RunAction } from './state.tsx'

const buttons = {
  start: { call: 'runs.start', icon: 'play' },
  pause: { call: 'runs.pause', icon: 'pause' },
  continue: { call: 'runs.continue', icon: 'play' },
  cancel: { call: 'runs.cancel', icon: 'stop' },
} as const

function wordOf(action: RunAction, run: RunSummary): string {
  if (action === 'start') return run.state === 'queued' ? 'Start' : 'Resume'
  return { pause: 'Pause', continue: 'Resume', cancel: 'Cancel' }[action]
}

function Actions({ run }: { readonly run: RunSummary }) {
  return (
    <div className="actions">
      {actionsOf[run.state].map((action) => (
        <Button key={action} icon={buttons[action].icon} onClick={() => void changeRun(buttons[action].call, run.id)}>
          {wordOf(action, run)}
        </Button>
      ))}
    </div>
  )
}

function Trouble({ run }: { readonly run: RunSummary }) {
  if (run.state === 'interrupted')
    return (
      <div className="trouble" role="status">
        <Icon name="warning" />
        <p>
          The process that worked on this run ended before the run did. Everything up to the last checkpoint is kept;
          resume it to go on from there. What was charged to the budget is not charged again.
        </p>
      </div>
    )
  if (!run.error) return null
  return (
    <div className="trouble" role="status">
      <Icon name="warning" />
      <p>
        {run.error.message} <span className="hint">{run.error.hint}</span>
      </p>
    </div>
  )
}

function Warnings({ messages }: { readonly messages: readonly string[] }) {
  if (messages.length === 0) return null
  return (
    <ul className="warnings" aria-label="Warnings">
      {[...new Set(messages)].map((message) => (
        <li key={message}>
          <Icon name="warning" size={14} />
          {message}
        </li>
      ))}
    </ul>
  )
}

export function RunPanel({ run }: { readonly run: RunSummary }) {
  const detail = usePage((state) => state.detail)
  const shown = detail?.run === run.id ? detail : null
  return (
    <section className="run-panel" aria-label={run.title}>
      <header className="run-header">
        <div>
          <h1>{run.title}</h1>
          <p className="run-note">
            <span aria-live="polite">
              <StateWord state={run.state} />
            </span>
            <span>{formatTime(run.created, new Date())}</span>
            {run.attempts > 1 && <span>attempt {run.attempts}</span>}
          </p>
        </div>
        <Actions run={run} />
      </header>
      <Trouble run={run} />
      {shown && (
        <>
          <RunProgress run={run} plan={shown.plan} />
          <Previews run={run} previews={shown.view.previews} />
          <Figures series={shown.view.series} />
          <Warnings messages={shown.view.warnings} />
          {shown.plan && <PlanTable run={run} plan={shown.plan} />}
        </>
      )}
    </section>
  )
}
