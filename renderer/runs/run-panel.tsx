/** One run while it works and after it has ended: how far it is, what it makes, what it measures, what it has said. */
import type { RunSummary } from '../../main/contract/run.ts'
import { PanelBoundary } from '../app/panel-boundary.tsx'
import { AuditResult } from '../trajectories/audit/audit-result.tsx'
import { ForgettingOverview } from '../trajectories/forgetting-overview.tsx'
import { Icon } from '../ui/icons.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { useDetail, useView } from './detail.ts'
import { Figures } from './figures.tsx'
import { Previews } from './previews.tsx'
import { RunCharts } from './run-charts.tsx'
import { RunAdvice } from './run-advice.tsx'
import { RunFiles } from './run-files.tsx'
import { RunHeader } from './run-header.tsx'
import { RunImages } from './run-images.tsx'
import { RunLog } from './run-log.tsx'
import { RunNotes } from './run-notes.tsx'
import { RunPlan } from './run-plan.tsx'
import { RunProgress } from './run-progress.tsx'
import { showTab, useRuns } from './runs-store.ts'

function Warnings({ messages }: { readonly messages: readonly string[] }) {
  if (messages.length === 0) return null
  return (
    <ul className="warnings" aria-label="Warnings">
      {[...new Set(messages)].map((message) => (
        <li key={message}>
          <Icon name="warning" size={14} />
          {message}
        </li>
      ))}
    </ul>
  )
}

const none = {}

/** Of agents: no images, and no budget. */
export const isOfAgents = ({ kind }: Pick<RunSummary, 'kind'>): boolean => kind.startsWith('trajectories.')

function Overview({ run }: { readonly run: RunSummary }) {
  const previews = useView(run.id, 'previews')
  const series = useView(run.id, 'series')
  const warnings = useView(run.id, 'warnings')
  return (
    <div className="run-column">
      {run.kind === 'trajectories.audit' ? (
        run.state === 'succeeded' && <AuditResult run={run.id} />
      ) : isOfAgents(run) ? (
        <ForgettingOverview run={run} />
      ) : (
        <>
          <Previews run={run} previews={previews ?? none} />
          <Figures series={series ?? none} />
        </>
      )}
      <Warnings messages={warnings ?? []} />
      <RunNotes key={run.id} run={run} />
    </div>
  )
}

export function RunPanel({ run }: { readonly run: RunSummary }) {
  const plan = useDetail(run.id, 'plan')
  const tab = useRuns((state) => state.tab)
  const agents = isOfAgents(run)
  const items = [
    { id: 'overview', label: 'Overview', content: <Overview run={run} /> },
    { id: 'charts', label: 'Charts', content: <RunCharts run={run} /> },
    ...(agents ? [] : [{ id: 'images' as const, label: 'Images', content: <RunImages run={run} /> }]),
    { id: 'plan', label: agents ? 'Plan' : 'Plan & privacy', content: <RunPlan run={run} /> },
    { id: 'log', label: 'Log', content: <RunLog run={run} /> },
    { id: 'files', label: 'Files', content: <RunFiles run={run} /> },
  ] as const
  const shown = items.some(({ id }) => id === tab) ? tab : 'overview'
  return (
    <section className="run-panel" aria-label={run.title}>
      <RunHeader run={run} />
      <RunAdvice run={run} />
      {plan !== undefined && (
        <>
          <RunProgress run={run} plan={plan} />
          <PanelBoundary name="This view of the run">
            <Tabs label="Views of this run" value={shown} onChange={showTab} items={items} />
          </PanelBoundary>
        </>
      )}
    </section>
  )
}
