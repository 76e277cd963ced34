/** The course of every figure of a run, live. */
import type { RunSummary } from '../../main/contract/run.ts'
import { formatName } from '../app/format.ts'
import { LineChart } from '../charts/line-chart.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ChartControls } from './chart-settings.tsx'
import { groupFigures } from './chart-groups.ts'
import { useView } from './detail.ts'
import { useRuns } from './runs-store.ts'

export function RunCharts({ run }: { readonly run: RunSummary }) {
  const series = useView(run.id, 'series') ?? {}
  const { smoothing, logX, logY, along } = useRuns((state) => state.charts)
  const groups = groupFigures(Object.keys(series))
  if (groups.length === 0)
    return <EmptyState icon="runs" title="No figures yet" lead="What this run measures is drawn here while it works." />
  return (
    <div className="run-charts">
      <ChartControls />
      <div className="chart-grid">
        {groups.map(({ name, figures }) => (
          <LineChart
            key={name}
            label={formatName(name)}
            yLabel={formatName(name)}
            xLabel={along === 'time' ? 'seconds' : 'step'}
            series={figures.flatMap(({ figure, line }) => {
              const one = series[figure]
              if (!one) return []
              const steps = along === 'time' ? one.seconds : one.steps
              return [{ id: figure, name: formatName(line), steps, values: one.values, private: one.private }]
            })}
            syncKey={`${run.id} ${along}`}
            {...{ smoothing, logX, logY }}
          />
        ))}
      </div>
    </div>
  )
}
