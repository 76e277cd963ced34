/**
 * Which episodes are shown, as one types it: words that must occur among tags, end and number, and bounds on figures.
 *
 *     expert return>900 steps<=500 10-40
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
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(word) ?? []
  if (first === undefined) return null
  return (place) => ids[place]! >= Number(first) && ids[place]! <= Number(last)
}

export function readQuery(text: string, episodes: Episodes): EpisodeQuery {
  const tests: Test[] = []
  let trouble: string | null = null
  for (const word of text.toLowerCase().split(/\s+/).filter(Boolean)) {
    const bound = boundOf(word, episodes) ?? rangeOf(word, episodes)
    if (typeof bound === 'string') trouble ??= bound
    else if (bound) tests.push(bound)
    else
      tests.push(
        (place) =>
          episodes.tags[place]!.toLowerCase().includes(word) || endWords(episodes.ends[place]).startsWith(word),
      )
  }
  return { test: (place) => tests.every((test) => test(place)), trouble }
}

/** Places of the episodes that are shown, in the order of the set. */
export function placesOf({ test }: EpisodeQuery, { count }: Episodes): number[] {
  const places: number[] = []
  for (let place = 0; place < count; place++) if (test(place)) places.push(place)
  return places
}
