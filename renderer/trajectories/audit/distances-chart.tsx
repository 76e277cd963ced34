/** All trajectories on one axis: how far each is from what agents do that know it. The threshold is a handle; what lies beyond it is judged forgotten. */
import type { KeyboardEvent, PointerEvent } from 'react'
import { auditGroups, type AuditedTrajectory, type AuditGroup } from '../../../main/contract/audit.ts'
import { formatFigure } from '../../app/format.ts'
import { useSize } from '../use-size.ts'
import { moveThreshold, showTrajectory, useAudit } from './audit-store.ts'
import { groupColours, groupWords, statisticOf, verdictOf, type Look } from './audit-view.ts'

const [left, laneHeight, below] = [96, 52, 26]

/** Even near zero, logarithmic farther out: an agent may lie thousands of deviations away. */
interface Axis {
  x(statistic: number): number
  at(x: number): number
  readonly ticks: readonly number[]
}

const roundNumbers = [0, 1, 2, 5, 10, 20, 50, 100, 1000, 1e4, 1e5, 1e6].flatMap((one) =>
  one === 0 ? [0] : [-one, one],
)

function axisOf(trajectories: readonly AuditedTrajectory[], look: Look, width: number): Axis {
  const known = trajectories.map((one) => statisticOf(one, look)).filter((one): one is number => one !== null)
  const [low, high] = [Math.asinh(Math.min(-3, ...known) * 1.15), Math.asinh(Math.max(6, ...known) * 1.15)]
  const unit = (high - low) / Math.max(1, width - left - 12)
  return {
    x: (statistic) => left + (Math.min(high, Math.max(low, Math.asinh(statistic))) - low) / unit,
    at: (x) => Math.sinh(low + (x - left) * unit),
    ticks: roundNumbers.filter((tick) => Math.asinh(tick) >= low && Math.asinh(tick) <= high),
  }
}

/** Spread within a lane, the same for the same episode each time. */
const jitter = (id: number): number => ((id * 0.618034) % 1) * (laneHeight - 22) + 11

interface HandleProps {
  readonly x: number
  readonly height: number
  readonly threshold: number
  /** The last statistic on the axis. */
  readonly highest: number
  /** The statistic at a place. */
  readonly at: Axis['at']
}

function Handle({ x, height, threshold, highest, at }: HandleProps) {
  const onPointerMove = (event: PointerEvent<SVGGElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
    const { left: edge } = event.currentTarget.ownerSVGElement!.getBoundingClientRect()
    moveThreshold(Math.min(highest, at(event.clientX - edge)))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const stride = (event.shiftKey ? 10 : 1) * 0.02
    const [less, more] = [threshold - stride, Math.min(Math.max(highest, threshold), threshold + stride)]
    const ends = { Home: 0, End: highest }
    const next = { ...ends, ArrowLeft: less, ArrowDown: less, ArrowRight: more, ArrowUp: more }[event.key]
    if (next === undefined) return
    event.preventDefault()
    moveThreshold(next)
  }
  return (
    <g
      className="audit-handle"
      role="slider"
      tabIndex={0}
      aria-label="Threshold"
      aria-valuenow={threshold}
      aria-valuemin={0}
      aria-valuemax={Math.max(highest, threshold)}
      aria-valuetext={`${threshold.toFixed(2)} standard deviations`}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
    >
      <rect className="audit-handle-reach" x={x - 9} y={0} width={18} height={height} />
      <line x1={x} x2={x} y1={0} y2={height} />
      <rect className="audit-handle-grip" x={x - 4} y={height / 2 - 12} width={8} height={24} rx={4} />
    </g>
  )
}

interface LaneProps {
  readonly group: AuditGroup
  readonly lane: number
  readonly width: number
  readonly rows: readonly AuditedTrajectory[]
  readonly look: Look
  readonly shown: number | null
  readonly x: Axis['x']
}

function Lane({ group, lane, width, rows, look, shown, x }: LaneProps) {
  const top = lane * laneHeight
  return (
    <g>
      <line className="grid" x1={0} x2={width} y1={top + laneHeight} y2={top + laneHeight} />
      <text className="audit-lane" x={0} y={top + laneHeight / 2 + 4}>
        {groupWords[group]}
      </text>
      {rows.map((one) => {
        const statistic = statisticOf(one, look)
        if (statistic === null) return null
        return (
          <circle
            key={one.id}
            className={one.id === shown ? 'shown' : undefined}
            cx={x(statistic)}
            cy={top + jitter(one.id)}
            r={one.id === shown ? 6 : 4}
            fill={groupColours[group]}
            fillOpacity={verdictOf(one, look) === 'forgotten' ? 0.9 : 0.5}
            onClick={() => showTrajectory(one.id)}
          >
            <title>{`Episode ${one.id}, ${formatFigure(statistic)} standard deviations`}</title>
          </circle>
        )
      })}
    </g>
  )
}

export function DistancesChart() {
  const audit = useAudit((state) => state.audit)
  const look = useAudit((state) => state.look)
  const shown = useAudit((state) => state.trajectory)
  const [place, { width }] = useSize<HTMLDivElement>()
  if (!audit || !look) return null
  const { trajectories } = audit.found
  const groups = auditGroups.filter((group) => trajectories.some((one) => one.group === group))
  const height = groups.length * laneHeight
  const { x, at, ticks } = axisOf(trajectories, look, width)
  return (
    <div ref={place} className="audit-distances">
      {width > 0 && (
        <svg width={width} height={height + below}>
          {ticks.map((tick) => (
            <g key={tick}>
              <line className="grid" x1={x(tick)} x2={x(tick)} y1={0} y2={height} />
              <text x={x(tick)} y={height + 16} textAnchor="middle">
                {formatFigure(tick)}
              </text>
            </g>
          ))}
          <rect
            className="audit-beyond"
            x={x(look.threshold)}
            y={0}
            width={Math.max(0, width - 12 - x(look.threshold))}
            height={height}
          />
          {look.sides === 2 && (
            <rect
              className="audit-beyond"
              x={left}
              y={0}
              width={Math.max(0, x(-look.threshold) - left)}
              height={height}
            />
          )}
          {groups.map((group, lane) => (
            <Lane
              key={group}
              {...{ group, lane, width, x, look, shown }}
              rows={trajectories.filter((one) => one.group === group)}
            />
          ))}
          {look.sides === 2 && x(-look.threshold) > left && (
            <line className="audit-mirror" x1={x(-look.threshold)} x2={x(-look.threshold)} y1={0} y2={height} />
          )}
          <Handle x={x(look.threshold)} threshold={look.threshold} highest={at(width - 12)} {...{ height, at }} />
        </svg>
      )}
    </div>
  )
}
