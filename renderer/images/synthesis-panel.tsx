/** Middle, once a run is made: the run as it works, then what it is worth, and what may come next. */
import type { SynthesisResult } from '../../main/contract/calls/images.ts'
import type { RunSummary } from '../../main/contract/run.ts'
import { selectRun } from '../app/feed.ts'
import { showScreen } from '../app/store.ts'
import { useDetail, useView } from '../runs/detail.ts'
import { Figures } from '../runs/figures.tsx'
import { Previews } from '../runs/previews.tsx'
import { RunAdvice } from '../runs/run-advice.tsx'
import { RunHeader } from '../runs/run-header.tsx'
import { RunProgress } from '../runs/run-progress.tsx'
import { compareRuns } from '../runs/runs-store.ts'
import { Button } from '../ui/controls.tsx'
import { takeSettings } from './images-feed.ts'
import { useImages } from './images-store.ts'
import { ScoreDetails, ScoreHead } from './score-card.tsx'

const none = {}

function showInRuns(run: string): void {
  showScreen('runs')
  void selectRun(run)
}

const mostBeside = 5

/** The newest finished syntheses on the same data, beside this one. */
function compare(run: string, results: readonly SynthesisResult[]): void {
  const data = results.find((result) => result.run === run)?.data
  const others = results.filter((result) => result.data === data && result.run !== run).slice(-mostBeside)
  compareRuns([run, ...others.map((result) => result.run)])
  showScreen('runs')
}

function Next({ run }: { readonly run: RunSummary }) {
  const results = useImages((state) => state.results)
  const comparable = run.state === 'succeeded' && results.length > 1
  return (
    <div className="images-next">
      <Button onClick={() => void takeSettings(run.id)}>Use these settings</Button>
      {comparable && <Button onClick={() => compare(run.id, results)}>Compare with the others</Button>}
      <Button look="bare" onClick={() => showInRuns(run.id)}>
        All details
      </Button>
    </div>
  )
}

/** Its events are followed as those of the chosen run; another screen may have chosen another since. */
export function SynthesisPanel({ run }: { readonly run: RunSummary }) {
  const plan = useDetail(run.id, 'plan')
  const previews = useView(run.id, 'previews') ?? none
  const series = useView(run.id, 'series') ?? none
  return (
    <section className="run-panel" aria-label={run.title}>
      <RunHeader run={run} />
      <RunAdvice run={run} />
      {plan !== undefined && <RunProgress run={run} plan={plan} />}
      <Next run={run} />
      {run.state === 'succeeded' && <ScoreHead run={run} />}
      <Previews run={run} previews={previews} />
      {run.state === 'succeeded' && <ScoreDetails run={run} />}
      <Figures series={series} />
    </section>
  )
}
