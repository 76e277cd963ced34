/** Data: what is in the project, what is about to come in, one set looked at closely, what was put away. */
import { useEffect } from 'react'
import { usePage } from '../app/store.ts'
import { loadSets } from '../trajectories/trajectories-feed.ts'
import { loadBuiltIns, loadDamaged, loadTrash } from './data-actions.ts'
import { useData } from './data-store.ts'
import { DatasetDetail } from './dataset-detail.tsx'
import { DatasetList } from './dataset-list.tsx'
import { ExportDialog } from './export-dialog.tsx'
import { ImportScreen } from './import-screen.tsx'
import { TrashView } from './trash-view.tsx'
import './data.css'

function View() {
  const view = useData((state) => state.view)
  const datasets = usePage((state) => state.datasets)
  if (datasets === null) return null
  switch (view.kind) {
    case 'import':
      return <ImportScreen />
    case 'trash':
      return <TrashView />
    case 'detail': {
      const dataset = datasets.find(({ id }) => id === view.data)
      return dataset ? <DatasetDetail key={dataset.id} dataset={dataset} tab={view.tab} /> : <DatasetList />
    }
    case 'list':
      return <DatasetList />
  }
}

export function DataScreen() {
  const datasets = usePage((state) => state.datasets)
  useEffect(() => {
    void loadDamaged()
    void loadSets()
  }, [datasets])
  useEffect(() => {
    void loadTrash()
    void loadBuiltIns()
  }, [])
  return (
    <>
      <View />
      <ExportDialog />
    </>
  )
}
