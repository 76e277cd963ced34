/** Runs: listing, showing, asking, executing, reporting. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import type { HandlersOf, LoggedEvent } from '../contract/calls.ts'
import type { runsCalls } from '../contract/calls/runs.ts'
import type { RunRecord, RunSummary } from '../contract/run.ts'
import { readDataset } from '../data/catalogue.ts'
import { requestOf } from '../runs/control.ts'
import { executeRun, type ExecuteOptions } from '../runs/execute.ts'
import { listRuns, readConfig, readEvents, readPlan, runPaths, summariseRun } from '../runs/folder.ts'
import { jobOf } from '../runs/jobs.ts'
import { writeReport } from '../runs/report.ts'
import type { LabContext, Resource } from './context.ts'
import type { LedgerPart } from './ledger.ts'

export function runsPart({ project, tell, start }: LabContext, { ledger }: Pick<LedgerPart, 'ledger'>) {
  /** Pull to work: the terminal's own process, the trainer, or a test. */
  const execute = (run: string, executeOptions?: ExecuteOptions): AsyncGenerator<LoggedEvent, RunRecord> =>
    executeRun(project, run, executeOptions)

  const runs = async (): Promise<RunSummary[]> => Promise.all((await listRuns(project)).map(summariseRun))

  const handlers: HandlersOf<typeof runsCalls> = {
    'runs.list': runs,
    'runs.show': async ({ run }) => {
      const paths = runPaths(project, run)
      const summary = await summariseRun(paths)
      return { summary, plan: await readPlan(paths).catch(() => null), events: await readEvents(paths) }
    },
    'runs.start': async ({ run }) => {
      await summariseRun(runPaths(project, run))
      start(run)
      return {}
    },
    'runs.pause': async ({ run }) => {
      await requestOf(runPaths(project, run), 'pause')
      return {}
    },
    'runs.continue': async ({ run }) => {
      await requestOf(runPaths(project, run), 'run')
      return {}
    },
    'runs.cancel': async ({ run }) => {
      const paths = runPaths(project, run)
      await requestOf(paths, 'cancel')
      tell('run-changed', { summary: await summariseRun(paths) })
      return {}
    },
  }

  return {
    handlers,
    execute,
    runs,
    showRun: (run: string) => handlers['runs.show']({ run }),
    /** Writes report.html and report.json of a run anew. */
    async writeReport(run: string): Promise<{ run: string; report: string }> {
      const paths = runPaths(project, run)
      const data = jobOf((await summariseRun(paths)).kind).data((await readConfig(paths)) as never)
      return {
        run,
        report: await writeReport(paths, { dataset: await readDataset(project, data), ledger: await ledger(data) }),
      }
    },
    cancelRun: (run: string) => handlers['runs.cancel']({ run }),

    /** Passes on what a trainer reports, coalesced by the caller. */
    async report(run: string, events: readonly LoggedEvent[]): Promise<void> {
      tell('run-events', { run, events: [...events] })
      tell('run-changed', { summary: await summariseRun(runPaths(project, run)) })
    },

    /** A picture or report of a run, by its path below `runs/`. Null for anything else. */
    async resource(resourcePath: string): Promise<Resource | null> {
      const match = /^([\w-]+)\/((?:artifacts\/)?[\w-]+\.(png|html))$/.exec(resourcePath)
      if (!match) return null
      const bytes = await fs.readFile(path.join(runPaths(project, match[1]!).folder, match[2]!)).catch(() => null)
      return bytes && { bytes, type: match[3] === 'png' ? 'image/png' : 'text/html; charset=utf-8' }
    },
  }
}
