/** Names and what they are: a row each; figures in their type, words in that of words. */
import type { ReactNode } from 'react'

interface FactsProps {
  readonly rows: readonly (readonly [name: string, value: ReactNode])[]
  readonly className?: string
}

const isWords = (value: ReactNode): boolean => typeof value === 'string' && !/\d/.test(value)

export function Facts({ rows, className }: FactsProps) {
  return (
    <dl className={className}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className={isWords(value) ? undefined : 'number'}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
