/** What may be done with the selected episodes. */
import type { TrajectorySet } from '../../main/contract/trajectories.ts'
import { Button } from '../ui/controls.tsx'
import { showUnlearning } from './agents-store.ts'
import { startRequest } from './request/request-store.ts'
import { useAgent, useTrajectories } from './trajectories-store.ts'

export function SelectionActions({ set }: { readonly set: TrajectorySet }) {
  const hasAgents = useTrajectories((state) => state.agents.some(({ data, retired }) => data === set.id && !retired))
  const agent = useAgent()
  const own = agent?.data === set.id ? agent.run : null
  const selection = useTrajectories((state) => state.selection)
  return (
    <div className="trajectories-actions">
      <Button look="primary" disabled={!hasAgents} onClick={showUnlearning}>
        Make an agent forget them…
      </Button>
      <Button onClick={() => startRequest({ data: set.id, agent: own, ids: [...selection] })}>
        Open a deletion request…
      </Button>
      {!hasAgents && <p className="trajectories-note">No agent on this set can be made to forget: see Agents.</p>}
    </div>
  )
}
