/** The replay of an episode with the agent that is chosen, and beside it the one it was made from where it was made to forget. */
import type { TrajectorySet } from '../../../main/contract/trajectories.ts'
import { useTrajectories } from '../trajectories-store.ts'
import { ReplayPanel } from './replay-panel.tsx'

/** Nothing for a set without a simulated task: its states and actions are looked at as lines. */
export function EpisodeReplay({ set, id }: { readonly set: TrajectorySet; readonly id: number }) {
  const chosen = useTrajectories((state) => state.agents.find(({ run }) => run === state.agent) ?? null)
  if (set.environment.task === null) return null
  const agents =
    chosen === null
      ? []
      : chosen.original === null
        ? [{ run: chosen.run, name: 'Agent' }]
        : [
            { run: chosen.original, name: 'Original agent' },
            { run: chosen.run, name: 'After unlearning' },
          ]
  return <ReplayPanel data={set.id} episode={id} agents={agents} />
}
