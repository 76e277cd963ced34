/** Lists of runs that cost little to ask for again: a summary is kept until a file it was made from changes. */
import { promises as fs } from 'node:fs'
import type { RunSummary } from '../contract/run.ts'
import { listRuns, runPaths, summariseRun, type RunPaths } from './folder.ts'

export interface Summaries {
  list(): Promise<RunSummary[]>
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

  return {
    async list() {
      const runs = await listRuns(project)
      const present = new Set(runs.map(({ id }) => id))
      for (const id of kept.keys()) if (!present.has(id)) kept.delete(id)
      const found: RunSummary[] = []
      for (let start = 0; start < runs.length; start += together) {
        const some = runs.slice(start, start + together)
        // A run may be removed while it is looked at, and one damaged record must not hide the others.
        const summaries = await Promise.all(some.map((paths) => summary(paths).catch(() => null)))
        found.push(...summaries.filter((one) => one !== null))
      }
      return found
    },
    one: (run) => summary(runPaths(project, run)),
  }
}

/** Changes whenever the file does: writes replace it or make it longer. */
async function stampOf(file: string): Promise<string> {
  const stat = await fs.stat(file).catch(() => null)
  return stat ? `${stat.ino}-${stat.size}-${stat.mtimeMs}` : '-'
}
