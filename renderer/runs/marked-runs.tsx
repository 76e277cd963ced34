/** What can be done with the runs that are marked together. */
import type { RunSummary } from '../../main/contract/run.ts'
import { Button } from '../ui/controls.tsx'
import { Icon } from '../ui/icons.tsx'
import { removeRuns } from './run-actions.ts'
import { compareRuns, markRuns, useRuns } from './runs-store.ts'

export const mostCompared = 10

export function MarkedRuns({ runs }: { readonly runs: readonly RunSummary[] }) {
  const marked = useRuns((state) => state.marked)
  if (marked.size === 0) return null
  const chosen = runs.filter(({ id }) => marked.has(id))
  const working = chosen.some(({ state }) => state === 'running' || state === 'paused')
  const comparable = chosen.length >= 2 && chosen.length <= mostCompared
  return (
    <div className="marked-runs" role="toolbar" aria-label="Marked runs">
      <span>
        <span className="number">{chosen.length}</span> marked
      </span>
      <Button
        look={comparable ? 'primary' : 'plain'}
        disabled={!comparable}
        title={comparable ? undefined : `Mark two to ${mostCompared} runs to compare them`}
        onClick={() => compareRuns(chosen.map(({ id }) => id))}
      >
        Compare
      </Button>
      <Button
        disabled={working}
        title={working ? 'One of them is at work; cancel it first' : undefined}
        onClick={() => void removeRuns(chosen)}
      >
        Remove
      </Button>
      <button
        type="button"
        className="mark-none"
        aria-label="Mark none"
        title="Mark none"
        onClick={() => markRuns(new Set())}
      >
        <Icon name="close" size={14} />
      </button>
    </div>
  )
}
