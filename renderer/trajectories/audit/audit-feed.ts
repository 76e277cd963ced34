/** Between the lab and the tab Audit: plans while settings move, what an audit found, and the timeline that is looked at. */
import { auditSchema, type Audit } from '../../../main/contract/audit.ts'
import type { AuditRequestDraft } from '../../../main/contract/calls/audit.ts'
import type { RunSummary } from '../../../main/contract/run.ts'
import { ask, readLab } from '../../app/bridge.ts'
import { showFailure, store } from '../../app/store.ts'
import { notify } from '../../ui/notices.tsx'
import { createPlans } from '../plans.ts'
import { trajectoriesStore, usableAgent } from '../trajectories-store.ts'
import { auditStore, showAudit } from './audit-store.ts'

const plans = createPlans('audit.plan', (answer) => auditStore.setState(answer))

function wholeDraft(): AuditRequestDraft | null {
  const { selection } = trajectoriesStore.getState()
  const agent = usableAgent(trajectoriesStore.getState())
  const { draft } = auditStore.getState()
  if (!agent || (draft.episodes === 'selected' && selection.size === 0)) return null
  const episodes =
    draft.episodes === 'selected' ? `ids:${[...selection].sort((a, b) => a - b).join(',')}` : draft.episodes
  return { ...draft, agent: agent.run, original: null, episodes }
}

function askPlan(): void {
  const draft = wholeDraft()
  if (draft) plans.ask(draft)
  else auditStore.setState({ plan: null, trouble: null })
}

const atWork = (runs: readonly RunSummary[] | null): number =>
  runs?.filter(({ kind, state }) => kind === 'trajectories.audit' && state === 'running').length ?? 0

const agentOf = (config: unknown): string | null =>
  typeof config === 'object' && config !== null && 'agent' in config && typeof config.agent === 'string'
    ? config.agent
    : null

const asked = new Set<string>()

/** Whose agent each of the runs audits. What a run is made for never changes: each is read once, and again where it could not be read. */
export async function loadAudited(runs: readonly string[]): Promise<void> {
  for (const run of runs.filter((one) => !asked.has(one))) {
    asked.add(run)
    const found = await ask('runs.show', { run }, showFailure)
    const agent = agentOf(found?.config)
    if (agent === null) asked.delete(run)
    auditStore.setState(({ audited }) => ({ audited: { ...audited, [run]: agent } }))
  }
}

/** While the form is shown. Returns what stops it. */
export function followPlan(): () => void {
  if (!auditStore.getState().schema)
    void ask('audit.settings', {}, showFailure).then(
      (found) => found && auditStore.setState({ schema: found.configSchema }),
    )
  askPlan()
  const stops = [
    auditStore.subscribe((state, before) => state.draft !== before.draft && askPlan()),
    trajectoriesStore.subscribe((state, before) => {
      const { agent, selection, data } = state
      // A reference of another agent is none of this one.
      if (agent !== before.agent || data !== before.data)
        auditStore.setState(({ draft }) => ({ draft: { ...draft, retrained: null } }))
      // Who chooses an agent wants to see of that one.
      if (agent !== before.agent && data === before.data) showAudit(null)
      if (agent !== before.agent || selection !== before.selection) askPlan()
    }),
    // An audit leaves shadows behind, with which the next takes less.
    store.subscribe((state, before) => atWork(state.runs) !== atWork(before.runs) && askPlan()),
  ]
  return () => stops.forEach((stop) => stop())
}

export async function startAudit(): Promise<void> {
  const draft = wholeDraft()
  if (!draft) return
  auditStore.setState({ starting: true })
  const made = await ask('audit.start', draft, showFailure)
  auditStore.setState({ starting: false })
  if (made) showAudit(made.run)
}

async function readAudit(run: string): Promise<Audit | null> {
  const answer = await readLab(`audits/${run}/audit.json`, { onFailure: showFailure })
  if (!answer) return null
  const found = auditSchema.safeParse(await answer.json().catch(() => null))
  if (found.success) return found.data
  showFailure({
    code: 'file-malformed',
    message: `What the audit of run ${run} found cannot be read.`,
    hint: 'Audit the agent again.',
  })
  return null
}

/** The run whose audit was asked for last: an answer about another comes too late. */
let wanted = ''

/** Reads what a run found, unless it is there. */
export async function loadAudit(run: string): Promise<void> {
  wanted = run
  if (auditStore.getState().audit?.run === run) return
  const found = await readAudit(run)
  if (!found) return
  const references = found.trajectories[0]?.references.length ?? 3
  const thresholds = await ask('audit.thresholds', { references }, showFailure)
  if (!thresholds || wanted !== run) return
  const { test, sides, sample } = found.rules.released
  const threshold = found.trajectories[0]?.verdicts.released.threshold ?? 0
  const trajectory = found.trajectories[0]?.id ?? null
  auditStore.setState({
    audit: { run, found, thresholds },
    look: { test, sides, sample, threshold },
    trajectory,
    timeline: null,
  })
}

export async function loadTimeline(run: string, id: number): Promise<void> {
  const answer = await readLab(`audits/${run}/timeline?id=${id}`, { onFailure: showFailure })
  if (!answer) return
  const values = new Float32Array(await answer.arrayBuffer())
  const { audit, trajectory } = auditStore.getState()
  if (audit?.run === run && trajectory === id) auditStore.setState({ timeline: { run, id, values } })
}

export async function exportTable(): Promise<void> {
  const { audit, look } = auditStore.getState()
  if (!audit || !look) return
  const words = { suggested: `audit-${audit.run}.csv`, title: 'Export the table' }
  const chosen = await ask('shell.chooseTarget', words, showFailure)
  if (!chosen || chosen.path === null) return
  if (await ask('audit.exportTable', { run: audit.run, path: chosen.path, rule: look }, showFailure))
    notify({ message: 'The table is written, with the verdicts as they stand.', kind: 'done' })
}
