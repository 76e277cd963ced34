/** The small parts that every screen is made of. */
import { useState, type ButtonHTMLAttributes, type ReactNode } from 'react'
import { formatBudget, formatEpsilon, formatRemaining } from '../app/format.ts'
import { Icon, type IconName } from './icons.tsx'
import './controls.css'

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: 'plain' | 'primary' | 'bare' | 'danger'
  readonly large?: boolean
  readonly icon?: IconName
  readonly children: ReactNode
}

export function Button({ look = 'plain', large = false, icon, children, ...rest }: ButtonProps) {
  return (
    <button type="button" className={`button ${look}${large ? ' large' : ''}`} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  )
}

export function Tag({
  meaning,
  icon,
  children,
}: {
  readonly meaning?: 'sensitive' | 'failed'
  readonly icon?: IconName
  readonly children: ReactNode
}) {
  return (
    <span className={meaning ? `tag ${meaning}` : 'tag'}>
      {icon && <Icon name={icon} size={12} />}
      {children}
    </span>
  )
}

/** A path that is read from its end, with a button that copies all of it. */
export function Copyable({ text, label }: { readonly text: string; readonly label: string }) {
  const [copied, setCopied] = useState(false)
  const copy = () =>
    void navigator.clipboard.writeText(text).then(() => {
      setCopied(true)
      setTimeout(() => setCopied(false), 1500)
    })
  return (
    <span className="copyable">
      <code title={text}>
        <bdi>{text}</bdi>
      </code>
      <button type="button" onClick={copy} aria-label={copied ? 'Copied' : label} title={copied ? 'Copied' : label}>
        <Icon name={copied ? 'check' : 'copy'} size={14} />
      </button>
    </span>
  )
}

interface BudgetBarProps {
  readonly budget: number
  readonly before: number
  /** What is spent once the run shown here has ended; as `before` where no run is shown. */
  readonly after: number
}

/** How much of a data set's budget is spent: solid before this run, hatched by it. */
export function BudgetBar({ budget, before, after }: BudgetBarProps) {
  const share = (epsilon: number) => `${Math.min(100, Math.max(0, (epsilon / budget) * 100))}%`
  const label = `ε ${formatEpsilon(after)} of ${formatBudget(budget)} spent, ${formatRemaining(budget - after)} left`
  return (
    <div className="budget-bar" role="img" aria-label={label} title={label}>
      <span className="before" style={{ width: share(before) }} />
      <span className="run" style={{ width: share(after - before) }} />
    </div>
  )
}

const width = 120
const height = 24

/** The course of one figure, without axes: its shape, and a dot where it stands. */
export function Sparkline({
  steps,
  values,
}: {
  readonly steps: readonly number[]
  readonly values: readonly number[]
}) {
  const finite = values.filter(Number.isFinite)
  if (finite.length < 2) return null
  const [low, high] = [Math.min(...finite), Math.max(...finite)]
  const [first = 0, last = 1] = [steps[0], steps[steps.length - 1]]
  const x = (step: number) => ((step - first) / (last - first || 1)) * (width - 4) + 2
  const y = (value: number) => height - 3 - ((value - low) / (high - low || 1)) * (height - 6)
  const points = steps.flatMap((step, index) => {
    const value = values[index]
    return value !== undefined && Number.isFinite(value) ? [[x(step), y(value)] as const] : []
  })
  const end = points[points.length - 1]
  return (
    <svg className="sparkline" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      <polyline
        vectorEffect="non-scaling-stroke"
        points={points.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' ')}
      />
      {end && (
        <path className="end" vectorEffect="non-scaling-stroke" d={`M${end[0].toFixed(1)} ${end[1].toFixed(1)}h0`} />
      )}
    </svg>
  )
}
