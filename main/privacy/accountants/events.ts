import { LetheError } from '../../contract/errors.ts'
import type { PrivacyEvent, Relation } from '../../contract/privacy.ts'

/** Poisson-subsampled Gaussian mechanism, 0 < rate < 1, `steps` times with fresh samples. */
export interface SampledGaussian {
  readonly noiseMultiplier: number
  readonly rate: number
  readonly steps: number
}

/** A composition, sorted by what the accountants can do with its parts. Order does not matter to any of them. */
export interface Composition {
  /** Σ steps / noiseMultiplier² of the full-batch Gaussians: together they are one Gaussian with this μ². */
  readonly gaussian: number
  readonly sampled: readonly SampledGaussian[]
  readonly pure: readonly { readonly epsilon: number; readonly count: number }[]
}

/**
 * Checks and sorts a composition; events that touch nothing (rate, steps, count or epsilon 0) are left out, equal ones merged.
 *
 * All events are meant under one relation. Under replace-one a full-batch Gaussian is the same function of the noise
 * multiplier (the sensitivity is larger, which is the caller's) and so is a pure mechanism; the subsampled Gaussian is
 * another pair of distributions that is not covered: refused as `privacy-invalid`, not guessed.
 */
export function compose(events: readonly PrivacyEvent[], relation: Relation = 'add-remove'): Composition {
  let gaussian = 0
  const sampled = new Map<string, SampledGaussian>()
  const pure = new Map<number, number>()
  events.forEach((event, index) => {
    const field = (name: string, value: number, top: number, whole = false): void => {
      if (value >= 0 && value <= top && (!whole || Number.isInteger(value))) return
      const range = `${whole ? 'a whole number' : 'a number'} from 0${top === Infinity ? '' : ` to ${top}`}`
      throw invalid(`Event ${index} of the composition: ${name} must be ${range}, found ${value}.`)
    }
    if (event.kind === 'pure') {
      field('epsilon', event.epsilon, Infinity)
      field('count', event.count, Number.MAX_SAFE_INTEGER, true)
      if (event.epsilon > 0 && event.count > 0) pure.set(event.epsilon, (pure.get(event.epsilon) ?? 0) + event.count)
      return
    }
    const { noiseMultiplier, rate, steps } = event
    field('noiseMultiplier', noiseMultiplier, Infinity)
    field('rate', rate, 1)
    field('steps', steps, Number.MAX_SAFE_INTEGER, true)
    if (rate === 0 || steps === 0 || noiseMultiplier === Infinity) return
    if (rate === 1) {
      gaussian += steps / noiseMultiplier ** 2
      return
    }
    if (relation !== 'add-remove')
      throw invalid(
        `Event ${index} of the composition: Poisson sampling (rate ${rate}) is not accounted for under ${relation}.`,
        'Use the full batch (rate 1), or a data set whose neighbouring relation is add-remove.',
      )
    const key = `${noiseMultiplier} ${rate}`
    sampled.set(key, { noiseMultiplier, rate, steps: steps + (sampled.get(key)?.steps ?? 0) })
  })
  return { gaussian, sampled: [...sampled.values()], pure: [...pure].map(([epsilon, count]) => ({ epsilon, count })) }
}

/** Throws `privacy-invalid` unless 0 < delta < 1. */
export function requireDelta(delta: number): void {
  if (!(delta > 0 && delta < 1)) throw invalid(`delta must lie strictly between 0 and 1, found ${delta}.`)
}

/** Throws `privacy-invalid` unless epsilon is a finite positive number. */
export function requireTarget(epsilon: number): void {
  if (!(epsilon > 0 && epsilon < Infinity))
    throw invalid(`The target epsilon must be a positive number, found ${epsilon}.`)
}

function invalid(message: string, hint = 'Correct the value; privacy is never computed from a guess.'): LetheError {
  return new LetheError('privacy-invalid', message, hint)
}
