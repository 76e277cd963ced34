import { LetheError } from './errors.ts'

/**
 * The ids in a file: one column, with or without a head; a table whose first column is named `episode` or `id`, as Lethe exports them; or
 * numbers and ranges alone on one line. All else is refused, as a number of another column names another episode. Errors: `file-malformed`.
 */
export function parseEpisodeIds(text: string, source: string): number[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .map((line, at) => ({ line: line.trim(), number: at + 1 }))
    .filter(({ line }) => line !== '')
  const [first] = lines
  if (!first) throw malformed(source, 1, 'nothing')
  if (lines.length === 1 && /^[\d\s,;–-]+$/.test(first.line))
    return idsInWords(first.line)
      .split(/[\s,;]+/)
      .filter(Boolean)
      .map((word) => idOf(word, source, first.number))
  const separator = /^"?(?:episode|id)"?\s*([,;\t])/i.exec(first.line)?.[1]
  const headed = separator !== undefined || /^"?\p{L}[^,;\t]*$/u.test(first.line)
  const rows = headed ? lines.slice(1) : lines
  if (rows.length === 0) throw malformed(source, first.number, `${shown(first.line)} and no line after it`)
  return rows.map(({ line, number }) => {
    // A cell with a line break in it: the line after it begins with no id.
    if ((line.match(/"/g) ?? []).length % 2 !== 0) throw malformed(source, number, shown(line))
    return idOf(separator === undefined ? line : line.split(separator)[0]!.trim(), source, number)
  })
}

/** More than this many in one range is a slip. */
const longestRange = 100_000

/** As a person types them, with ranges written out: `3, 14-16` is `3, 14,15,16`. What is no range stays, for the reader to refuse. */
export const idsInWords = (text: string): string =>
  text.replace(/(?<![\w.-])(\d+)\s*[-–]\s*(\d+)(?![\w.-])/g, (word, from: string, to: string) => {
    const [first, count] = [Number(from), Number(to) - Number(from) + 1]
    return count > 0 && count <= longestRange ? Array.from({ length: count }, (_, at) => first + at).join(',') : word
  })

function idOf(cell: string, source: string, line: number): number {
  const id = Number(/^"?(\d+)"?$/.exec(cell)?.[1] ?? NaN)
  if (Number.isSafeInteger(id)) return id
  throw malformed(source, line, shown(cell))
}

const shown = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)

const malformed = (source: string, line: number, found: string): LetheError =>
  new LetheError(
    'file-malformed',
    `${source}, line ${line}: expected the number of an episode, found ${found}.`,
    'Give one column of numbers, a table whose first column is named episode or id, or numbers and ranges alone on one line.',
  )
