/** The right column: what the run promises about privacy, what it reads without noise, and where it keeps its files. */
import type { Plan, RunSummary } from '../../main/contract/run.ts'
import type { Epsilons, PrivacyPlan, Stage } from '../../main/contract/privacy.ts'
import {
  capital,
  formatBudget,
  formatBytes,
  formatCount,
  formatEpsilon,
  formatFigure,
  formatRemaining,
} from '../app/format.ts'
import { usePage } from '../app/store.ts'
import { BudgetBar, Copyable, Tag } from '../ui/controls.tsx'
import { Icon } from '../ui/icons.tsx'
import type { RunView } from './run-view.ts'

const accountants: Record<keyof Epsilons, string> = {
  rdp: 'Rényi',
  pld: 'loss distribution',
  gaussian: 'exact Gaussian',
}

const relations = { 'add-remove': 'added or removed', 'replace-one': 'replaced by another' } as const

function noiseOf(stage: Stage): string {
  if (stage.event.kind === 'pure')
    return `ε = ${formatFigure(stage.event.epsilon)}, ${formatCount(stage.event.count)} ×`
  const { noiseMultiplier, rate, steps } = stage.event
  const sampled = rate < 1 ? `, rate ${formatFigure(rate)}` : ''
  return `σ = ${formatFigure(noiseMultiplier)}${sampled}${steps > 1 ? `, ${formatCount(steps)} steps` : ''}`
}

function Stages({ stages, spent }: { readonly stages: readonly Stage[]; readonly spent: readonly string[] }) {
  return (
    <ul className="stages">
      {stages.map((stage) => {
        const charged = spent.includes(stage.id)
        return (
          <li key={stage.id}>
            <span
              className={charged ? 'stage-sign charged' : 'stage-sign'}
              title={charged ? 'charged to the ledger' : 'not charged yet'}
            >
              {charged && <Icon name="check" size={12} />}
              <span className="unseen">{charged ? 'Charged' : 'Not charged yet'}: </span>
            </span>
            <span>
              {capital(stage.noisedQuantity)}
              <span className="stage-note">
                <span className="number">{noiseOf(stage)}</span> · {stage.account} split
              </span>
            </span>
          </li>
        )
      })}
    </ul>
  )
}

function Privacy({ privacy, spent }: { readonly privacy: PrivacyPlan; readonly spent: readonly string[] }) {
  const { epsilon, delta, relation, mode, stages, spentBefore, spentAfter, budget, accounts } = privacy
  return (
    <section className="facts-part">
      <h2>Privacy</h2>
      <p className="epsilon">
        <span className="number">
          ε <strong>{formatEpsilon(epsilon)}</strong>
        </span>
        <span className="number delta">δ {formatFigure(delta)}</span>
      </p>
      <BudgetBar budget={budget} before={spentBefore} after={spentAfter} />
      <p className="budget-words">
        <span>
          <span className="number">{formatEpsilon(spentAfter)}</span> of{' '}
          <span className="number">{formatBudget(budget)}</span> spent
        </span>
        <span>
          <span className="number">{formatRemaining(budget - spentAfter)}</span> left
        </span>
      </p>
      <p className="promise">
        {mode === 'release' ? 'Hides' : 'In release mode this would hide'} whether any one image was{' '}
        {relations[relation]}.
      </p>
      {mode === 'release' ? (
        <p className="promise">Noise from the system, which has no seed: may be released.</p>
      ) : (
        <Tag meaning="sensitive">research: seeded noise, not for release</Tag>
      )}
      <dl>
        {Object.entries(accounts).map(([account, epsilons]) =>
          Object.entries(epsilons as Record<string, number>).map(([accountant, value]) => (
            <div key={`${account} ${accountant}`} className="fact-row">
              <dt>
                {capital(account)}, {accountants[accountant as keyof Epsilons]}
              </dt>
              <dd className="number">{formatEpsilon(value)}</dd>
            </div>
          )),
        )}
      </dl>
      <h3>Releases</h3>
      <Stages stages={stages} spent={spent} />
    </section>
  )
}

function Reads({ plan }: { readonly plan: Plan }) {
  if (plan.nonPrivateReads.length === 0) return null
  return (
    <section className="facts-part reads">
      <h2>
        <Icon name="eye" size={14} />
        Read without noise
      </h2>
      <ul>
        {plan.nonPrivateReads.map((read) => (
          <li key={read}>{read}</li>
        ))}
      </ul>
      <p className="small">For your eyes only: these figures are marked, and left out of what may be released.</p>
    </section>
  )
}

function Files({ run, view }: { readonly run: RunSummary; readonly view: RunView }) {
  const artifacts = Object.entries(view.artifacts)
  return (
    <section className="facts-part files">
      <h2>Files</h2>
      <Copyable text={run.folder} label="Copy the path of the run's folder" />
      <ul>
        {artifacts.map(([name, { bytes }]) => (
          <li key={name}>
            <span>{name}</span>
            <span className="number">{formatBytes(bytes)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

export function RunFacts({ run }: { readonly run: RunSummary }) {
  const detail = usePage((state) => state.detail)
  if (detail?.run !== run.id) return <aside className="run-facts" />
  return (
    <aside className="run-facts" aria-label="Privacy and files">
      {detail.plan?.privacy && <Privacy privacy={detail.plan.privacy} spent={detail.view.spent} />}
      {detail.plan && <Reads plan={detail.plan} />}
      <Files run={run} view={detail.view} />
    </aside>
  )
}
