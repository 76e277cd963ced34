/** Lists of runs that cost little to ask for again: a summary is kept until a file it was made from changes. */
import { promises as fs } from 'node:fs'
import type { DamagedRun } from '../contract/calls/runs.ts'
import { toErrorRecord } from '../contract/errors.ts'
import type { RunSummary } from '../contract/run.ts'
import { listRuns, runPaths, summariseRun, type RunPaths } from './folder.ts'

export interface Summaries {
  list(): Promise<RunSummary[]>
  /** Runs whose record cannot be read; one of them must not hide the others. */
  damaged(): Promise<DamagedRun[]>
  one(run: string): Promise<RunSummary>
}

/** How many runs are looked at together: enough to fill the file system's queue, few enough to leave it to others. */
const together = 32

export function openSummaries(project: string): Summaries {
  const kept = new Map<string, { readonly stamp: string; readonly summary: RunSummary }>()

  async function summary(paths: RunPaths): Promise<RunSummary> {
    const stamp = (await Promise.all([paths.state, paths.events, paths.notes].map(stampOf))).join(' ')
    const known = kept.get(paths.id)
    // Whether a run that works still has a living owner is not written in its folder.
    const working = known?.summary.state === 'running' || known?.summary.state === 'paused'
    if (known?.stamp === stamp && !working) return known.summary
    const fresh = await summariseRun(paths)
    kept.set(paths.id, { stamp, summary: fresh })
    return fresh
  }

  async function look(): Promise<{ whole: RunSummary[]; damaged: DamagedRun[] }> {
    const runs = await listRuns(project)
    const present = new Set(runs.map(({ id }) => id))
    for (const id of kept.keys()) if (!present.has(id)) kept.delete(id)
    const found: { whole: RunSummary[]; damaged: DamagedRun[] } = { whole: [], damaged: [] }
    const lookAt = async (paths: RunPaths): Promise<void> => {
      try {
        found.whole.push(await summary(paths))
      } catch (error) {
        const { code, message, hint } = toErrorRecord(error)
        // A run may be removed while it is looked at.
        if (code !== 'run-missing') found.damaged.push({ id: paths.id, found: message, hint })
      }
    }
    for (let start = 0; start < runs.length; start += together)
      await Promise.all(runs.slice(start, start + together).map(lookAt))
    const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1)
    return { whole: found.whole.sort(byId), damaged: found.damaged.sort(byId) }
  }

  return {
    list: async () => (await look()).whole,
    damaged: async () => (await look()).damaged,
    one: (run) => summary(runPaths(project, run)),
  }
}

/** Changes whenever the file does: writes replace it or make it longer. */
async function stampOf(file: string): Promise<string> {
  const stat = await fs.stat(file).catch(() => null)
  return stat ? `${stat.ino}-${stat.size}-${stat.mtimeMs}` : '-'
}
