/** What went wrong with a run, and how to go on. */
import type { RunSummary } from '../../main/contract/run.ts'
import { formatCount, formatTime } from '../app/format.ts'
import { openHelp } from '../app/store.ts'
import { Icon } from '../ui/icons.tsx'
import { useView } from './detail.ts'

/** In the words of the error where there is one; a process that was killed leaves none. */
function wordsOf({ state, error }: RunSummary): { message: string; hint: string; code: string } | null {
  if (error) return error
  if (state !== 'interrupted') return null
  return {
    code: 'engine-gone',
    message: 'The process that worked on this run ended before the run did.',
    hint: 'Resume it to go on. What was charged to the budget is not charged again.',
  }
}

/** What happened and what helps, where the words of the system do not say it. */
const advice: Readonly<Record<string, { readonly what?: string; readonly help: string }>> = {
  'out-of-memory': {
    help: 'A run of the same settings will need the same memory. Where closing other programs is not enough, start a new run with a smaller batch, fewer features or fewer images.',
  },
  'disk-full': {
    what: 'The disk is full.',
    help: 'The run stopped before anything was damaged. Make room on the disk of the project, or empty its trash; then resume.',
  },
}

function Checkpoint({ run }: { readonly run: string }) {
  const checkpoint = useView(run, 'checkpoint')
  if (checkpoint === undefined) return null
  if (checkpoint === null) return <>There is no checkpoint yet: resumed, it begins anew.</>
  return (
    <>
      The last checkpoint is step <span className="number">{formatCount(checkpoint.step)}</span>, kept{' '}
      {formatTime(checkpoint.time, new Date())}.
    </>
  )
}

export function RunAdvice({ run }: { readonly run: RunSummary }) {
  const words = wordsOf(run)
  if (!words) return null
  const known = advice[words.code]
  return (
    <div className="trouble" role="status">
      <Icon name="warning" />
      <div>
        <p>{known?.what ?? words.message}</p>
        {known?.what !== undefined && <p className="trouble-hint">{words.message}</p>}
        <p className="trouble-hint">
          {known?.help ?? words.hint} <Checkpoint run={run.id} />
        </p>
        <button type="button" className="link" onClick={() => openHelp(words.code)}>
          What this means
        </button>
      </div>
    </div>
  )
}
