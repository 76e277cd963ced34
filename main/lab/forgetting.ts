/** Forgetting: from a request to a plan to a queued run, and agents played in their environments. */
import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { LetheError } from '../contract/errors.ts'
import type { Device, Plan } from '../contract/run.ts'
import type { TrajectorySet } from '../contract/trajectories.ts'
import { readConfig, readEnvironment, readPlan, readRecord, runPaths } from '../runs/folder.ts'
import { requireInUse } from '../runs/retire.ts'
import { rootStream } from '../math/random.ts'
import { loadBackend } from '../tensor/backend.ts'
import { agentFile, agentHeader, openAgent, type AgentHeader } from '../trajectories/algorithms/agent-file.ts'
import { evaluate } from '../trajectories/algorithms/evaluate.ts'
import { auditJob } from '../trajectories/audit/audit.ts'
import { isTrajectorySet, listTrajectorySets, openTrajectories, readTrajectorySet } from '../trajectories/data/store.ts'
import { hashesLeftOf } from '../trajectories/deletion/contents.ts'
import type { TrajectoryJob } from '../trajectories/job.ts'
import { writeTrajectoryReport } from '../trajectories/report.ts'
import { returnFigures, stageOf, trainConfig, trainJob, type TrainRequest } from '../trajectories/train.ts'
import { unlearnConfig, type UnlearnRequest } from '../trajectories/unlearning/request.ts'
import { unlearnJob } from '../trajectories/unlearning/unlearn.ts'
import { reportAudit } from './audit-report.ts'
import type { LabContext } from './context.ts'
import { queueRun, type Planned } from './queue.ts'

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

export function forgettingPart(context: LabContext) {
  const { project } = context
  /** Errors: `config-invalid` naming what does not fit. */
  const draftTraining = async (request: TrainRequest): Promise<Planned> => {
    const dataset = await readTrajectorySet(project, request.data)
    return planOf(trainJob, trainConfig(request, dataset), dataset)
  }
  const planTraining = async (request: TrainRequest) => affordable(await draftTraining(request))

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

  /** What deletion requests left of the set that an agent learnt from, where that set is gone; else null. */
  const versionOf = async ({ data: { id, contentHash } }: AgentHeader): Promise<TrajectorySet | null> => {
    if (await isTrajectorySet(project, id)) return null
    const sets = await listTrajectorySets(project)
    for (const hash of await hashesLeftOf(project, contentHash)) {
      const left = sets.find(({ origin }) => origin?.contentHash === hash)
      if (left) return left
    }
    return null
  }

  /** The set that an agent learnt from. Errors: `dataset-missing`, `dataset-corrupt` where the name is another set's by now. */
  const dataOf = async (header: AgentHeader) => {
    const { id, contentHash } = header.data
    const left = await versionOf(header)
    if (left)
      throw new LetheError(
        'dataset-missing',
        `The set ${id}, which the agent was trained on, was removed; ${left.id} is what is left of it, and has other episodes.`,
        `The agent can still be evaluated and replayed. For all else train one of ${left.id}.`,
      )
    const data = await openTrajectories(project, id)
    if (data.set.contentHash === contentHash) return data
    throw new LetheError(
      'dataset-corrupt',
      `${id} does not hold the episodes that the agent was trained on: its hash is another.`,
      'Bring back the set that it was trained on, or train an agent of this one.',
    )
  }

  /** Errors: `run-state` without an agent, `config-invalid` naming what does not fit; those of `dataOf`. */
  const draftUnlearning = async (request: UnlearnRequest): Promise<Planned> => {
    const header = await agentHeaderOf(request.agent)
    const data = await dataOf(header)
    return planOf(unlearnJob, unlearnConfig(request, header, data), data.set)
  }
  const planUnlearning = async (request: UnlearnRequest) => affordable(await draftUnlearning(request))

  return {
    draftTraining,
    planTraining,
    draftUnlearning,
    planUnlearning,
    agentHeaderOf,
    dataOf,
    createUnlearning: async (request: UnlearnRequest, device?: Device) =>
      queueRun(context, await planUnlearning(request), { device }),
    createTraining: async (request: TrainRequest, device?: Device) =>
      queueRun(context, await planTraining(request), { device }),

    /** Returns of a trained agent. Errors: `config-invalid` where its data has no simulated task; those of `dataOf`. */
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
        const set = (await versionOf(header)) ?? (await dataOf(header)).set
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
