/** The phases of a run in a row, each as long as it should take, the present one filling; step, rate and time left in words. */
import { doneOf, type Plan, type RunSummary } from '../../main/contract/run.ts'
import { formatCount, formatDuration, formatRate } from '../app/format.ts'

interface Progress {
  /** How full each phase of the plan is, 0 … 1. */
  readonly shares: readonly number[]
  /** Place of the present phase in the plan, or -1. */
  readonly present: number
  /** Of the whole run by the weights of its phases, 0 … 1. */
  readonly whole: number
}

const sum = (weights: readonly number[]): number => weights.reduce((a, b) => a + b, 0)

/** The bar fills from left to right: a run says how much of all it has done. Those of before say where they are in their phase. */
export function progressOf(plan: Plan, { progress, state }: Pick<RunSummary, 'state' | 'progress'>): Progress {
  const weights = plan.steps.map(({ weight }) => weight)
  const total = sum(weights) || 1
  const starts = weights.map((_weight, index) => sum(weights.slice(0, index)) / total)
  const named = plan.steps.flatMap(({ phase }, index) => (phase === progress?.phase ? [index] : []))
  const [first] = named
  const reached = first !== undefined && progress ? starts[first]! + (doneOf(progress) * weights[first]!) / total : 0
  const whole = state === 'succeeded' ? 1 : (progress?.whole ?? reached)
  const begun = starts.filter((start) => start <= whole + 1e-9).length
  return {
    shares: weights.map((weight, index) => {
      const share = ((whole - starts[index]!) * total) / weight
      return share > 1 - 1e-9 ? 1 : Math.max(0, share)
    }),
    // A phase may come twice; and on its way one may come that is not in the plan.
    present: named.filter((index) => index < begun).at(-1) ?? (progress?.whole === undefined ? -1 : begun - 1),
    whole,
  }
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
  const weights = sum(plan.steps.map(({ weight }) => weight)) || 1
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
            key={index}
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
          <li key={index} className={(shares[index] ?? 0) >= 1 ? 'done' : index === present ? 'present' : ''}>
            <span className="number">{index + 1}</span>
            <span>{phase}</span>
            <span className="note">{note}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}
