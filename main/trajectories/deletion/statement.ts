/** What can be said of a request: for its page, for the terminal, and for the report of an audit. */
import type { DecidedCopy, DeletionStatement, RequestSummary } from '../../contract/deletion.ts'
import { isTrajectorySet } from '../data/store.ts'
import { decidedCopies, findCopies, withSize } from './copies.ts'
import { closingOf, openingOf, summaryOf, verifyRequest } from './record.ts'
import { forgettingWords, readRunFolders } from './runs-on.ts'

/** What no list can hold. */
const limits = [
  'Copies that were made outside Lethe: of the files of the project, of the disk, of backups and snapshots.',
  'Exports and bundles written by versions of Lethe before there was a record of exports; and what became of any export since.',
  'Bytes of deleted files that the disk has not overwritten yet. Only an encrypted disk whose key is destroyed is sure.',
  'What agents outside this project learnt from the episodes.',
  'Episodes that are nearly the same, such as those with the same states and other rewards: they have other hashes, and stay.',
  'Files that somebody put into the folder of a set or a run.',
  'Whether an agent has forgotten: an audit compares values and gives an estimate, not a proof.',
] as const

/** In words. An agent that was removed has nothing to forget any more; of one trained from scratch nothing is to be audited. */
function leftToDo(summary: RequestSummary, copies: readonly DecidedCopy[], setGone: boolean): string[] {
  const { agent, learnt, unlearned, audited, version } = summary
  const holds = (run: string | null) => copies.some(({ id, fate }) => id === `run:${run}` && fate !== 'removed')
  const learns = agent !== null && learnt.length > 0
  return [
    ...(version ? [] : ['The version of the set without the episodes was not made.']),
    ...(learns && !unlearned && holds(agent) ? [notForgotten(setGone)] : []),
    ...(learns && unlearned && !audited && holds(unlearned) ? ['What was forgotten was not audited.'] : []),
  ]
}

const howWords = (method: string): string =>
  `How much of them is left in the agent that forgot: it ${forgettingWords(method)}.`

const notForgotten = (setGone: boolean): string =>
  'The agent was not made to forget them' +
  (setGone ? ', and cannot be: the set that it was trained on is no longer in the project. Remove the agent.' : '.')

/** Whether what an agent was trained on can no longer be read. */
async function isSetGone(project: string, agent: string | null): Promise<boolean> {
  const run = (await readRunFolders(project)).find(({ id }) => id === agent)
  return run?.config != null && !(await isTrajectorySet(project, run.config.data))
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
  const found = closed ? [] : await findCopies(project, entries)
  const sized = await Promise.all(found.map((copy) => withSize(project, copy)))
  const copies = decidedCopies(sized, entries)
  return {
    schema: 'lethe.deletion/1',
    ...summary,
    hashes: about!.chosen.map(({ sha256 }) => sha256),
    contentHash: about!.contentHash,
    copies,
    incomplete: closed?.incomplete ?? leftToDo(summary, copies, await isSetGone(project, summary.agent)),
    limits: [...limits, ...(summary.method ? [howWords(summary.method)] : [])],
    record: { entries: entries.length, head: entries.at(-1)!.hash },
  }
}
