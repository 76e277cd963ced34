/** What can be said of a request: for its page, for the terminal, and for the report of an audit. */
import type { DecidedCopy, DeletionStatement, RequestSummary } from '../../contract/deletion.ts'
import { decidedCopies, findCopies } from './copies.ts'
import { closingOf, openingOf, summaryOf, verifyRequest } from './record.ts'

/** What no list can hold. */
const limits = [
  'Copies that were made outside Lethe: of the files of the project, of the disk, of backups and snapshots.',
  'Exports and bundles written by versions of Lethe before there was a record of exports; and what became of any export since.',
  'Bytes of deleted files that the disk has not overwritten yet. Only an encrypted disk whose key is destroyed is sure.',
  'What agents outside this project learnt from the episodes.',
  'Whether an agent has forgotten: an audit compares values and gives an estimate, not a proof.',
] as const

/** In words. An agent that was removed has nothing to forget any more; of one trained from scratch nothing is to be audited. */
function leftToDo(summary: RequestSummary, copies: readonly DecidedCopy[]): string[] {
  const { agent, learnt, unlearned, audited, version } = summary
  const holds = (run: string | null) => copies.some(({ id, fate }) => id === `run:${run}` && fate !== 'removed')
  const learns = agent !== null && learnt.length > 0
  return [
    ...(version ? [] : ['The version of the set without the episodes was not made.']),
    ...(learns && !unlearned && holds(agent) ? ['The agent was not made to forget them.'] : []),
    ...(learns && unlearned && !audited && holds(unlearned) ? ['What was forgotten was not audited.'] : []),
  ]
}

/**
 * Reads, and changes nothing; `lines`: as the record stood when it had so many. Errors: `file-missing`, `usage`, `request-corrupt` where
 * not even the first line holds.
 */
export async function deletionStatement(
  project: string,
  request: string,
  lines = Infinity,
): Promise<DeletionStatement> {
  const whole = await verifyRequest(project, request)
  const verified = { ...whole, entries: whole.entries.slice(0, lines) }
  const { entries } = verified
  const [about] = openingOf(entries, request).holders
  const closed = closingOf(entries)
  const summary = summaryOf(request, verified)!
  const copies = decidedCopies(closed ? [] : await findCopies(project, entries), entries)
  return {
    schema: 'lethe.deletion/1',
    ...summary,
    hashes: about!.chosen.map(({ sha256 }) => sha256),
    contentHash: about!.contentHash,
    copies,
    incomplete: closed?.incomplete ?? leftToDo(summary, copies),
    limits: [...limits],
    record: { entries: entries.length, head: entries.at(-1)!.hash },
  }
}
