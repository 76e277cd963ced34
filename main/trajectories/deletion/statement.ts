/** What can be said of a request: for its page, for the terminal, and for the report of an audit. */
import type { DecidedCopy, DeletionStatement, RequestSummary } from '../../contract/deletion.ts'
import { isTrajectorySet } from '../data/store.ts'
import { decidedCopies, findCopies, withSize } from './copies.ts'
import { closingOf, openingOf, summaryOf, verifyRequest } from './record.ts'
import { forgettingWords, readRunFolders, type RunFolder } from './runs-on.ts'
import { originalsFor } from './steps.ts'

/** What no list can hold. */
const limits = [
  'Copies that were made outside Lethe: of the files of the project, reports of runs among them, of the disk, of backups and snapshots.',
  'Exports, reports, tables and bundles written by versions of Lethe before there was a record of them; and what became of any since.',
  'Bytes of deleted files that the disk has not overwritten yet. Only an encrypted disk whose key is destroyed is sure.',
  'What agents outside this project learnt from the episodes.',
  'Episodes that are nearly the same, such as those with the same states and other rewards: they have other hashes, and stay.',
  'Files that somebody put into the folder of a set or a run.',
  'Whether an agent has forgotten: an audit compares values and gives an estimate, not a proof.',
] as const

/** In words. An agent that was removed has nothing to forget any more; of one trained from scratch nothing is to be audited. */
function leftToDo(summary: RequestSummary, copies: readonly DecidedCopy[], { runs, setGone }: Around): string[] {
  const { agent, learnt, unlearned, audited, version } = summary
  const holds = (run: string | null) => copies.some(({ id, fate }) => id === `run:${run}` && fate !== 'removed')
  const learns = agent !== null && learnt.length > 0
  return [
    ...(version ? [] : ['The version of the set without the episodes was not made.']),
    ...(learns && !unlearned && holds(agent) ? [notForgotten(setGone)] : []),
    ...(learns && unlearned && !audited && holds(unlearned) ? [notAudited(agent, { runs, setGone })] : []),
  ]
}

const howWords = (method: string): string =>
  `How much of them is left in the agent that forgot: it ${forgettingWords(method)}.`

const notForgotten = (setGone: boolean): string =>
  'The agent was not made to forget them' +
  (setGone ? ', and cannot be: the set that it was trained on is no longer in the project. Remove the agent.' : '.')

/** An audit compares with the original, or with what that one was made from, and needs the set of it. */
function notAudited(agent: string, { runs, setGone }: Around): string {
  const not = 'What was forgotten was not audited'
  const originals = originalsFor(agent, runs).flatMap((id) => runs.find((run) => run.id === id) ?? [])
  const here = originals.filter(({ trash }) => trash === null)
  const usable = here.some(({ record }) => record?.state === 'succeeded' && !record['retired'])
  if (usable && !setGone) return `${not}.`
  if (!usable && !setGone && here.length < originals.length)
    return `${not}: the original agent, with which an audit compares, is in the trash. Bring it back from there, or close the request as incomplete.`
  const why = !usable
    ? `the original agent, with which an audit compares, is ${here.length > 0 ? 'out of use' : 'no longer in the project'}`
    : 'the set that the original agent was trained on is no longer in the project'
  return `${not}, and cannot be any more: ${why}. Close the request as incomplete, or remove the agent that forgot as well.`
}

/** What a request depends on without naming it. */
interface Around {
  readonly runs: readonly RunFolder[]
  /** What the agent was trained on can no longer be read. */
  readonly setGone: boolean
}

async function lookAround(project: string, agent: string | null): Promise<Around> {
  const runs = await readRunFolders(project)
  const config = runs.find(({ id }) => id === agent)?.config
  return { runs, setGone: config != null && !(await isTrajectorySet(project, config.data)) }
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
    incomplete: closed?.incomplete ?? leftToDo(summary, copies, await lookAround(project, summary.agent)),
    limits: [...limits, ...(summary.method ? [howWords(summary.method)] : [])],
    record: { entries: entries.length, head: entries.at(-1)!.hash },
  }
}
