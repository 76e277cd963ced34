/** One training or unlearning: how far it is, its losses and returns, and what came of it. */
import type { RunSummary } from '../../main/contract/run.ts'
import { showScreen } from '../app/store.ts'
import { useDetail } from '../runs/detail.ts'
import { RunAdvice } from '../runs/run-advice.tsx'
import { RunHeader } from '../runs/run-header.tsx'
import { RunProgress } from '../runs/run-progress.tsx'
import { compareRuns } from '../runs/runs-store.ts'
import { Button } from '../ui/controls.tsx'
import { estimateReturn } from './agents-feed.ts'
import { showAgents, showUnlearning, useAgents } from './agents-store.ts'
import { ForgettingOverview } from './forgetting-overview.tsx'
import { showInRuns } from './look.ts'
import { useLostFocus } from './lost-focus.ts'
import { chooseAgent, useTrajectories } from './trajectories-store.ts'

function Next({ run }: { readonly run: RunSummary }) {
  const agent = useTrajectories((state) => state.agents.find((one) => one.run === run.id))
  const starting = useAgents((state) => state.starting)
  const original = agent?.original ?? null
  const forget = () => {
    chooseAgent(run.id)
    showUnlearning()
  }
  const compare = () => {
    compareRuns([run.id, original!])
    showScreen('runs')
  }
  return (
    <div className="agents-next">
      <Button look="bare" icon="back" onClick={showAgents}>
        All agents
      </Button>
      {agent && !agent.retired && <Button onClick={forget}>Make it forget…</Button>}
      {agent && !agent.retired && !agent.evaluation && !agent.estimate && (
        <Button
          title="By fitted Q from the recorded episodes"
          disabled={starting}
          onClick={() => void estimateReturn(agent.run)}
        >
          Estimate its return
        </Button>
      )}
      {original !== null && (
        <Button title="With the original, side by side" onClick={compare}>
          Compare
        </Button>
      )}
      <Button look="bare" onClick={() => showInRuns(run.id)}>
        All details
      </Button>
    </div>
  )
}

/** Its events are followed as those of the chosen run. */
export function AgentRun({ run }: { readonly run: RunSummary }) {
  const plan = useDetail(run.id, 'plan')
  const place = useLostFocus<HTMLElement>()
  return (
    <section ref={place} tabIndex={-1} className="agents-middle agents-run" aria-label={run.title}>
      <Next run={run} />
      <RunHeader run={run} />
      <RunAdvice run={run} />
      {plan !== undefined && <RunProgress run={run} plan={plan} />}
      <ForgettingOverview run={run} />
    </section>
  )
}
