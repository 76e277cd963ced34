/** Takes a run out of the project. Its charges stay in the ledger: privacy that is spent does not come back. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { LetheError } from '../contract/errors.ts'
import type { TrashRecord } from '../contract/calls/trash.ts'
import { lock } from '../files/lock.ts'
import { moveToTrash, trashFolder } from '../files/trash.ts'
import { runPaths } from './folder.ts'

/** Moves the run's folder to the trash of the project. Errors: `run-state` while somebody works on it. */
export async function removeRun(
  project: string,
  { id, title, state }: { id: string; title: string; state: string },
): Promise<TrashRecord> {
  const paths = runPaths(project, id)
  const held = await lock(paths.lock, `Run ${id}`, { code: 'run-locked' }).catch(() => {
    throw new LetheError('run-state', `${title} is still ${state}.`, 'Cancel it first; then it can be removed.')
  })
  try {
    return await trashRun(project, { id, title })
  } finally {
    await held.release() // a failed move leaves the run in its place
  }
}

/** For who holds the run's lock. */
export async function trashRun(project: string, { id, title }: { id: string; title: string }): Promise<TrashRecord> {
  const record = await moveToTrash(project, { kind: 'run', origin: id, name: title })
  // The lock went along. What comes back must belong to nobody.
  const { lock: file } = runPaths(project, id)
  await fs.rm(path.join(trashFolder(project, record.id), 'content', path.basename(file)), { force: true })
  return record
}
