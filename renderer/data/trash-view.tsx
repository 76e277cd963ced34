/** What was removed: back again, or gone for good. */
import { useEffect, useState } from 'react'
import type { TrashEntry } from '../../main/contract/calls/trash.ts'
import { formatBytes, formatTime } from '../app/format.ts'
import { Button } from '../ui/controls.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { TextField } from '../ui/field.tsx'
import { DataTable, type Column } from '../ui/table.tsx'
import { loadTrash, purge, restore } from './data-actions.ts'
import { showView, useData } from './data-store.ts'

const kinds = { dataset: 'data set', run: 'run' } as const

/** For good is asked twice: the name is typed. */
function PurgeDialog({ entry, onClose }: { readonly entry: TrashEntry; readonly onClose: () => void }) {
  const [typed, setTyped] = useState('')
  const same = typed.trim() === entry.name
  const go = () => {
    if (!same) return
    onClose()
    void purge(entry.id, entry.name)
  }
  return (
    <Dialog
      open
      title={`Remove ${entry.name} for good?`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" disabled={!same} onClick={go}>
            Remove for good
          </Button>
        </>
      }
    >
      <p>
        {formatBytes(entry.bytes)} are deleted from the disk, with everything that was computed from them. This cannot
        be undone.
      </p>
      {entry.kind === 'dataset' && (
        <p className="faint">
          Its ledger stays: what was released from these images is still in the world, and would have to be counted if
          the same images ever came back.
        </p>
      )}
      {entry.kind === 'run' && (
        <p className="faint">
          What it spent of a budget stays spent. Its evidence goes with it: export that first if somebody may ask.
        </p>
      )}
      <TextField label={`Type ${entry.name} to confirm`} value={typed} onChange={setTyped} onEnter={go} />
    </Dialog>
  )
}

export function TrashView() {
  const trash = useData((state) => state.trash)
  const [doomed, setDoomed] = useState<TrashEntry | null>(null)
  useEffect(() => void loadTrash(), [])
  const columns: readonly Column<TrashEntry>[] = [
    { id: 'name', head: 'Name', cell: ({ name }) => name, sort: (a, b) => a.name.localeCompare(b.name) },
    { id: 'kind', head: 'What', cell: ({ kind }) => kinds[kind], width: '110px' },
    {
      id: 'removed',
      head: 'Removed',
      cell: ({ removed }) => formatTime(removed, new Date()),
      width: '140px',
      sort: (a, b) => a.removed.localeCompare(b.removed),
    },
    {
      id: 'bytes',
      head: 'Size',
      align: 'right',
      width: '100px',
      cell: ({ bytes }) => <span className="number">{formatBytes(bytes)}</span>,
      sort: (a, b) => a.bytes - b.bytes,
    },
    {
      id: 'actions',
      head: <span className="unseen">Actions</span>,
      width: '250px',
      cell: (entry) => (
        <span className="trash-actions">
          <Button look="bare" onClick={() => void restore(entry.id)}>
            Restore
          </Button>
          <Button look="bare" onClick={() => setDoomed(entry)}>
            Remove for good…
          </Button>
        </span>
      ),
    },
  ]
  return (
    <div className="page data-page">
      <header className="data-head">
        <div>
          <Button look="bare" icon="back" onClick={() => showView({ kind: 'list' })}>
            Data
          </Button>
          <h1>Trash</h1>
        </div>
      </header>
      <p className="lead">What was removed lies here whole, until it is restored or removed for good.</p>
      {trash?.length === 0 ? (
        <EmptyState
          icon="trash"
          title="The trash is empty"
          lead="A data set or run that you remove comes here first."
        />
      ) : (
        <DataTable label="Trash" columns={columns} rows={trash ?? []} rowKey={({ id }) => id} />
      )}
      {doomed && <PurgeDialog entry={doomed} onClose={() => setDoomed(null)} />}
    </div>
  )
}
