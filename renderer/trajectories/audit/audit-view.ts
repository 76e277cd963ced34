/** What a threshold says of an audit, worked out in the page so that verdicts follow the hand: statistics are from the lab, thresholds too. */
import {
  auditGroups,
  type Audit,
  type AuditedTrajectory,
  type AuditGroup,
  type VerdictWord,
} from '../../../main/contract/audit.ts'
import type { ThresholdRow } from '../../../main/contract/calls/audit.ts'
import { besideControl, differenceOf, shareOf, type Share } from '../../../main/contract/shares.ts'

/** How one looks: the test, and where its threshold stands. */
export interface Look {
  readonly test: ThresholdRow['test']
  readonly sample: ThresholdRow['sample']
  readonly sides: 1 | 2
  readonly threshold: number
}

export interface Thresholds {
  readonly alphas: readonly number[]
  readonly rows: readonly ThresholdRow[]
}

export const groupWords: Readonly<Record<AuditGroup, string>> = {
  forgotten: 'Forget set',
  remaining: 'Remaining',
  'never-seen': 'Never seen',
}
/** An auditor's "in" alone says nothing to who has not read the paper. */
export const verdictWords: Readonly<Record<VerdictWord, string>> = {
  in: 'still looks learnt from',
  forgotten: 'looks forgotten',
  undecided: 'undecided',
}
export const groupColours: Readonly<Record<AuditGroup, string>> = {
  forgotten: 'var(--data-2)',
  remaining: 'var(--data-1)',
  'never-seen': 'var(--data-7)',
}

export function statisticOf({ statistics }: AuditedTrajectory, { test, sample }: Look): number | null {
  if (test === 'released') return statistics.released
  return sample === 'references' ? statistics['grubbs-references'] : statistics.grubbs
}

export function verdictOf(one: AuditedTrajectory, look: Look): VerdictWord {
  const statistic = statisticOf(one, look)
  if (statistic === null) return 'undecided'
  return (look.sides === 2 ? Math.abs(statistic) : statistic) > look.threshold ? 'forgotten' : 'in'
}

const rowOf = ({ rows }: Thresholds, { test, sample, sides }: Omit<Look, 'threshold'>): ThresholdRow =>
  rows.find((row) => row.test === test && row.sides === sides && (test === 'released' || row.sample === sample))!

/** Between the points of the grid on a logarithmic axis of α. */
export function thresholdAt(thresholds: Thresholds, look: Omit<Look, 'threshold'>, alpha: number): number {
  const { thresholds: heights } = rowOf(thresholds, look)
  const { alphas } = thresholds
  const after = alphas.findIndex((one) => one >= alpha * (1 - 1e-9))
  if (after === 0) return heights[0]!
  if (after < 0) return heights[heights.length - 1]!
  const [low, high] = [Math.log(alphas[after - 1]!), Math.log(alphas[after]!)]
  const share = (Math.log(alpha) - low) / (high - low)
  return heights[after - 1]! + share * (heights[after]! - heights[after - 1]!)
}

/** The α at which a threshold stands, or on which side of the grid it lies. Thresholds fall as α grows. */
export function alphaAt(thresholds: Thresholds, look: Look): number | 'below' | 'above' {
  const { thresholds: heights } = rowOf(thresholds, look)
  const { alphas } = thresholds
  const after = heights.findIndex((height) => height <= look.threshold + 1e-12)
  if (after < 0) return 'above'
  if (after === 0) return look.threshold > heights[0]! + 1e-9 ? 'below' : alphas[0]!
  const share = (heights[after - 1]! - look.threshold) / (heights[after - 1]! - heights[after]!)
  return Math.exp(Math.log(alphas[after - 1]!) + share * (Math.log(alphas[after]!) - Math.log(alphas[after - 1]!)))
}

const chanceFigure = (chance: number): string => `${(100 * chance).toFixed(chance < 0.1 ? 1 : 0)} %`

/** How often the rule flags what is like the references, in words. */
export function chanceWords(thresholds: Thresholds, look: Look): string {
  const { thresholds: heights, chances } = rowOf(thresholds, look)
  const [highest, last] = [heights[0]!, heights.length - 1]
  if (look.threshold > highest + 1e-9) return `< ${chanceFigure(chances[0]!)}`
  if (look.threshold < heights[last]! - 1e-9) return `> ${chanceFigure(chances[last]!)}`
  const after = heights.findIndex((height) => height <= look.threshold + 1e-9)
  const before = Math.max(0, after - 1)
  const span = heights[before]! - heights[after]!
  const share = span > 0 ? (heights[before]! - look.threshold) / span : 1
  const chance = chances[before]! + share * (chances[after]! - chances[before]!)
  return chance < 1e-3 ? '< 0.1 %' : chanceFigure(chance)
}

/** As it is written, to two digits. */
export function alphaWords(thresholds: Thresholds, look: Look): string {
  const short = (alpha: number) => String(Number(alpha.toPrecision(2)))
  const alpha = alphaAt(thresholds, look)
  const { alphas } = thresholds
  if (alpha === 'below') return `below ${short(alphas[0]!)}`
  return alpha === 'above' ? `above ${short(alphas[alphas.length - 1]!)}` : short(alpha)
}

export interface LiveShare extends Share {
  readonly group: AuditGroup
  /** The verdict that is counted. */
  readonly wanted: 'in' | 'forgotten'
  readonly count: number
  readonly of: number
  readonly undecided: number
}

/** One for each group that has any. */
export function sharesAt({ trajectories }: Pick<Audit, 'trajectories'>, look: Look): LiveShare[] {
  return auditGroups.flatMap((group) => {
    const own = trajectories.filter((one) => one.group === group)
    if (own.length === 0) return []
    const wanted = group === 'remaining' ? 'in' : 'forgotten'
    const verdicts = own.map((one) => verdictOf(one, look))
    const undecided = verdicts.filter((verdict) => verdict === 'undecided').length
    const count = verdicts.filter((verdict) => verdict === wanted).length
    const of = own.length - undecided
    return [{ group, wanted, count, of, undecided, ...(of > 0 ? shareOf(count, of) : { share: 0, low: 0, high: 1 }) }]
  })
}

/** What the two shares together mean, in a sentence; null without both groups. */
export function meaningOf(shares: readonly LiveShare[]): string | null {
  const of = (group: AuditGroup) => shares.find((one) => one.group === group && one.of > 0)
  const [target, control] = [of('forgotten'), of('never-seen')]
  if (!target)
    return 'There is no forget set: this agent learnt from all that its original did. What is judged forgotten here is a false alarm.'
  if (!control) return 'Without never-seen trajectories nobody can say how many would look forgotten anyway.'
  if (target.share < 0.5) return 'Most of the forget set still looks learnt from.'
  const beside = besideControl(target, control)
  if (beside === 'alike')
    return 'About as many never-seen trajectories look forgotten as of the forget set: this shows that the agent changed, not that it forgot these in particular.'
  const points = (100 * differenceOf(target, control).difference).toFixed(0)
  return beside === 'unsure'
    ? `The forget set is ahead of never-seen trajectories by ${points} points, which may be chance: more trajectories are needed to tell.`
    : `The forget set is ahead of never-seen trajectories by ${points} points: at most that can be put down to forgetting.`
}
