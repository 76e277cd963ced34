/** Sets of trajectories: import, collect, list, select, export. */
import path from 'node:path'
import type { HandlersOf } from '../contract/calls.ts'
import type { SimulatedTask, trajectoriesCalls } from '../contract/calls/trajectories.ts'
import type { TrashRecord } from '../contract/calls/trash.ts'
import { LetheError } from '../contract/errors.ts'
import type { TrajectorySet } from '../contract/trajectories.ts'
import { requireParent } from '../data/export.ts'
import { moveToTrash, trashFolder } from '../files/trash.ts'
import { collectSet, type CollectOptions } from '../trajectories/data/collect.ts'
import { exportMinari } from '../trajectories/data/export.ts'
import { openTrajectorySource } from '../trajectories/data/source.ts'
import {
  createTrajectorySet,
  isTrajectorySet,
  listTrajectorySets,
  openTrajectories,
  readTrajectorySet,
} from '../trajectories/data/store.ts'
import { recordExport } from '../trajectories/deletion/exports.ts'
import { tasks as simulated } from '../trajectories/environments/environment.ts'
import { shippedPolicies } from '../trajectories/environments/policies.ts'
import type { Task, TaskId } from '../trajectories/environments/task.ts'
import { forgetIds } from '../trajectories/unlearning/forget-set.ts'
import type { AgentsPart } from './agents.ts'
import type { LabContext } from './context.ts'
import { idOf, whileIdle } from './data.ts'
import { trajectoryResources } from './trajectory-resources.ts'

export interface TrajectoryImport {
  readonly path: string
  readonly name: string
  readonly as?: string | undefined
  readonly task?: TaskId | undefined
  readonly sensitive?: boolean
  readonly licence?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

export function trajectoriesPart({ project, tasks }: LabContext, { poolOf }: Pick<AgentsPart, 'poolOf'>) {
  /** The new set; null where `path` holds no trajectories, and nothing was made. */
  const importTrajectories = async (request: TrajectoryImport): Promise<TrajectorySet | null> => {
    const { signal, onProgress } = request
    const source = await openTrajectorySource(request.path, { as: request.as, task: request.task, signal })
    if (!source) return null
    try {
      const header = {
        name: request.name,
        source: path.basename(request.path),
        format: source.format,
        licence: request.licence ?? 'not stated',
        sensitive: request.sensitive ?? true,
        environment: source.environment,
        observationSize: source.observationSize,
        actionSize: source.actionSize,
        problems: source.problems,
      }
      const counted = async function* () {
        let done = 0
        for await (const episode of source.read({ signal })) {
          yield episode
          onProgress?.((done += episode.rewards.length), source.steps)
        }
      }
      return await createTrajectorySet(project, idOf(request.name), header, counted(), source.late)
    } finally {
      await source.close()
    }
  }

  const collectTrajectories = async (options: CollectOptions): Promise<TrajectorySet> => {
    if (!(Number.isInteger(options.episodes) && options.episodes > 0))
      throw new LetheError('config-invalid', `episodes: expected a whole number above 0, found ${options.episodes}.`)
    const { header, episodes } = await collectSet(options)
    return createTrajectorySet(project, idOf(options.name), header, episodes)
  }

  const remove = async (id: string): Promise<TrashRecord> => {
    const { name } = await readTrajectorySet(project, id)
    return whileIdle(project, id, () => moveToTrash(project, { kind: 'dataset', origin: id, name }))
  }

  const exportSet = async (id: string, target: string, signal?: AbortSignal): Promise<string[]> => {
    await requireParent(target)
    return recordExport(project, id, target, () => exportMinari(project, id, target, signal))
  }

  const handlers: HandlersOf<typeof trajectoriesCalls> = {
    'trajectories.list': () => listTrajectorySets(project),
    'trajectories.tasks': () => Promise.all(simulated.map(factsOf)),
    'trajectories.collect': ({ environment, task, ...options }) =>
      tasks.run(task, (progress) => collectTrajectories({ ...options, ...progress, task: environment })),
    'trajectories.import': ({ environment, task, licence, ...request }) =>
      tasks.run(task, async (progress) => {
        const set = await importTrajectories({
          ...request,
          ...progress,
          task: environment ?? undefined,
          licence: licence || undefined,
        })
        if (set) return set
        throw new LetheError(
          'file-malformed',
          `${request.path}: holds no trajectories.`,
          'Bring D4RL’s HDF5, a Minari folder, or an NPZ file with observations, actions, rewards and terminals.',
        )
      }),
    'trajectories.export': async ({ data, path: target, task }) => ({
      files: await tasks.run(task, ({ signal }) => exportSet(data, target, signal)),
    }),
    'trajectories.remove': ({ data }) => remove(data),
    'trajectories.select': async ({ data, agent, selector, seed }) => {
      const { episodes } = await openTrajectories(project, data)
      const pool = agent === null ? { all: episodes, trained: episodes, share: 1 } : await poolOf(agent)
      return { ids: forgetIds(selector, pool, seed) }
    },
  }

  return {
    handlers,
    resource: trajectoryResources(project),
    importTrajectories,
    collectTrajectories,
    listTrajectories: () => listTrajectorySets(project),
    holdsTrajectories: (id: string) => isTrajectorySet(project, id),
    showTrajectories: (id: string) => readTrajectorySet(project, id),
    removeTrajectories: async (id: string): Promise<string> => trashFolder(project, (await remove(id)).id),
    exportTrajectories: exportSet,
  }
}

/** A task as one chooses it. Of a policy's measurements the last, with the noise that sets are collected with. */
async function factsOf(task: Task): Promise<SimulatedTask> {
  const policies = await shippedPolicies(task.id)
  return {
    ...{ id: task.id, title: task.title, dt: task.dt, episodeSteps: task.episodeSteps, score: task.score },
    observation: task.observation.map(({ name, unit }) => ({ name, unit })),
    actions: task.actions.map(({ name }) => ({ name })),
    policies: policies.flatMap(({ level, measured }) =>
      measured.slice(-1).map(({ return: mean, score }) => ({ level, return: mean, score })),
    ),
  }
}
