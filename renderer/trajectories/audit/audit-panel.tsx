/** The tab Audit: one audit in the middle, on the right what starts another. */
import { useEffect } from 'react'
import type { RunSummary } from '../../../main/contract/run.ts'
import { selectRun } from '../../app/feed.ts'
import { formatTime } from '../../app/format.ts'
import { usePage } from '../../app/store.ts'
import { useDetail } from '../../runs/detail.ts'
import { chooseReport } from '../../review/verify-report.tsx'
import { RunAdvice } from '../../runs/run-advice.tsx'
import { RunHeader } from '../../runs/run-header.tsx'
import { RunProgress } from '../../runs/run-progress.tsx'
import { Button } from '../../ui/controls.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { SelectField } from '../../ui/field.tsx'
import { useLostFocus } from '../lost-focus.ts'
import { methods } from '../method-words.ts'
import { NoTrajectories } from '../no-trajectories.tsx'
import { agentWords } from '../sets-column.tsx'
import { useSet, useTrajectories } from '../trajectories-store.ts'
import { followPlan, loadAudited } from './audit-feed.ts'
import { AuditForm } from './audit-form.tsx'
import { AuditResult } from './audit-result.tsx'
import { showAudit, useAudit } from './audit-store.ts'
import '../agents.css'
import './audit.css'

/** An agent in so many words that it is told from the others of its set; of one that is gone, nothing. */
function useAgentWords(): (run: string | null | undefined) => string | null {
  const agents = useTrajectories((state) => state.agents)
  const algorithms = useTrajectories((state) => state.algorithms)
  return (run) => {
    const agent = agents.find((one) => one.run === run)
    if (!agent) return null
    const method = methods.find(({ value }) => value === agent.method)
    const title = algorithms.find(({ id }) => id === agent.algorithm)?.title
    return `${agentWords(agent, title)}${method ? `, by ${method.label}` : ''}`
  }
}

interface ChoiceProps {
  /** Null for an agent that was not audited. */
  readonly run: RunSummary | null
  readonly audits: readonly RunSummary[]
}

/** What audits differ by comes first: a long name is cut at its end. */
function AuditChoice({ run, audits }: ChoiceProps) {
  const audited = useAudit((state) => state.audited)
  const words = useAgentWords()
  if (audits.length === 0 || (run && audits.length === 1)) return null
  const options = audits.map(({ id, title, created }) => ({
    value: id,
    label: `${formatTime(created, new Date())}: ${words(audited[id]) ?? title}`,
  }))
  const none = { value: '', label: 'none of the chosen agent', disabled: true }
  return (
    <div className="audit-others">
      <SelectField
        label="Audit"
        value={run?.id ?? ''}
        options={run ? options : [none, ...options]}
        onChange={showAudit}
      />
    </div>
  )
}

function Shown({ run, audits }: { readonly run: RunSummary; readonly audits: readonly RunSummary[] }) {
  const plan = useDetail(run.id, 'plan')
  const agent = useAudit((state) => state.audited[run.id])
  const words = useAgentWords()
  const place = useLostFocus<HTMLElement>()
  return (
    <section ref={place} tabIndex={-1} className="agents-middle audit-middle" aria-label={run.title}>
      <AuditChoice {...{ run, audits }} />
      <RunHeader run={run} />
      <p className="audit-agent">
        <span>Audited agent</span> {words(agent) ?? 'It is no longer in the project.'}
      </p>
      <RunAdvice run={run} />
      {plan !== undefined && run.state !== 'succeeded' && <RunProgress run={run} plan={plan} />}
      {run.state === 'succeeded' && <AuditResult run={run.id} />}
    </section>
  )
}

/** The one that was asked for, else the newest of the chosen agent. Undefined until it is known whose agents were audited. */
function useShown(audits: readonly RunSummary[]): RunSummary | null | undefined {
  const chosen = useAudit((state) => state.run)
  const audited = useAudit((state) => state.audited)
  const agent = useTrajectories((state) => state.agent)
  const ids = audits.map(({ id }) => id).join(' ')
  useEffect(() => void loadAudited(ids.split(' ').filter(Boolean)), [ids])
  const asked = audits.find(({ id }) => id === chosen)
  if (asked) return asked
  if (audits.some(({ id }) => audited[id] === undefined)) return undefined
  return audits.find(({ id }) => agent === null || audited[id] === agent) ?? null
}

export function AuditPanel() {
  const set = useSet()
  const runs = usePage((state) => state.runs)
  useEffect(followPlan, [])
  const audits = (runs ?? [])
    .filter(({ kind, data }) => kind === 'trajectories.audit' && data === set?.id)
    .sort((a, b) => b.created.localeCompare(a.created))
  const run = useShown(audits)
  const shown = run?.id
  // Its events are followed as those of the chosen run.
  useEffect(() => {
    if (shown !== undefined) void selectRun(shown)
  }, [shown])
  if (!set) return <NoTrajectories />
  return (
    <div className="agents">
      {run ? (
        <Shown key={run.id} {...{ run, audits }} />
      ) : (
        <div className="agents-middle audit-middle">
          {run === null && (
            <>
              <AuditChoice {...{ run, audits }} />
              <EmptyState
                icon="forgetting"
                title={audits.length > 0 ? 'No audit of this agent yet' : 'No audit yet'}
                lead="An audit asks of each trajectory whether an agent still acts along it as agents do that learnt from it. Choose an agent on the left, one that was made to forget, and start on the right. The report of an audit made elsewhere can be verified here."
                actions={<Button onClick={() => void chooseReport()}>Verify a report…</Button>}
              />
            </>
          )}
        </div>
      )}
      <aside className="agents-right" aria-label="Settings of an audit">
        <AuditForm />
      </aside>
    </div>
  )
}
