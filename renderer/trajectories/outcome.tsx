/** What came of a run: the return of an agent; of one that forgot, returns and values before and after, and whether that is as it should be. */
import type { RunSummary } from '../../main/contract/run.ts'
import { formatCount, formatFigure } from '../app/format.ts'
import { Facts } from '../ui/facts.tsx'
import { Icon } from '../ui/icons.tsx'
import { labelOf } from '../ui/schema-fields.ts'
import { BeforeAfter } from './before-after.tsx'
import { Estimates } from './estimates.tsx'
import { verdictsOf, type OutcomeFacts } from './outcome-words.ts'

function Trained({ outcome }: { readonly outcome: OutcomeFacts }) {
  const { evaluation, episodes, transitions } = outcome
  return (
    <p className="outcome-figure">
      {evaluation && (
        <>
          <span className="number">{formatFigure(Math.round(evaluation.mean))}</span>
          <span>
            return, ± <span className="number">{formatFigure(Math.round(evaluation.deviation))}</span> over{' '}
            {evaluation.returns.length} {evaluation.returns.length === 1 ? 'episode' : 'episodes'}; score{' '}
            <span className="number">{evaluation.normalisedScore.toFixed(1).replace('-', '−')}</span>
          </span>
        </>
      )}
      {episodes !== undefined && (
        <span className="trajectories-note">
          Learnt from <span className="number">{formatCount(episodes)}</span> episodes,{' '}
          <span className="number">{formatCount(transitions ?? 0)}</span> steps.
          {!evaluation && ' It was not played.'}
        </span>
      )}
    </p>
  )
}

/** Of audits, replays and agents brought in: figures by their names. What they show has its own place in Forgetting. */
function Figures({ outcome }: { readonly outcome: Readonly<Record<string, unknown>> }) {
  const rows = Object.entries(outcome).flatMap(([name, value]): [string, string][] =>
    typeof value === 'number'
      ? [[name, formatFigure(value)]]
      : typeof value === 'string' && value.length <= 60
        ? [[name, value]]
        : [],
  )
  return (
    <Facts className="trajectories-facts outcome-facts" rows={rows.map(([name, value]) => [labelOf(name), value])} />
  )
}

const trainsOrForgets = ({ kind }: RunSummary): boolean =>
  kind === 'trajectories.train' || kind === 'trajectories.unlearn'

export function Outcome({ run }: { readonly run: RunSummary }) {
  const outcome = (run.outcome ?? {}) as OutcomeFacts
  if (!trainsOrForgets(run))
    return (
      <section className="outcome" aria-label="Outcome">
        <Estimates outcome={outcome} />
        <Figures outcome={run.outcome ?? {}} />
      </section>
    )
  const { before, after } = outcome
  if (!before || !after)
    return (
      <section className="outcome" aria-label="Outcome">
        <Trained outcome={outcome} />
        <Estimates outcome={outcome} />
      </section>
    )
  const verdicts = verdictsOf(outcome)
  return (
    <section className="outcome" aria-label="Outcome">
      <ul className="outcome-verdicts">
        {verdicts.map(({ good, words }) => (
          <li key={words} className={good ? undefined : 'bad'}>
            <Icon name={good ? 'check' : 'warning'} size={14} />
            {words}
          </li>
        ))}
      </ul>
      <Estimates outcome={outcome} />
      <BeforeAfter before={before} after={after} />
      <p className="trajectories-note">
        Value: what the agent expects of its own actions, a mean over states of the episodes. These are means; only an
        audit tells of single episodes, and whether they can still be told from those never seen.
      </p>
    </section>
  )
}
