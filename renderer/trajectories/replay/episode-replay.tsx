/** The replay of an episode with the agent that is chosen, and beside it the one it was made from, unless that is retired. */
import type { TrajectorySet } from '../../../main/contract/trajectories.ts'
import { useAgent, useTrajectories } from '../trajectories-store.ts'
import { ReplayPanel } from './replay-panel.tsx'

/** Nothing for a set without a simulated task: its states and actions are looked at as lines. */
export function EpisodeReplay({ set, id }: { readonly set: TrajectorySet; readonly id: number }) {
  const chosen = useAgent()
  const original = useTrajectories(({ agents }) =>
    agents.find(({ run, retired }) => run === chosen?.original && !retired),
  )
  if (set.environment.task === null) return null
  const agents =
    chosen === null
      ? []
      : [
          ...(original ? [{ run: original.run, name: 'Original agent' }] : []),
          { run: chosen.run, name: chosen.original === null ? 'Agent' : 'After unlearning' },
        ]
  return <ReplayPanel data={set.id} episode={id} agents={agents} />
}
