/** Sets of trajectories: import, collect, list, export. */
import path from 'node:path'
import { LetheError } from '../contract/errors.ts'
import type { TrajectorySet } from '../contract/trajectories.ts'
import { moveToTrash, trashFolder } from '../files/trash.ts'
import { collectSet, type CollectOptions } from '../trajectories/data/collect.ts'
import { exportMinari } from '../trajectories/data/export.ts'
import { openTrajectorySource } from '../trajectories/data/source.ts'
import {
  createTrajectorySet,
  isTrajectorySet,
  listTrajectorySets,
  readTrajectorySet,
} from '../trajectories/data/store.ts'
import type { TaskId } from '../trajectories/environments/task.ts'
import type { LabContext } from './context.ts'
import { idOf } from './data.ts'

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

export function trajectoriesPart({ project }: LabContext) {
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

  return {
    importTrajectories,
    collectTrajectories: async (options: CollectOptions): Promise<TrajectorySet> => {
      if (!(Number.isInteger(options.episodes) && options.episodes > 0))
        throw new LetheError('config-invalid', `episodes: expected a whole number above 0, found ${options.episodes}.`)
      const { header, episodes } = await collectSet(options)
      return createTrajectorySet(project, idOf(options.name), header, episodes)
    },
    listTrajectories: () => listTrajectorySets(project),
    holdsTrajectories: (id: string) => isTrajectorySet(project, id),
    showTrajectories: (id: string) => readTrajectorySet(project, id),
    removeTrajectories: async (id: string): Promise<string> => {
      const { name } = await readTrajectorySet(project, id)
      return trashFolder(project, (await moveToTrash(project, { kind: 'dataset', origin: id, name })).id)
    },
    exportTrajectories: (id: string, target: string, signal?: AbortSignal) => exportMinari(project, id, target, signal),
  }
}
