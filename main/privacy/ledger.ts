/**
 * The privacy ledger of one data set: append-only lines, each chained to the one before by its hash, flushed before the
 * step it pays for. Nothing is ever taken back. `<data id>.head.json` beside it names the newest line, so that a
 * ledger cut short is noticed as well as one changed in the middle.
 */
import { createHash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { LetheError } from '../contract/errors.ts'
import {
  ledgerEntrySchema,
  type Account,
  type LedgerEntry,
  type LedgerRecord,
  type LedgerSummary,
  type PrivacyEvent,
} from '../contract/privacy.ts'
import { appendLines, parseWith, readJson, readLines, writeJson } from '../files/atomic.ts'
import { withLock } from '../files/lock.ts'
import { bestEpsilon, epsilonsOf } from './compose.ts'

export interface Ledger {
  readonly file: string
  readonly data: string
}

export const ledgerOf = (project: string, data: string): Ledger => ({
  data,
  file: path.join(project, 'ledger', `${data}.ndjson`),
})

const headSchema = z.strictObject({ seq: z.number(), hash: z.string() })
const genesis = '0'.repeat(64)
const headFile = (ledger: Ledger): string => ledger.file.replace(/\.ndjson$/, '.head.json')

function hashOf(entry: object): string {
  return createHash('sha256').update(JSON.stringify(entry)).digest('hex')
}

/** Result of walking the chain: the good entries, and where it first breaks. */
export interface Verification {
  readonly ok: boolean
  readonly entries: readonly LedgerEntry[]
  /** Sequence number of the first line that does not fit, or null. */
  readonly firstBad: number | null
  readonly reason: string | null
}

export async function verifyLedger(ledger: Ledger): Promise<Verification> {
  const entries: LedgerEntry[] = []
  const bad = (reason: string): Verification => ({ ok: false, entries, firstBad: entries.length, reason })
  // The head first: a line that another process appends in between is then no contradiction.
  const head = await readJson(headFile(ledger), headSchema).catch(() => null)
  let lines: unknown[]
  try {
    lines = await readLines(ledger.file)
  } catch (error) {
    return bad((error as Error).message)
  }
  let previous = genesis
  for (const line of lines) {
    const parsed = ledgerEntrySchema.safeParse(line)
    if (!parsed.success) return bad('The line does not have the fields of a ledger entry.')
    const { hash, ...content } = line as LedgerEntry
    if (content.seq !== entries.length) return bad(`Expected sequence number ${entries.length}, found ${content.seq}.`)
    if (content.previous !== previous) return bad('The line does not follow the one before it.')
    if (hashOf(content) !== hash) return bad('The line was changed after it was written.')
    entries.push(parsed.data)
    previous = hash
  }
  // A crash right after the opening entry leaves no head; nothing was charged yet.
  if (lines.length > 1 && !head) return bad('The record of the newest line is missing.')
  const atHead = head && entries[head.seq]
  if (head && (!atHead || atHead.hash !== head.hash))
    return bad(`Lines are missing: the newest line known is number ${head.seq}.`)
  return { ok: true, entries, firstBad: null, reason: null }
}

/** The entries of a ledger that verifies. Errors: `dataset-missing`, `ledger-corrupt`. */
export async function readLedger(ledger: Ledger): Promise<readonly LedgerEntry[]> {
  const result = await verifyLedger(ledger)
  if (!result.ok) {
    throw new LetheError(
      'ledger-corrupt',
      `The privacy ledger of ${ledger.data} is not intact from line ${result.firstBad} on: ${result.reason}`,
      'No run may use this data until the ledger is restored from a copy.',
    )
  }
  return result.entries
}

/** Appends one entry. `admit` sees the entries so far, under the lock, and throws to refuse. */
export async function appendLedger(
  ledger: Ledger,
  record: LedgerRecord,
  admit: (entries: readonly LedgerEntry[]) => void = () => undefined,
): Promise<LedgerEntry> {
  await fs.mkdir(path.dirname(ledger.file), { recursive: true, mode: 0o700 })
  return withLock(`${ledger.file}.lock`, `The privacy ledger of ${ledger.data}`, 10_000, async () => {
    const entries = await readLedger(ledger)
    admit(entries)
    const content = {
      seq: entries.length,
      time: new Date().toISOString(),
      previous: entries.at(-1)?.hash ?? genesis,
      ...record,
    }
    const entry = parseWith(ledgerEntrySchema, { ...content, hash: hashOf(content) }, 'ledger entry')
    await appendLines(ledger.file, [JSON.stringify({ ...content, hash: entry.hash })])
    await writeJson(headFile(ledger), { seq: entry.seq, hash: entry.hash })
    return entry
  })
}

export function chargedEvents(entries: readonly LedgerEntry[], account: Account): PrivacyEvent[] {
  return entries.flatMap((entry) => (entry.kind === 'charge' && entry.account === account ? [entry.event] : []))
}

/** Composition of everything charged so far. Train and validation are disjoint: the data set has spent the larger one. */
export function summarise(entries: readonly LedgerEntry[]): LedgerSummary {
  const open = entries[0]
  if (open?.kind !== 'open')
    throw new LetheError('dataset-missing', 'The privacy ledger has no opening entry.', 'Import the data again.')
  const accounts = {
    train: epsilonsOf(chargedEvents(entries, 'train'), open.delta, open.relation),
    validation: epsilonsOf(chargedEvents(entries, 'validation'), open.delta, open.relation),
  }
  const budget = entries.reduce((value, entry) => (entry.kind === 'budget' ? entry.budget : value), open.budget)
  const spent = Math.max(bestEpsilon(accounts.train), bestEpsilon(accounts.validation))
  return {
    data: open.data,
    relation: open.relation,
    delta: open.delta,
    budget,
    spent,
    remaining: Math.max(0, budget - spent),
    accounts,
    nonPrivateReads: entries.filter((entry) => entry.kind === 'read').length,
  }
}
