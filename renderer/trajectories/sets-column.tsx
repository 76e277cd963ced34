/** Left: which set of trajectories, and which agent that was trained on it. */
import type { TrajectorySet } from '../../main/contract/trajectories.ts'
import { formatCount } from '../app/format.ts'
import { Tag } from '../ui/controls.tsx'
import { chooseSet } from './trajectories-feed.ts'
import { useTrajectories } from './trajectories-store.ts'

function SetChoice({ set, chosen }: { readonly set: TrajectorySet; readonly chosen: boolean }) {
  return (
    <li>
      <label className="trajectories-choice">
        <input type="radio" name="trajectories-set" checked={chosen} onChange={() => chooseSet(set.id)} />
        <span className="trajectories-choice-name">{set.name}</span>
        {set.sensitive && <Tag meaning="sensitive">sensitive</Tag>}
        <span className="trajectories-note">
          <span className="number">{formatCount(set.episodes)}</span> episodes ·{' '}
          <span className="number">{formatCount(set.steps)}</span> steps
        </span>
      </label>
    </li>
  )
}

export function SetsColumn({ sets }: { readonly sets: readonly TrajectorySet[] }) {
  const data = useTrajectories((state) => state.data)
  return (
    <aside className="trajectories-left" aria-label="Sets of trajectories and agents">
      <fieldset className="trajectories-choices">
        <legend>Trajectories</legend>
        <ul>
          {sets.map((set) => (
            <SetChoice key={set.id} set={set} chosen={set.id === data} />
          ))}
        </ul>
      </fieldset>
    </aside>
  )
}
