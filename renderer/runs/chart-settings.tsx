/** How charts of figures are drawn: smoothing, axes, and what runs along the bottom. */
import { Segmented, Switch } from '../ui/field.tsx'
import { changeCharts, useRuns, type ChartSettings } from './runs-store.ts'

const alongs = [
  { value: 'steps', label: 'Steps' },
  { value: 'time', label: 'Time' },
] as const

export function ChartControls() {
  const { smoothing, logX, logY, along } = useRuns((state) => state.charts)
  return (
    <div className="chart-controls" role="group" aria-label="How the charts are drawn">
      <label className="smoothing">
        Smoothing
        <input
          type="range"
          min={0}
          max={0.99}
          step={0.01}
          value={smoothing}
          onChange={(event) => changeCharts({ smoothing: Number(event.target.value) })}
        />
        <span className="number">{smoothing.toFixed(2)}</span>
      </label>
      <Segmented<ChartSettings['along']>
        label="Along"
        hideLabel
        value={along}
        options={alongs}
        onChange={(value) => changeCharts({ along: value })}
      />
      <Switch label="Log x" checked={logX} onChange={(checked) => changeCharts({ logX: checked })} />
      <Switch label="Log y" checked={logY} onChange={(checked) => changeCharts({ logY: checked })} />
    </div>
  )
}
