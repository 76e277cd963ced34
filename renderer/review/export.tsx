/** Asks how the evidence of runs is to be exported, and does it. Any screen may call `exportEvidence`. */
import { useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import type { RunSummary } from '../../main/contract/run.ts'
import { ask, subscribe } from '../app/bridge.ts'
import { formatBytes } from '../app/format.ts'
import { showFailure } from '../app/store.ts'
import { Button } from '../ui/controls.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Switch } from '../ui/field.tsx'
import { notify } from '../ui/notices.tsx'
import { ProgressBar } from '../ui/progress.tsx'

type Run = Pick<RunSummary, 'id' | 'title'>

let last = 0

async function choose(runs: readonly Run[]): Promise<string | null> {
  const suggested = `${runs.length === 1 ? runs[0]!.id.slice(0, 100) : 'evidence'}.zip`
  const chosen = await ask('shell.chooseTarget', { suggested, title: 'Export evidence' }, showFailure)
  return chosen?.path ?? null
}

async function write(runs: readonly Run[], path: string, samples: boolean, task: string): Promise<void> {
  const made = await ask('evidence.export', { runs: runs.map(({ id }) => id), path, samples, task }, (failure) =>
    failure.code === 'cancelled' ? notify({ message: 'Stopped. Nothing was written.' }) : showFailure(failure),
  )
  if (!made) return
  notify({
    message: `The evidence is in ${path.split(/[/\\]/).at(-1)}, ${formatBytes(made.bytes)}.`,
    hint: `Its id begins with ${made.id.slice(0, 12)}. Whoever gets it can check it with Open a bundle… on the screen Review.`,
    kind: 'done',
  })
}

/** Before it shows that something takes a while. */
const patienceMs = 400

function Writing({ task }: { readonly task: string }) {
  const [late, setLate] = useState(false)
  const [share, setShare] = useState<number | null>(null)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), patienceMs)
    const silent = subscribe('task-progress', (told) => {
      // Of one run there is no telling how far it is.
      if (told.task === task) setShare(told.total > 1 ? told.done / told.total : null)
    })
    return () => {
      clearTimeout(timer)
      silent()
    }
  }, [task])
  const stop = () => void ask('data.cancel', { task }, showFailure)
  if (!late) return null
  return (
    <Dialog open title="Export evidence" onClose={stop} footer={<Button onClick={stop}>Stop</Button>}>
      <ProgressBar label="Writing the evidence" value={share} />
    </Dialog>
  )
}

function ExportDialog({ runs, onEnd }: { readonly runs: readonly Run[]; readonly onEnd: () => void }) {
  const [samples, setSamples] = useState(false)
  const [step, setStep] = useState<'asked' | 'chosen' | { readonly task: string }>('asked')
  const go = async () => {
    setStep('chosen')
    const path = await choose(runs)
    if (path !== null) {
      const task = `evidence-${Date.now().toString(36)}-${++last}`
      setStep({ task })
      await write(runs, path, samples, task)
    }
    onEnd()
  }
  if (step === 'chosen') return null
  if (step !== 'asked') return <Writing task={step.task} />
  return (
    <Dialog
      open
      title="Export evidence"
      onClose={onEnd}
      footer={
        <>
          <Button onClick={onEnd}>Cancel</Button>
          <Button look="primary" onClick={() => void go()}>
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
