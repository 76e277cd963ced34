/** What left the project: one chain (files/chain.ts), written before the first byte of an export. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { exportEntrySchema, type ExportEntry, type ExportRecord } from '../../contract/deletion.ts'
import { LetheError } from '../../contract/errors.ts'
import { appendChain, verifyChain, type Chain } from '../../files/chain.ts'
import { readEpisodes, readTrajectorySet } from '../data/store.ts'

const chainOf = (project: string): Chain<ExportEntry> => ({
  file: path.join(project, 'exports', 'exports.ndjson'),
  name: 'The record of exports',
  schema: exportEntrySchema,
})

async function readExports(project: string): Promise<readonly ExportEntry[]> {
  const { ok, entries, firstBad, reason } = await verifyChain(chainOf(project))
  if (ok) return entries
  throw new LetheError(
    'request-corrupt',
    `The record of exports is not intact from entry ${firstBad} on: ${reason}`,
    'Restore exports/exports.ndjson of the project from a copy.',
  )
}

const append = (project: string, record: ExportRecord) =>
  appendChain(chainOf(project), record, () => readExports(project))

/** Enough of an episode's hash to find it again; a set of thousands is still a short line. */
export const shortHash = (sha256: string): string => sha256.slice(0, 16)

/** What has the name of `target` beside it, parts of it included, and on which disk; null where that cannot be seen. */
async function lookAt(target: string): Promise<{ readonly folder: string; readonly names: readonly string[] } | null> {
  const place = path.dirname(target)
  try {
    const { dev, ino } = await fs.stat(place)
    const names = (await fs.readdir(place)).filter((name) => name.startsWith(path.basename(target)))
    return { folder: `${dev} ${ino}`, names }
  } catch {
    return null
  }
}

/** Puts on record that a set is written to `target`, then does it. Errors: those of `write`, `request-corrupt`. */
export async function recordExport<Value>(
  project: string,
  data: string,
  target: string,
  write: () => Promise<Value>,
): Promise<Value> {
  const { name, contentHash } = await readTrajectorySet(project, data)
  const episodes = (await readEpisodes(project, data)).map(({ sha256 }) => shortHash(sha256))
  const to = path.basename(target)
  return whileRecorded(project, { kind: 'export', data, name, contentHash, to, episodes }, target, write)
}

/**
 * The record, then what it is of. Where that fails it is taken back, but only where it can be seen that nothing was left there: an error may
 * come after the last byte, and a disk may be pulled out. Errors: those of `write`, `request-corrupt`.
 */
export async function whileRecorded<Value>(
  project: string,
  record: ExportRecord,
  target: string,
  write: () => Promise<Value>,
): Promise<Value> {
  const before = await lookAt(target)
  const { seq } = await append(project, record)
  try {
    return await write()
  } catch (error) {
    const after = await lookAt(target)
    const isThere = after !== null && (before === null || before.folder === after.folder)
    if (isThere && after.names.every((name) => before?.names.includes(name)))
      await append(project, { kind: 'undone', export: seq })
    throw error
  }
}

/** A set that was written out, or a document that names episodes. */
export type Export = Exclude<ExportEntry, { kind: 'undone' }>

/** What was written out and holds or names any of these episodes, and which; of a document of which that is not known, none. Errors: `request-corrupt`. */
export async function exportsOf(
  project: string,
  hashes: ReadonlySet<string>,
): Promise<{ readonly entry: Export; readonly found: readonly string[] }[]> {
  const entries = await readExports(project)
  const undone = new Set(entries.flatMap((entry) => (entry.kind === 'undone' ? [entry.export] : [])))
  const short = new Set([...hashes].map(shortHash))
  return entries.flatMap((entry) => {
    if (entry.kind === 'undone' || undone.has(entry.seq)) return []
    const found = (entry.episodes ?? []).filter((episode) => short.has(episode))
    return entry.episodes === null || found.length > 0 ? [{ entry, found }] : []
  })
}
