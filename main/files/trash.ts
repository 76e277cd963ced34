/**
 * The project's trash: `trash/<id>/content` is a removed folder as it was, `trash/<id>/trash.json` says what it was. Moving in and
 * out is one rename, so nothing is ever in two places or in none; restoring overwrites nothing.
 */
import { randomBytes } from 'node:crypto'
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { trashRecordSchema, type TrashEntry, type TrashKind, type TrashRecord } from '../contract/calls/trash.ts'
import { LetheError } from '../contract/errors.ts'
import { makeFolder, readJson, syncFolder, writeJson } from './atomic.ts'
import { withLock } from './lock.ts'

const places: Record<TrashKind, string> = { dataset: 'data', run: 'runs' }

const trashOf = (project: string): string => path.join(project, 'trash')
export const trashFolder = (project: string, id: string): string => path.join(trashOf(project), id)

/** Removal for good begins with this name: what was half deleted is never offered again. */
const gone = '.gone-'
export const isHalfRemoved = (name: string): boolean => name.startsWith(gone)

/** Moves the folder of `origin` to the trash. Errors: those of the disk. */
export async function moveToTrash(
  project: string,
  { kind, origin, name }: { kind: TrashKind; origin: string; name: string },
): Promise<TrashRecord> {
  const removed = new Date().toISOString()
  const id = `${removed.replace(/[-:]/g, '').slice(0, 15)}-${origin}-${randomBytes(3).toString('hex')}`
  const folder = trashFolder(project, id)
  const record: TrashRecord = { schema: 'lethe.trash/1', id, kind, origin, name, removed }
  await makeFolder(folder)
  try {
    await writeJson(path.join(folder, 'trash.json'), record)
    await fs.rename(path.join(project, places[kind], origin), path.join(folder, 'content'))
  } catch (error) {
    await fs.rm(folder, { recursive: true, force: true }) // there is no content yet
    throw error
  }
  await syncFolder(path.join(project, places[kind]))
  return record
}

/** Finishes removals that were cut short. */
export async function finishRemovals(project: string): Promise<void> {
  for (const name of await fs.readdir(trashOf(project)).catch(() => []))
    if (isHalfRemoved(name)) await fs.rm(path.join(trashOf(project), name), { recursive: true, force: true })
}

/** Everything that can be brought back, newest first. Finishes removals that were cut short, unless only to look. */
export async function listTrash(project: string, { readOnly = false } = {}): Promise<TrashEntry[]> {
  if (!readOnly) await finishRemovals(project)
  const names = await fs.readdir(trashOf(project)).catch(() => [])
  const entries: TrashEntry[] = []
  for (const name of names) {
    const folder = path.join(trashOf(project), name)
    if (isHalfRemoved(name)) continue
    if (await fs.stat(path.join(folder, 'content')).catch(() => null)) {
      const record = await readTrashRecord(project, name)
      if (record?.id !== name) continue
      // Another window may bring it back or delete it while it is counted: then it is no longer in the trash.
      const bytes = await bytesIn(path.join(folder, 'content')).catch(() => null)
      if (bytes !== null) entries.push({ ...record, bytes })
    }
  }
  return entries.sort((a, b) => b.removed.localeCompare(a.removed))
}

/** What of one kind lies in the trash, newest first: under which name it was known, and its folder as it was. */
export async function foldersInTrash(
  project: string,
  kind: TrashKind,
): Promise<{ readonly origin: string; readonly folder: string }[]> {
  const names = (await fs.readdir(trashOf(project)).catch(() => [])).filter((name) => !isHalfRemoved(name))
  const found: { origin: string; folder: string }[] = []
  // A name begins with the time of the removal.
  for (const name of names.sort().reverse()) {
    const record = await readTrashRecord(project, name)
    if (record?.kind === kind)
      found.push({ origin: record.origin, folder: path.join(trashFolder(project, name), 'content') })
  }
  return found
}

/** The folder of what was last removed from there, to be looked at; null where the trash holds nothing of it. */
export const findInTrash = async (project: string, kind: TrashKind, origin: string): Promise<string | null> =>
  (await foldersInTrash(project, kind)).find((one) => one.origin === origin)?.folder ?? null

/** Moves it back to where it was. Errors: `dataset-missing` or `run-missing`, `dataset-exists` where its place is taken. */
export async function restoreFromTrash(project: string, id: string): Promise<TrashRecord> {
  const record = await recordOf(project, id)
  const place = path.join(project, places[record.kind])
  const target = path.join(place, record.origin)
  await makeFolder(place)
  return withLock(`${target}.lock`, record.name, 0, async () => {
    if (await fs.stat(target).catch(() => null))
      throw new LetheError(
        record.kind === 'dataset' ? 'dataset-exists' : 'run-state',
        `${record.name} cannot come back: ${record.origin} is in the project again.`,
        'Remove that one first; nothing is ever overwritten.',
      )
    await fs.rename(path.join(trashFolder(project, id), 'content'), target)
    await syncFolder(place)
    await fs.rm(trashFolder(project, id), { recursive: true, force: true })
    return record
  })
}

/** Deletes it for good. */
export async function purgeFromTrash(project: string, id: string): Promise<void> {
  await recordOf(project, id)
  const doomed = path.join(trashOf(project), gone + id)
  await fs.rename(trashFolder(project, id), doomed)
  await fs.rm(doomed, { recursive: true, force: true })
}

/** What is said of an entry; null where that cannot be read. */
export const readTrashRecord = (project: string, id: string): Promise<TrashRecord | null> =>
  readJson(path.join(trashFolder(project, id), 'trash.json'), trashRecordSchema).catch(() => null)

async function recordOf(project: string, id: string): Promise<TrashRecord> {
  const record = await readTrashRecord(project, id)
  if (record?.id !== id)
    throw new LetheError('dataset-missing', `There is nothing called ${id} in the trash.`, 'Look at the trash again.')
  return record
}

/** What a folder holds, in bytes. */
export async function bytesIn(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await fs.readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) bytes += await bytesIn(file)
    else bytes += (await fs.lstat(file)).size
  }
  return bytes
}
