/** What the tab Requests says, apart from the page. */
import type { DecidedCopy, DeletionStatement, RequestSummary } from '../../../main/contract/deletion.ts'

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`

export const stateWords: Record<RequestSummary['state'], string> = {
  open: 'open',
  unlearned: 'agent forgot',
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
export function fateWords({ fate, certain, obstacle }: DecidedCopy): string {
  const contains = certain ? 'still contains them' : 'may contain them'
  if (fate === 'removed') return 'removed for good'
  if (fate === 'removing') return 'being removed'
  if (fate === 'kept') return `kept, ${contains}`
  return obstacle === null ? contains : `${contains}, out of reach`
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

/** All that goes when some are removed: what lies in one goes with it. */
export function goingWith(copies: readonly DecidedCopy[], ticked: ReadonlySet<string>): DecidedCopy[] {
  return copies.filter(
    ({ id, within, fate }) => fate !== 'removed' && (ticked.has(id) || (within !== null && ticked.has(within))),
  )
}

/** Of the ticked ones those to ask for: one that lies in another goes with it. */
export const askedFor = (copies: readonly DecidedCopy[], ticked: ReadonlySet<string>): string[] =>
  copies.flatMap(({ id, within }) => (ticked.has(id) && !(within !== null && ticked.has(within)) ? [id] : []))

/** What stands in the way of closing a request as complete, in words. */
export function leftToDo({ version, agent, learnt, unlearned, audited, copies }: DeletionStatement): string[] {
  const there = (run: string | null): boolean =>
    run !== null && copies.some(({ id, fate }) => id === `run:${run}` && fate !== 'removed')
  const learns = agent !== null && learnt.length > 0
  return [
    ...(version ? [] : ['The version of the set without them was not made.']),
    ...(learns && !unlearned && there(agent) ? ['The agent was not made to forget them.'] : []),
    ...(learns && unlearned && !audited && there(unlearned) ? ['What was forgotten was not audited.'] : []),
  ]
}

/** What closing says, or would say. */
export function closingWords({ agent, learnt, copies, retired, state }: DeletionStatement): string[] {
  const removed = copies.filter(({ fate }) => fate === 'removed').length
  const rest = copies.filter(({ fate }) => fate !== 'removed')
  const certain = rest.filter((copy) => copy.certain).length
  const here = copies.some(({ id, fate }) => id === `run:${agent}` && fate !== 'removed')
  const retires = state === 'closed' ? retired !== null : agent !== null && learnt.length > 0 && here
  return [
    removed === 0 ? 'No copy was removed.' : `${counted(removed, 'copy was', 'copies were')} removed for good.`,
    ...(certain > 0
      ? [`${counted(certain, 'copy', 'copies')} in the list still ${certain === 1 ? 'contains' : 'contain'} them.`]
      : []),
    ...(rest.length > certain ? [`${counted(rest.length - certain, 'copy', 'copies')} may contain them.`] : []),
    ...(rest.length === 0 ? ['No copy that Lethe knows of contains them.'] : []),
    ...(retires
      ? [
          state === 'closed'
            ? 'The original agent was retired.'
            : 'The original agent is retired: nothing can be done with it any more.',
        ]
      : []),
  ]
}
