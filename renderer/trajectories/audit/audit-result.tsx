/** One audit that has ended well: the shares, all distances with the threshold, a timeline, the table. Here and on the screen of runs. */
import { useEffect } from 'react'
import { loadAudit } from './audit-feed.ts'
import { AuditRule } from './audit-rule.tsx'
import { useAudit } from './audit-store.ts'
import { AuditSummary } from './audit-summary.tsx'
import { AuditTable } from './audit-table.tsx'
import { AuditTimeline } from './audit-timeline.tsx'
import { DistancesChart } from './distances-chart.tsx'
import './audit.css'

export function AuditResult({ run }: { readonly run: string }) {
  const there = useAudit((state) => state.audit?.run === run)
  useEffect(() => void loadAudit(run), [run])
  if (!there) return null
  return (
    <div className="audit-result">
      <AuditSummary />
      <section className="audit-part" aria-label="Distances">
        <header className="audit-head">
          <h2>Distances</h2>
          <AuditRule />
        </header>
        <DistancesChart />
        <p className="trajectories-note">
          In standard deviations of the references. Beyond the line is judged forgotten: move it by hand or by arrow
          keys. A verdict is evidence, not proof.
        </p>
      </section>
      <AuditTimeline />
      <AuditTable />
    </div>
  )
}
