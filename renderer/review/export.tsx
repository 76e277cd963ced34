/** Asks how the evidence of runs is to be exported, and does it. Any screen may call `exportEvidence`. */
import { useState } from 'react'
import { createRoot } from 'react-dom/client'
import type { RunSummary } from '../../main/contract/run.ts'
import { ask } from '../app/bridge.ts'
import { formatBytes } from '../app/format.ts'
import { showFailure } from '../app/store.ts'
import { Button } from '../ui/controls.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Switch } from '../ui/field.tsx'
import { notify } from '../ui/notices.tsx'

type Run = Pick<RunSummary, 'id' | 'title'>

async function write(runs: readonly Run[], samples: boolean): Promise<void> {
  const suggested = `${runs.length === 1 ? runs[0]!.id.slice(0, 100) : 'evidence'}.zip`
  const chosen = await ask('shell.chooseTarget', { suggested, title: 'Export evidence' }, showFailure)
  if (!chosen?.path) return
  const { path } = chosen
  const made = await ask(
    'evidence.export',
    { runs: runs.map(({ id }) => id), path, samples, task: 'evidence' },
    showFailure,
  )
  if (!made) return
  notify({
    message: `The evidence is in ${path.split(/[/\\]/).at(-1)}, ${formatBytes(made.bytes)}.`,
    hint: `Its id begins with ${made.id.slice(0, 12)}. Whoever gets it can check it with Open a bundle… on the screen Review.`,
    kind: 'done',
  })
}

function ExportDialog({ runs, onEnd }: { readonly runs: readonly Run[]; readonly onEnd: () => void }) {
  const [samples, setSamples] = useState(false)
  const go = () => {
    onEnd()
    void write(runs, samples)
  }
  return (
    <Dialog
      open
      title="Export evidence"
      onClose={onEnd}
      footer={
        <>
          <Button onClick={onEnd}>Cancel</Button>
          <Button look="primary" onClick={go}>
            Choose a file…
          </Button>
        </>
      }
    >
      <p>
        One file with the report, the plan, the configuration, the machine and what the ledger says, of{' '}
        {runs.length === 1 ? runs[0]!.title : `${runs.length} runs`}. Anybody with Lethe can check it without this
        project.
      </p>
      <p className="review-quiet">
        The data is never in it. In release mode no hash of the data or of the ledger is, either.
      </p>
      <Switch
        label="Add the synthetic images"
        checked={samples}
        onChange={setSamples}
        hint="Those of research runs were made with known noise: only for people who may see the data."
      />
    </Dialog>
  )
}

export function exportEvidence(runs: readonly Run[]): void {
  const place = document.body.appendChild(document.createElement('div'))
  const root = createRoot(place)
  root.render(
    <ExportDialog
      runs={runs}
      onEnd={() => {
        root.unmount()
        place.remove()
      }}
    />,
  )
}
