/** Runs: the list on the left, the chosen run in the middle, its promise of privacy on the right. */
import { PanelBoundary } from '../app/panel-boundary.tsx'
import { usePage } from '../app/store.ts'
import { CompareView } from './compare-view.tsx'
import { FirstStart } from './first-start.tsx'
import { RunFacts } from './run-facts.tsx'
import { RunList } from './run-list.tsx'
import { isOfAgents, RunPanel } from './run-panel.tsx'
import { useRuns } from './runs-store.ts'
import './runs.css'
import './run-views.css'

export function RunsScreen() {
  const runs = usePage((state) => state.runs)
  const selected = usePage((state) => state.selected)
  const comparing = useRuns((state) => state.comparing)
  const overview = useRuns((state) => state.tab === 'overview')
  if (runs === null) return null // the shell says why
  if (runs.length === 0) return <FirstStart />
  const run = runs.find(({ id }) => id === selected)
  const compared = comparing?.flatMap((id) => runs.find((one) => one.id === id) ?? []) ?? []
  const facts = overview && compared.length < 2 && !(run && isOfAgents(run))
  return (
    <div className={facts ? 'runs-screen with-facts' : 'runs-screen'}>
      <PanelBoundary name="The list of runs">
        <RunList runs={runs} selected={selected} />
      </PanelBoundary>
      {compared.length >= 2 && (
        <PanelBoundary name="This comparison">
          <CompareView key={compared.map(({ id }) => id).join()} runs={compared} />
        </PanelBoundary>
      )}
      {run && compared.length < 2 && (
        <>
          <PanelBoundary key={`${run.id} panel`} name="This run">
            <RunPanel run={run} />
          </PanelBoundary>
          {facts && (
            <PanelBoundary key={`${run.id} facts`} name="The facts of this run">
              <RunFacts run={run} />
            </PanelBoundary>
          )}
        </>
      )}
    </div>
  )
}
