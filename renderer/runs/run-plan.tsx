/** What was to happen and what it costs, said before anything was touched; and how far it has come. */
import type { Plan, RunSummary } from '../../main/contract/run.ts'
import type { Epsilons, PrivacyPlan, Stage } from '../../main/contract/privacy.ts'
import { capital, formatBytes, formatCount, formatEpsilon, formatFigure } from '../app/format.ts'
import { Icon } from '../ui/icons.tsx'
import { useDetail, useView } from './detail.ts'
import { Privacy, Reads } from './run-facts.tsx'
import { useBackend } from './run-memory.tsx'
import { PlanTable } from './run-progress.tsx'

const accountants: Record<keyof Epsilons, string> = {
  rdp: 'Rényi',
  pld: 'loss distribution',
  gaussian: 'exact Gaussian',
}

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

function Accounts({ accounts }: { readonly accounts: PrivacyPlan['accounts'] }) {
  return (
    <>
      <h3>By each accountant</h3>
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
    </>
  )
}

/** `parameters.batch` → 20: every setting by its path. */
export function settingsOf(value: unknown, prefix = ''): [string, string][] {
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, inner]): [string, string][] =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? settingsOf(inner, `${prefix}${key}.`)
      : [[prefix + key, typeof inner === 'string' ? inner : JSON.stringify(inner)]],
  )
}

function Facts({ title, rows }: { readonly title: string; readonly rows: readonly (readonly [string, string])[] }) {
  if (rows.length === 0) return null
  return (
    <section className="facts-part">
      <h2>{title}</h2>
      <dl>
        {rows.map(([name, value]) => (
          <div key={name} className="fact-row">
            <dt>{name}</dt>
            <dd className="number">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function madeWith(backend: ReturnType<typeof useBackend>, plan: Plan): [string, string][] {
  const rows: [string, string | undefined][] = [
    ['Device', backend?.device],
    ['Engine', backend?.name],
    ['Threads', backend?.threads === undefined ? undefined : formatCount(backend.threads)],
    ['Memory planned', plan.memoryBytes > 0 ? formatBytes(plan.memoryBytes) : undefined],
  ]
  return rows.filter((row): row is [string, string] => row[1] !== undefined)
}

export function RunPlan({ run }: { readonly run: RunSummary }) {
  const plan = useDetail(run.id, 'plan')
  const config = useDetail(run.id, 'config')
  const spent = useView(run.id, 'spent') ?? []
  const backend = useBackend(run.id)
  if (!plan) return null
  return (
    <div className="run-column run-plan">
      <PlanTable run={run} plan={plan} />
      <div className="run-plan-facts">
        {plan.privacy && <Privacy privacy={plan.privacy} spent={spent} />}
        {plan.privacy && (
          <section className="facts-part">
            <h2>Releases</h2>
            <Stages stages={plan.privacy.stages} spent={spent} />
            <Accounts accounts={plan.privacy.accounts} />
          </section>
        )}
        <Reads plan={plan} />
        <Facts title="Settings" rows={settingsOf(config)} />
        <Facts title="Made with" rows={madeWith(backend, plan)} />
      </div>
    </div>
  )
}
