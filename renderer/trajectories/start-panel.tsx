/** Right, at the foot: what is about to be done, what it takes, and the button that does it. */
import type { ReactNode } from 'react'
import type { AgentPlan } from '../../main/contract/calls/forgetting.ts'
import type { Failure } from '../app/bridge.ts'
import { formatBytes, formatDuration } from '../app/format.ts'
import { usePage } from '../app/store.ts'
import { secondsOf } from '../images/plan-sums.ts'
import { Button } from '../ui/controls.tsx'
import { Icon } from '../ui/icons.tsx'
import { start } from './agents-feed.ts'
import { useAgents } from './agents-store.ts'

interface StartProps {
  readonly plan: AgentPlan | null
  readonly trouble: Failure | null
  /** The word on the button. */
  readonly action: string
  /** What it touches and what stays. */
  readonly children?: ReactNode
}

export function StartPanel({ plan, trouble, action, children }: StartProps) {
  const starting = useAgents((state) => state.starting)
  const busy = usePage((state) => state.runs?.some(({ state: is }) => is === 'running' || is === 'paused')) ?? false
  const obstacle = trouble ?? plan?.obstacle ?? null
  const ready = plan !== null && obstacle === null && !starting
  return (
    <footer className="agents-start">
      {obstacle && (
        <div className="agents-obstacle" role="status">
          <Icon name="warning" />
          <p>
            {obstacle.message} {obstacle.hint}
          </p>
        </div>
      )}
      {plan && !obstacle && (
        <>
          {children}
          <p className="agents-sums">
            <span>
              about <span className="number">{formatDuration(secondsOf(plan.plan))}</span>
            </span>
            <span className="number">{formatBytes(plan.plan.memoryBytes)}</span>
          </p>
        </>
      )}
      <Button look="primary" large disabled={!ready} onClick={() => void start()}>
        {starting ? 'Starting…' : busy ? 'Add to the queue' : action}
      </Button>
    </footer>
  )
}
