/** Left: which set of trajectories, which agent that was trained on it, and what is under way. */
import type { Agent } from '../../main/contract/calls/forgetting.ts'
import type { TrajectorySet } from '../../main/contract/trajectories.ts'
import { formatCount, formatFigure, formatTime } from '../app/format.ts'
import { ImportMenu } from '../data/dataset-list.tsx'
import { useData } from '../data/data-store.ts'
import { TaskLine } from '../data/task-line.tsx'
import { Button, Tag } from '../ui/controls.tsx'
import { Facts } from '../ui/facts.tsx'
import { Menu } from '../ui/menu.tsx'
import { showAgent, showImport } from './agents-store.ts'
import { openCollect } from './collect-dialog.tsx'
import { leads } from './lost-focus.ts'
import { exportSet, removeSet } from './sets-actions.ts'
import { chooseSet } from './trajectories-feed.ts'
import { agentsOf, useTrajectories } from './trajectories-store.ts'
import { WorkLists } from './work-lists.tsx'

function SetChoice({ set, chosen }: { readonly set: TrajectorySet; readonly chosen: boolean }) {
  return (
    <li className="trajectories-set">
      <label className="trajectories-choice">
        <input type="radio" name="trajectories-set" checked={chosen} onChange={() => chooseSet(set.id)} />
        <span className="trajectories-choice-name" title={set.name}>
          {set.name}
        </span>
        <span className="trajectories-note">
          <span className="number">{formatCount(set.episodes)}</span> {set.episodes === 1 ? 'episode' : 'episodes'}
        </span>
      </label>
      <Menu
        label={`More about ${set.name}`}
        icon="more"
        items={[
          { label: 'Export as Minari…', onSelect: () => void exportSet(set) },
          'line',
          { label: 'Move to the trash', icon: 'trash', danger: true, onSelect: () => void removeSet(set) },
        ]}
      />
      {chosen && <SetFacts set={set} />}
    </li>
  )
}

function SetFacts({ set }: { readonly set: TrajectorySet }) {
  const { returns, environment, observationSize, actionSize, sensitive, problems } = set
  const figure = (value: number) => formatFigure(Math.round(value))
  const rows = [
    ['steps', formatCount(set.steps)],
    ['returns', `${figure(returns.min)} to ${figure(returns.max)}`],
    ['on average', figure(returns.mean)],
    ['states, actions', `${observationSize}, ${actionSize}`],
  ] as const
  return (
    <div className="trajectories-set-facts">
      <Facts className="trajectories-facts" rows={rows} />
      <p className="trajectories-tags">
        {sensitive && (
          <Tag meaning="sensitive" icon="eye">
            sensitive
          </Tag>
        )}
        {environment.task === null && <Tag>no simulator</Tag>}
      </p>
      {problems.map((problem) => (
        <p key={problem} className="trajectories-note">
          {problem}
        </p>
      ))}
    </div>
  )
}

export const agentWords = ({ algorithm, source, forgotten, retired }: Agent, title: string | undefined): string =>
  `${title ?? algorithm}${source === null ? '' : ', imported'}${forgotten.length > 0 ? `, forgot ${formatCount(forgotten.length)}` : ''}${retired ? ', retired' : ''}`

function Agents({ agents }: { readonly agents: readonly Agent[] }) {
  const chosen = useTrajectories((state) => state.agent)
  const algorithms = useTrajectories((state) => state.algorithms)
  const words = (agent: Agent) => agentWords(agent, algorithms.find(({ id }) => id === agent.algorithm)?.title)
  const alike = (agent: Agent) => agents.filter((one) => words(one) === words(agent)).length > 1
  return (
    <fieldset className="trajectories-choices">
      <legend>Agents trained on it</legend>
      {agents.length === 0 && <p className="trajectories-note">None yet</p>}
      <ul>
        {agents.map((agent) => (
          <li key={agent.run}>
            <label className="trajectories-choice">
              <input
                type="radio"
                name="trajectories-agent"
                checked={agent.run === chosen}
                onChange={() => showAgent(agent.run)}
              />
              <span className="trajectories-choice-name" title={agent.title}>
                {words(agent)}
              </span>
              <span className="trajectories-note">
                <span>
                  <span className="number">{formatCount(agent.steps)}</span> updates
                  {agent.evaluation && ','}
                </span>{' '}
                {agent.evaluation && (
                  <span>
                    return <span className="number">{formatFigure(Math.round(agent.evaluation.mean))}</span>
                  </span>
                )}{' '}
                {/* Two of the same words are told apart by when they were made. */}
                {alike(agent) && <span>{formatTime(agent.created, new Date())}</span>}
              </span>
            </label>
          </li>
        ))}
      </ul>
      <div className="trajectories-more">
        <Button {...leads} look="bare" icon="bring" onClick={showImport}>
          Import an agent…
        </Button>
      </div>
    </fieldset>
  )
}

const ownTasks = /^(collect|export)-/

function Tasks() {
  const tasks = useData((state) => state.tasks)
  return Object.keys(tasks)
    .filter((task) => ownTasks.test(task))
    .map((task) => <TaskLine key={task} task={task} />)
}

export function SetsColumn({ sets }: { readonly sets: readonly TrajectorySet[] }) {
  const data = useTrajectories((state) => state.data)
  const agents = useTrajectories((state) => state.agents)
  return (
    <aside className="trajectories-left" aria-label="Sets of trajectories and agents">
      <fieldset className="trajectories-choices">
        <legend>Trajectories</legend>
        <ul>
          {sets.map((set) => (
            <SetChoice key={set.id} set={set} chosen={set.id === data} />
          ))}
        </ul>
        <div className="trajectories-more">
          <Button look="bare" icon="plus" onClick={openCollect}>
            Collect…
          </Button>
          <ImportMenu bare />
        </div>
      </fieldset>
      <Tasks />
      {data !== null && <Agents agents={agentsOf({ agents, sets }, data)} />}
      <WorkLists data={data} />
    </aside>
  )
}
