/** The entries of a ledger in words. */
import type { LedgerEntry } from '../../main/contract/privacy.ts'
import { formatBudget, formatFigure } from '../app/format.ts'

export const kindWords = { open: 'opened', charge: 'charge', read: 'read without noise', budget: 'budget' } as const

export interface EntryWords {
  readonly what: string
  readonly noise: string
  readonly run: string
}

export function wordsOf(entry: LedgerEntry): EntryWords {
  switch (entry.kind) {
    case 'open':
      return {
        what: `Opened with a budget of ε ${formatBudget(entry.budget)}, protecting ${entry.unit}`,
        noise: `δ ${formatFigure(entry.delta)}`,
        run: '',
      }
    case 'charge': {
      const { event, mode } = entry
      const noise =
        event.kind === 'pure'
          ? `ε ${formatFigure(event.epsilon)} × ${event.count}`
          : `σ ${formatFigure(event.noiseMultiplier)}${event.rate < 1 ? `, q ${formatFigure(event.rate)}` : ''} × ${event.steps}`
      return { what: `${entry.stage}, ${entry.account} split, ${mode}`, noise, run: entry.run }
    }
    case 'read':
      return { what: `${entry.what}, ${entry.split} split`, noise: 'none', run: entry.run }
    case 'budget':
      return { what: `Budget changed to ε ${formatBudget(entry.budget)}: ${entry.reason}`, noise: '', run: '' }
  }
}

/** Readers that are no runs: a person at the window or the terminal. */
const people: Record<string, string> = { window: 'window', terminal: 'terminal' }

/** A run by the end of its id; the whole is in the title. */
export const shortRun = (run: string): string => people[run] ?? run.slice(-6)

export interface EntryFilter {
  readonly kind: LedgerEntry['kind'] | 'all'
  readonly run: string
}

/** Entries that fit, newest first. */
export function filtered(entries: readonly LedgerEntry[], { kind, run }: EntryFilter): LedgerEntry[] {
  return entries
    .filter((entry) => (kind === 'all' || entry.kind === kind) && (run === 'all' || wordsOf(entry).run === run))
    .reverse()
}

/** Runs and people that appear, in order of first appearance. */
export const runsIn = (entries: readonly LedgerEntry[]): string[] => [
  ...new Set(entries.map((entry) => wordsOf(entry).run).filter((run) => run !== '')),
]

/** What ε and δ promise, for somebody who has never heard of them. */
export function promise({
  spent,
  delta,
  relation,
}: {
  readonly spent: number
  readonly delta: number
  readonly relation: 'add-remove' | 'replace-one'
}): string {
  const about = relation === 'add-remove' ? 'whether any one image is in the data' : 'what any one image shows'
  if (spent === 0) return `Nothing that was released so far tells anything about ${about}.`
  const factor = Math.exp(spent)
  const odds =
    factor < 1000
      ? `by a factor of at most ${factor < 10 ? (Math.ceil(factor * 100) / 100).toFixed(2) : Math.ceil(factor)}`
      : 'by a factor so large that it is no promise in practice'
  return (
    `Whoever sees all that was released, and knows whatever else, can change the odds of a guess about ${about} ` +
    `${odds}, except with a probability of about ${formatFigure(delta)}.`
  )
}
