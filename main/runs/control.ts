/** What another process asks of a run: one word in a file, looked at between steps. */
import { promises as fs, readFileSync } from 'node:fs'
import { LetheError } from '../contract/errors.ts'
import { writeAtomic } from '../files/atomic.ts'
import { lockOwner } from '../files/lock.ts'
import { readRecord, writeRecord, type RunPaths } from './folder.ts'

export type Request = 'run' | 'pause' | 'cancel'

export function readRequest(paths: RunPaths): Request {
  try {
    const word = readFileSync(paths.control, 'utf8')
    return word === 'pause' || word === 'cancel' ? word : 'run'
  } catch {
    return 'run'
  }
}

export const clearRequest = (paths: RunPaths): Promise<void> => fs.rm(paths.control, { force: true })

/** Asks; the worker obeys within one step. A run nobody works on is cancelled at once. Errors: `run-state`. */
export async function requestOf(paths: RunPaths, request: Request): Promise<void> {
  const record = await readRecord(paths)
  const worked = (await lockOwner(paths.lock)) !== null
  if (record.state === 'succeeded' || record.state === 'cancelled')
    throw new LetheError('run-state', `Run ${paths.id} has ended (${record.state}).`, 'Start a new run.')
  if (worked) await writeAtomic(paths.control, request)
  else if (request === 'cancel')
    await writeRecord(paths, { ...record, state: 'cancelled', ended: new Date().toISOString() })
  else if (request === 'pause')
    throw new LetheError('run-state', `Nobody works on run ${paths.id} (${record.state}).`, 'Resume it instead.')
}
