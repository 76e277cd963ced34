/**
 * What reviewers said, as a chain of lines (files/chain.ts): `<project>/reviews/<run>.ndjson` for a run of the project, one file beside a
 * bundle for all its runs. Its first line names what is reviewed, so that a review cannot be laid beside other evidence.
 */
import path from 'node:path'
import { LetheError } from '../contract/errors.ts'
import {
  reviewEntrySchema,
  type Item,
  type ReviewAction,
  type ReviewEntry,
  type Standing,
} from '../contract/evidence.ts'
import { appendChain, verifyChain, type Chain, type Verification } from '../files/chain.ts'

/** A review, and what it is of: `run ID` or `bundle ID`. */
export interface ReviewLog {
  readonly file: string
  readonly of: string
}

export const reviewOfRun = (project: string, run: string): ReviewLog => ({
  file: path.join(project, 'reviews', `${run}.ndjson`),
  of: `run ${run}`,
})

const chainOf = ({ file, of }: ReviewLog): Chain<ReviewEntry> => ({
  file,
  name: `The review of ${of}`,
  schema: reviewEntrySchema,
})

export async function verifyReview(log: ReviewLog): Promise<Verification<ReviewEntry>> {
  const verified = await verifyChain(chainOf(log))
  const [open] = verified.entries
  if (!verified.ok || open === undefined || (open.kind === 'open' && open.of === log.of)) return verified
  const found = open.kind === 'open' ? `a review of ${open.of}` : 'no first line'
  return { ok: false, entries: [], firstBad: 0, reason: `Expected a review of ${log.of}, found ${found}.` }
}

/** Errors: `review-corrupt`. */
async function readReview(log: ReviewLog): Promise<readonly ReviewEntry[]> {
  const { ok, entries, firstBad, reason } = await verifyReview(log)
  if (ok) return entries
  throw new LetheError(
    'review-corrupt',
    `The review in ${log.file} is not intact from entry ${firstBad} on: ${reason}`,
    'Restore it from a copy, or keep a new review in another file.',
  )
}

/** Appends what a reviewer does. Errors: `review-corrupt`, `usage` where there is nothing to undo. */
export async function addToReview(
  log: ReviewLog,
  act: { readonly item: Item; readonly reviewer: string; readonly action: ReviewAction; readonly seen: string },
): Promise<void> {
  const chain = chainOf(log)
  if ((await readReview(log)).length === 0)
    await appendChain(chain, { kind: 'open', of: log.of }, async () => {
      const entries = await readReview(log)
      if (entries.length > 0) throw opened
      return entries
    }).catch((error: unknown) => {
      if (error !== opened) throw error
    })
  const { item, reviewer, action, seen } = act
  if (action.kind === 'undo') {
    const mine = standing(await readReview(log), item).filter((entry) => entry.reviewer === reviewer)
    const last = mine.at(-1)
    if (!last) throw new LetheError('usage', `${reviewer} has said nothing here that could be withdrawn.`)
    await appendChain(chain, { kind: 'withdraw', item, withdraws: last.hash, reviewer }, () => readReview(log))
    return
  }
  const { text } = action
  const record =
    action.kind === 'note'
      ? { kind: 'note', item, text, reviewer, seen }
      : { kind: 'verdict', item, verdict: action.kind === 'confirm' ? 'confirmed' : 'disputed', text, reviewer, seen }
  await appendChain(chain, record, () => readReview(log))
}

/** Thrown and caught here only: another process opened the review first. */
const opened = new Error('already open')

type Said = Extract<ReviewEntry, { kind: 'verdict' | 'note' }>

export const entriesOf = (entries: readonly ReviewEntry[], { kind, id }: Item): ReviewEntry[] =>
  entries.filter((entry) => entry.kind !== 'open' && entry.item.kind === kind && entry.item.id === id)

/** What was said of an item and not withdrawn, oldest first. */
function standing(entries: readonly ReviewEntry[], item: Item): Said[] {
  const mine = entriesOf(entries, item)
  const withdrawn = new Set(mine.flatMap((entry) => (entry.kind === 'withdraw' ? [entry.withdraws] : [])))
  return mine.filter(
    (entry): entry is Said => entry.kind !== 'withdraw' && entry.kind !== 'open' && !withdrawn.has(entry.hash),
  )
}

export function standingOf(entries: readonly ReviewEntry[], item: Item, seen: string): Standing {
  const said = standing(entries, item)
  const verdict = said.filter((entry) => entry.kind === 'verdict').at(-1)
  const notes = said.filter((entry) => entry.kind === 'note').length
  if (!verdict) return { verdict: null, text: '', reviewer: null, time: null, notes, stale: false }
  const { text, reviewer, time } = verdict
  return { verdict: verdict.verdict, text, reviewer, time, notes, stale: verdict.seen !== seen }
}
