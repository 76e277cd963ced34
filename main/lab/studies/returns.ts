/** The table of returns: every algorithm on every task, from runs of the project. */
import { defaultNoise } from '../../trajectories/data/collect.ts'
import { isTrajectorySet } from '../../trajectories/data/store.ts'
import type { TaskId } from '../../trajectories/environments/task.ts'
import { publishedReturn } from '../../trajectories/published.ts'
import type { TrainPreset, TrainRequest } from '../../trajectories/train.ts'
import type { LabContext } from '../context.ts'
import { idOf } from '../data.ts'
import type { ForgettingPart } from '../forgetting.ts'
import type { trajectoriesPart } from '../trajectories.ts'
import {
  fill,
  knownRuns,
  nextStep,
  placesOf,
  placeWords,
  setName,
  setOf,
  studyConfig,
  wantTraining,
  type FillState,
  type PassedOver,
  type Place,
  type StudyOptions,
  type StudyStep,
} from './wanted.ts'

export interface StudyCell extends Place {
  readonly preset: TrainPreset
  readonly steps: number
  readonly data: string
  readonly run: string | null
  readonly state: FillState
  readonly return: number | null
  readonly normalisedScore: number | null
  readonly published: { readonly steps: number; readonly return: number } | null
}

export function returnsStudyPart(
  { project }: LabContext,
  forgetting: Pick<ForgettingPart, 'createTraining'>,
  { collectTrajectories }: Pick<ReturnType<typeof trajectoriesPart>, 'collectTrajectories'>,
) {
  const requestOf = (options: StudyOptions, { task, algorithm, seed }: Place): TrainRequest => ({
    ...{ algorithm, data: setOf(task, options), seed, preset: options.preset },
  })

  return {
    /** The cells as the project has them now; nothing is made. */
    async returnsTable(options: StudyOptions): Promise<StudyCell[]> {
      const runs = await knownRuns(project)
      return placesOf(options).map((place) => {
        const request = requestOf(options, place)
        const { steps } = studyConfig(request, place.task)
        const { known, state } = fill(runs, wantTraining(forgetting, request, place.task))
        const outcome = state === 'done' ? known?.record.outcome : null
        const evaluation = outcome?.['evaluation'] as { mean: number; normalisedScore: number } | undefined
        return {
          ...{ ...place, preset: options.preset, steps, data: request.data, run: known?.record.id ?? null, state },
          return: evaluation?.mean ?? null,
          normalisedScore: evaluation?.normalisedScore ?? null,
          published: publishedReturn(place.algorithm, place.task, steps),
        }
      })
    },

    /** The next cell to make; null when all are done. */
    async nextReturn(
      options: StudyOptions,
      passedOver: PassedOver = new Set(),
    ): Promise<(StudyStep & { readonly task: TaskId }) | null> {
      const runs = await knownRuns(project)
      for (const place of placesOf(options)) {
        const wanted = wantTraining(forgetting, requestOf(options, place), place.task)
        const step = nextStep(runs, [{ words: placeWords(place), wanted }], passedOver)
        if (step) return { ...step, task: place.task }
      }
      return null
    },

    /** Collects the set of a task where the project does not hold it. */
    async ensureStudySet(
      task: TaskId,
      options: Pick<StudyOptions, 'episodes' | 'expertShare'>,
      signal?: AbortSignal,
    ): Promise<void> {
      const { episodes, expertShare } = options
      const name = setName(task, options)
      if (await isTrajectorySet(project, idOf(name))) return
      const how = {
        task,
        policy: 'medium-expert',
        episodes,
        expertShare,
        seed: 1,
        noise: defaultNoise,
        variant: 'v4',
        name,
      } as const
      await collectTrajectories({ ...how, signal })
    },
  }
}
