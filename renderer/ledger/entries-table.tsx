/** Entries of one ledger. Reads without noise are in plum: they are not private. */
import type { LedgerEntry } from '../../main/contract/privacy.ts'
import { formatTime } from '../app/format.ts'
import { Tag } from '../ui/controls.tsx'
import { DataTable, type Column } from '../ui/table.tsx'
import { kindWords, shortRun, wordsOf } from './entry-words.ts'

const columns: readonly Column<LedgerEntry>[] = [
  {
    id: 'seq',
    head: '#',
    width: '52px',
    cell: ({ seq }) => <span className="number faint">{seq}</span>,
    sort: (a, b) => a.seq - b.seq,
  },
  {
    id: 'kind',
    head: 'Entry',
    width: '150px',
    cell: ({ kind }) => (kind === 'read' ? <Tag meaning="sensitive">{kindWords[kind]}</Tag> : kindWords[kind]),
  },
  {
    id: 'what',
    head: 'What',
    cell: (entry) => <span className="entry-what">{wordsOf(entry).what}</span>,
  },
  {
    id: 'noise',
    head: 'Noise',
    width: '150px',
    cell: (entry) => <span className="number">{wordsOf(entry).noise}</span>,
  },
  {
    id: 'run',
    head: 'Run',
    width: '112px',
    cell: (entry) => {
      const { run } = wordsOf(entry)
      return (
        <span className="number faint" title={run}>
          {shortRun(run)}
        </span>
      )
    },
  },
  {
    id: 'time',
    head: 'Time',
    width: '118px',
    cell: ({ time }) => <span className="faint">{formatTime(time, new Date())}</span>,
    sort: (a, b) => a.time.localeCompare(b.time),
  },
  {
    id: 'hash',
    head: 'Hash',
    width: '86px',
    cell: ({ hash }) => (
      <span className="number faint" title={hash}>
        {hash.slice(0, 8)}
      </span>
    ),
  },
]

export function EntriesTable({ entries }: { readonly entries: readonly LedgerEntry[] }) {
  return (
    <DataTable
      label="Entries of the ledger"
      columns={columns}
      rows={entries}
      rowKey={({ seq }) => String(seq)}
      empty={<p className="faint">No entry fits.</p>}
    />
  )
}
