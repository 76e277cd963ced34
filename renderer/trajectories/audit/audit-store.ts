/** What the tab Audit keeps: the draft of an audit, the one that is looked at, and how. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Audit } from '../../../main/contract/audit.ts'
import type { CallOutput } from '../../../main/contract/calls.ts'
import type { AuditRequestDraft } from '../../../main/contract/calls/audit.ts'
import type { Failure } from '../../app/bridge.ts'
import { thresholdAt, type Look, type Thresholds } from './audit-view.ts'

export type AuditPlan = CallOutput<'audit.plan'>
export type AuditDraft = Omit<AuditRequestDraft, 'agent' | 'original' | 'episodes'> & {
  readonly episodes: 'auto' | 'all' | 'selected'
}

export interface AuditState {
  readonly draft: AuditDraft
  readonly plan: AuditPlan | null
  readonly trouble: Failure | null
  readonly starting: boolean
  /** Of each run that audits, the run whose agent it audits, as far as they were read; null where that cannot be. */
  readonly audited: Readonly<Record<string, string | null>>
  /** What can be set, as a JSON schema. */
  readonly schema: Readonly<Record<string, unknown>> | null
  /** The run in the middle; null for the newest of the chosen agent’s set. */
  readonly run: string | null
  /** What it found, once it is read. */
  readonly audit: { readonly run: string; readonly found: Audit; readonly thresholds: Thresholds } | null
  readonly look: Look | null
  /** The trajectory that is looked at, and its timeline once it is read. */
  readonly trajectory: number | null
  readonly timeline: { readonly run: string; readonly id: number; readonly values: Float32Array } | null
}

export const firstDraft: AuditDraft = {
  ...{ retrained: null, episodes: 'auto', preset: 'desk', seed: 1, set: {}, device: 'auto' },
}

export const auditStore = createStore<AuditState>(() => ({
  draft: firstDraft,
  plan: null,
  trouble: null,
  starting: false,
  audited: {},
  schema: null,
  run: null,
  audit: null,
  look: null,
  trajectory: null,
  timeline: null,
}))

export function useAudit<Value>(select: (state: AuditState) => Value): Value {
  return useStore(auditStore, select)
}

export const changeDraft = (change: Partial<AuditDraft>): void =>
  auditStore.setState(({ draft }) => ({ draft: { ...draft, ...change } }))

export const showAudit = (run: string | null): void => auditStore.setState({ run })
export const showTrajectory = (trajectory: number): void => auditStore.setState({ trajectory })
export const moveThreshold = (threshold: number): void =>
  auditStore.setState(({ look }) => ({ look: look && { ...look, threshold: Math.max(0, threshold) } }))

/** Another test: its threshold stands at the α of the audit. */
export function changeLook({ test, sides, sample }: Partial<Omit<Look, 'threshold'>>): void {
  const { look, audit } = auditStore.getState()
  if (!look || !audit) return
  const next = { ...look, test: test ?? look.test, sides: sides ?? look.sides, sample: sample ?? look.sample }
  const { alpha } = audit.found.rules.released
  auditStore.setState({ look: { ...next, threshold: thresholdAt(audit.thresholds, next, alpha) } })
}

export function setAlpha(alpha: number): void {
  const { look, audit } = auditStore.getState()
  if (look && audit) moveThreshold(thresholdAt(audit.thresholds, look, alpha))
}
