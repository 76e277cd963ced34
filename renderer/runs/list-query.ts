/** Which runs the list shows, and in which order. */
import type { RunState, RunSummary } from '../../main/contract/run.ts'

export const orders = { newest: 'Newest first', oldest: 'Oldest first', title: 'By title', state: 'By state' } as const
export type Order = keyof typeof orders

export interface ListQuery {
  /** Words that must all occur, or one regular expression between slashes. */
  readonly words: string
  readonly state: RunState | ''
  readonly data: string
  readonly method: string
  readonly tag: string
  readonly order: Order
}

export const allRuns: ListQuery = { words: '', state: '', data: '', method: '', tag: '', order: 'newest' }

/** What cannot be understood of the words, or null. */
export function queryTrouble(words: string): string | null {
  const pattern = patternOf(words)
  return pattern instanceof Error ? 'This is not a regular expression' : null
}

/** The expression between slashes; null where there is none; an error where it is not one. */
function patternOf(words: string): RegExp | Error | null {
  const [, source, flags] = /^\/(.+)\/([a-z]*)$/.exec(words.trim()) ?? []
  if (source === undefined) return null
  try {
    return new RegExp(source, flags?.includes('i') ? flags : `${flags}i`)
  } catch (error) {
    return error as Error
  }
}

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

function matcherOf(words: string): (run: RunSummary) => boolean {
  const pattern = patternOf(words)
  if (pattern instanceof Error) return () => true // being typed: nothing is hidden by half an expression
  if (pattern) return (run) => textOf(run).search(pattern) >= 0
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  return (run) => wanted.every((word) => textOf(run).includes(word))
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
