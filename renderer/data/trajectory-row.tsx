/** A set of trajectories in the list of data: its episodes are looked at in Forgetting. */
import type { TrajectorySet } from '../../main/contract/trajectories.ts'
import { capital, formatCount, formatFigure } from '../app/format.ts'
import { Menu } from '../ui/menu.tsx'
import { exportSet, removeSet } from '../trajectories/sets-actions.ts'
import { showSet } from '../trajectories/trajectories-feed.ts'
import { SensitiveTag } from './sensitive-tag.tsx'

export function TrajectoryRow({ set }: { readonly set: TrajectorySet }) {
  const { name, sensitive, episodes, steps, returns, source, licence, environment } = set
  const figure = (value: number) => formatFigure(Math.round(value))
  return (
    <li className="dataset">
      <div className="dataset-words">
        <div className="dataset-head">
          <h2>
            <button type="button" className="dataset-open" onClick={() => showSet(set.id)}>
              {name}
            </button>
          </h2>
          <SensitiveTag sensitive={sensitive} />
        </div>
        <p className="dataset-shape">
          <span className="number">{formatCount(episodes)}</span> {episodes === 1 ? 'episode' : 'episodes'} ·{' '}
          <span className="number">{formatCount(steps)}</span> steps · returns {figure(returns.min)} to{' '}
          {figure(returns.max)}
        </p>
        <p className="faint">
          From {source}. {licence === 'not stated' ? 'Licence not stated' : capital(licence)}.
        </p>
      </div>
      <p className="data-budget faint">
        Trajectories: no budget. {environment.task === null && 'No simulator is known for them.'}
      </p>
      <Menu
        label={`More about ${name}`}
        icon="more"
        items={[
          { label: 'Open', onSelect: () => showSet(set.id) },
          { label: 'Export as Minari…', onSelect: () => void exportSet(set) },
          'line',
          { label: 'Move to the trash', icon: 'trash', danger: true, onSelect: () => void removeSet(set) },
        ]}
      />
    </li>
  )
}
