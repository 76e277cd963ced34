/** Runs: listing, showing, asking, executing, comparing, reporting; and what of them the window fetches. */
import type { HandlersOf, LoggedEvent } from '../contract/calls.ts'
import type { runsCalls } from '../contract/calls/runs.ts'
import type { ErrorRecord } from '../contract/errors.ts'
import type { RunRecord } from '../contract/run.ts'
import { readDataset } from '../data/catalogue.ts'
import { writeAtomic } from '../files/atomic.ts'
import { compareRuns, comparisonCsv } from '../runs/compare.ts'
import { requestOf } from '../runs/control.ts'
import { recordGone } from '../runs/gone.ts'
import { executeRun, type ExecuteOptions } from '../runs/execute.ts'
import { readConfig, readEnvironment, readEvents, readPlan, runFiles, runPaths } from '../runs/folder.ts'
import { jobOf } from '../runs/jobs.ts'
import { writeNotes } from '../runs/notes.ts'
import { removeRun } from '../runs/remove.ts'
import { datasetOfRun } from '../runs/dataset-facts.ts'
import { writeReport } from '../runs/report.ts'
import { openSummaries } from '../runs/summaries.ts'
import { deviceMemory } from '../tensor/backend.ts'
import { announceDocument, recordDocument } from '../trajectories/deletion/documents.ts'
import type { LabContext } from './context.ts'
import type { ForgettingPart } from './forgetting.ts'
import type { LedgerPart } from './ledger.ts'
import { runResources } from './run-resources.ts'

export function runsPart(
  { project, tell, start }: LabContext,
  { ledger }: Pick<LedgerPart, 'ledger'>,
  { reportTrajectories }: Pick<ForgettingPart, 'reportTrajectories'>,
) {
  /** Pull to work: the terminal's own process, the trainer, or a test. */
  const execute = (run: string, executeOptions?: ExecuteOptions): AsyncGenerator<LoggedEvent, RunRecord> =>
    executeRun(project, run, executeOptions)

  const summaries = openSummaries(project)
  const tellChange = async (run: string): Promise<void> => tell('run-changed', { summary: await summaries.one(run) })

  /** Writes report.html and report.json of a run anew. */
  const report = async (run: string): Promise<{ run: string; report: string }> => {
    const paths = runPaths(project, run)
    const job = jobOf((await summaries.one(run)).kind)
    const data = job.data((await readConfig(paths)) as never)
    if (job.subject === 'trajectories') return { run, report: await reportTrajectories(run, data) }
    const input = { ...(await datasetOfRun(project, paths, data)), ledger: await ledger(data) }
    return { run, report: await writeReport(paths, input) }
  }

  /** What names episodes of trajectories is on record before it leaves the project. */
  const writeComparison = (compared: readonly string[], csv: string, target: string): Promise<void> =>
    recordDocument(project, { form: 'comparison', runs: compared, target }, () => writeAtomic(target, csv))

  const ask = (request: 'pause' | 'run') => async (input: { run: string }) => {
    await requestOf(runPaths(project, input.run), request)
    return {}
  }

  const handlers: HandlersOf<typeof runsCalls> = {
    'runs.list': summaries.list,
    'runs.damaged': summaries.damaged,
    'runs.show': async ({ run }) => {
      const paths = runPaths(project, run)
      return {
        summary: await summaries.one(run),
        plan: await readPlan(paths).catch(() => null),
        config: await readConfig(paths).catch(() => null),
        environment: await readEnvironment(paths),
        files: await runFiles(paths),
      }
    },
    'runs.start': async ({ run }) => {
      await summaries.one(run)
      start(run)
      return {}
    },
    'runs.pause': ask('pause'),
    'runs.continue': ask('run'),
    'runs.cancel': async ({ run }) => {
      await requestOf(runPaths(project, run), 'cancel')
      await tellChange(run)
      return {}
    },
    'runs.annotate': async ({ run, tags, note }) => {
      await summaries.one(run)
      await writeNotes(runPaths(project, run), { tags, note })
      await tellChange(run)
      return {}
    },
    'runs.remove': async ({ run }) => {
      const damaged = (await summaries.damaged()).some(({ id }) => id === run)
      const named = damaged ? { id: run, title: run, state: 'at work' } : await summaries.one(run)
      return { trash: (await removeRun(project, named)).id }
    },
    'runs.compare': ({ runs }) => compareRuns(project, runs),
    'runs.exportComparison': async ({ runs, path }) => {
      const csv = comparisonCsv(await compareRuns(project, runs))
      if (path !== null) await writeComparison(runs, csv, path)
      return { csv }
    },
    'runs.report': async ({ run }) => {
      await report(run)
      return {}
    },
    'runs.announceReport': async ({ run, path }) => {
      await summaries.one(run)
      await announceDocument(project, { form: 'report', runs: [run], target: path })
      return {}
    },
  }

  return {
    handlers,
    execute,
    runs: summaries.list,
    damagedRuns: summaries.damaged,
    showRun: (run: string) => handlers['runs.show']({ run }),
    runEvents: (run: string): Promise<LoggedEvent[]> => readEvents(runPaths(project, run)),
    writeReport: report,
    writeComparison,
    cancelRun: (run: string) => handlers['runs.cancel']({ run }),

    /**
     * Passes on what a trainer reports, coalesced by the caller. `gone`: its process has ended, which is told where the run has not.
     * Only the folder knows: a process that was killed may be reported to us as one that ended by itself.
     */
    async report(run: string, events: readonly LoggedEvent[], gone?: ErrorRecord): Promise<void> {
      if (events.length > 0) tell('run-events', { run, events: [...events] })
      if (gone && (await recordGone(runPaths(project, run), gone)))
        tell('engine-gone', { process: 'trainer', reason: gone.message })
      await tellChange(run)
    },

    /** Bytes in use on the graphics card; null for a run that computes on the processor. */
    async graphicsMemory(run: string): Promise<number | null> {
      const environment = await readEnvironment(runPaths(project, run))
      const backend = environment?.['backend'] as { name?: string } | undefined
      const memory = backend?.name === 'tensorflow-gpu' ? await deviceMemory() : null
      return memory && memory.usedMiB * 2 ** 20
    },

    resource: runResources(project, (data) =>
      readDataset(project, data).then(
        ({ classNames }) => classNames,
        () => [],
      ),
    ),
  }
}
