/**
 * Two studies of unlearning, filled from runs of the project; what has no finished run is shown as missing.
 *
 *   poison     an agent trained on a poisoned set, what unlearning and fine-tuning make of it, and one trained on the clean set
 *   ablation   unlearning with one setting changed at a time: the share of phase 1, λ, the mode, the weight of convergence
 */
import { isDeepStrictEqual } from 'node:util'
import { listRuns, readConfig, readRecord } from '../runs/folder.ts'
import { isTrajectorySet } from '../trajectories/data/store.ts'
import { poisonedIds, poisonedShare, poisonFactor, poisonRate, poisonSet } from '../trajectories/data/poison.ts'
import type { TaskId } from '../trajectories/environments/task.ts'
import { trainConfig, trainJob, type TrainRequest } from '../trajectories/train.ts'
import type { UnlearnRequest } from '../trajectories/unlearning/request.ts'
import { unlearnJob, type UnlearnConfig } from '../trajectories/unlearning/unlearn.ts'
import type { LabContext } from './context.ts'
import { idOf } from './data.ts'
import type { ForgettingPart } from './forgetting.ts'
import { setName, type returnsStudyPart, type StudyOptions } from './returns-study.ts'

export interface UnlearningStudyOptions extends StudyOptions {
  readonly study: 'poison' | 'ablation'
  /** What the agents of the ablation forget. */
  readonly forget: string
}

/** What was changed: the way of a poisoned agent, or one setting of the unlearning. */
export interface UnlearningCell {
  readonly task: TaskId
  readonly algorithm: string
  readonly seed: number
  readonly setting: string
  readonly value: string | number
  readonly isDefault: boolean
  readonly updates: number | null
  readonly run: string | null
  readonly state: 'done' | 'begun' | 'missing'
  readonly return: number | null
  readonly normalisedScore: number | null
  /** Mean value of what the agent would do, on forgotten, remaining and never-seen episodes. */
  readonly values: Readonly<Record<string, number | null>> | null
  /** The same before; null for agents that were trained from the start. */
  readonly before: { readonly return: number | null; readonly values: Readonly<Record<string, number | null>> } | null
}

/** A cell that can be made now: its run to go on with, or none yet. */
export interface StudyStep {
  readonly words: string
  readonly run: string | null
  make(): Promise<{ run: string }>
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
  readonly cell: Pick<UnlearningCell, 'task' | 'algorithm' | 'seed' | 'setting' | 'value' | 'isDefault'>
  /** Null while the agent it begins with is not there. */
  readonly want: { readonly kind: string; readonly config: unknown; make(): Promise<{ run: string }> } | null
}

interface Known {
  readonly record: Awaited<ReturnType<typeof readRecord>>
  readonly config: unknown
}

interface Figures {
  readonly evaluation?: { readonly mean: number; readonly normalisedScore: number } | null
  readonly before?: Figures & { readonly values: Record<string, number | null> }
  readonly after?: Figures & { readonly values: Record<string, number | null> }
}

export function unlearningStudiesPart(
  { project }: LabContext,
  forgetting: Pick<ForgettingPart, 'createTraining' | 'createUnlearning' | 'planUnlearning'>,
  { ensureStudySet }: Pick<ReturnType<typeof returnsStudyPart>, 'ensureStudySet'>,
) {
  const knownRuns = async (): Promise<Known[]> => {
    const found = await Promise.all(
      (await listRuns(project)).map(async (paths) => ({
        record: await readRecord(paths).catch(() => null),
        config: await readConfig(paths).catch(() => null),
      })),
    )
    return found.filter((one): one is Known => one.record !== null)
  }

  const training = (cell: Slot['cell'], request: TrainRequest): Slot & { want: NonNullable<Slot['want']> } => ({
    cell,
    want: { kind: trainJob.kind, config: trainConfig(request), make: () => forgetting.createTraining(request) },
  })
  const unlearning = async (cell: Slot['cell'], request: UnlearnRequest | null): Promise<Slot> => {
    if (!request) return { cell, want: null }
    const { config } = await forgetting.planUnlearning(request)
    return { cell, want: { kind: unlearnJob.kind, config, make: () => forgetting.createUnlearning(request) } }
  }

  const slotsOf = async (options: UnlearningStudyOptions, runs: readonly Known[]): Promise<Slot[]> => {
    const slots: Slot[] = []
    for (const seed of options.seeds)
      for (const task of options.tasks)
        for (const algorithm of options.algorithms) {
          const cell = (setting: string, value: string | number, isDefault = false) => ({
            ...{ task, algorithm, seed, setting, value, isDefault },
          })
          slots.push(...(await slotsOfAgent(options, runs, cell, { task, algorithm, seed })))
        }
    return slots
  }

  const slotsOfAgent = async (
    { study, preset, episodes, forget }: UnlearningStudyOptions,
    runs: readonly Known[],
    cell: (setting: string, value: string | number, isDefault?: boolean) => Slot['cell'],
    { task, algorithm, seed }: { task: TaskId; algorithm: string; seed: number },
  ): Promise<Slot[]> => {
    const data = idOf(setName(task, episodes))
    const clean: TrainRequest = { algorithm, data, seed, preset }
    const short = preset === 'tiny' || preset === 'paper' ? preset : 'desk'
    if (study === 'poison') {
      const share = poisonedShare(episodes, trainConfig(clean).share)
      const poisoned = training(cell('agent', 'poisoned'), { ...clean, data: poisonedId(data), set: { share } })
      const agent = doneRun(runs, poisoned.want)
      const forgets = `ids:${poisonedIds(episodes).join(',')}`
      const from = (method: string): UnlearnRequest | null =>
        agent === null ? null : { agent, forget: forgets, method, preset: short, seed }
      return [
        poisoned,
        await unlearning(cell('agent', 'unlearned'), from('trajdeleter')),
        await unlearning(cell('agent', 'fine-tuned'), from('finetune')),
        training(cell('agent', 'trained on the clean set'), clean),
      ]
    }
    const original = training(cell('agent', 'original'), clean)
    const agent = doneRun(runs, original.want)
    const changed = (set: Record<string, unknown>): UnlearnRequest | null =>
      agent === null ? null : { agent, forget, method: 'trajdeleter', preset: short, seed, set }
    const slots: Slot[] = [original, await unlearning(cell('defaults', '', true), changed({}))]
    for (const { setting, field, values } of ablations)
      for (const value of values) slots.push(await unlearning(cell(setting, value), changed({ [field]: value })))
    return slots
  }

  return {
    /** The cells as the project has them now; nothing is made. */
    async unlearningTable(options: UnlearningStudyOptions): Promise<UnlearningCell[]> {
      const runs = await knownRuns()
      return (await slotsOf(options, runs)).map(({ cell, want }) => ({
        ...cell,
        ...resultOf(want && sameRuns(runs, want)),
      }))
    },

    /** The next cell to make; null when all are done. */
    async nextOfStudy(options: UnlearningStudyOptions): Promise<StudyStep | null> {
      const runs = await knownRuns()
      for (const { cell, want } of await slotsOf(options, runs)) {
        if (!want || doneRun(runs, want) !== null) continue
        const words = `${cell.algorithm} on ${cell.task}, seed ${cell.seed}: ${cell.setting} ${cell.value}`.trim()
        return { words, run: sameRuns(runs, want).at(-1)?.record.id ?? null, make: want.make }
      }
      return null
    },

    /** The set of a task, and its poisoned form, where the project does not hold them. */
    async ensureUnlearningSets(
      { study, tasks, episodes }: UnlearningStudyOptions,
      signal?: AbortSignal,
    ): Promise<void> {
      for (const task of tasks) {
        await ensureStudySet(task, episodes, signal)
        const data = idOf(setName(task, episodes))
        const id = poisonedId(data)
        if (study !== 'poison' || (await isTrajectorySet(project, id))) continue
        await poisonSet(project, { data, id, name: `${setName(task, episodes)}, poisoned`, signal })
      }
    },
  }
}

export const poison = { rate: poisonRate, factor: poisonFactor } as const
const poisonedId = (data: string): string => `${data}-poisoned`

const sameRuns = (runs: readonly Known[], want: NonNullable<Slot['want']>): Known[] =>
  runs.filter(({ record, config }) => record.kind === want.kind && isDeepStrictEqual(config, want.config))

const doneRun = (runs: readonly Known[], want: NonNullable<Slot['want']>): string | null =>
  sameRuns(runs, want).find(({ record }) => record.state === 'succeeded' && !record.retired)?.record.id ?? null

function resultOf(same: readonly Known[] | null) {
  const done = same?.find(({ record }) => record.state === 'succeeded')
  const found = done ?? same?.at(-1)
  const outcome = (done?.record.outcome ?? {}) as Figures
  const evaluation = outcome.after ? outcome.after.evaluation : outcome.evaluation
  const steps = (found?.config as Pick<UnlearnConfig, 'steps'> | undefined)?.steps
  return {
    updates: steps ?? null,
    run: found?.record.id ?? null,
    state: done ? ('done' as const) : found ? ('begun' as const) : ('missing' as const),
    return: evaluation?.mean ?? null,
    normalisedScore: evaluation?.normalisedScore ?? null,
    values: outcome.after?.values ?? null,
    before: outcome.before ? { return: outcome.before.evaluation?.mean ?? null, values: outcome.before.values } : null,
  }
}
