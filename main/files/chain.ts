/**
 * Append-only lines, each chained to the one before by its hash and flushed before the append returns. Nothing is ever taken
 * back. `NAME.head.json` beside `NAME.ndjson` names the newest line, so that a file cut short is noticed as well as one changed in
 * the middle. A chain shows that its lines belong together and in which order; it does not show who wrote them.
 */
import { createHash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { appendLines, parseWith, readJson, readLines, writeJson } from './atomic.ts'
import { withLock } from './lock.ts'

/** What every line has: its number from 0 on, when it was written, the hash of the line before, and its own. */
export interface Link {
  readonly seq: number
  readonly time: string
  readonly previous: string
  readonly hash: string
}

export interface Chain<Entry extends Link> {
  readonly file: string
  /** For messages: `The privacy ledger of digits`. */
  readonly name: string
  readonly schema: z.ZodType<Entry>
}

/** Result of walking a chain: the good entries, and where it first breaks. */
export interface Verification<Entry> {
  readonly ok: boolean
  /** As they were written: the order of their keys is what the hashes cover. */
  readonly entries: readonly Entry[]
  /** Sequence number of the first line that does not fit, or null. */
  readonly firstBad: number | null
  readonly reason: string | null
}

const headSchema = z.strictObject({ seq: z.number(), hash: z.string() })
const headFile = (file: string): string => file.replace(/(\.ndjson)?$/, '.head.json')

/** What the first line names as the line before it. */
export const genesis = '0'.repeat(64)

/** The hash of a line: over all of it but the hash itself, as written. */
export function linkHash(line: object): string {
  const { hash: _hash, ...content } = line as Record<string, unknown>
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}

/** Walks parsed lines from the first on. */
export function walkChain<Entry extends Link>(
  lines: readonly unknown[],
  schema: z.ZodType<Entry>,
): Verification<Entry> {
  const entries: Entry[] = []
  const bad = (reason: string): Verification<Entry> => ({ ok: false, entries, firstBad: entries.length, reason })
  let previous = genesis
  for (const line of lines) {
    if (!schema.safeParse(line).success) return bad('The line does not have the fields of an entry.')
    const entry = line as Entry
    if (entry.seq !== entries.length) return bad(`Expected sequence number ${entries.length}, found ${entry.seq}.`)
    if (entry.previous !== previous) return bad('The line does not follow the one before it.')
    if (linkHash(entry) !== entry.hash) return bad('The line was changed after it was written.')
    entries.push(entry)
    previous = entry.hash
  }
  return { ok: true, entries, firstBad: null, reason: null }
}

export async function verifyChain<Entry extends Link>({ file, schema }: Chain<Entry>): Promise<Verification<Entry>> {
  // The head first: a line that another process appends in between is then no contradiction.
  const head = await readJson(headFile(file), headSchema).catch(() => null)
  let lines: unknown[]
  try {
    lines = await readLines(file)
  } catch (error) {
    return { ok: false, entries: [], firstBad: 0, reason: (error as Error).message }
  }
  const walked = walkChain(lines, schema)
  if (!walked.ok) return walked
  const bad = (reason: string) => ({ ...walked, ok: false, firstBad: walked.entries.length, reason })
  // A crash right after the opening entry leaves no head; nothing came after it yet.
  if (lines.length > 1 && !head) return bad('The record of the newest line is missing.')
  if (head && walked.entries[head.seq]?.hash !== head.hash)
    return bad(`Lines are missing: the newest line known is number ${head.seq}.`)
  return walked
}

/** Appends one entry under the lock. `read` gives the entries so far, and throws to refuse the new one. */
export async function appendChain<Entry extends Link>(
  chain: Chain<Entry>,
  record: object,
  read: () => Promise<readonly Entry[]>,
): Promise<Entry> {
  const { file, name, schema } = chain
  await fs.mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  return withLock(`${file}.lock`, name, 10_000, async () => {
    const entries = await read()
    const content = {
      seq: entries.length,
      time: new Date().toISOString(),
      previous: entries.at(-1)?.hash ?? genesis,
      ...record,
    }
    const line = { ...content, hash: linkHash(content) }
    const entry = parseWith(schema, line, `${name}, new entry`)
    await appendLines(file, [JSON.stringify(line)])
    await writeJson(headFile(file), { seq: entry.seq, hash: entry.hash })
    return entry
  })
}
