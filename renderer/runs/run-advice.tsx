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
    hint: 'Everything up to the last checkpoint is kept; resume it to go on from there. What was charged to the budget is not charged again.',
  }
}

/** What helps, where the run's own words may not say it. */
const advice: Readonly<Record<string, string>> = {
  'out-of-memory':
    'A run of the same settings will need the same memory. Where closing other programs is not enough, start a new run with a smaller batch, fewer features or fewer images.',
  'disk-full':
    'The run stopped before anything was damaged. Make room on the disk of the project, or empty its trash; then resume, and it goes on from the last checkpoint.',
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
  return (
    <div className="trouble" role="status">
      <Icon name="warning" />
      <div>
        <p>{words.message}</p>
        <p className="hint">
          {advice[words.code] ?? words.hint} <Checkpoint run={run.id} />
        </p>
        <button type="button" className="link" onClick={() => openHelp(words.code)}>
          What this means
        </button>
      </div>
    </div>
  )
}
