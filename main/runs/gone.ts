/** Puts on record why a run was interrupted, where its process could no longer say so itself. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ErrorRecord } from '../contract/errors.ts'
import { tryLock, type Lock } from '../files/lock.ts'
import { readRecord, writeRecord, type RunPaths } from './folder.ts'

/** Whether it was interrupted: false where the run has ended properly, or somebody works on it again. */
export async function recordGone(paths: RunPaths, error: ErrorRecord): Promise<boolean> {
  const held = await lockOfDying(paths.lock)
  if (!held) return false
  try {
    // The lock is ours now: for the record, its owner must be looked for elsewhere.
    const record = await readRecord({ ...paths, lock: `${paths.lock}.none` })
    if (record.state !== 'interrupted' && record.state !== 'queued') return false
    const { code, message, hint } = error
    await writeRecord(paths, {
      ...record,
      state: 'interrupted',
      ended: new Date().toISOString(),
      error: { code, message, hint },
    })
    return true
  } finally {
    await held.release()
  }
}

/** The end of a process is heard of a moment before it lets go of what it held. */
async function lockOfDying(file: string): Promise<Lock | null> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const held = await tryLock(file)
    if (held) return held
    await sleep(50)
  }
  return null
}
