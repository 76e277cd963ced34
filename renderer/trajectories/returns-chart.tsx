/** What an agent returned whenever it was played: the mean, and around it one standard deviation of the episodes. */
import { formatCount, formatFigure } from '../app/format.ts'
import { padded } from '../charts/series.ts'
import { linearTicks, tickLabels } from '../charts/ticks.ts'
import { useSize } from './use-size.ts'

interface Points {
  readonly steps: ArrayLike<number>
  readonly values: ArrayLike<number>
}

const height = 190
const left = 56
const below = 24

export function ReturnsChart(props: { returns: Points; deviations: Points | undefined }) {
  const [place, { width }] = useSize<HTMLDivElement>()
  const returns = { steps: Array.from(props.returns.steps), values: Array.from(props.returns.values) }
  const spread = returns.values.map((_, index) => props.deviations?.values[index] ?? 0)
  const lowest = Math.min(0, ...returns.values.map((value, index) => value - spread[index]!))
  const highest = Math.max(...returns.values.map((value, index) => value + spread[index]!))
  const { low: under, high } = padded(lowest, highest, false)
  const low = lowest < 0 ? under : 0
  const last = returns.steps[returns.steps.length - 1] ?? 1
  const x = (step: number) => left + (step / (last || 1)) * (width - left - 8)
  const y = (value: number) => 6 + (1 - (value - low) / (high - low || 1)) * (height - below - 6)
  const at = (sign: number) =>
    returns.values.map((value, i) => `${x(returns.steps[i]!)},${y(value + sign * spread[i]!)}`)
  const ticks = linearTicks(low, high, 4)
  const words = tickLabels(ticks)
  const mean = returns.values[returns.values.length - 1] ?? 0
  return (
    <figure className="returns-chart">
      <figcaption>
        Return when played{' '}
        <span className="trajectories-note">mean, and one standard deviation of the episodes around it</span>
      </figcaption>
      <div ref={place}>
        {width > 0 && (
          <svg
            width={width}
            height={height}
            role="img"
            aria-label={`Returns from update ${formatCount(returns.steps[0] ?? 0)} to ${formatCount(last)}, now ${formatFigure(mean)}`}
          >
            {ticks.map((tick, index) => (
              <g key={tick}>
                <line className="grid" x1={left} x2={width} y1={y(tick)} y2={y(tick)} />
                <text x={left - 8} y={y(tick) + 4} textAnchor="end">
                  {words[index]}
                </text>
              </g>
            ))}
            <polygon className="band" points={[...at(1), ...at(-1).reverse()].join(' ')} />
            <polyline className="mean" points={at(0).join(' ')} />
            {returns.values.map((value, index) => (
              <circle key={index} className="mean" cx={x(returns.steps[index]!)} cy={y(value)} r="2.5">
                <title>
                  {`After ${formatCount(returns.steps[index]!)} updates ${formatFigure(value)} ± ${formatFigure(spread[index]!)}`}
                </title>
              </circle>
            ))}
            <text x={left} y={height - 6}>
              0
            </text>
            <text x={width - 2} y={height - 6} textAnchor="end">
              {formatCount(last)} updates
            </text>
          </svg>
        )}
      </div>
    </figure>
  )
}
