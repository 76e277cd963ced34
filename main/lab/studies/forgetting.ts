/**
 * Does an agent forget what it is asked to, keep the rest, and play as well as before? For each task, algorithm and seed a chain of runs:
 *
 *   original      trained on all, the same run as in the table of returns
 *   unlearned     made to forget
 *   retrained     trained from scratch without the forget set, where that is asked for
 *   released      the audit with the published choice of critic
 *   consistent    the audit with the original's critic for all
 */
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { criticChoices, type Audit } from '../../contract/audit.ts'
import { LetheError } from '../../contract/errors.ts'
import { parseWith, readJson } from '../../files/atomic.ts'
import { runPaths } from '../../runs/folder.ts'
import { auditJob, requireValues, type AuditConfig } from '../../trajectories/audit/audit.ts'
import { sharesOfRetrained, wayToRetrained } from '../../trajectories/audit/judgement.ts'
import { timingFile, type TrainConfig } from '../../trajectories/train.ts'
import { unlearnSettings } from '../../trajectories/unlearning/request.ts'
import { unlearnConfigSchema, unlearnMethods, type UnlearnConfig } from '../../trajectories/unlearning/unlearn.ts'
import type { auditPart } from '../audit.ts'
import type { LabContext } from '../context.ts'
import { aggregate, type Aggregate } from './claim.ts'
import type { returnsStudyPart } from './returns.ts'
import {
  doneRun,
  fill,
  knownRuns,
  nextStep,
  placesOf,
  placeWords,
  requireForgettable,
  setOf,
  shortPreset,
  wantPlanned,
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

export interface ForgettingStudyOptions extends StudyOptions {
  readonly forget: string
  readonly method: string
  /** Settings of the unlearning. */
  readonly set: Readonly<Record<string, unknown>>
  /** Which trajectories are audited. */
  readonly audited: string
  /** Whether agents are trained anew, too, as the reference of the audits. */
  readonly retrained: boolean
}

const linkNames = ['original', 'unlearned', 'retrained', ...criticChoices] as const
export type LinkName = (typeof linkNames)[number]

/** Updates, and seconds of computing them: of a run that was stopped and resumed all together. */
export interface Work {
  readonly updates: number
  readonly seconds: number | null
}

/** Shares are of the original's training. */
export interface Effort extends Work {
  readonly shareOfUpdates: number
  readonly shareOfTime: number | null
}

export interface AuditFigures {
  readonly trajectories: number
  readonly seconds: number | null
  readonly shareOfTime: number | null
  readonly shares: Audit['shares']
  readonly auditor: Audit['auditor']
  /** The same of the agent trained anew: no forgetting can show more. */
  readonly retrained: Audit['shares'] | null
  /** Of the way to it, by values along the forget set. */
  readonly wayToRetrained: number | null
}

export interface ForgettingCell extends Place {
  /** Done when all is there that was asked for. */
  readonly state: FillState
  readonly runs: Readonly<Record<LinkName, { readonly run: string | null; readonly state: FillState }>>
  readonly training: Work | null
  readonly unlearning: Effort | null
  readonly retraining: Effort | null
  /** Mean return before and after; `loss` is the share of its size that was lost, below 0 where there is more. */
  readonly returns: { readonly before: number; readonly after: number; readonly loss: number | null } | null
  readonly shadows: (Effort & { readonly count: number }) | null
  readonly audits: Readonly<Record<(typeof criticChoices)[number], AuditFigures | null>>
}

type Chain = Readonly<Record<LinkName, Wanted | null>>

const times = z.record(z.string(), z.number())

/** An audit that was also held against an agent trained anew holds all that one without it does. */
const sameButReference = (config: unknown, wanted: unknown): boolean =>
  isDeepStrictEqual({ ...(config as AuditConfig), retrained: null }, { ...(wanted as AuditConfig), retrained: null })

export function forgettingStudyPart(
  { project }: LabContext,
  lab: Making & Pick<ReturnType<typeof auditPart>, 'planAudit' | 'createAudit' | 'readAudit'>,
  { ensureStudySet }: Pick<ReturnType<typeof returnsStudyPart>, 'ensureStudySet'>,
) {
  const chainOf = async (options: ForgettingStudyOptions, runs: readonly Known[], place: Place): Promise<Chain> => {
    const { task, algorithm, seed } = place
    const { preset, forget, method, set, audited: episodes } = options
    const short = shortPreset(preset)
    const original = wantTraining(lab, { algorithm, data: setOf(task, options), seed, preset }, task)
    const first = doneRun(runs, original)
    const from = { agent: first ?? '', forget, preset: short, seed }
    const unlearned = first === null ? null : await wantUnlearning(lab, { ...from, method, set })
    const retrained = first === null ? null : await wantUnlearning(lab, { ...from, method: 'retrain' })
    const agent = unlearned && doneRun(runs, unlearned)
    const anew = options.retrained ? doneRun(runs, retrained) : null
    const ready = agent !== null && (anew !== null || !options.retrained)
    const audit = async (critic: (typeof criticChoices)[number]): Promise<Wanted | null> => {
      if (!ready) return null
      const draft = { agent, original: first, retrained: anew, episodes, preset: short, seed, set: { critic } }
      return wantPlanned(
        auditJob.kind,
        () => lab.planAudit(draft),
        () => lab.createAudit(draft),
      )
    }
    const [released, consistent] = [await audit('released'), await audit('consistent')]
    return { original, unlearned, retrained, released, consistent }
  }

  const filledOf = (
    options: ForgettingStudyOptions,
    runs: readonly Known[],
    chain: Chain,
  ): Readonly<Record<LinkName, Filled>> => {
    const audit = (wanted: Wanted | null): Filled => {
      const exact = fill(runs, wanted)
      if (options.retrained || exact.state === 'done') return exact
      const other = fill(runs, wanted, sameButReference)
      return other.state === 'done' ? other : exact
    }
    const { original, unlearned, retrained, released, consistent } = chain
    return {
      ...{ original: fill(runs, original), unlearned: fill(runs, unlearned), retrained: fill(runs, retrained) },
      ...{ released: audit(released), consistent: audit(consistent) },
    }
  }

  const timesOf = (run: string): Promise<Readonly<Record<string, number>>> =>
    readJson(`${runPaths(project, run).artifacts}/${timingFile}`, times).catch(() => ({}))

  const workOf = async ({ known, state }: Filled): Promise<Work | null> => {
    if (!known || state !== 'done') return null
    const { steps: updates } = known.config as TrainConfig | UnlearnConfig
    const { seconds = null } = await timesOf(known.record.id)
    return { updates, seconds }
  }

  const auditFigures = async ({ known, state }: Filled, training: Work | null): Promise<AuditFigures | null> => {
    if (!known || state !== 'done') return null
    const { id, outcome } = known.record
    const { shares, auditor, verdicts } = outcome as unknown as Pick<Audit, 'shares' | 'auditor'> & { verdicts: [] }
    const { seconds = null } = await timesOf(id)
    let retrained: Audit['shares'] | null = null
    let way: number | null = null
    if ((known.config as AuditConfig).retrained !== null) {
      const { trajectories, rules, apart } = await lab.readAudit(id)
      ;[retrained, way] = [sharesOfRetrained(trajectories, rules), wayToRetrained(apart)]
    }
    const shareOfTime = ratio(seconds, training?.seconds)
    return { trajectories: verdicts.length, seconds, shareOfTime, shares, auditor, retrained, wayToRetrained: way }
  }

  /** The audit that made the shadows tells their time; others took them from the cache. */
  const shadowsOf = async (
    runs: readonly Known[],
    { known, state }: Filled,
  ): Promise<(Work & { readonly count: number }) | null> => {
    if (!known || state !== 'done') return null
    const { original, shadows: count, shadowSteps, seed } = known.config as AuditConfig
    const makers = runs.filter(({ record, config }) => {
      const one = config as AuditConfig
      return (
        record.kind === auditJob.kind &&
        isDeepStrictEqual([one.original, one.shadowSteps, one.seed], [original, shadowSteps, seed])
      )
    })
    for (const { record } of makers) {
      const { shadowSeconds = 0, shadowsMade: made = 0 } = await timesOf(record.id)
      if (made > 0) return { count, updates: count * shadowSteps, seconds: (shadowSeconds / made) * count }
    }
    return { count, updates: count * shadowSteps, seconds: null }
  }

  const cellOf = async (
    options: ForgettingStudyOptions,
    runs: readonly Known[],
    place: Place,
  ): Promise<ForgettingCell> => {
    const filled = filledOf(options, runs, await chainOf(options, runs, place))
    const states = askedLinks(options).map((name) => filled[name].state)
    const training = await workOf(filled.original)
    const shadows = await shadowsOf(runs, filled.released)
    const link = (name: LinkName) => ({ run: filled[name].known?.record.id ?? null, state: filled[name].state })
    return {
      ...place,
      state: states.every((one) => one === states[0]) ? states[0]! : 'begun',
      runs: Object.fromEntries(linkNames.map((name) => [name, link(name)])) as ForgettingCell['runs'],
      training,
      unlearning: besideTraining(await workOf(filled.unlearned), training),
      retraining: besideTraining(await workOf(filled.retrained), training),
      returns: returnsOf(filled.unlearned),
      shadows: besideTraining(shadows, training),
      audits: {
        released: await auditFigures(filled.released, training),
        consistent: await auditFigures(filled.consistent, training),
      },
    }
  }

  return {
    /** The cells as the project has them now; nothing is made. */
    async forgettingTable(
      options: ForgettingStudyOptions,
    ): Promise<{ cells: readonly ForgettingCell[]; aggregate: Aggregate }> {
      requireAnswerable(options)
      const runs = await knownRuns(project)
      const cells: ForgettingCell[] = []
      for (const place of placesOf(options)) cells.push(await cellOf(options, runs, place))
      return { cells, aggregate: aggregate(cells, options.preset) }
    },

    /** The next run to make, one cell whole before the next; null when all are done. */
    async nextOfForgetting(
      options: ForgettingStudyOptions,
      passedOver: PassedOver = new Set(),
    ): Promise<StudyStep | null> {
      const runs = await knownRuns(project)
      for (const place of placesOf(options)) {
        const chain = await chainOf(options, runs, place)
        const filled = filledOf(options, runs, chain)
        const open = askedLinks(options).filter((name) => filled[name].state !== 'done')
        const step = nextStep(
          runs,
          open.map((name) => ({ words: `${placeWords(place)}: ${linkWords[name]}`, wanted: chain[name] })),
          passedOver,
        )
        if (step) return step
      }
      return null
    },

    /** The sets of the tasks, where the project does not hold them. Errors: `config-invalid` for what would be refused hours later. */
    async ensureForgettingSets(options: ForgettingStudyOptions, signal?: AbortSignal): Promise<void> {
      requireAnswerable(options)
      for (const task of options.tasks) {
        await ensureStudySet(task, options, signal)
        await requireForgettable(project, task, options)
      }
    },
  }
}

const linkWords: Readonly<Record<LinkName, string>> = {
  original: 'training',
  unlearned: 'unlearning',
  retrained: 'training from scratch without the forget set',
  released: 'audit, released choice of critic',
  consistent: 'audit, consistent choice of critic',
}

/** Errors: `config-invalid`, `method-missing`. */
function requireAnswerable({ algorithms, method, set }: ForgettingStudyOptions): void {
  for (const algorithm of algorithms) requireValues(algorithm)
  if (!unlearnMethods.some((one) => one === method))
    throw new LetheError(
      'method-missing',
      `There is no way to unlearn called ${method}.`,
      `There are ${unlearnMethods.join(', ')}.`,
    )
  parseWith(unlearnConfigSchema.partial(), unlearnSettings(set), 'unlearning', 'config-invalid')
}

const askedLinks = ({ retrained }: ForgettingStudyOptions): LinkName[] =>
  linkNames.filter((name) => name !== 'retrained' || retrained)

const ratio = (part: number | null, whole: number | null | undefined): number | null =>
  part === null || !whole ? null : part / whole

const besideTraining = <One extends Work>(work: One | null, training: Work | null): (One & Effort) | null =>
  work &&
  training && {
    ...work,
    shareOfUpdates: work.updates / training.updates,
    shareOfTime: ratio(work.seconds, training.seconds),
  }

interface UnlearnOutcome {
  readonly before?: { readonly evaluation: { readonly mean: number } | null }
  readonly after?: { readonly evaluation: { readonly mean: number } | null }
}

function returnsOf({ known, state }: Filled): ForgettingCell['returns'] {
  const outcome = (state === 'done' ? known?.record.outcome : null) as UnlearnOutcome | null
  const [before, after] = [outcome?.before?.evaluation?.mean, outcome?.after?.evaluation?.mean]
  if (before === undefined || after === undefined) return null
  return { before, after, loss: before === 0 ? null : (before - after) / Math.abs(before) }
}
