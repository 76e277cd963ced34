/** Every trajectory with its verdict as the threshold stands. */
import type { AuditedTrajectory } from '../../../main/contract/audit.ts'
import { formatFigure } from '../../app/format.ts'
import { Button } from '../../ui/controls.tsx'
import { DataTable, type Column } from '../../ui/table.tsx'
import { exportTable } from './audit-feed.ts'
import { showTrajectory, useAudit } from './audit-store.ts'
import { groupWords, statisticOf, verdictOf, type Look } from './audit-view.ts'

function columnsOf(look: Look): Column<AuditedTrajectory>[] {
  const statistic = (one: AuditedTrajectory) => statisticOf(one, look) ?? -Infinity
  const verdict = (one: AuditedTrajectory) => verdictOf(one, look)
  return [
    { id: 'id', head: 'Episode', align: 'right', width: '84px', cell: ({ id }) => id, sort: (a, b) => a.id - b.id },
    {
      id: 'group',
      head: 'Group',
      cell: ({ group }) => groupWords[group],
      sort: (a, b) => a.group.localeCompare(b.group),
    },
    {
      id: 'distance',
      head: 'Distance',
      width: '92px',
      align: 'right',
      cell: ({ distance }) => formatFigure(distance),
      sort: (a, b) => a.distance - b.distance,
    },
    {
      ...{
        id: 'statistic',
        head: 'Statistic',
        align: 'right',
        width: '92px',
        sort: (a, b) => statistic(a) - statistic(b),
      },
      cell: (one) => {
        const value = statisticOf(one, look)
        return value === null ? '–' : value.toFixed(2).replace('-', '−')
      },
    },
    { id: 'verdict', head: 'Verdict', cell: verdict, sort: (a, b) => verdict(a).localeCompare(verdict(b)) },
  ]
}

export function AuditTable() {
  const audit = useAudit((state) => state.audit)
  const look = useAudit((state) => state.look)
  const shown = useAudit((state) => state.trajectory)
  if (!audit || !look) return null
  return (
    <section className="audit-part" aria-label="Verdicts">
      <header className="audit-head">
        <h2>Each trajectory</h2>
        <Button onClick={() => void exportTable()}>Export as CSV…</Button>
      </header>
      <DataTable
        label="Verdicts"
        columns={columnsOf(look)}
        rows={audit.found.trajectories}
        rowKey={({ id }) => String(id)}
        selected={shown === null ? null : String(shown)}
        onSelect={({ id }) => showTrajectory(id)}
        height="320px"
      />
    </section>
  )
}
