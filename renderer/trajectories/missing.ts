/** What a form still lacks before it can be started, in words; null where that is nothing. */
import type { AuditDraft } from './audit/audit-store.ts'
import type { AgentFiles } from './import-agent/agent-files.ts'

export const readOnlyWords = 'This project can be read but not changed, so no run can be made in it.'

interface Chosen {
  /** Whether an agent is chosen with which something can be done. */
  readonly agent: boolean
  /** How many episodes are selected. */
  readonly selected: number
}

/** `strange`: of the selected ones those that the agent never saw, or has forgotten. */
export function missingToUnlearn({ agent, selected, strange }: Chosen & { readonly strange: number }): string | null {
  if (!agent) return 'No agent on this set can be made to forget. Train or import one first.'
  if (selected === 0) return 'No episode is selected: say which it is to forget.'
  return strange > 0 ? 'It can forget only what it was trained on: leave the others out, or choose others.' : null
}

export function missingToAudit({ agent, selected, episodes }: Chosen & Pick<AuditDraft, 'episodes'>): string | null {
  if (!agent) return 'No agent that can be audited is chosen. Choose one on the left, or train one first.'
  return episodes === 'selected' && selected === 0
    ? 'No episode is selected: select some in the table, or audit others.'
    : null
}

export function missingToImport({ weights, params }: AgentFiles): string | null {
  if (weights === null && params === null) return 'Choose the files of an agent: its weights and its settings.'
  if (weights === null) return 'The weights are missing: a .pt or .safetensors file.'
  return params === null ? 'The settings are missing: d3rlpy writes them as params.json beside the weights.' : null
}
