/** Estimates as the terminal shows them. */
import type { Outcome } from '../contract/job.ts'
import { estimateLimit, estimateRows } from '../trajectories/estimates/words.ts'
import { table } from './bar.ts'

/** What an outcome says of estimates; nothing where it has none. */
export function estimateText(outcome: Outcome | null): string {
  const rows = estimateRows(outcome)
  return rows.length === 0 ? '' : `${table(rows.map((row) => [...row]))}\n${estimateLimit}`
}

/** The whole outcome, and below it what it says of estimates in words. */
export const outcomeText = (outcome: Outcome | null): string =>
  [JSON.stringify(outcome, null, 2), estimateText(outcome)].filter(Boolean).join('\n\n')
