/** Takes an agent out of use: its run stays in the project and says so, and nothing is done with the agent any more. */
import { LetheError } from '../contract/errors.ts'
import type { RunRecord } from '../contract/run.ts'
import { lock } from '../files/lock.ts'
import { readRecord, runPaths, writeRecord } from './folder.ts'

/** Errors: `run-missing`, `run-locked` while somebody works on the run. Once retired it stays so. */
export async function retireRun(project: string, run: string, request: string): Promise<void> {
  const paths = runPaths(project, run)
  await readRecord(paths)
  const held = await lock(paths.lock, `Run ${run}`, { code: 'run-locked', waitMs: 2000 })
  try {
    // The lock is ours now: for the record, its owner must be looked for elsewhere.
    const record = await readRecord({ ...paths, lock: `${paths.lock}.none` })
    if (!record.retired) await writeRecord(paths, { ...record, retired: { request, time: new Date().toISOString() } })
  } finally {
    await held.release()
  }
}

/** Errors: `run-state` for a run whose agent was retired. */
export function requireInUse({ id, retired }: Pick<RunRecord, 'id' | 'retired'>): void {
  if (retired)
    throw new LetheError(
      'run-state',
      `The agent of run ${id} was retired on ${retired.time.slice(0, 10)}: it was trained on trajectories that deletion request ${retired.request} removed.`,
      'Use the agent that forgot them, or train another.',
    )
}
