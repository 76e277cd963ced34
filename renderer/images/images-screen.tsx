/** Private images: the data on the left, the plan or the run in the middle, and on the right what can be set. */
import { useEffect, type KeyboardEvent } from 'react'
import { PanelBoundary } from '../app/panel-boundary.tsx'
import { usePage } from '../app/store.ts'
import { RunFacts } from '../runs/run-facts.tsx'
import { DataColumn } from './data-column.tsx'
import { followDraft } from './images-feed.ts'
import { redoDraft, undoDraft, useImages } from './images-store.ts'
import { NoData } from './no-data.tsx'
import { PlanPanel } from './plan-panel.tsx'
import { SettingsColumn } from './settings-column.tsx'
import { SynthesisPanel } from './synthesis-panel.tsx'
import './images.css'

/** Ctrl+Z takes back the last change of the settings; inside a text of several lines it belongs to that text. */
function onKeyDown(event: KeyboardEvent): void {
  const { ctrlKey, metaKey, shiftKey, key, target } = event
  if (!(ctrlKey || metaKey) || key.toLowerCase() !== 'z' || target instanceof HTMLTextAreaElement) return
  event.preventDefault()
  if (shiftKey) redoDraft()
  else undoDraft()
}

export function ImagesScreen() {
  const runs = usePage((state) => state.runs)
  const datasets = usePage((state) => state.datasets)
  const shown = useImages((state) => state.shown)
  const ready = useImages((state) => state.methods !== null && state.published !== null)
  useEffect(followDraft, [])
  const run = runs?.find(({ id }) => id === shown)
  if (datasets === null || !ready) return null
  if (datasets.length === 0) return <NoData />
  return (
    <div className="images-screen" onKeyDown={onKeyDown}>
      <PanelBoundary name="The data sets">
        <DataColumn datasets={datasets} shown={run?.id ?? null} />
      </PanelBoundary>
      <PanelBoundary key={run ? run.id : 'plan'} name={run ? 'This run' : 'The plan'}>
        {run ? <SynthesisPanel run={run} /> : <PlanPanel />}
      </PanelBoundary>
      <PanelBoundary key={run ? `${run.id} facts` : 'settings'} name={run ? 'The facts of this run' : 'The settings'}>
        {run ? <RunFacts run={run} /> : <SettingsColumn />}
      </PanelBoundary>
    </div>
  )
}
