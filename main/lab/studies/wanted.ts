/** What studies share: which runs they want, which of them the project has, and the next one to make. */
import { isDeepStrictEqual } from 'node:util'
import { LetheError } from '../../contract/errors.ts'
import type { RunRecord } from '../../contract/run.ts'
import { listRuns, readConfig, readRecord } from '../../runs/folder.ts'
import { algorithms } from '../../trajectories/algorithms/algorithms.ts'
import { evenShare } from '../../trajectories/data/collect.ts'
import { openTrajectories } from '../../trajectories/data/store.ts'
import { tasks } from '../../trajectories/environments/environment.ts'
import type { TaskId } from '../../trajectories/environments/task.ts'
import { trainingEpisodes } from '../../trajectories/job.ts'
import {
  trainConfig,
  trainJob,
  type TrainConfig,
  type TrainPreset,
  type TrainRequest,
} from '../../trajectories/train.ts'
import { forgetIds } from '../../trajectories/unlearning/forget-set.ts'
import type { UnlearnRequest } from '../../trajectories/unlearning/request.ts'
import { unlearnJob } from '../../trajectories/unlearning/unlearn.ts'
import { idOf } from '../data.ts'
import type { ForgettingPart } from '../forgetting.ts'

export interface StudyOptions {
  readonly preset: TrainPreset
  readonly tasks: readonly TaskId[]
  readonly algorithms: readonly string[]
  readonly seeds: readonly number[]
  /** Of each built-in set, medium ones and then expert ones. */
  readonly episodes: number
  /** Of the episodes of each set. */
  readonly expertShare: number
}

export const studyDefaults: StudyOptions = {
  preset: 'desk',
  tasks: tasks.map(({ id }) => id),
  algorithms: algorithms.map(({ id }) => id),
  seeds: [1],
  episodes: 400,
  expertShare: evenShare,
}

export interface Place {
  readonly task: TaskId
  readonly algorithm: string
  readonly seed: number
}

/** One seed whole before the next. */
export const placesOf = ({ seeds, tasks, algorithms }: StudyOptions): Place[] =>
  seeds.flatMap((seed) => tasks.flatMap((task) => algorithms.map((algorithm) => ({ task, algorithm, seed }))))

export const placeWords = ({ task, algorithm, seed }: Place): string => `${algorithm} on ${task}, seed ${seed}`

export const setName = (
  task: TaskId,
  { episodes, expertShare }: Pick<StudyOptions, 'episodes' | 'expertShare'>,
): string => `${task} medium-expert ${episodes}${expertShare === evenShare ? '' : `, ${expertShare} expert`}`
export const setOf = (task: TaskId, options: Pick<StudyOptions, 'episodes' | 'expertShare'>): string =>
  idOf(setName(task, options))

/** Before agents are trained for hours. Errors: `config-invalid` for what they could not be made to forget. */
export async function requireForgettable(
  project: string,
  task: TaskId,
  options: StudyOptions & { readonly forget: string },
): Promise<void> {
  const { algorithms, seeds, preset, forget } = options
  const data = await openTrajectories(project, setOf(task, options))
  for (const algorithm of algorithms) {
    const { share } = studyConfig({ algorithm, data: data.set.id, preset }, task)
    const pool = { all: data.episodes, trained: trainingEpisodes(data, share, []), share }
    for (const seed of seeds) forgetIds(forget, pool, seed)
  }
}

/** Unlearning and audits know no preset `fast`: theirs are as short as those of `desk`. */
export const shortPreset = (preset: TrainPreset): 'tiny' | 'desk' | 'paper' => (preset === 'fast' ? 'desk' : preset)

/** A run that a study wants, known again by its whole configuration. */
export interface Wanted {
  readonly kind: string
  readonly config: unknown
  make(): Promise<{ run: string }>
}

export interface Known {
  readonly record: RunRecord
  readonly config: unknown
}

export type FillState = 'done' | 'begun' | 'missing'

/** The run that fills a place, or that can be gone on with; null where there is none. */
export interface Filled {
  readonly known: Known | null
  readonly state: FillState
}

/** Oldest first. Runs that cannot be read are passed over. */
export async function knownRuns(project: string): Promise<Known[]> {
  const found = await Promise.all(
    (await listRuns(project)).map(async (paths) => ({
      record: await readRecord(paths).catch(() => null),
      config: await readConfig(paths).catch(() => null),
    })),
  )
  return found.filter((one): one is Known => one.record !== null)
}

/** Null, where what the run begins with is not there, is missing. A retired agent does not count: nothing may be made of it. */
export function fill(
  runs: readonly Known[],
  wanted: Pick<Wanted, 'kind' | 'config'> | null,
  same: (config: unknown, wanted: unknown) => boolean = isDeepStrictEqual,
): Filled {
  const alike = wanted
    ? runs.filter(({ record, config }) => record.kind === wanted.kind && !record.retired && same(config, wanted.config))
    : []
  const done = alike.find(({ record }) => record.state === 'succeeded')
  const known = done ?? alike.at(-1) ?? null
  return { known, state: done ? 'done' : known ? 'begun' : 'missing' }
}

/** The finished run, to make more of. */
export const doneRun = (runs: readonly Known[], wanted: Wanted | null): string | null => {
  const { known, state } = fill(runs, wanted)
  return state === 'done' ? known!.record.id : null
}

/** The next run of a study: the one to go on with, or none yet. */
export interface StudyStep {
  readonly words: string
  readonly run: string | null
  make(): Promise<{ run: string }>
}

/** What a study passes over: runs that failed or are worked on elsewhere, and by its words what was refused before it was one. */
export type PassedOver = ReadonlySet<string>

/** The first that is not done and can be made now; null when none is. */
export function nextStep(
  runs: readonly Known[],
  wanted: Iterable<{ readonly words: string; readonly wanted: Wanted | null }>,
  passedOver: PassedOver,
): StudyStep | null {
  for (const { words, wanted: one } of wanted) {
    const { known, state } = fill(runs, one)
    const run = known?.record.id ?? null
    if (one && state !== 'done' && !passedOver.has(run ?? words)) return { words, run, make: one.make }
  }
  return null
}

export type Making = Pick<ForgettingPart, 'createTraining' | 'createUnlearning' | 'planUnlearning'>

/** On a set of that task. */
export const studyConfig = (request: TrainRequest, task: TaskId): TrainConfig =>
  trainConfig(request, { environment: { task } })

export const wantTraining = (
  forgetting: Pick<Making, 'createTraining'>,
  request: TrainRequest,
  task: TaskId,
): Wanted => ({
  ...{ kind: trainJob.kind, config: studyConfig(request, task) },
  make: () => forgetting.createTraining(request),
})

export const wantUnlearning = (forgetting: Making, request: UnlearnRequest): Promise<Wanted> =>
  wantPlanned(
    unlearnJob.kind,
    () => forgetting.planUnlearning(request),
    () => forgetting.createUnlearning(request),
  )

/**
 * What cannot be planned, as its set is gone or its agent left nothing, is missing, and making it says why.
 * Errors: what was asked for wrongly.
 */
export async function wantPlanned(
  kind: string,
  plan: () => Promise<Pick<Wanted, 'config'>>,
  make: Wanted['make'],
): Promise<Wanted> {
  try {
    return { kind, config: (await plan()).config, make }
  } catch (error) {
    if (!(error instanceof LetheError) || error.code === 'config-invalid' || error.code === 'method-missing')
      throw error
    return { kind, config: { refused: error.code }, make: () => Promise.reject(error) }
  }
}
