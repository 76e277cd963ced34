/** The right column: what the run promises about privacy, and what it reads without noise. */
import type { Plan, RunSummary } from '../../main/contract/run.ts'
import type { PrivacyPlan } from '../../main/contract/privacy.ts'
import { formatBudget, formatEpsilon, formatFigure } from '../app/format.ts'
import { BudgetBar, Tag } from '../ui/controls.tsx'
import { Icon } from '../ui/icons.tsx'
import { useDetail, useView } from './detail.ts'

const relations = { 'add-remove': 'added or removed', 'replace-one': 'replaced by another' } as const

export function Privacy({ privacy, spent }: { readonly privacy: PrivacyPlan; readonly spent: readonly string[] }) {
  const { epsilon, delta, relation, mode, stages, spentBefore, spentAfter, budget } = privacy
  const charged = stages.filter(({ id }) => spent.includes(id)).length
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
          Spent <span className="number">{formatEpsilon(spentBefore)}</span> →{' '}
          <span className="number">{formatEpsilon(spentAfter)}</span> of{' '}
          <span className="number">{formatBudget(budget)}</span>
        </span>
        <span>as planned</span>
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
      <p className="small">
        <span className="number">{charged}</span> of <span className="number">{stages.length}</span>{' '}
        {stages.length === 1 ? 'release is' : 'releases are'} charged to the ledger.
      </p>
    </section>
  )
}

export function Reads({ plan }: { readonly plan: Plan }) {
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

export function RunFacts({ run }: { readonly run: RunSummary }) {
  const plan = useDetail(run.id, 'plan')
  const spent = useView(run.id, 'spent') ?? []
  return (
    <aside className="run-facts" aria-label="Privacy">
      {plan?.privacy && <Privacy privacy={plan.privacy} spent={spent} />}
      {plan && <Reads plan={plan} />}
    </aside>
  )
}
