/**
 * Is the distance of a trajectory out of line with those of the references? The released rule of TrajAuditor and the textbook test it
 * is named after (Grubbs, "Sample criteria for testing outlying observations", 1950) differ: the released threshold lacks a square
 * root's denominator and the factor n − 1, and flags far more easily.
 */
import type { OutlierRule, VerdictWord } from '../../contract/audit.ts'
import { studentQuantile, studentTail } from '../../math/special.ts'

export const releasedRule: OutlierRule = { test: 'released', sides: 2, alpha: 1e-4, sample: 'references' }
export const textbookRule: OutlierRule = { test: 'grubbs', sides: 1, alpha: 1e-4, sample: 'with tested' }

/**
 * What the statistic must exceed.
 * @param count distances in the sample, at least 3
 */
export function threshold({ test, sides, alpha }: Omit<OutlierRule, 'sample'>, count: number): number {
  const t = studentQuantile(alpha / (sides * count), count - 2)
  if (test === 'released') return t * Math.sqrt((count - 1) / (count * (count - 2)))
  return ((count - 1) / Math.sqrt(count)) * Math.sqrt((t * t) / (count - 2 + t * t))
}

/**
 * How often a rule flags a distance that was drawn like the references, were all of them independent and normal. The published level is
 * far from it: 20 references at α = 0.0001 give 18 % by the released rule.
 * @param references at least 3
 */
export function chanceOf(rule: OutlierRule, references: number): number {
  const { test, sides, alpha, sample } = rule
  if (test === 'grubbs' && sample === 'with tested') return alpha / (references + 1)
  // Of a further draw, in the references' own deviations: Student's t, wider by that of their mean.
  const wider = Math.sqrt((references + 1) / (test === 'released' ? references - 1 : references))
  return sides * studentTail(threshold(rule, references) / wider, references - 1)
}

export interface Verdict {
  /** Standard deviations from the mean; below 0 where the trajectory is closer than the references are. */
  readonly statistic: number
  readonly threshold: number
  /** `in`: as if learnt from. `undecided`: there is nothing to compare, as where a critic was never trained. */
  readonly verdict: VerdictWord
}

/** @param references distances of the references from their mean sequence, at least 3 */
export function judge(references: ArrayLike<number>, tested: number, rule: OutlierRule): Verdict {
  const inside = rule.test === 'grubbs' && rule.sample === 'with tested'
  const sample = inside ? [...Array.from(references), tested] : Array.from(references)
  const mean = sample.reduce((sum, value) => sum + value, 0) / sample.length
  const squares = sample.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const spread = Math.sqrt(squares / (rule.test === 'released' ? sample.length : sample.length - 1))
  const statistic = (tested - mean) / spread
  const limit = threshold(rule, sample.length)
  if (!Number.isFinite(statistic)) return { statistic: NaN, threshold: limit, verdict: 'undecided' }
  const outside = (rule.sides === 2 ? Math.abs(statistic) : statistic) > limit
  return { statistic, threshold: limit, verdict: outside ? 'forgotten' : 'in' }
}
