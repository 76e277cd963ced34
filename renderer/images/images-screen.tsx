/** Private images: the data on the left, the plan or the run in the middle, and on the right what can be set. */
import { useEffect } from 'react'
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

/** Ctrl+Z takes back the last change of the settings, unless a text of several lines or a notice has taken it. */
function useUndoKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { ctrlKey, metaKey, shiftKey, key, target, defaultPrevented } = event
      if (defaultPrevented || !(ctrlKey || metaKey) || key.toLowerCase() !== 'z') return
      // The focus is nowhere after its button has gone, and then what is shown has it.
      const here = target === document.body || (target instanceof Element && target.closest('.images-screen'))
      if (!here || target instanceof HTMLTextAreaElement) return
      event.preventDefault()
      if (shiftKey) redoDraft()
      else undoDraft()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}

export function ImagesScreen() {
  const runs = usePage((state) => state.runs)
  const datasets = usePage((state) => state.datasets)
  const shown = useImages((state) => state.shown)
  const ready = useImages((state) => state.methods !== null && state.published !== null)
  useEffect(followDraft, [])
  useUndoKeys()
  const run = runs?.find(({ id }) => id === shown)
  if (datasets === null || !ready) return null
  if (datasets.length === 0) return <NoData />
  return (
    <div className="images-screen">
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
