/** What came of bringing in an agent: whether it acts as it did, and what it returns. Read from a file: nothing is taken for granted. */
import type { ReturnFigures } from '../../../main/contract/calls/forgetting.ts'
import type { RunSummary } from '../../../main/contract/run.ts'
import { formatCount, formatFigure } from '../../app/format.ts'
import { Icon } from '../../ui/icons.tsx'

interface Difference {
  readonly largest: number
}
interface ImportOutcome {
  readonly check?: {
    readonly rows: number
    readonly actions: Difference | null
    readonly values: Difference | null
  } | null
  readonly notes?: readonly string[]
  readonly evaluation?: ReturnFigures | null
  readonly source?: string
  readonly steps?: number
}

function Check({ check }: { readonly check: NonNullable<ImportOutcome['check']> }) {
  const figures = [
    check.actions && `its actions differ by ${formatFigure(check.actions.largest)} at most`,
    check.values && `its values by ${formatFigure(check.values.largest)}`,
  ].filter(Boolean)
  return (
    <li>
      <Icon name="check" size={14} />
      <span>
        It acts as it did: over <span className="number">{formatCount(check.rows)}</span> predictions{' '}
        {figures.join(', ')}.
      </span>
    </li>
  )
}

export function Imported({ run }: { readonly run: RunSummary }) {
  const { check, notes = [], evaluation, source = '', steps } = (run.outcome ?? {}) as ImportOutcome
  return (
    <section className="outcome" aria-label="Outcome">
      {evaluation && (
        <p className="outcome-figure">
          <span className="number">{formatFigure(Math.round(evaluation.mean))}</span>
          <span>
            return, ± <span className="number">{formatFigure(Math.round(evaluation.deviation))}</span> over{' '}
            {evaluation.returns.length} {evaluation.returns.length === 1 ? 'episode' : 'episodes'}; score{' '}
            <span className="number">{evaluation.normalisedScore.toFixed(1).replace('-', '−')}</span>
          </span>
        </p>
      )}
      <ul className="outcome-verdicts">
        {check ? (
          <Check check={check} />
        ) : (
          <li className="bad">
            <Icon name="warning" size={14} />
            No predictions were given, so nobody checked that it acts here as it did there.
          </li>
        )}
        {notes.map((words) => (
          <li key={words}>
            <Icon name="info" size={14} />
            {words}
          </li>
        ))}
      </ul>
      <p className="trajectories-note">
        From {source}
        {steps !== undefined && (
          <>
            , <span className="number">{formatCount(steps)}</span> updates
          </>
        )}
        . It can be audited and made to forget like any other.
      </p>
    </section>
  )
}
