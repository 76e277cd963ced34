/**
 * Which episodes are shown, as one types it: words that must occur among tags and ends, bounds on figures, and numbers and ranges of
 * them, any of which may be the episode's.
 *
 *     expert return > 900 time limit 3, 10-40
 */
import { endWords, type Episodes } from './episodes.ts'

export interface EpisodeQuery {
  readonly test: (place: number) => boolean
  /** What could not be understood; it is passed over. */
  readonly trouble: string | null
}

const figures: Readonly<Record<string, 'returns' | 'lengths' | 'ids'>> = {
  return: 'returns',
  steps: 'lengths',
  length: 'lengths',
  id: 'ids',
}

const compare: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '=': (a, b) => a === b,
}

type Test = EpisodeQuery['test']

function boundOf(word: string, episodes: Episodes): Test | string | null {
  const [, name, sign, text = ''] = /^(\w+)(>=|<=|>|<|=)(.*)$/.exec(word) ?? []
  if (name === undefined || sign === undefined) return null
  const column = Object.hasOwn(figures, name) ? figures[name] : undefined
  if (!column) return `${name} is no figure; there are return, steps and id.`
  const bound = Number(text.replace('−', '-'))
  if (text === '' || Number.isNaN(bound)) return `${word}: a number is missing after ${sign}.`
  const holds = compare[sign]!
  const values = episodes[column]
  return (place) => holds(values[place]!, bound)
}

function rangeOf(word: string, { ids }: Episodes): Test | null {
  const [, first, last = first] = /^(\d+)(?:[-–](\d+))?$/.exec(word) ?? []
  if (first === undefined) return null
  return (place) => ids[place]! >= Number(first) && ids[place]! <= Number(last)
}

const wordOf =
  (word: string, { tags, ends }: Episodes): Test =>
  (place) =>
    tags[place]!.toLowerCase().includes(word) ||
    endWords(ends[place])
      .split(' ')
      .some((part) => part.startsWith(word))

/** Apart by spaces or commas, but for spaces around the sign of a bound or of a range. */
const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .replace(/\s+(?=[<>=])/g, '')
    .replace(/(?<=[<>=])\s+(?=[-−]?\d)/g, '')
    .replace(/(?<=^|[\s,])(\d+)\s*([-–])\s*(?=\d)/g, '$1$2')
    .split(/[\s,]+/)
    .filter(Boolean)

export function readQuery(text: string, episodes: Episodes): EpisodeQuery {
  const tests: Test[] = []
  const ranges: Test[] = []
  let trouble: string | null = null
  for (const word of wordsOf(text)) {
    const bound = boundOf(word, episodes)
    const range = rangeOf(word, episodes)
    if (typeof bound === 'string') trouble ??= bound
    else if (range) ranges.push(range)
    else tests.push(bound ?? wordOf(word, episodes))
  }
  if (ranges.length > 0) tests.push((place) => ranges.some((range) => range(place)))
  return { test: (place) => tests.every((test) => test(place)), trouble }
}

/** What narrows the shown episodes besides the words; `only` is null for all. */
export interface Only {
  readonly only: ReadonlySet<number> | null
  readonly selection: ReadonlySet<number>
}

/** Places of the episodes that are shown, in the order of the set. */
export function placesOf({ test }: EpisodeQuery, { count, ids }: Episodes, { only, selection }: Only): number[] {
  const places: number[] = []
  for (let place = 0; place < count; place++) {
    const id = ids[place]!
    if (test(place) && (only === null || only.has(id) || selection.has(id))) places.push(place)
  }
  return places
}
