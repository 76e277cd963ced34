/** What was spent, and what might be, over time: steps, because a charge happens at once and is never taken back. */
import { useState } from 'react'
import type { CallOutput } from '../../main/contract/calls.ts'
import { formatBudget, formatEpsilon, formatTime } from '../app/format.ts'
import { useWidth } from '../ui/use-width.ts'

type Course = CallOutput<'ledger.course'>

const height = 168
const inset = { left: 44, right: 8, top: 10, bottom: 24 } as const

/** A path that keeps each value until the next one begins. */
export function stepPath(points: readonly (readonly [number, number])[], end: number): string {
  const [first, ...rest] = points
  if (!first) return ''
  return `M${first[0]} ${first[1]}${rest.map(([x, y]) => `H${x}V${y}`).join('')}H${end}`
}

/** A round number at or above `most`. */
function ceiling(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most))
  return ([1, 2, 5, 10].find((factor) => factor * power >= most) ?? 10) * power
}

function scales(course: Course, width: number) {
  const times = course.map(({ time }) => Date.parse(time))
  const [first = 0] = times
  const last = times[times.length - 1] ?? first
  const margin = Math.max(1000, (last - first) * 0.06) // the newest step has room to be seen
  const spent = Math.max(...course.map((point) => point.spent))
  const budget = Math.max(...course.map((point) => point.budget))
  // A small part of a large budget would lie flat on the axis: then the budget is named and the steps are shown.
  const top = ceiling(spent > 0 && spent < budget / 5 ? spent * 1.4 : Math.max(spent, budget))
  const right = width - inset.right
  const round = (value: number) => Math.round(value * 10) / 10
  return {
    top,
    right,
    budgetAbove: budget > top,
    x: (time: string) =>
      round(inset.left + ((Date.parse(time) - first) / (last + margin - first)) * (right - inset.left)),
    y: (epsilon: number) => round(inset.top + (1 - epsilon / top) * (height - inset.top - inset.bottom)),
  }
}

function Drawing({ course, width }: { readonly course: Course; readonly width: number }) {
  const { x, y, top, right, budgetAbove } = scales(course, width)
  const [at, setAt] = useState<number | null>(null)
  const point = at === null ? undefined : course[at]
  const spent = stepPath(
    course.map((one) => [x(one.time), y(one.spent)] as const),
    right,
  )
  const nearest = (clientX: number, box: DOMRect): number =>
    Math.max(0, course.filter(({ time }) => x(time) <= clientX - box.left).length - 1)
  const last = course[course.length - 1]!
  return (
    <>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={`Spent ε ${formatEpsilon(last.spent)} of ${formatBudget(last.budget)} after ${course.length} changes`}
        onMouseMove={(event) => setAt(nearest(event.clientX, event.currentTarget.getBoundingClientRect()))}
        onMouseLeave={() => setAt(null)}
      >
        {[0, top / 2, top].map((tick) => (
          <g key={tick} className="tick">
            <path d={`M${inset.left} ${y(tick)}H${right}`} />
            <text x={inset.left - 8} y={y(tick) + 4} textAnchor="end">
              {formatBudget(tick)}
            </text>
          </g>
        ))}
        <path className="spent-area" d={`${spent}V${y(0)}H${inset.left}Z`} />
        <path className="spent-line" d={spent} />
        {!budgetAbove && (
          <path
            className="budget-line"
            d={stepPath(
              course.map((one) => [x(one.time), y(one.budget)] as const),
              right,
            )}
          />
        )}
        <text className="time" x={inset.left} y={height - 6}>
          {formatTime(course[0]!.time, new Date())}
        </text>
        {last.time.slice(0, 16) !== course[0]!.time.slice(0, 16) && (
          <text className="time" x={right} y={height - 6} textAnchor="end">
            {formatTime(last.time, new Date())}
          </text>
        )}
        {point && <path className="cursor" d={`M${x(point.time)} ${inset.top}V${y(0)}`} />}
      </svg>
      <p className="course-words">
        {point ? (
          <span>
            {formatTime(point.time, new Date())}: <span className="number">{formatEpsilon(point.spent)}</span> of{' '}
            <span className="number">{formatBudget(point.budget)}</span>
          </span>
        ) : (
          <>
            <span className="key spent">spent</span>
            {budgetAbove ? (
              <span>the budget of {formatBudget(last.budget)} lies far above</span>
            ) : (
              <span className="key budget">budget</span>
            )}
          </>
        )}
      </p>
    </>
  )
}

export function CourseChart({ course }: { readonly course: Course }) {
  const [ref, width] = useWidth()
  return (
    <div className="course" ref={ref}>
      {width > 0 && course.length > 0 && <Drawing course={course} width={width} />}
    </div>
  )
}
