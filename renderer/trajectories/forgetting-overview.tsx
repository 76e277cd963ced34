/** What a training or an unlearning measured, live, and what came of it: here and on the screen of runs. */
import { useMemo } from 'react'
import type { Plan, RunSummary } from '../../main/contract/run.ts'
import { formatName } from '../app/format.ts'
import { LineChart } from '../charts/line-chart.tsx'
import { useDetail, useView } from '../runs/detail.ts'
import type { RunView } from '../runs/run-view.ts'
import { Imported } from './import-agent/imported.tsx'
import { Outcome } from './outcome.tsx'
import { ReturnsChart } from './returns-chart.tsx'

type SeriesOf = RunView['series']

/** One line for each phase that updates: where the one ends the other begins. */
function byPhase(plan: Plan, one: SeriesOf[string]) {
  const phases = plan.steps.filter(({ phase }) => phase !== 'Playing episodes' && phase !== 'Estimating returns')
  let end = 0
  return phases.map(({ phase, steps }) => {
    const [from, to] = [end, (end += steps)]
    const places = [...one.steps.keys()].filter((place) => one.steps[place]! > from && one.steps[place]! <= to)
    return {
      id: phase,
      name: phase.toLowerCase(),
      steps: places.map((place) => one.steps[place]!),
      values: places.map((place) => one.values[place]!),
    }
  })
}

const isLoss = (name: string): boolean => name.startsWith('loss/')

function Losses({ plan, series }: { readonly plan: Plan; readonly series: SeriesOf }) {
  const charts = useMemo(
    () =>
      Object.entries(series)
        .filter(([name, { steps }]) => isLoss(name) && steps.length > 1)
        .map(([name, one]) => ({ name: formatName(name.slice('loss/'.length)), lines: byPhase(plan, one) })),
    [plan, series],
  )
  return (
    <div className="agents-charts">
      {charts.map(({ name, lines }) => (
        <LineChart
          key={name}
          label={`Loss of the ${name.toLowerCase()}`}
          xLabel="update"
          yLabel={`Loss of the ${name.toLowerCase()}`}
          height={150}
          syncKey="losses"
          series={lines}
        />
      ))}
    </div>
  )
}

/** The estimate while it is fitted: whether it settles. */
function EstimateChart({ series }: { readonly series: SeriesOf }) {
  const lines = Object.entries(series).flatMap(([name, { steps, values }]) =>
    name.startsWith('estimate/') && steps.length > 1
      ? [{ id: name, name: name.slice('estimate/'.length), steps, values }]
      : [],
  )
  if (lines.length === 0) return null
  return (
    <LineChart
      label="Estimated return while it is fitted"
      xLabel="update of the fits"
      yLabel="Estimated return"
      height={150}
      series={lines}
    />
  )
}

function Waiting({ run }: { readonly run: RunSummary }) {
  if (run.waitsFor !== null)
    return <p className="trajectories-note">This run begins by itself when the one before has ended.</p>
  const updates = run.kind === 'trajectories.train' || run.kind === 'trajectories.unlearn'
  return updates && <p className="trajectories-note">Losses are drawn here after the first updates.</p>
}

const none: SeriesOf = {}

export function ForgettingOverview({ run }: { readonly run: RunSummary }) {
  const plan = useDetail(run.id, 'plan')
  const series = useView(run.id, 'series') ?? none
  const returns = series['evaluation/return']
  if (!plan) return null
  // Before and after are two points; where they stand as figures, a line between them says nothing more.
  const fewest = run.kind === 'trajectories.unlearn' ? 2 : 1
  // One point is no course.
  const measured = Object.entries(series).some(([name, { steps }]) => isLoss(name) && steps.length > 1)
  return (
    <div className="agents-overview">
      {run.state === 'succeeded' &&
        (run.kind === 'trajectories.import-agent' ? <Imported run={run} /> : <Outcome run={run} />)}
      {returns && returns.steps.length > fewest && (
        <ReturnsChart returns={returns} deviations={series['evaluation/return deviation']} />
      )}
      <EstimateChart series={series} />
      {measured ? <Losses plan={plan} series={series} /> : run.state === 'running' && <Waiting run={run} />}
    </div>
  )
}
