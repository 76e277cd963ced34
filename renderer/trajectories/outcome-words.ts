/** The outcome of a training or an unlearning, read from a file: nothing of it is taken for granted. And what it says in plain words. */
import type { ReturnFigures } from '../../main/contract/calls/forgetting.ts'
import type { Estimate, EstimateChange } from '../../main/contract/estimate.ts'

export interface Values {
  readonly forgotten: number | null
  readonly remaining: number | null
  readonly unseen: number | null
}

export interface Measured {
  readonly evaluation: ReturnFigures | null
  readonly values: Values
  readonly estimate?: Estimate
}

export interface OutcomeFacts {
  readonly method?: string
  readonly updates?: number
  readonly shareOfTraining?: number
  readonly forgotten?: number
  readonly remaining?: number
  readonly episodes?: number
  readonly transitions?: number
  readonly evaluation?: ReturnFigures | null
  readonly estimate?: Estimate
  readonly estimateChange?: EstimateChange | null
  readonly simulated?: { readonly value: number; readonly low: number; readonly high: number }
  readonly before?: Measured
  readonly after?: Measured
}

export interface Verdict {
  readonly good: boolean
  readonly words: string
}

/** A return that falls by more than this share is worth a warning. */
const mostLoss = 0.1
/** By how much more of themselves values must fall where episodes were forgotten than where not. */
const clearFall = 0.1

/** Fewer episodes say nothing about a return. */
const fewest = 3

function returnWords(before: ReturnFigures, after: ReturnFigures): Verdict | null {
  if (before.returns.length < fewest || after.returns.length < fewest) return null
  const loss = (before.mean - after.mean) / (Math.abs(before.mean) || 1)
  const rounded = (100 * Math.abs(loss)).toFixed(0)
  const percent = rounded === '0' ? 'less than 1 %' : `${rounded} %`
  // Within the spread of the episodes of both, a difference is chance.
  const noise = Math.hypot(before.deviation, after.deviation) / Math.sqrt(Math.max(1, before.returns.length))
  if (Math.abs(before.mean - after.mean) <= noise)
    return {
      good: true,
      words: `It plays as before: a difference of ${percent} lies within the spread of the episodes.`,
    }
  if (loss <= 0) return { good: true, words: `It plays better than before, by ${percent}.` }
  return loss <= mostLoss
    ? { good: true, words: `It lost ${percent} of its return.` }
    : {
        good: false,
        words: `It lost ${percent} of its return: more than it should. Fewer updates, or a smaller λ, take less from it.`,
      }
}

function valueWords(before: Values, after: Values): Verdict | null {
  if (before.forgotten === null || after.forgotten === null || before.remaining === null || after.remaining === null)
    return null
  const fallOf = (from: number, to: number): number => (from - to) / (Math.abs(from) || 1)
  const fall = fallOf(before.forgotten, after.forgotten)
  const others = fallOf(before.remaining, after.remaining)
  const percent = (share: number): string => `${Math.round(100 * share)} %`
  if (fall <= 0)
    return {
      good: false,
      words:
        'Its values at the forgotten episodes did not fall: by this measure it has not forgotten them. More updates, or another method, may help.',
    }
  const both = `Its values fell by ${percent(fall)} at the forgotten episodes and ${others > 0 ? `by ${percent(others)}` : 'not at all'} at the remaining ones`
  return fall - others >= clearFall
    ? { good: true, words: `${both}, as it should be.` }
    : { good: false, words: `${both}: it values everything less, and that alone is not forgetting.` }
}

/** By estimate; what an agent lost may be less than what its fits can tell. */
function estimateChangeWords(before: Estimate, { value, low, high }: EstimateChange): Verdict {
  const share = Math.abs(value) / (Math.abs(before.value ?? 0) || 1)
  const percent = `${(100 * share).toFixed(0)} %`
  if (low <= 0 && high >= 0)
    return { good: true, words: `By estimate it does as before: a change of ${percent} lies within the interval.` }
  if (value > 0) return { good: true, words: `By estimate it does better than before, by ${percent}.` }
  return share <= mostLoss
    ? { good: true, words: `By estimate it lost ${percent} of its return.` }
    : { good: false, words: `By estimate it lost ${percent} of its return: more than it should.` }
}

/** What came of an unlearning, first what is wrong. An audit says more: these are means over all episodes of a kind. */
export function verdictsOf({ before, after, estimateChange }: OutcomeFacts): Verdict[] {
  if (!before || !after) return []
  const found = [
    valueWords(before.values, after.values),
    before.evaluation && after.evaluation && returnWords(before.evaluation, after.evaluation),
    before.estimate && estimateChange ? estimateChangeWords(before.estimate, estimateChange) : null,
  ].filter((one): one is Verdict => one !== null)
  return found.sort((a, b) => Number(a.good) - Number(b.good))
}
