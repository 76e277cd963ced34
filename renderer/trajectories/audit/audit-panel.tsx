/** The tab Audit: one audit in the middle, on the right what starts another. */
import { useEffect } from 'react'
import type { RunSummary } from '../../../main/contract/run.ts'
import { selectRun } from '../../app/feed.ts'
import { formatTime } from '../../app/format.ts'
import { usePage } from '../../app/store.ts'
import { useDetail } from '../../runs/detail.ts'
import { RunAdvice } from '../../runs/run-advice.tsx'
import { RunHeader } from '../../runs/run-header.tsx'
import { RunProgress } from '../../runs/run-progress.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { SelectField } from '../../ui/field.tsx'
import { NoTrajectories } from '../no-trajectories.tsx'
import { useSet } from '../trajectories-store.ts'
import { followPlan } from './audit-feed.ts'
import { AuditForm } from './audit-form.tsx'
import { AuditResult } from './audit-result.tsx'
import { showAudit, useAudit } from './audit-store.ts'
import '../agents.css'
import './audit.css'

function Shown({ run, others }: { readonly run: RunSummary; readonly others: readonly RunSummary[] }) {
  const plan = useDetail(run.id, 'plan')
  return (
    <section className="agents-middle audit-middle" aria-label={run.title}>
      {others.length > 1 && (
        <div className="audit-others">
          <SelectField
            label="Audit"
            value={run.id}
            options={others.map(({ id, title, created }) => ({
              value: id,
              label: `${title}, ${formatTime(created, new Date())}`,
            }))}
            onChange={showAudit}
          />
        </div>
      )}
      <RunHeader run={run} />
      <RunAdvice run={run} />
      {plan !== undefined && run.state !== 'succeeded' && <RunProgress run={run} plan={plan} />}
      {run.state === 'succeeded' && <AuditResult run={run.id} />}
    </section>
  )
}

export function AuditPanel() {
  const set = useSet()
  const chosen = useAudit((state) => state.run)
  const runs = usePage((state) => state.runs)
  useEffect(followPlan, [])
  const own = (runs ?? [])
    .filter(({ kind, data }) => kind === 'trajectories.audit' && data === set?.id)
    .sort((a, b) => b.created.localeCompare(a.created))
  const run = own.find(({ id }) => id === chosen) ?? own[0]
  const shown = run?.id
  // Its events are followed as those of the chosen run.
  useEffect(() => {
    if (shown !== undefined) void selectRun(shown)
  }, [shown])
  if (!set) return <NoTrajectories />
  return (
    <div className="agents">
      {run ? (
        <Shown key={run.id} run={run} others={own} />
      ) : (
        <div className="agents-middle">
          <EmptyState
            icon="forgetting"
            title="No audit yet"
            lead="An audit asks of each trajectory whether an agent still acts along it as agents do that learnt from it. Choose an agent on the left, one that was made to forget, and start on the right."
          />
        </div>
      )}
      <aside className="agents-right" aria-label="Settings of an audit">
        <AuditForm />
      </aside>
    </div>
  )
}
