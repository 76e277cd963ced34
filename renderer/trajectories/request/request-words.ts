/** What the tab Requests says, apart from the page. */
import {
  holdsThem,
  type DecidedCopy,
  type DeletionStatement,
  type RequestSummary,
} from '../../../main/contract/deletion.ts'
import type { RunSummary } from '../../../main/contract/run.ts'
import type { TrajectorySet } from '../../../main/contract/trajectories.ts'
import { formatTime } from '../../app/format.ts'
import { verdictsOf, type OutcomeFacts } from '../outcome-words.ts'

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`

export const stateWords: Record<RequestSummary['state'], string> = {
  open: 'open',
  unlearned: 'unlearned',
  audited: 'audited',
  closed: 'closed',
}

/** Ids as ranges: 3, 14–17, 20. */
export function idWords(ids: readonly number[], most = 12): string {
  const ranges: [number, number][] = []
  for (const id of [...ids].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last?.[1] === id - 1) last[1] = id
    else ranges.push([id, id])
  }
  const words = ranges.slice(0, most).map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`))
  return words.join(', ') + (ranges.length > most ? ', …' : '')
}

/** What of a copy is said beside its name. */
export function fateWords(copy: DecidedCopy): string {
  const { fate, obstacle } = copy
  const contains = holdsThem(copy)
  if (fate === 'removed') return 'removed for good'
  if (fate === 'removing') return 'being removed'
  if (fate === 'kept') return `kept, ${contains}`
  return obstacle === null ? contains : `${contains}, out of reach`
}

/** The name of a run, and of what is in the trash, begins with when it was made. */
const stamp = /^[a-z]+:(\d{4})(\d\d)(\d\d)[-T](\d\d)(\d\d)(\d\d)-/

/** When a copy was made or put away, so that two of one name are told apart; empty where that is not known. */
export function whenWords({ id }: Pick<DecidedCopy, 'id'>, sets: readonly TrajectorySet[], now: Date): string {
  const [, year, month, day, hours, minutes, seconds] = stamp.exec(id) ?? []
  const made =
    year === undefined
      ? sets.find((set) => id === `dataset:${set.id}`)?.created
      : `${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`
  return made === undefined ? '' : formatTime(made, now)
}

/** When it was decided, and what. */
export function decidedWords({ fate, decided }: Pick<DecidedCopy, 'fate' | 'decided'>, now: Date): string {
  if (decided === null || fate === 'undecided' || fate === 'removing') return ''
  return `${fate === 'kept' ? 'Kept' : 'Removed'} ${formatTime(decided, now)}.`
}

/** The copies in the order in which one decides: what can be removed, what cannot, what is settled. */
export function groupsOf(copies: readonly DecidedCopy[]) {
  const undecided = copies.filter(({ fate }) => fate === 'undecided')
  return [
    { id: 'here', title: 'To be decided', copies: undecided.filter(({ obstacle }) => obstacle === null) },
    { id: 'away', title: 'Not to be removed from here', copies: undecided.filter(({ obstacle }) => obstacle !== null) },
    { id: 'kept', title: 'Kept', copies: copies.filter(({ fate }) => fate === 'kept') },
    { id: 'gone', title: 'Gone', copies: copies.filter(({ fate }) => fate === 'removed' || fate === 'removing') },
  ].filter((group) => group.copies.length > 0)
}

/** One that is neither gone nor going: it can be ticked. */
export const isOpen = ({ fate }: DecidedCopy): boolean => fate !== 'removed' && fate !== 'removing'

/** All that goes when some are removed: what lies in one goes with it. */
export function goingWith(copies: readonly DecidedCopy[], ticked: ReadonlySet<string>): DecidedCopy[] {
  return copies.filter(
    ({ id, within, fate }) => fate !== 'removed' && (ticked.has(id) || (within !== null && ticked.has(within))),
  )
}

/** Of the ticked ones those to ask for: one that lies in another goes with it. */
export const askedFor = (copies: readonly DecidedCopy[], ticked: ReadonlySet<string>): string[] =>
  copies.flatMap(({ id, within }) => (ticked.has(id) && !(within !== null && ticked.has(within)) ? [id] : []))

/** All that stays when some are kept: what lies in one stays with it, and with its own reason where it has one. */
export const keptWith = (copies: readonly DecidedCopy[], ticked: ReadonlySet<string>): DecidedCopy[] =>
  goingWith(copies, ticked).filter((copy) => isOpen(copy) && (ticked.has(copy.id) || copy.fate === 'undecided'))

/** What can no longer be done for a request once these are gone. */
export function lostWith(statement: DeletionStatement, going: readonly DecidedCopy[]): string[] {
  const { data, agent, learnt, unlearned, audited, copies } = statement
  const goes = (id: string): boolean => going.some((copy) => copy.id === id)
  const stays = (run: string): boolean =>
    copies.some((copy) => copy.id === `run:${run}` && isOpen(copy)) && !goes(`run:${run}`)
  if (agent === null || learnt.length === 0 || audited !== null) return []
  const set = goes(`dataset:${data}`)
  if (unlearned === null)
    return set && stays(agent)
      ? ['The agent was not made to forget them yet. Without the set it never can be, nor be audited.']
      : []
  if (!stays(unlearned)) return []
  return [
    ...(set ? ['The audit is not done yet. Without the set the agent can never be audited.'] : []),
    ...(goes(`run:${agent}`)
      ? [
          'The audit is not done yet. It compares the new agent with the original: without that one it may be impossible.',
        ]
      : []),
  ]
}

/** Whether closing takes an agent out of use, or has. */
export function retires({ agent, learnt, copies, retired, state }: DeletionStatement): boolean {
  if (state === 'closed') return retired !== null
  const here = copies.some(({ id, fate }) => id === `run:${agent}` && fate !== 'removed')
  return agent !== null && learnt.length > 0 && here
}

/** What closing says, or would say. */
export function closingWords(statement: DeletionStatement): string[] {
  const { copies, state } = statement
  const removed = copies.filter(({ fate }) => fate === 'removed').length
  const rest = copies.filter(({ fate }) => fate !== 'removed')
  const documents = rest.filter(({ kind }) => kind === 'document').length
  const copiesLeft = rest.filter(({ kind }) => kind !== 'document')
  const certain = copiesLeft.filter((copy) => copy.certain).length
  const unsure = copiesLeft.length - certain
  return [
    removed === 0 ? 'No copy was removed.' : `${counted(removed, 'copy was', 'copies were')} removed for good.`,
    ...(certain > 0
      ? [`${counted(certain, 'copy', 'copies')} in the list still ${certain === 1 ? 'contains' : 'contain'} them.`]
      : []),
    ...(unsure > 0 ? [`${counted(unsure, 'copy', 'copies')} may contain them.`] : []),
    ...(copiesLeft.length === 0 ? ['No copy that Lethe knows of contains them.'] : []),
    ...(documents > 0
      ? [
          `${counted(documents, 'report or table', 'reports and tables')} outside the project ${documents === 1 ? 'names' : 'name'} them.`,
        ]
      : []),
    ...(retires(statement)
      ? [
          state === 'closed'
            ? 'The original agent was retired.'
            : 'The original agent will be retired: nothing can be done with it any more.',
        ]
      : []),
  ]
}

/** How many of them an agent was trained on. */
export function learntWords(learnt: number, all: number): string {
  if (learnt < all) return `The agent was trained on ${counted(learnt, 'of them', 'of them')}.`
  if (all <= 2) return `The agent was trained on ${all === 1 ? 'it' : 'both'}.`
  return `The agent was trained on all ${all.toLocaleString('en')} of them.`
}

/** What the run that was to forget found wrong itself. A request says it too, and never more than was shown. */
export const doubtsOf = ({ outcome }: Pick<RunSummary, 'outcome'>): string[] =>
  verdictsOf((outcome ?? {}) as OutcomeFacts).flatMap(({ good, words }) => (good ? [] : [words]))
