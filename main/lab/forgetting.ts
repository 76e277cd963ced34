/** Forgetting: from a request to a plan to a queued run, and agents played in their environments. */
import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { LetheError } from '../contract/errors.ts'
import type { Device, Plan } from '../contract/run.ts'
import type { TrajectorySet } from '../contract/trajectories.ts'
import { createRun, readConfig, readEnvironment, readPlan, readRecord, runPaths, summariseRun } from '../runs/folder.ts'
import { requireInUse } from '../runs/retire.ts'
import { rootStream } from '../math/random.ts'
import { loadBackend } from '../tensor/backend.ts'
import { agentFile, agentHeader, openAgent } from '../trajectories/algorithms/agent-file.ts'
import { evaluate } from '../trajectories/algorithms/evaluate.ts'
import { auditJob } from '../trajectories/audit/audit.ts'
import { openTrajectories, readTrajectorySet } from '../trajectories/data/store.ts'
import type { TrajectoryJob } from '../trajectories/job.ts'
import { writeTrajectoryReport } from '../trajectories/report.ts'
import { returnFigures, stageOf, trainConfig, trainJob, type TrainRequest } from '../trajectories/train.ts'
import { unlearnConfig, type UnlearnRequest } from '../trajectories/unlearning/request.ts'
import { unlearnJob } from '../trajectories/unlearning/unlearn.ts'
import { reportAudit } from './audit-report.ts'
import type { LabContext } from './context.ts'

export interface Planned {
  readonly config: unknown
  readonly plan: Plan
  readonly kind: string
  readonly title: string
}

export function planOf<Config>(job: TrajectoryJob<Config>, config: Config, dataset: TrajectorySet): Planned {
  const plan: Plan = { ...job.plan(config, { dataset }), privacy: null }
  return { config, plan, kind: job.kind, title: job.title(config, { dataset }) }
}

export const memoryLimit = (): number => 0.8 * os.totalmem()

/** Errors: `out-of-memory` before anything is made. */
export function requireMemory(title: string, { memoryBytes }: Pick<Plan, 'memoryBytes'>): void {
  if (memoryBytes <= memoryLimit()) return
  const gibibytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(1)
  throw new LetheError(
    'out-of-memory',
    `${title} needs about ${gibibytes(memoryBytes)} GiB of memory; this machine has ${gibibytes(os.totalmem())}.`,
    'Import a part of the data.',
  )
}

export const affordable = (planned: Planned): Planned => {
  requireMemory(planned.title, planned.plan)
  return planned
}

export type ForgettingPart = ReturnType<typeof forgettingPart>

export function forgettingPart({ project, tell }: LabContext) {
  /** Errors: `config-invalid` naming what does not fit. */
  const draftTraining = async (request: TrainRequest): Promise<Planned> => {
    const dataset = await readTrajectorySet(project, request.data)
    return planOf(trainJob, trainConfig(request, dataset), dataset)
  }
  const planTraining = async (request: TrainRequest) => affordable(await draftTraining(request))

  const queue = async (planned: Planned, device: Device = 'auto'): Promise<{ run: string; plan: Plan }> => {
    const paths = await createRun(project, { ...planned, device })
    tell('run-changed', { summary: await summariseRun(paths) })
    return { run: paths.id, plan: planned.plan }
  }

  /** Errors: `run-state` for a run that left no agent. */
  const agentBytes = async (run: string): Promise<Uint8Array> => {
    const paths = runPaths(project, run)
    requireInUse(await readRecord(paths))
    const bytes = await fs.readFile(path.join(paths.artifacts, agentFile)).catch(() => null)
    if (bytes) return bytes
    throw new LetheError(
      'run-state',
      `Run ${run} has left no agent.`,
      'Choose a training or an unlearning that ended well.',
    )
  }

  /** What the agent of a run says of itself. Errors: `run-state` without one. */
  const agentHeaderOf = async (run: string) => agentHeader(await agentBytes(run), `agent of run ${run}`)

  /** Errors: `run-state` without an agent, `config-invalid` naming what does not fit. */
  const draftUnlearning = async (request: UnlearnRequest): Promise<Planned> => {
    const header = await agentHeaderOf(request.agent)
    const data = await openTrajectories(project, header.data.id)
    return planOf(unlearnJob, unlearnConfig(request, header, data), data.set)
  }
  const planUnlearning = async (request: UnlearnRequest) => affordable(await draftUnlearning(request))

  return {
    draftTraining,
    planTraining,
    draftUnlearning,
    planUnlearning,
    agentHeaderOf,
    createUnlearning: async (request: UnlearnRequest, device?: Device) => queue(await planUnlearning(request), device),
    createTraining: async (request: TrainRequest, device?: Device) => queue(await planTraining(request), device),

    /** Returns of a trained agent. Errors: `config-invalid` where its data has no simulated task. */
    async evaluateAgent(
      run: string,
      options: {
        readonly episodes: number
        readonly seed: number
        readonly signal?: AbortSignal | undefined
        readonly onProgress?: (done: number) => void
      },
    ) {
      const bytes = await agentBytes(run)
      await loadBackend()
      const { agent, header } = openAgent(bytes, `agent of run ${run}`)
      try {
        const set = await readTrajectorySet(project, header.data.id)
        const stage = stageOf(set, options.episodes)
        if (!stage)
          throw new LetheError(
            'config-invalid',
            `${set.name} has no simulated task to play in.`,
            'Only estimates can be had for it.',
          )
        const playing = evaluate(agent, { ...stage, stream: rootStream(options.seed).fork('evaluate') })
        for (;;) {
          const next = await playing.next()
          if (next.done)
            return returnFigures(
              stage.task,
              next.value.map(({ totalReward }) => totalReward),
            )!
          options.onProgress?.(next.value.done)
          await new Promise((resolve) => setImmediate(resolve))
          if (options.signal?.aborted) throw new LetheError('cancelled', 'Cancelled while playing.', '')
        }
      } finally {
        agent.close()
      }
    },

    /** Writes report.html and report.json of a run on trajectories. Errors: `run-state` for one that has not ended well. */
    async reportTrajectories(run: string, data: string): Promise<string> {
      const paths = runPaths(project, run)
      const record = await readRecord(paths)
      if (record.state !== 'succeeded')
        throw new LetheError(
          'run-state',
          `Run ${run} is ${record.state}; a report is made of a run that ended well.`,
          'Resume it first.',
        )
      if (record.kind === auditJob.kind) return reportAudit(project, paths)
      const set = await readTrajectorySet(project, data).catch(() => null)
      return writeTrajectoryReport(paths.folder, {
        dataset: set && {
          ...{ id: set.id, name: set.name, source: set.source, episodes: set.episodes, steps: set.steps },
          contentHash: set.contentHash,
        },
        record,
        plan: await readPlan(paths),
        config: await readConfig(paths),
        environment: (await readEnvironment(paths)) ?? {},
      })
    },
  }
}
