/** Several views of one thing, one at a time; arrow keys go along. */
import type { ReactNode } from 'react'
import { Content, List, Root, Trigger } from 'radix-ui/tabs'
import { formatCount } from '../app/format.ts'
import './tabs.css'

export interface TabItem<Id extends string> {
  readonly id: Id
  readonly label: string
  readonly count?: number | undefined
  readonly content: ReactNode
}

interface TabsProps<Id extends string> {
  readonly label: string
  readonly value: Id
  readonly onChange: (id: Id) => void
  readonly items: readonly TabItem<Id>[]
}

export function Tabs<Id extends string>({ label, value, onChange, items }: TabsProps<Id>) {
  return (
    <Root className="tabs" value={value} onValueChange={(id) => onChange(id as Id)}>
      <List className="tab-list" aria-label={label}>
        {items.map((item) => (
          <Trigger key={item.id} className="tab" value={item.id}>
            {/* The bold form keeps its room, so that nothing moves when another is chosen. */}
            <span className="tab-label" data-label={item.label}>
              {item.label}
            </span>
            {item.count !== undefined && <span className="number">{formatCount(item.count)}</span>}
          </Trigger>
        ))}
      </List>
      {items.map((item) => (
        <Content key={item.id} className="tab-content" value={item.id}>
          {item.content}
        </Content>
      ))}
    </Root>
  )
}
