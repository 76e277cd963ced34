/** What may be done with the selected episodes. */
import type { TrajectorySet } from '../../main/contract/trajectories.ts'
import { Button } from '../ui/controls.tsx'
import { showUnlearning } from './agents-store.ts'
import { useTrajectories } from './trajectories-store.ts'

export function SelectionActions({ set }: { readonly set: TrajectorySet }) {
  const hasAgents = useTrajectories((state) => state.agents.some(({ data }) => data === set.id))
  return (
    <div className="trajectories-actions">
      <Button look="primary" disabled={!hasAgents} onClick={showUnlearning}>
        Make an agent forget them…
      </Button>
      {!hasAgents && <p className="trajectories-note">No agent was trained on this set yet: see Agents.</p>}
    </div>
  )
}
