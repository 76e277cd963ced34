/** The table of returns: every algorithm on every task, from runs of the project; what has no finished run is shown as missing. */
import { isDeepStrictEqual } from 'node:util'
import { listRuns, readConfig, readRecord } from '../runs/folder.ts'
import { algorithms } from '../trajectories/algorithms/algorithms.ts'
import { isTrajectorySet } from '../trajectories/data/store.ts'
import { defaultNoise } from '../trajectories/data/collect.ts'
import { tasks } from '../trajectories/environments/environment.ts'
import type { TaskId } from '../trajectories/environments/task.ts'
import { publishedReturn } from '../trajectories/published.ts'
import { trainConfig, trainJob, type TrainPreset, type TrainRequest } from '../trajectories/train.ts'
import type { LabContext } from './context.ts'
import { idOf } from './data.ts'
import type { trajectoriesPart } from './trajectories.ts'

export interface StudyOptions {
  readonly preset: TrainPreset
  readonly tasks: readonly TaskId[]
  readonly algorithms: readonly string[]
  readonly seeds: readonly number[]
  /** Of each built-in set, half of them medium and half expert. */
  readonly episodes: number
}

export interface StudyCell {
  readonly task: TaskId
  readonly algorithm: string
  readonly seed: number
  readonly preset: TrainPreset
  readonly steps: number
  readonly data: string
  /** The run that fills it, or that can be resumed to; null where none was begun. */
  readonly run: string | null
  readonly state: 'done' | 'begun' | 'missing'
  readonly return: number | null
  readonly normalisedScore: number | null
  readonly published: { readonly steps: number; readonly return: number } | null
  readonly request: TrainRequest
}

export const studyDefaults: StudyOptions = {
  preset: 'desk',
  tasks: tasks.map(({ id }) => id),
  algorithms: algorithms.map(({ id }) => id),
  seeds: [1],
  episodes: 400,
}

export const setName = (task: TaskId, episodes: number): string => `${task} medium-expert ${episodes}`

export function returnsStudyPart(
  { project }: LabContext,
  { collectTrajectories }: Pick<ReturnType<typeof trajectoriesPart>, 'collectTrajectories'>,
) {
  return {
    /** The cells as the project has them now; nothing is made. */
    async returnsTable(options: StudyOptions): Promise<StudyCell[]> {
      const runs = await Promise.all(
        (await listRuns(project)).map(async (paths) => ({
          record: await readRecord(paths).catch(() => null),
          config: await readConfig(paths).catch(() => null),
        })),
      )
      const trained = runs.flatMap(({ record, config }) => (record?.kind === trainJob.kind ? [{ record, config }] : []))
      const cellOf = (task: TaskId, algorithm: string, seed: number): StudyCell => {
        const data = idOf(setName(task, options.episodes))
        const request = { algorithm, data, seed, preset: options.preset }
        const config = trainConfig(request)
        const same = trained.filter((one) => isDeepStrictEqual(one.config, config))
        const done = same.find(({ record }) => record.state === 'succeeded')
        const found = done ?? same.at(-1)
        const evaluation = done?.record.outcome?.['evaluation'] as { mean: number; normalisedScore: number } | undefined
        return {
          ...{ task, algorithm, seed, preset: options.preset, steps: config.steps, data, request },
          run: found?.record.id ?? null,
          state: done ? 'done' : found ? 'begun' : 'missing',
          return: evaluation?.mean ?? null,
          normalisedScore: evaluation?.normalisedScore ?? null,
          published: publishedReturn(algorithm, task, config.steps),
        }
      }
      return options.seeds.flatMap((seed) =>
        options.tasks.flatMap((task) => options.algorithms.map((algorithm) => cellOf(task, algorithm, seed))),
      )
    },

    /** Collects the set of a task where the project does not hold it. */
    async ensureStudySet(task: TaskId, episodes: number, signal?: AbortSignal): Promise<void> {
      const name = setName(task, episodes)
      if (await isTrajectorySet(project, idOf(name))) return
      const how = {
        task,
        policy: 'medium-expert',
        episodes,
        seed: 1,
        noise: defaultNoise,
        variant: 'v4',
        name,
      } as const
      await collectTrajectories({ ...how, signal })
    },
  }
}
