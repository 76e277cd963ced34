/** The agents that were trained on the chosen set, and what each has forgotten. */
import type { Agent } from '../../main/contract/calls/forgetting.ts'
import type { TrajectorySet } from '../../main/contract/trajectories.ts'
import { formatCount, formatFigure, formatTime } from '../app/format.ts'
import { Button } from '../ui/controls.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { DataTable, type Column } from '../ui/table.tsx'
import { agentsOf, chooseAgent, useTrajectories } from './trajectories-store.ts'
import { showImport, showRun, showTraining } from './agents-store.ts'
import { leads } from './lost-focus.ts'
import { methods } from './method-words.ts'

const methodTitle = (method: string): string => methods.find(({ value }) => value === method)?.label ?? method

const figure = (value: number): string => formatFigure(Number(value.toPrecision(4)))

/** Where nothing can be played. */
const estimateColumns: Column<Agent>[] = [
  {
    ...{ id: 'estimate', head: 'Estimate', align: 'right', width: '96px' },
    sort: (a, b) => (a.estimate?.value ?? -Infinity) - (b.estimate?.value ?? -Infinity),
    cell: ({ estimate }) => (estimate?.value == null ? '–' : figure(estimate.value)),
  },
  {
    ...{ id: 'interval', head: '95 %', align: 'right', width: '130px' },
    cell: ({ estimate }) =>
      estimate?.low == null || estimate.high == null ? '–' : `${figure(estimate.low)} … ${figure(estimate.high)}`,
  },
]

function useColumns(played: boolean): Column<Agent>[] {
  const algorithms = useTrajectories((state) => state.algorithms)
  const mean = ({ evaluation }: Agent) => evaluation?.mean ?? -Infinity
  const common: Column<Agent>[] = [
    {
      ...{ id: 'agent', head: 'Agent', sort: (a, b) => a.algorithm.localeCompare(b.algorithm) },
      cell: ({ algorithm, method, source, created, retired }) => {
        const title = algorithms.find(({ id }) => id === algorithm)?.title ?? algorithm
        const words = [title, method && methodTitle(method), source && `from ${source}`, retired && 'retired']
        const name = words.filter(Boolean).join(', ')
        return (
          <span className="agents-name">
            {name} <span className="trajectories-note">{formatTime(created, new Date())}</span>
          </span>
        )
      },
    },
    {
      ...{ id: 'forgot', head: 'Forgot', align: 'right', width: '68px' },
      cell: ({ forgotten }) => (forgotten.length > 0 ? formatCount(forgotten.length) : '–'),
    },
    {
      ...{ id: 'steps', head: 'Updates', align: 'right', width: '94px', sort: (a, b) => a.steps - b.steps },
      cell: ({ steps }) => formatCount(steps),
    },
  ]
  if (!played) return [...common, ...estimateColumns]
  return [
    ...common,
    {
      ...{ id: 'return', head: 'Return', align: 'right', width: '132px', sort: (a, b) => mean(a) - mean(b) },
      cell: ({ evaluation }) =>
        evaluation
          ? `${formatFigure(Math.round(evaluation.mean))} ± ${formatFigure(Math.round(evaluation.deviation))}`
          : '–',
    },
    {
      ...{ id: 'score', head: 'Score', align: 'right', width: '72px', sort: (a, b) => mean(a) - mean(b) },
      cell: ({ evaluation }) => evaluation?.normalisedScore.toFixed(1).replace('-', '−') ?? '–',
    },
  ]
}

export function AgentsList({ set }: { readonly set: TrajectorySet }) {
  const agents = useTrajectories((state) => state.agents)
  const sets = useTrajectories((state) => state.sets)
  const chosen = useTrajectories((state) => state.agent)
  const columns = useColumns(set.environment.task !== null)
  const own = agentsOf({ agents, sets }, set.id)
  if (own.length === 0)
    return (
      <EmptyState
        icon="forgetting"
        title="No agent yet"
        lead={`Train one on ${set.name}: choose an algorithm on the right. While it trains you see its losses and, where the task is simulated, what it returns.`}
        actions={
          <>
            <Button {...leads} onClick={showTraining}>
              Train an agent
            </Button>
            <Button {...leads} onClick={showImport}>
              Import one…
            </Button>
          </>
        }
      />
    )
  const current = own.find(({ run }) => run === chosen)
  return (
    <div className="agents-middle">
      <header className="agents-head">
        <h1>Agents trained on {set.name}</h1>
        {current && <Button onClick={() => showRun(current.run)}>Look at this one</Button>}
      </header>
      <DataTable
        label="Agents"
        columns={columns}
        rows={own}
        rowKey={({ run }) => run}
        selected={chosen}
        onSelect={({ run }) => chooseAgent(run)}
        onOpen={({ run }) => showRun(run)}
      />
      <p className="trajectories-note">
        {set.environment.task === null
          ? 'This set has no simulator. Estimate: the discounted return by fitted Q from recorded episodes, with the spread of the fits; not a measurement.'
          : 'Return: mean and deviation of the last measurement. Score: 0 is a random policy, 100 D4RL’s expert.'}
      </p>
      {own.some(({ data }) => data !== set.id) && (
        <p className="trajectories-note">
          Some were trained on the set that this one was made of, which is gone. They can be looked at and played; to
          make one forget or to audit it needs the set.
        </p>
      )}
    </div>
  )
}
