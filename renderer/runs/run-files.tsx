/** The folder of a run and what lies in it. */
import type { RunSummary } from '../../main/contract/run.ts'
import { formatBytes } from '../app/format.ts'
import { Button, Copyable } from '../ui/controls.tsx'
import { DataTable, type Column } from '../ui/table.tsx'
import { useDetail } from './detail.ts'
import { revealRun } from './run-actions.ts'

interface File {
  readonly name: string
  readonly bytes: number
}

/** What each file is for, by its name. */
const meanings: readonly (readonly [RegExp, string])[] = [
  [/^config\.json$/, 'the settings'],
  [/^plan\.json$/, 'what was to happen, and what it costs'],
  [/^state\.json$/, 'how it stands'],
  [/^environment\.json$/, 'what it was made with'],
  [/^events\.ndjson$/, 'everything it said'],
  [/^metrics\.ndjson$/, 'its figures'],
  [/^notes\.json$/, 'your tags and note'],
  [/^report\.(html|json)$/, 'the evidence'],
  [/^error\.log$/, 'the details of a fault'],
  [/^releases\//, 'what left a privacy mechanism'],
  [/synthetic\.npz$/, 'the synthetic images'],
  [/\.safetensors$/, 'weights'],
  [/\.png$/, 'a picture'],
]

const columns: readonly Column<File>[] = [
  { id: 'name', head: 'File', cell: ({ name }) => <code>{name}</code>, sort: (a, b) => (a.name < b.name ? -1 : 1) },
  { id: 'what', head: 'What it is', cell: ({ name }) => meanings.find(([pattern]) => pattern.test(name))?.[1] ?? '' },
  {
    id: 'bytes',
    head: 'Size',
    align: 'right',
    width: '110px',
    cell: ({ bytes }) => <span className="number">{formatBytes(bytes)}</span>,
    sort: (a, b) => a.bytes - b.bytes,
  },
]

export function RunFiles({ run }: { readonly run: RunSummary }) {
  const files = useDetail(run.id, 'files') ?? []
  return (
    <div className="run-column run-files">
      <div className="run-folder">
        <Copyable text={run.folder} label="Copy the path of the run's folder" />
        <Button onClick={() => void revealRun(run.id)}>Show folder</Button>
      </div>
      <DataTable label="Files of this run" columns={columns} rows={files} rowKey={({ name }) => name} />
      <p className="small">Plain files: other programs may read them. Checkpoints are left out here.</p>
    </div>
  )
}
