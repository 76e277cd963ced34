/** One data set: its images, its facts, what it has spent. */
import { useEffect } from 'react'
import type { Dataset } from '../../main/contract/dataset.ts'
import { loadLedger } from '../app/feed.ts'
import { showScreen, store, usePage } from '../app/store.ts'
import { Button } from '../ui/controls.tsx'
import { Menu } from '../ui/menu.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { EntriesTable } from '../ledger/entries-table.tsx'
import { loadShown, removeData } from './data-actions.ts'
import { dataStore, openDataset, showView, type DataTab } from './data-store.ts'
import { DatasetFacts } from './dataset-facts.tsx'
import { DatasetImages } from './dataset-images.tsx'
import { Budget } from './dataset-list.tsx'
import { SensitiveTag } from './sensitive-tag.tsx'
import { OtherTasks } from './task-line.tsx'

const extract = 12

function LedgerExtract({ dataset }: { readonly dataset: Dataset }) {
  const ledger = usePage((state) => state.ledgers[dataset.id])
  const open = () => {
    store.setState({ currentData: dataset.id })
    showScreen('ledger')
  }
  if (!ledger) return null
  return (
    <div className="ledger-extract">
      <header>
        <p className="faint">
          The newest {Math.min(extract, ledger.entries.length)} of {ledger.entries.length} entries.
        </p>
        <Button icon="ledger" onClick={open}>
          Open the ledger
        </Button>
      </header>
      <EntriesTable entries={ledger.entries.slice(-extract).reverse()} />
    </div>
  )
}

export function DatasetDetail({ dataset, tab }: { readonly dataset: Dataset; readonly tab: DataTab }) {
  const { id, name, sensitive } = dataset
  useEffect(() => {
    store.setState({ currentData: id })
    void loadShown(id)
    void loadLedger(id)
  }, [id])
  return (
    <div className="page dataset-page">
      <header className="data-head">
        <div>
          <Button look="bare" icon="back" onClick={() => showView({ kind: 'list' })}>
            Data
          </Button>
          <h1>{name}</h1>
          <SensitiveTag sensitive={sensitive} />
        </div>
        <Budget dataset={dataset} />
        <div className="data-actions">
          <Button onClick={() => dataStore.setState({ exporting: id })}>Export…</Button>
          <Menu
            label={`More about ${name}`}
            icon="more"
            items={[{ label: 'Move to the trash', icon: 'trash', danger: true, onSelect: () => void removeData(id) }]}
          />
        </div>
      </header>
      <Tabs<DataTab>
        label="Parts of the data set"
        value={tab}
        onChange={(chosen) => openDataset(id, chosen)}
        items={[
          { id: 'images', label: 'Images', content: <DatasetImages dataset={dataset} /> },
          { id: 'facts', label: 'Facts', content: <DatasetFacts dataset={dataset} /> },
          { id: 'ledger', label: 'Ledger', content: <LedgerExtract dataset={dataset} /> },
        ]}
      />
      <OtherTasks />
    </div>
  )
}
