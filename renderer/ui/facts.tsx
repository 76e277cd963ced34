/** Names and what they are: a row each, in the figures' type. */
import type { ReactNode } from 'react'

interface FactsProps {
  readonly rows: readonly (readonly [name: string, value: ReactNode])[]
  readonly className?: string
}

export function Facts({ rows, className }: FactsProps) {
  return (
    <dl className={className}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="number">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
