/** What can be done in the workbench, one tab each, in this order. Each fills the room beside the left column. */
import { AgentsPanel } from './agents-panel.tsx'
import { AuditPanel } from './audit/audit-panel.tsx'
import { RequestsPanel } from './request/requests-panel.tsx'
import { TrajectoriesPanel } from './trajectories-panel.tsx'
import type { TrajectoriesTab } from './trajectories-store.ts'

interface TabRow {
  readonly id: TrajectoriesTab
  readonly label: string
  readonly Panel: () => React.JSX.Element | null
}

export const tabRows: readonly TabRow[] = [
  { id: 'trajectories', label: 'Trajectories', Panel: TrajectoriesPanel },
  { id: 'agents', label: 'Agents', Panel: AgentsPanel },
  { id: 'audit', label: 'Audit', Panel: AuditPanel },
  { id: 'requests', label: 'Requests', Panel: RequestsPanel },
]
