/** Puts on record why a run was interrupted, where its process could no longer say so itself. */
import type { ErrorRecord } from '../contract/errors.ts'
import { tryLock } from '../files/lock.ts'
import { readRecord, writeRecord, type RunPaths } from './folder.ts'

/** Does nothing where the run has ended, or somebody works on it again. */
export async function recordGone(paths: RunPaths, error: ErrorRecord): Promise<void> {
  const held = await tryLock(paths.lock)
  if (!held) return
  try {
    // The lock is ours now: for the record, its owner must be looked for elsewhere.
    const record = await readRecord({ ...paths, lock: `${paths.lock}.none` })
    if (record.state !== 'interrupted') return
    const { code, message, hint } = error
    await writeRecord(paths, { ...record, ended: new Date().toISOString(), error: { code, message, hint } })
  } finally {
    await held.release()
  }
}
