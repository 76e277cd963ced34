/** Where there is nothing yet: what will be here, and how to get it. */
import type { ReactNode } from 'react'
import { Icon, type IconName } from './icons.tsx'
import './empty-state.css'

interface EmptyStateProps {
  readonly title: string
  readonly lead: ReactNode
  readonly icon?: IconName
  readonly actions?: ReactNode
}

export function EmptyState({ title, lead, icon, actions }: EmptyStateProps) {
  return (
    <section className="empty-state">
      {icon && <Icon name={icon} size={28} />}
      <h2>{title}</h2>
      <p>{lead}</p>
      {actions && <div className="empty-actions">{actions}</div>}
    </section>
  )
}
