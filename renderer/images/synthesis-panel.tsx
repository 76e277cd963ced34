/** Middle, once a run is made: the run as it works, then what it is worth, and what may come next. */
import type { RunSummary } from '../../main/contract/run.ts'
import { RunPanel } from '../runs/run-panel.tsx'
import { ScoreCard } from './score-card.tsx'

export function SynthesisPanel({ run }: { readonly run: RunSummary }) {
  return (
    <div className="images-run">
      <RunPanel run={run} />
      {run.state === 'succeeded' && <ScoreCard run={run} />}
    </div>
  )
}
