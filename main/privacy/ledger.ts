/**
 * The privacy ledger of one data set: a chain (files/chain.ts) whose lines are flushed before the step they pay for.
 * Nothing is ever taken back.
 */
import path from 'node:path'
import { LetheError } from '../contract/errors.ts'
import {
  ledgerEntrySchema,
  type Account,
  type LedgerEntry,
  type LedgerRecord,
  type LedgerSummary,
  type PrivacyEvent,
} from '../contract/privacy.ts'
import { appendChain, verifyChain, type Chain, type Verification } from '../files/chain.ts'
import { bestEpsilon, composeInTurns, epsilonsOf } from './compose.ts'

export interface Ledger {
  readonly file: string
  readonly data: string
}

export const ledgerOf = (project: string, data: string): Ledger => ({
  data,
  file: path.join(project, 'ledger', `${data}.ndjson`),
})

const chainOf = (ledger: Ledger): Chain<LedgerEntry> => ({
  file: ledger.file,
  name: `The privacy ledger of ${ledger.data}`,
  schema: ledgerEntrySchema,
})

export const verifyLedger = (ledger: Ledger): Promise<Verification<LedgerEntry>> => verifyChain(chainOf(ledger))

/** The entries of a ledger that verifies. Errors: `dataset-missing`, `ledger-corrupt`. */
export async function readLedger(ledger: Ledger): Promise<readonly LedgerEntry[]> {
  const result = await verifyLedger(ledger)
  if (!result.ok) {
    throw new LetheError(
      'ledger-corrupt',
      `The privacy ledger of ${ledger.data} is not intact from entry ${result.firstBad} on: ${result.reason}`,
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
  return appendChain(chainOf(ledger), record, async () => {
    const entries = await readLedger(ledger)
    admit(entries)
    return entries
  })
}

export function chargedEvents(entries: readonly LedgerEntry[], account: Account): PrivacyEvent[] {
  return entries.flatMap((entry) => (entry.kind === 'charge' && entry.account === account ? [entry.event] : []))
}

/** Composition of everything charged so far. Train and validation are disjoint: the data set has spent the larger one. */
export function summarise(entries: readonly LedgerEntry[]): LedgerSummary {
  const { delta, relation } = openingOf(entries)
  return summaryOf(entries, {
    train: epsilonsOf(chargedEvents(entries, 'train'), delta, relation),
    validation: epsilonsOf(chargedEvents(entries, 'validation'), delta, relation),
  })
}

/** The same with turns for others in between: a ledger of many charges takes the accountants a while. */
export async function summariseInTurns(entries: readonly LedgerEntry[]): Promise<LedgerSummary> {
  const { delta, relation } = openingOf(entries)
  return summaryOf(entries, {
    train: await composeInTurns(chargedEvents(entries, 'train'), delta, relation),
    validation: await composeInTurns(chargedEvents(entries, 'validation'), delta, relation),
  })
}

/** The budget that stands. Errors: `dataset-missing` for a ledger that was not opened. */
export const budgetOf = (entries: readonly LedgerEntry[]): number =>
  entries.reduce((value, entry) => (entry.kind === 'budget' ? entry.budget : value), openingOf(entries).budget)

function openingOf([open]: readonly LedgerEntry[]): Extract<LedgerEntry, { kind: 'open' }> {
  if (open?.kind !== 'open')
    throw new LetheError('dataset-missing', 'The privacy ledger has no opening entry.', 'Import the data again.')
  return open
}

function summaryOf(entries: readonly LedgerEntry[], accounts: LedgerSummary['accounts']): LedgerSummary {
  const open = openingOf(entries)
  const budget = budgetOf(entries)
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
