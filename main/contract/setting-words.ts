/** Settings of runs as they stand side by side: a list as a count and its first values, long words cut where they begin to differ. */

export type Setting = string | number | null

/** Longer than this is cut. */
const most = 72
/** As many in a list are counted at a glance. */
const few = 6

/** One row of a comparison. What is cut shows its beginning; where all begin alike, the place from which on they do not. */
export function settingWords(values: readonly Setting[]): string[] {
  const known = values.map((value) => ({ count: countOf(value), text: textOf(value) }))
  const texts = known.filter((_one, index) => values[index] !== null).map(({ text }) => text)
  const alike = new Set(texts).size > 1 ? commonStart(texts) : 0
  return known.map(({ count, text }) => {
    const counted = count !== null && count > few ? `${count} values: ` : ''
    if (text.length <= most) return `${counted}${text}`
    const from = alike > most / 2 ? Math.max(wordBefore(text, alike), alike - most / 2) : 0
    return `${counted}${from > 0 ? '… ' : ''}${cut(text.slice(from))}`
  })
}

function cut(text: string): string {
  if (text.length <= most) return text
  const end = wordBefore(text, most)
  return `${text.slice(0, end > most / 2 ? end : most).trimEnd()} …`
}

/** Where the word begins that a place is in. */
const wordBefore = (text: string, place: number): number =>
  Math.max(text.lastIndexOf(' ', place), text.lastIndexOf(',', place)) + 1

function commonStart(texts: readonly string[]): number {
  const [first = ''] = texts
  let length = 0
  while (length < first.length && texts.every((text) => text[length] === first[length])) length++
  return length
}

/** Lists come as JSON. */
function listOf(value: Setting): readonly unknown[] | null {
  if (typeof value !== 'string' || !value.startsWith('[')) return null
  try {
    return JSON.parse(value) as unknown[]
  } catch {
    return null
  }
}

const countOf = (value: Setting): number | null => listOf(value)?.length ?? null

function textOf(value: Setting): string {
  if (value === null) return '–'
  if (typeof value === 'number') return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : String(value)
  const list = listOf(value)
  if (!list) return value
  return list.length === 0 ? 'none' : ranges(list).join(', ')
}

/** `3, 14, 15, 16` is `3, 14–16`. */
function ranges(list: readonly unknown[]): string[] {
  const found: { first: unknown; last: unknown; count: number }[] = []
  for (const item of list) {
    const before = found.at(-1)
    const follows = before && Number.isInteger(item) && item === Number(before.last) + 1
    if (follows) Object.assign(before, { last: item, count: before.count + 1 })
    else found.push({ first: item, last: item, count: 1 })
  }
  return found.flatMap(({ first, last, count }) =>
    count > 2 ? [`${String(first)}–${String(last)}`] : count === 2 ? [String(first), String(last)] : [String(first)],
  )
}
