/** Runs: the list on the left, the chosen run in the middle, its promise of privacy on the right. */
import { PanelBoundary } from '../app/panel-boundary.tsx'
import { usePage } from '../app/store.ts'
import { FirstStart } from './first-start.tsx'
import { RunFacts } from './run-facts.tsx'
import { RunList } from './run-list.tsx'
import { RunPanel } from './run-panel.tsx'
import { useRuns } from './runs-store.ts'
import './runs.css'
import './run-views.css'

export function RunsScreen() {
  const runs = usePage((state) => state.runs)
  const selected = usePage((state) => state.selected)
  const facts = useRuns((state) => state.tab === 'overview')
  if (runs === null) return null // the shell says why
  if (runs.length === 0) return <FirstStart />
  const run = runs.find(({ id }) => id === selected)
  return (
    <div className={facts ? 'runs-screen with-facts' : 'runs-screen'}>
      <PanelBoundary name="The list of runs">
        <RunList runs={runs} selected={selected} />
      </PanelBoundary>
      {run && (
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
