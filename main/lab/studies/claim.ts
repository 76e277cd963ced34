/** What the cells of the study of forgetting say together: means beside their targets, intervals over seeds, and sentences. */
import { criticChoices, ruleNames, type AuditShares, type RuleName } from '../../contract/audit.ts'
import { aboutTheSame } from '../../contract/shares.ts'
import { meanInterval, type MeanInterval } from '../../math/interval.ts'
import type { TaskId } from '../../trajectories/environments/task.ts'
import { controlWords } from '../../trajectories/audit/judgement.ts'
import type { TrainPreset } from '../../trajectories/train.ts'
import type { ForgettingCell } from './forgetting.ts'

/** Shares; `time` of the unlearning and `audit` of 200 trajectories are shares of the time of the training. */
export const targets = {
  ...{ forgotten: 0.948, remaining: 0.9, loss: 0.1 },
  ...{ time: { paper: 0.015, desk: 0.15 }, audit: 0.1 },
} as const

/** Null for a training of no length worth comparing. */
export const timeTarget = (preset: TrainPreset): number | null =>
  preset === 'tiny' ? null : preset === 'paper' ? targets.time.paper : targets.time.desk

type Critic = (typeof criticChoices)[number]
type Group = Exclude<keyof AuditShares, 'undecided'>

/** One way of judging. Means are over pairs of task and algorithm, each the mean of its seeds; what decided nothing is left out. */
export interface Claim {
  readonly critic: Critic
  readonly rule: RuleName
  readonly forgotten: number | null
  readonly remaining: number | null
  readonly control: number | null
  /** Of the agents trained anew, on the forget set. */
  readonly retrained: number | null
  readonly reached: { readonly forgotten: boolean | null; readonly remaining: boolean | null }
  /** About as many of the control are judged forgotten as of the forget set. */
  readonly controlForgetsAsMuch: boolean | null
}

/** Null for fewer than two seeds. */
export interface Spread {
  readonly task: TaskId
  readonly algorithm: string
  readonly seeds: number
  readonly shares: readonly ({ readonly critic: Critic; readonly rule: RuleName } & Readonly<
    Record<Group, MeanInterval | null>
  >)[]
  readonly loss: MeanInterval | null
}

export interface Aggregate {
  readonly cells: { readonly done: number; readonly of: number }
  readonly claims: readonly Claim[]
  readonly loss: { readonly mean: number; readonly worst: number; readonly reached: boolean } | null
  /** Means of shares of the original's training. */
  readonly time: {
    readonly unlearning: number | null
    readonly updates: number | null
    readonly shadows: number | null
    /** As it would be for 200 trajectories, once the shadows are there. */
    readonly audit: number | null
    readonly reached: { readonly unlearning: boolean | null; readonly audit: boolean | null }
  }
  readonly spreads: readonly Spread[]
  readonly words: readonly string[]
}

type Figure = (cell: ForgettingCell) => number | null | undefined

const known = (values: readonly (number | null | undefined)[]): number[] =>
  values.filter((value): value is number => typeof value === 'number')

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length

function pairsOf(cells: readonly ForgettingCell[]): ForgettingCell[][] {
  const pairs = new Map<string, ForgettingCell[]>()
  for (const cell of cells) {
    const name = `${cell.task} ${cell.algorithm}`
    pairs.set(name, [...(pairs.get(name) ?? []), cell])
  }
  return [...pairs.values()]
}

const meanOver = (pairs: readonly (readonly ForgettingCell[])[], figure: Figure): number | null =>
  meanOf(known(pairs.map((pair) => meanOf(known(pair.map(figure))))))

const shareIn =
  (critic: Critic, rule: RuleName, group: Group): Figure =>
  ({ audits }) =>
    audits[critic]?.shares[rule][group]?.share

const ways = criticChoices.flatMap((critic) => ruleNames.map((rule) => ({ critic, rule })))
const atLeast = (value: number | null, target: number): boolean | null => (value === null ? null : value >= target)

function claimOf(pairs: readonly (readonly ForgettingCell[])[], critic: Critic, rule: RuleName): Claim {
  const mean = (group: Group) => meanOver(pairs, shareIn(critic, rule, group))
  const [forgotten, remaining, control] = [mean('forgotten'), mean('remaining'), mean('control')]
  return {
    ...{ critic, rule, forgotten, remaining, control },
    retrained: meanOver(pairs, ({ audits }) => audits[critic]?.retrained?.[rule].forgotten?.share),
    reached: {
      forgotten: atLeast(forgotten, targets.forgotten),
      remaining: atLeast(remaining, targets.remaining),
    },
    controlForgetsAsMuch: forgotten === null || control === null ? null : forgotten - control < aboutTheSame,
  }
}

function spreadOf(pair: readonly ForgettingCell[]): Spread {
  const { task, algorithm } = pair[0]!
  const over = (figure: Figure) => meanInterval(known(pair.map(figure)))
  return {
    ...{ task, algorithm, seeds: pair.filter(({ state }) => state === 'done').length },
    shares: ways.map(({ critic, rule }) => ({
      ...{ critic, rule },
      forgotten: over(shareIn(critic, rule, 'forgotten')),
      remaining: over(shareIn(critic, rule, 'remaining')),
      control: over(shareIn(critic, rule, 'control')),
    })),
    loss: over(({ returns }) => returns?.loss),
  }
}

function timesOf(pairs: readonly (readonly ForgettingCell[])[], preset: TrainPreset): Aggregate['time'] {
  const unlearning = meanOver(pairs, (cell) => cell.unlearning?.shareOfTime)
  const audit = meanOver(pairs, ({ audits: { released } }) =>
    released?.shareOfTime == null ? null : (200 * released.shareOfTime) / released.trajectories,
  )
  const most = timeTarget(preset)
  return {
    ...{ unlearning, audit },
    updates: meanOver(pairs, (cell) => cell.unlearning?.shareOfUpdates),
    shadows: meanOver(pairs, ({ shadows }) => shadows?.shareOfTime),
    reached: {
      unlearning: unlearning === null || most === null ? null : unlearning <= most,
      audit: audit === null || most === null ? null : audit < targets.audit,
    },
  }
}

/** Of all cells that were asked for. */
export function aggregate(cells: readonly ForgettingCell[], preset: TrainPreset): Aggregate {
  const pairs = pairsOf(cells)
  const losses = known(cells.map(({ returns }) => returns?.loss))
  const loss = meanOver(pairs, ({ returns }) => returns?.loss)
  const sums = {
    cells: { done: cells.filter(({ state }) => state === 'done').length, of: cells.length },
    claims: ways.map(({ critic, rule }) => claimOf(pairs, critic, rule)),
    loss: loss === null ? null : { mean: loss, worst: Math.max(...losses), reached: loss < targets.loss },
    time: timesOf(pairs, preset),
    spreads: pairs.map(spreadOf),
  }
  return { ...sums, words: wordsOf(sums) }
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const verdict = (reached: boolean | null): string => (reached ? 'reached' : 'not reached')
const lossWords = (loss: number): string =>
  loss < 0 ? `returns rise by ${percent(-loss)}` : `returns fall by ${percent(loss)}`

const ruleWords = { released: 'released rule', textbook: 'textbook test' } as const
export const wayWords = ({ critic, rule }: Pick<Claim, 'critic' | 'rule'>): string =>
  `${ruleWords[rule]}, ${critic} choice of critic`

function wordsOf({ cells, claims, loss, spreads }: Omit<Aggregate, 'words'>): string[] {
  const published = claims[0]!
  if (published.forgotten === null && loss === null) return ['No cell is there yet; nothing can be said.']
  const words: string[] = []
  if (cells.done < cells.of)
    words.push(`${cells.done} of ${cells.of} cells are done; means are over what is there, and may still move.`)
  const { forgotten, remaining, reached } = published
  if (forgotten !== null)
    words.push(
      `As published (${wayWords(published)}) ${percent(forgotten)} of the forget set are judged forgotten (at least ${percent(targets.forgotten)}: ${verdict(reached.forgotten)})` +
        (remaining === null
          ? '.'
          : `, and ${percent(remaining)} of the remaining judged in (at least ${percent(targets.remaining)}: ${verdict(reached.remaining)}).`),
    )
  if (loss)
    words.push(
      `On the mean ${lossWords(loss.mean)} (less than ${percent(targets.loss)}: ${verdict(loss.reached)}); in the worst cell ${lossWords(loss.worst)}.`,
    )
  words.push(...controlSentences(claims))
  const anew = published.retrained
  if (anew !== null)
    words.push(
      `Of agents trained from scratch without the forget set, which cannot know it, the same audit judges ${percent(anew)} forgotten: more cannot be asked of forgetting.`,
    )
  const most = Math.max(...spreads.map(({ seeds }) => seeds))
  words.push(
    most < 2
      ? 'One seed: nothing tells how far another would be from this.'
      : `Intervals are Student’s t at 95 % over at most ${most} seeds: with so few they are wide, they take seeds to be normally distributed, and seeds that agree by chance make them too narrow.`,
  )
  return words
}

/** Whether the control lets the verdicts be put down to forgetting: by the published way of judging, then by the others where it does not. */
function controlSentences([published, ...others]: readonly Claim[]): string[] {
  const words: string[] = []
  const both = ({ forgotten, control }: Claim): string =>
    `${percent(control!)}, beside ${percent(forgotten!)} of the forget set`
  if (published && published.controlForgetsAsMuch !== null)
    words.push(
      `Of trajectories that no agent ever saw, the control, ${both(published)}, are judged forgotten. ` +
        (published.controlForgetsAsMuch
          ? controlWords
          : 'At most what is above the control can be put down to forgetting.'),
    )
  const alike = others.filter((claim) => claim.controlForgetsAsMuch)
  if (alike.length > 0)
    words.push(
      `The control is judged forgotten about as often as the forget set by ${alike.map((claim) => `the ${wayWords(claim)} (${both(claim)})`).join('; by ')}.`,
    )
  return words
}
