/**
 * Removes copies past the trash. What is about to go is put on record first, then it goes, then that it is gone: a process killed in
 * between is followed by one that finds the first line without the last, and goes on.
 */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import type { Copy, RequestEntry } from '../../contract/deletion.ts'
import { LetheError } from '../../contract/errors.ts'
import { syncFolder } from '../../files/atomic.ts'
import { withLock } from '../../files/lock.ts'
import { listTrash, purgeFromTrash } from '../../files/trash.ts'
import { isSameSet } from './contents.ts'
import { decidedCopies, findCopies, withSize } from './copies.ts'
import { copyOfFolder, holdersAmong, readSetFolders, type SetFolder } from './holders.ts'
import { appendRequest, hashesOf, readRequest, requestFile, requireOpen } from './record.ts'

/** What belongs to other layers. */
export interface Removers {
  /** Both move a folder to the trash, for who knows that it is idle: the id of the entry there. */
  trashSet(id: string): Promise<string>
  trashRun(id: string): Promise<string>
  /** Both refuse while a run works on the set, or somebody on the run; nobody begins to while the work is done. */
  whileIdleSet(id: string, work: () => Promise<void>): Promise<void>
  whileIdleRun(id: string, work: () => Promise<void>): Promise<void>
}

type Removing = Extract<RequestEntry, { kind: 'removing' }>

/** Errors: `usage` for a copy that is not there or cannot be removed, `run-state`, `request-corrupt`. */
export async function removeCopies(
  project: string,
  request: string,
  ids: readonly string[],
  removers: Removers,
): Promise<void> {
  requireOpen(await readRequest(project, request), request)
  await alone(project, request, async () => {
    await goOn(project, request, removers)
    for (const id of new Set(ids)) await removeOne(project, request, id, removers)
  })
}

/** Ends removals that were cut short. Nothing where another process is at it. */
export async function resumeRemovals(project: string, request: string, removers: Removers): Promise<void> {
  if (pending(await readRequest(project, request)).length === 0) return
  await alone(project, request, () => goOn(project, request, removers), 0).catch((error: unknown) => {
    // What is in use goes when it no longer is.
    if (!['run-locked', 'run-state'].includes((error as LetheError).code)) throw error
  })
}

const alone = <Value>(project: string, request: string, work: () => Promise<Value>, waitMs = 60_000) =>
  withLock(`${requestFile(project, request)}.removal.lock`, `Deletion request ${request}`, waitMs, work)

async function removeOne(project: string, request: string, id: string, removers: Removers): Promise<void> {
  const entries = await readRequest(project, request)
  const found = await findCopies(project, entries, { readOnly: false })
  const copy = found.find((one) => one.id === id)
  if (!copy) {
    const known = decidedCopies(found, entries).find((one) => one.id === id)
    if (known?.fate === 'removed') return // by another process, or with what it lay in
    throw new LetheError(
      'usage',
      `${id} is not a copy of this request.`,
      'See `lethe trajectories request copies`; the list is made anew each time.',
    )
  }
  if (copy.obstacle !== null) throw new LetheError('usage', `${copy.name} cannot be removed from here.`, copy.obstacle)
  const going = [copy, ...found.filter((one) => one.within === copy.id)]
  const copies = await Promise.all(going.map((one) => withSize(project, one)))
  const folders = (await readSetFolders(project)).filter((folder) => copyOfFolder(folder) === copy.id)
  const sets = folders.flatMap(({ content }) => content ?? [])
  const holders = holdersAmong(sets, hashesOf(entries))
  await whileIdle(copy, removers, async () => {
    await appendRequest(project, request, { kind: 'removing', copies, holders, ...(sets.length > 0 ? { sets } : {}) })
    await remove(project, copy, removers)
  })
  await sayGone(project, request, copies)
}

const pending = (entries: readonly RequestEntry[]): Removing[] =>
  entries.filter(
    (entry): entry is Removing =>
      entry.kind === 'removing' &&
      !entries.some((later) => later.kind === 'removed' && later.copy === entry.copies[0]!.id && later.seq > entry.seq),
  )

/** Errors: `run-state` while copies are still to go: nothing would end a removal of a request that is closed. */
export function requireNoRemoval(entries: readonly RequestEntry[], request: string): void {
  const names = pending(entries).map(({ copies }) => copies[0]!.name)
  if (names.length === 0) return
  throw new LetheError(
    'run-state',
    `Copies of deletion request ${request} are still being removed: ${names.join(', ')}.`,
    'Wait until they are gone. A removal that was cut short goes on when the request is looked at and nothing works on the copy.',
  )
}

async function goOn(project: string, request: string, removers: Removers): Promise<void> {
  for (const removing of pending(await readRequest(project, request))) {
    const copy = removing.copies[0]!
    const found = await findCopies(project, await readRequest(project, request), { readOnly: false })
    if (found.some(({ id }) => id === copy.id))
      await whileIdle(copy, removers, async () => {
        const named = (await readSetFolders(project)).find((set) => copyOfFolder(set) === (copy.within ?? copy.id))
        if (!named || isMeant(named, removing)) await remove(project, copy, removers)
      })
    await purgeOnItsWay(project, removing)
    await sayGone(project, request, removing.copies)
  }
}

/** It may have come as far as the trash. */
async function purgeOnItsWay(project: string, removing: Removing): Promise<void> {
  const copy = removing.copies[0]!
  const sets = copy.kind === 'dataset' ? await readSetFolders(project) : []
  for (const { id, kind, origin, removed } of await listTrash(project)) {
    if (`${kind}:${origin}` !== copy.id || removed < removing.time) continue
    const set = sets.find(({ trash }) => trash === id)
    if (kind === 'run' || (set && isMeant(set, removing))) await purgeFromTrash(project, id)
  }
}

/** Whether a folder is the set that was to go (or whose cache was), and none that was imported under its name since. */
function isMeant({ content }: SetFolder, { sets, time }: Removing): boolean {
  if (!sets) return content === null || content.created <= time
  return content !== null && sets.some((one) => isSameSet(one, content) && one.created === content.created)
}

async function sayGone(project: string, request: string, copies: readonly Copy[]): Promise<void> {
  // Those within first: the line of the first one ends the removal.
  for (const { id } of [...copies].reverse()) await appendRequest(project, request, { kind: 'removed', copy: id })
}

const nameIn = ({ id }: Copy): string => id.slice(id.indexOf(':') + 1)

/** A run that began after a look and before the removal would work on what goes. */
function whileIdle(copy: Copy, removers: Removers, work: () => Promise<void>): Promise<void> {
  const name = nameIn(copy)
  if (copy.kind === 'dataset' || copy.kind === 'cache') return removers.whileIdleSet(name, work)
  if (copy.id.startsWith('run:') || copy.kind === 'checkpoints') return removers.whileIdleRun(name, work)
  return work()
}

/** Names come from a list that was made of what is there, never from outside. */
async function remove(project: string, copy: Copy, removers: Removers): Promise<void> {
  const name = nameIn(copy)
  const [kind] = copy.id.split(':')
  if (kind === 'dataset') await purgeFromTrash(project, await removers.trashSet(name))
  else if (kind === 'run') await purgeFromTrash(project, await removers.trashRun(name))
  else if (kind === 'trash') await purgeFromTrash(project, name)
  else if (kind === 'cache') await clear(path.join(project, 'data', name, 'cache'))
  else if (kind === 'checkpoints') await clear(path.join(project, 'runs', name, 'checkpoints'))
  else if (kind === 'unfinished') await clear(path.join(project, name))
  else throw new LetheError('internal', `${copy.id} cannot be removed.`)
}

async function clear(folder: string): Promise<void> {
  await fs.rm(folder, { recursive: true, force: true })
  await syncFolder(path.dirname(folder)).catch(() => undefined)
}
