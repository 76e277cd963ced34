/** Middle: the evidence of one run: whether it holds, what it promises, what came out, what the ledger says. */
import type { Check, RunEvidence } from '../../main/contract/evidence.ts'
import {
  capital,
  formatBudget,
  formatEpsilon,
  formatFigure,
  formatName,
  formatRemaining,
  formatTime,
} from '../app/format.ts'
import { BudgetBar, Tag } from '../ui/controls.tsx'
import { Icon } from '../ui/icons.tsx'

const resultWords = { holds: 'Holds', fails: 'Does not hold', open: 'Not shown by this evidence' } as const
const resultIcons = { holds: 'check', fails: 'close', open: 'info' } as const

export function Checks({ checks }: { readonly checks: readonly Check[] }) {
  return (
    <ul className="review-checks">
      {checks.map(({ run, what, result, note }) => (
        <li key={`${run} ${what}`} className={result}>
          <Icon name={resultIcons[result]} size={14} />
          <span>
            <span className="unseen">{resultWords[result]}: </span>
            {what}
            {note && <span className="check-note">{note}</span>}
          </span>
        </li>
      ))}
    </ul>
  )
}

function Holds({ evidence }: { readonly evidence: RunEvidence }) {
  const { problems, checks } = evidence
  const open = checks.filter(({ result }) => result === 'open').length
  const failed = problems.length > 0
  return (
    <section className="review-part">
      <h2>Verification</h2>
      <p className={failed ? 'review-sum fails' : 'review-sum'}>
        <Icon name={failed ? 'warning' : 'check'} />
        {failed
          ? 'This evidence does not hold.'
          : `${checks.length - open} of ${checks.length} checks hold${open > 0 ? `; ${open} cannot be made from this evidence alone` : ''}.`}
      </p>
      {problems.map(({ file, expected, found }) => (
        <p key={`${file} ${expected}`} className="review-problem">
          <code>{file}</code> Expected {expected}; found {found}.
        </p>
      ))}
      <Checks checks={checks} />
    </section>
  )
}

function Privacy({ evidence: { plan, mode, spent, budget, dataset } }: { readonly evidence: RunEvidence }) {
  if (!plan.privacy) return null
  const { epsilon, delta, relation, stages } = plan.privacy
  return (
    <section className="review-part">
      <h2>Privacy</h2>
      <p className="review-epsilon">
        <span className="number">ε {formatEpsilon(epsilon)}</span>
        <span className="number delta">δ {formatFigure(delta)}</span>
        {mode === 'research' && <Tag meaning="sensitive">research: seeded noise, not for release</Tag>}
      </p>
      <p>
        {mode === 'release' ? 'Hides' : 'In release mode this would hide'} whether any one image was{' '}
        {relation === 'add-remove' ? 'added or removed' : 'replaced by another'}. Protected unit: {dataset.unit}.
      </p>
      <ul className="review-stages">
        {stages.map((stage) => (
          <li key={stage.id}>
            {capital(stage.noisedQuantity)}
            <span className="number">
              {stage.event.kind === 'pure'
                ? `ε ${formatFigure(stage.event.epsilon)} × ${stage.event.count}`
                : `σ ${formatFigure(stage.event.noiseMultiplier)}${stage.event.rate < 1 ? `, q ${formatFigure(stage.event.rate)}` : ''} × ${stage.event.steps}`}
            </span>
          </li>
        ))}
      </ul>
      <BudgetBar budget={budget} before={spent} after={spent} />
      <p className="review-budget">
        <span className="spent">
          ε <span className="number">{formatEpsilon(spent)}</span> of{' '}
          <span className="number">{formatBudget(budget)}</span> spent by all runs on {dataset.name}
        </span>
        , <span className="number">{formatRemaining(budget - spent)}</span> left
      </p>
      {dataset.removed && (
        <p className="review-quiet">The data was removed from the project. Its ledger stays, and so do these facts.</p>
      )}
    </section>
  )
}

/** Figures of the outcome that are numbers, with those computed without noise marked. */
function Scores({ evidence: { record, mode } }: { readonly evidence: RunEvidence }) {
  const outcome = record.outcome ?? {}
  const selection = (outcome['selection'] ?? {}) as Record<string, unknown>
  const fidelity = (outcome['fidelity'] ?? {}) as Record<string, unknown>
  const rows = [
    { name: 'private accuracy, with noise', value: selection['privateAccuracy'], open: false },
    { name: 'accuracy on the test images', value: selection['testAccuracy'], open: true },
    ...['frechet', 'precision', 'recall', 'kid'].map((name) => ({ name, value: fidelity[name], open: true })),
  ].filter((row): row is typeof row & { value: number } => typeof row.value === 'number')
  return (
    <section className="review-part">
      <h2>Scores</h2>
      {rows.length === 0 && <p className="review-quiet">This run was not asked for scores.</p>}
      <dl className="review-scores">
        {rows.map(({ name, value, open }) => (
          <div key={name}>
            <dt>
              {formatName(name)} {open && mode === 'research' && <Tag meaning="sensitive">not private</Tag>}
            </dt>
            <dd className="number">{formatFigure(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function Ledger({ evidence: { ledger, item } }: { readonly evidence: RunEvidence }) {
  const rows = ledger.entries.map((entry) => ({
    seq: entry.seq,
    own: 'run' in entry && entry.run === item.id,
    time: 'time' in entry ? formatTime(entry.time, new Date()) : '',
    what:
      entry.kind === 'charge'
        ? `Charge: ${entry.stage}, ${entry.account} split`
        : entry.kind === 'read'
          ? `Read without noise: ${entry.what}`
          : entry.kind === 'open'
            ? `Opened with a budget of ε ${formatBudget(entry.budget)}`
            : entry.kind === 'budget'
              ? `Budget changed to ε ${formatBudget(entry.budget)}: ${entry.reason}`
              : 'A read of another run, shown by its place only',
    hash: 'hash' in entry ? entry.hash.slice(0, 8) : '',
  }))
  return (
    <section className="review-part">
      <h2>Ledger of {ledger.data}</h2>
      <table className="review-ledger">
        <tbody>
          {rows.map(({ seq, own, time, what, hash }) => (
            <tr key={seq} className={own ? 'own' : undefined}>
              <td className="number">{seq}</td>
              <td>{what}</td>
              <td>{time}</td>
              <td className="number">{hash}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="review-quiet">
        {ledger.form === 'chained'
          ? 'The lines of this run stand out. Each line carries the hash of the one before.'
          : 'In release mode the hashes stay with the keeper of the data: they would confirm a guess about it.'}
      </p>
    </section>
  )
}

function Made({ evidence: { config, environment, record } }: { readonly evidence: RunEvidence }) {
  const { parameters = {}, ...asked } = config
  const facts = {
    ...asked,
    ...(parameters as object),
    ended: record.ended,
    lethe: environment['lethe'],
    platform: environment['platform'],
  }
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
  return (
    <section className="review-part">
      <h2>How it was made</h2>
      <dl className="review-facts">
        {Object.entries(facts).map(([name, value]) => (
          <div key={name}>
            <dt>{formatName(name)}</dt>
            <dd>{text(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

export function ItemView({ evidence }: { readonly evidence: RunEvidence }) {
  const { record, picture, mode } = evidence
  return (
    <article className="review-view" tabIndex={0} aria-label={record.title}>
      <header>
        <h1>{record.title}</h1>
        <p className="review-quiet">
          <code>{record.id}</code>
        </p>
      </header>
      <Holds evidence={evidence} />
      <section className="review-part">
        <h2>Samples</h2>
        {picture ? (
          <div className="review-samples">
            <img src={picture} alt="Synthetic images, one class in each row" />
          </div>
        ) : (
          <p className="review-quiet">
            The bundle was written without the synthetic images
            {mode === 'research' ? ', as research bundles are by default' : ''}.
          </p>
        )}
      </section>
      <Privacy evidence={evidence} />
      <Scores evidence={evidence} />
      <Ledger evidence={evidence} />
      <Made evidence={evidence} />
    </article>
  )
}
