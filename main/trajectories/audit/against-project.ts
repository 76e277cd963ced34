/**
 * A report held against the project it came from: against the report that the run would be given now, made by what made this one. What the
 * project has no longer is not compared, and said so; what it has must be the same.
 */
import type { DecidedCopy, DeletionStatement } from '../../contract/deletion.ts'
import type { Problem } from '../../contract/evidence.ts'
import type { OpenedTrajectories } from '../data/store.ts'
import { agentFile } from '../algorithms/agent-file.ts'
import { version } from '../../version.ts'
import type { AuditReport } from './report.ts'
import { keptShadow } from './shadows.ts'

/** The project, as far as a report needs it; null for what is not there. */
export interface Origin {
  data(id: string): Promise<OpenedTrajectories | null>
  artifact(run: string, name: string): Promise<Uint8Array | null>
  /** From the cache of a set. */
  kept(data: string, name: string): Promise<Uint8Array | null>
  /** What would be written of the run now. */
  report(run: string): Promise<AuditReport | null>
  /** The request as it was when its record had so many lines. */
  deletion(request: string, lines: number): Promise<DeletionStatement | null>
}

export const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 300)

/** The first place at which two documents differ. */
function difference(file: string, expected: unknown, is: unknown): Problem | null {
  if (typeof expected !== 'object' || typeof is !== 'object' || expected === null || is === null)
    return expected === is ? null : { file, expected: shown(expected), found: shown(is) }
  const [left, right] = [expected as Record<string, unknown>, is as Record<string, unknown>]
  for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const inner = difference(`${file}.${name}`, left[name], right[name])
    if (inner) return inner
  }
  return null
}

function compare(found: Problem[], file: string, expected: unknown, is: unknown): void {
  const problem = difference(file, expected, is)
  if (problem) found.push(problem)
}

const roles = ['agent', 'before', 'original', 'retrained'] as const

/** All but the deletion request. Gives what could not be compared, in words. */
export async function compareFields(
  is: AuditReport,
  now: AuditReport,
  origin: Origin,
  found: Problem[],
): Promise<string | null> {
  const same = ['record', 'config', 'environment', 'audit', 'auditSha256', 'shadows', 'timing'] as const
  for (const name of same) compare(found, name, now[name], is[name])
  const gone: string[] = []
  if (is.dataset && !now.dataset) gone.push(`the set ${is.dataset.id}`)
  else compare(found, 'dataset', now.dataset, is.dataset)
  for (const role of roles) {
    const run = is.audit[role === 'before' ? 'agent' : role]?.run
    // Whoever takes away a run takes its figures with it.
    if (run !== undefined && !(await origin.artifact(run, agentFile))) {
      if (is.returns[role] ?? is.estimates?.[role]) gone.push(`the returns of run ${run}`)
      continue
    }
    // What an agent was before it forgot, another run tells.
    if (role !== 'before' && is.made) compare(found, `made.${role}`, now.made?.[role] ?? null, is.made[role])
    compare(found, `returns.${role}`, now.returns[role], is.returns[role])
    compare(found, `estimates.${role}`, now.estimates?.[role] ?? null, is.estimates?.[role] ?? null)
  }
  return gone.length > 0 ? `No longer at hand: ${[...new Set(gone)].join(', ')}.` : null
}

/** The record of a request only grows: what the report says of it must be what its first lines say. Copies may have come and gone. */
export async function compareDeletion(
  { deletion, version: by }: AuditReport,
  now: DeletionStatement | null,
  origin: Origin,
  found: Problem[],
): Promise<string | null> {
  if (!deletion)
    return (
      now && `The report has no deletion request; by now ${now.request} names this audit. A report made anew has it.`
    )
  const { request, record } = deletion
  const then = await origin.deletion(request, record.entries)
  if (!then) return `Request ${request} is not at hand.`
  if (then.record.entries !== record.entries || then.record.head !== record.head) {
    const file = `deletion, record of request ${request}`
    compare(found, file, then.record, record)
    return null
  }
  // Each version has its own words.
  const own = by === version
  const { copies, incomplete, limits, ...facts } = then
  const { copies: _copies, incomplete: saidIncomplete, limits: saidLimits, ...said } = deletion
  compare(found, 'deletion', { ...facts, ...(own && { limits }) }, { ...said, ...(own && { limits: saidLimits }) })
  if (then.state === 'closed') {
    compare(found, 'deletion.copies', copies, deletion.copies)
    compare(found, 'deletion.incomplete', incomplete, saidIncomplete)
    return null
  }
  const since = compareCopies(deletion, then, found)
  for (const words of own ? incomplete : [])
    if (!saidIncomplete.includes(words)) found.push({ file: 'deletion.incomplete', expected: words, found: 'nothing' })
  for (const words of saidIncomplete) if (!incomplete.includes(words)) since.push(`it says “${words}”`)
  return since.length > 0 ? `Not as it was when the report was written: ${since.join('; ')}.` : null
}

/** Of an open request: its decisions stand in its record; all else is there or not. Gives what has changed, in words. */
function compareCopies(is: DeletionStatement, then: DeletionStatement, found: Problem[]): string[] {
  const since: string[] = []
  const said = new Map(is.copies.map((copy) => [copy.id, copy]))
  const decision = ({ kind, name, where, fate, decided, reason }: DecidedCopy) => ({
    ...{ kind, name, where, fate, decided },
    ...(fate !== 'undecided' && { reason }),
  })
  for (const copy of then.copies) {
    const one = said.get(copy.id)
    if (one) compare(found, `deletion.copies, ${copy.where}`, decision(copy), decision(one))
    else if (copy.fate === 'undecided') since.push(`${copy.where} is there, and not in the report`)
    else found.push({ file: `deletion.copies, ${copy.where}`, expected: copy.fate, found: 'nothing' })
    if (one && one.holds !== copy.holds) since.push(`${copy.where} holds ${copy.holds}`)
  }
  const known = new Set(then.copies.map(({ id }) => id))
  for (const { where, fate } of is.copies.filter(({ id }) => !known.has(id)))
    if (fate === 'removed' || fate === 'removing')
      found.push({ file: `deletion.copies, ${where}`, expected: 'no such decision in the record', found: fate })
    else since.push(`${where} is there no longer`)
  return since
}

/** The references of an audit come from its shadow agents. Gives what can be said of those that are kept, in words. */
export async function compareShadows(
  { audit, shadows = [] }: AuditReport,
  origin: Origin,
  found: Problem[],
): Promise<string> {
  const others: string[] = []
  let there = 0
  for (const { name, sha256 } of shadows) {
    const one = await keptShadow((key) => origin.kept(audit.data.id, key), name)
    if (!one) continue
    if (one.sha256 === sha256) there++
    else if (one.intact) others.push(name)
    else found.push({ file: `${audit.data.id}, ${name}`, expected: sha256, found: one.sha256 })
  }
  if (others.length > 0) return `Shadow agents in the cache are others, made since: ${others.join(', ')}. `
  return there > 0 && there === shadows.length ? 'The shadow agents in the cache are those of the audit. ' : ''
}
