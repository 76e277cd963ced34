/**
 * Two studies of unlearning.
 *
 *   poison     an agent trained on a poisoned set, what unlearning and fine-tuning make of it, and one trained on the clean set
 *   ablation   unlearning with one setting changed at a time: the share of phase 1, λ, the mode, the weight of convergence
 */
import { poisonedIds, poisonedShare, poisonFactor, poisonRate, poisonSet } from '../../trajectories/data/poison.ts'
import { isTrajectorySet } from '../../trajectories/data/store.ts'
import type { TrainRequest } from '../../trajectories/train.ts'
import type { UnlearnRequest } from '../../trajectories/unlearning/request.ts'
import type { UnlearnConfig } from '../../trajectories/unlearning/unlearn.ts'
import type { LabContext } from '../context.ts'
import type { returnsStudyPart } from './returns.ts'
import {
  doneRun,
  fill,
  knownRuns,
  nextStep,
  placesOf,
  placeWords,
  requireForgettable,
  setName,
  setOf,
  shortPreset,
  studyConfig,
  wantTraining,
  wantUnlearning,
  type Filled,
  type FillState,
  type Known,
  type Making,
  type PassedOver,
  type Place,
  type StudyOptions,
  type StudyStep,
  type Wanted,
} from './wanted.ts'

export interface UnlearningStudyOptions extends StudyOptions {
  readonly study: 'poison' | 'ablation'
  /** What the agents of the ablation forget. */
  readonly forget: string
}

/** What was changed: the way of a poisoned agent, or one setting of the unlearning. */
interface Variation extends Place {
  readonly setting: string
  readonly value: string | number
  readonly isDefault: boolean
}

export interface UnlearningCell extends Variation {
  readonly updates: number | null
  readonly run: string | null
  readonly state: FillState
  readonly return: number | null
  readonly normalisedScore: number | null
  /** Mean value of what the agent would do, on forgotten, remaining and never-seen episodes. */
  readonly values: Readonly<Record<string, number | null>> | null
  /** The same before; null for agents that were trained from the start. */
  readonly before: { readonly return: number | null; readonly values: Readonly<Record<string, number | null>> } | null
}

/** Around the defaults, one at a time; the first row of each table is the default itself. */
const ablations: readonly {
  readonly setting: string
  readonly field: string
  readonly values: readonly (string | number)[]
}[] = [
  { setting: 'share of phase 1', field: 'forgettingShare', values: [0.4, 0.6, 0.95] },
  { setting: 'λ', field: 'balance', values: [0.25, 0.5, 2] },
  { setting: 'mode', field: 'mode', values: ['released', 'paper'] },
  { setting: 'weight of convergence', field: 'convergenceWeight', values: [0, 0.5, 1] },
]

interface Slot {
  readonly cell: Variation
  /** Null while the agent it begins with is not there. */
  readonly wanted: Wanted | null
}

interface Figures {
  readonly evaluation?: { readonly mean: number; readonly normalisedScore: number } | null
  readonly before?: Figures & { readonly values: Record<string, number | null> }
  readonly after?: Figures & { readonly values: Record<string, number | null> }
}

export function unlearningStudiesPart(
  { project }: LabContext,
  forgetting: Making,
  { ensureStudySet }: Pick<ReturnType<typeof returnsStudyPart>, 'ensureStudySet'>,
) {
  const slotsOf = async (options: UnlearningStudyOptions, runs: readonly Known[]): Promise<Slot[]> => {
    const slots: Slot[] = []
    for (const place of placesOf(options)) slots.push(...(await slotsOfAgent(options, runs, place)))
    return slots
  }

  const slotsOfAgent = async (
    options: UnlearningStudyOptions,
    runs: readonly Known[],
    place: Place,
  ): Promise<Slot[]> => {
    const { study, preset, episodes, forget } = options
    const { task, algorithm, seed } = place
    const variation = (setting: string, value: string | number, isDefault = false): Variation => ({
      ...{ ...place, setting, value, isDefault },
    })
    const unlearning = async (cell: Variation, request: UnlearnRequest | null): Promise<Slot> => ({
      ...{ cell, wanted: request && (await wantUnlearning(forgetting, request)) },
    })
    const data = setOf(task, options)
    const clean: TrainRequest = { algorithm, data, seed, preset }
    const short = shortPreset(preset)
    if (study === 'poison') {
      const share = poisonedShare(episodes, studyConfig(clean, task).share)
      const poisoned = wantTraining(forgetting, { ...clean, data: poisonedId(data), set: { share } }, task)
      const agent = doneRun(runs, poisoned)
      const forgets = `ids:${poisonedIds(episodes).join(',')}`
      const from = (method: string, set: Record<string, unknown> = {}): UnlearnRequest | null =>
        agent === null ? null : { agent, forget: forgets, method, preset: short, seed, set }
      // The published references took 1,000 and 10,000 updates after 1,000,000; the second is the default's share.
      const steps = Math.max(2, Math.round(studyConfig(clean, task).steps / 1000))
      return [
        { cell: variation('agent', 'poisoned'), wanted: poisoned },
        await unlearning(variation('agent', 'unlearned'), from('trajdeleter')),
        await unlearning(variation('agent', 'fine-tuned by a tenth of the updates'), from('finetune', { steps })),
        await unlearning(variation('agent', 'fine-tuned'), from('finetune')),
        { cell: variation('agent', 'trained on the clean set'), wanted: wantTraining(forgetting, clean, task) },
      ]
    }
    const original = wantTraining(forgetting, clean, task)
    const agent = doneRun(runs, original)
    const changed = (set: Record<string, unknown>): UnlearnRequest | null =>
      agent === null ? null : { agent, forget, method: 'trajdeleter', preset: short, seed, set }
    const slots: Slot[] = [
      { cell: variation('agent', 'original'), wanted: original },
      await unlearning(variation('defaults', '', true), changed({})),
    ]
    for (const { setting, field, values } of ablations)
      for (const value of values) slots.push(await unlearning(variation(setting, value), changed({ [field]: value })))
    return slots
  }

  return {
    /** The cells as the project has them now; nothing is made. */
    async unlearningTable(options: UnlearningStudyOptions): Promise<UnlearningCell[]> {
      const runs = await knownRuns(project)
      return (await slotsOf(options, runs)).map(({ cell, wanted }) => ({ ...cell, ...resultOf(fill(runs, wanted)) }))
    },

    /** The next cell to make; null when all are done. */
    async nextOfStudy(options: UnlearningStudyOptions, passedOver: PassedOver = new Set()): Promise<StudyStep | null> {
      const runs = await knownRuns(project)
      const slots = await slotsOf(options, runs)
      return nextStep(
        runs,
        slots.map(({ cell, wanted }) => ({
          words: `${placeWords(cell)}: ${cell.setting} ${cell.value}`.trim(),
          wanted,
        })),
        passedOver,
      )
    },

    /** The set of a task, and its poisoned form, where the project does not hold them. Errors: as `requireForgettable`. */
    async ensureUnlearningSets(options: UnlearningStudyOptions, signal?: AbortSignal): Promise<void> {
      const { study, tasks } = options
      for (const task of tasks) {
        await ensureStudySet(task, options, signal)
        if (study === 'ablation') await requireForgettable(project, task, options)
        const data = setOf(task, options)
        const id = poisonedId(data)
        if (study !== 'poison' || (await isTrajectorySet(project, id))) continue
        await poisonSet(project, { data, id, name: `${setName(task, options)}, poisoned`, signal })
      }
    },
  }
}

export const poison = { rate: poisonRate, factor: poisonFactor } as const
const poisonedId = (data: string): string => `${data}-poisoned`

function resultOf({ known, state }: Filled) {
  const outcome = (state === 'done' ? known?.record.outcome : {}) as Figures
  const evaluation = outcome.after ? outcome.after.evaluation : outcome.evaluation
  const steps = (known?.config as Pick<UnlearnConfig, 'steps'> | undefined)?.steps
  return {
    ...{ updates: steps ?? null, run: known?.record.id ?? null, state },
    return: evaluation?.mean ?? null,
    normalisedScore: evaluation?.normalisedScore ?? null,
    values: outcome.after?.values ?? null,
    before: outcome.before ? { return: outcome.before.evaluation?.mean ?? null, values: outcome.before.values } : null,
  }
}
