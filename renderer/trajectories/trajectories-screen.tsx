/** Forgetting: sets of trajectories and agents on the left, and beside them what is done with them, one tab each. */
import { useEffect } from 'react'
import { PanelBoundary } from '../app/panel-boundary.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { CollectDialog } from './collect-dialog.tsx'
import { useKeptFocus } from './lost-focus.ts'
import { SetsColumn } from './sets-column.tsx'
import { tabRows } from './tabs.ts'
import { followTrajectories } from './trajectories-feed.ts'
import { showTab, useTrajectories } from './trajectories-store.ts'
import './trajectories.css'

export function TrajectoriesScreen() {
  const sets = useTrajectories((state) => state.sets)
  const tab = useTrajectories((state) => state.tab)
  const root = useKeptFocus<HTMLDivElement>(sets !== null)
  useEffect(followTrajectories, [])
  if (sets === null) return null
  return (
    <div className="trajectories-screen" ref={root}>
      <PanelBoundary name="The sets of trajectories">
        <SetsColumn sets={sets} />
      </PanelBoundary>
      <Tabs
        label="Forgetting"
        value={tab}
        onChange={showTab}
        items={tabRows.map(({ id, label, Panel }) => ({
          id,
          label,
          content: (
            <PanelBoundary name={label}>
              <Panel />
            </PanelBoundary>
          ),
        }))}
      />
      <CollectDialog />
    </div>
  )
}
