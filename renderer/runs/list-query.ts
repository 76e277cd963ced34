/** Which runs the list shows, and in which order. */
import type { RunState, RunSummary } from '../../main/contract/run.ts'

export const orders = { newest: 'Newest first', oldest: 'Oldest first', title: 'By title', state: 'By state' } as const
export type Order = keyof typeof orders

export interface ListQuery {
  /** Words that must all occur; a star in a word stands for anything on its line. */
  readonly words: string
  readonly state: RunState | ''
  readonly data: string
  readonly method: string
  readonly tag: string
  readonly order: Order
}

export const allRuns: ListQuery = { words: '', state: '', data: '', method: '', tag: '', order: 'newest' }

/** All that words can find of a run, in lower case; made once for each summary. */
const texts = new WeakMap<RunSummary, string>()
function textOf(run: RunSummary): string {
  const known = texts.get(run)
  if (known !== undefined) return known
  const { title, id, state, data, method, tags, note } = run
  const text = [title, id, state, data, method, ...tags, note].join('\n').toLowerCase()
  texts.set(run, text)
  return text
}

/** No regular expressions: one that is typed in all innocence can keep the page busy for ever. This takes one pass over the text. */
function matcherOf(words: string): (run: RunSummary) => boolean {
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .map((word) => word.split('*').filter(Boolean))
    .filter(({ length }) => length > 0)
  const plain = wanted.filter(({ length }) => length === 1).flat()
  const starred = wanted.filter(({ length }) => length > 1)
  return (run) => {
    const text = textOf(run)
    if (!plain.every((word) => text.includes(word))) return false
    return (
      starred.length === 0 || starred.every((pieces) => text.split('\n').some((line) => holdsInOrder(line, pieces)))
    )
  }
}

function holdsInOrder(line: string, pieces: readonly string[]): boolean {
  let at = 0
  for (const piece of pieces) {
    const found = line.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return true
}

const stateOrder: readonly RunState[] = [
  'running',
  'paused',
  'queued',
  'interrupted',
  'failed',
  'cancelled',
  'succeeded',
]

/** `runs` newest first. */
export function queryRuns(runs: readonly RunSummary[], query: ListQuery): readonly RunSummary[] {
  const { state, data, method, tag, order } = query
  const matches = matcherOf(query.words)
  const found = runs.filter(
    (run) =>
      (state === '' || run.state === state) &&
      (data === '' || run.data === data) &&
      (method === '' || run.method === method) &&
      (tag === '' || run.tags.includes(tag)) &&
      matches(run),
  )
  if (order === 'oldest') return found.reverse()
  if (order === 'title') return found.sort((a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : 0))
  if (order === 'state') return found.sort((a, b) => stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state))
  return found
}

/** What there is to choose from. */
export function choicesOf(runs: readonly RunSummary[]): Record<'data' | 'method' | 'tag', readonly string[]> {
  const sorted = (values: readonly (string | null)[]) =>
    [...new Set(values)].filter((value): value is string => value !== null).sort()
  return {
    data: sorted(runs.map(({ data }) => data)),
    method: sorted(runs.map(({ method }) => method)),
    tag: sorted(runs.flatMap(({ tags }) => tags)),
  }
}
