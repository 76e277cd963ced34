/** The phases of a run in a row, each as long as it should take, the present one filling; step, rate and time left in words. */
import type { Plan, RunSummary } from '../../main/contract/run.ts'
import { formatCount, formatDuration, formatRate } from '../app/format.ts'

interface Progress {
  /** How full each phase of the plan is, 0 … 1. */
  readonly shares: readonly number[]
  /** Place of the present phase in the plan, or -1. */
  readonly present: number
  /** Of the whole run by the weights of its phases, 0 … 1. */
  readonly whole: number
}

export function progressOf(plan: Plan, run: Pick<RunSummary, 'state' | 'progress'>): Progress {
  const { progress, state } = run
  const present = progress ? plan.steps.findIndex(({ phase }) => phase === progress.phase) : -1
  const shares = plan.steps.map((_step, index) => {
    if (state === 'succeeded') return 1
    if (index !== present || !progress) return index < present ? 1 : 0
    return progress.totalSteps > 0 ? Math.min(1, progress.step / progress.totalSteps) : 0
  })
  const weights = plan.steps.reduce((sum, { weight }) => sum + weight, 0)
  const done = plan.steps.reduce((sum, { weight }, index) => sum + weight * (shares[index] ?? 0), 0)
  return { shares, present, whole: weights > 0 ? done / weights : 0 }
}

function Headline({ run }: { readonly run: RunSummary }) {
  const { progress, state, started, ended } = run
  if (state === 'succeeded') {
    const seconds = started && ended ? (Date.parse(ended) - Date.parse(started)) / 1000 : NaN
    return <strong>{Number.isFinite(seconds) ? `Done in ${formatDuration(seconds)}` : 'Done'}</strong>
  }
  if (!progress) return <strong>{state === 'running' ? 'Starting…' : 'Not started'}</strong>
  const left = state === 'running' ? progress.secondsLeft : null
  return (
    <>
      <strong title={progress.phase}>{progress.phase}</strong>
      {left !== null && <span className="time-left">{formatDuration(left)} left</span>}
    </>
  )
}

function Details({ run, plan, present }: { readonly run: RunSummary; readonly plan: Plan; readonly present: number }) {
  const { progress, state } = run
  if (!progress || state === 'succeeded' || run.waitsFor !== null) return null
  return (
    <p className="progress-details">
      {present >= 0 && (
        <span>
          phase <span className="number">{present + 1}</span> of <span className="number">{plan.steps.length}</span>
        </span>
      )}
      <span>
        step <span className="number">{`${formatCount(progress.step)} / ${formatCount(progress.totalSteps)}`}</span>
      </span>
      {state === 'running' && progress.rate !== null && <span className="number">{formatRate(progress.rate)}</span>}
      <span className="note">{plan.steps[present]?.note}</span>
    </p>
  )
}

export function RunProgress({ run, plan }: { readonly run: RunSummary; readonly plan: Plan | null }) {
  if (!plan) return null
  const { shares, present, whole } = progressOf(plan, run)
  // Shares of all, in percent: weights that add up to less than 1 would leave a part of the row empty.
  const weights = plan.steps.reduce((sum, { weight }) => sum + weight, 0) || 1
  return (
    <div className={`progress ${run.state}`}>
      <p className="progress-words">
        <Headline run={run} />
      </p>
      <div
        className="phases"
        role="progressbar"
        aria-label="Progress"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.floor(whole * 100)}
        aria-valuetext={run.progress ? `${run.progress.phase}, ${Math.floor(whole * 100)} percent in all` : run.state}
      >
        {plan.steps.map(({ phase, weight }, index) => (
          <span
            key={phase}
            className="phase"
            style={{ flexGrow: Math.max((100 * weight) / weights, 1e-3) }}
            title={phase}
          >
            <span style={{ transform: `scaleX(${shares[index] ?? 0})` }} />
          </span>
        ))}
      </div>
      <Details run={run} plan={plan} present={present} />
    </div>
  )
}

/** What happens in which order, said before anything is touched. */
export function PlanTable({ run, plan }: { readonly run: RunSummary; readonly plan: Plan }) {
  const { shares, present } = progressOf(plan, run)
  return (
    <section className="plan">
      <h2>Plan</h2>
      <ol>
        {plan.steps.map(({ phase, note }, index) => (
          <li key={phase} className={(shares[index] ?? 0) >= 1 ? 'done' : index === present ? 'present' : ''}>
            <span className="number">{index + 1}</span>
            <span>{phase}</span>
            <span className="note">{note}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}
