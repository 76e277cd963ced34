/**
 * The smallest noise for a target: solves ε(σ) = target for the noise multiplier σ of a (sampled) Gaussian stage on top of what
 * was spent before. Fast enough to follow a slider; the answer is on the safe side: its ε is never above the target.
 */
import { LetheError } from '../contract/errors.ts'
import type { PrivacyEvent, Relation } from '../contract/privacy.ts'
import { decreasingRoot } from '../math/root.ts'
import { compose, requireDelta, requireTarget } from './accountants/events.ts'
import { gaussianEpsilon, gaussianMu } from './accountants/gaussian.ts'
import { pldEpsilon } from './accountants/pld.ts'
import { rdpCurve, rdpEpsilon, rdpToEpsilon } from './accountants/rdp.ts'

export type Accountant = 'rdp' | 'pld' | 'gaussian'

export interface NoiseRequest {
  readonly accountant: Accountant
  /** Target for the whole composition, > 0. */
  readonly epsilon: number
  readonly delta: number
  /** Poisson sampling rate of the stage to be calibrated; 1 is the full batch. */
  readonly rate: number
  readonly steps: number
  /** Stages already released, or planned before this one. */
  readonly earlier?: readonly PrivacyEvent[]
  readonly relation?: Relation
}

/** No noise reaches the target: `floor` is the ε that remains as σ → ∞. */
export class UnreachableTarget extends LetheError {
  readonly floor: number
  constructor(target: number, floor: number, earlier: boolean) {
    const hint = earlier
      ? 'Give more noise to the earlier stages, or choose a larger target.'
      : 'Use the PLD accountant, a larger target or a larger delta: the orders of RDP end at 63.'
    const cause = earlier ? 'The earlier stages alone cost' : 'This accountant cannot show less than'
    super('privacy-unreachable', `No noise reaches epsilon ${target}. ${cause} ${floor}.`, hint)
    this.floor = floor
  }
}

/**
 * The smallest noise multiplier, and the ε it gives: at most the target, and at least the target less 1e-3 (3e-5 of a small one)
 * unless no noise at all is needed (σ = 0). Errors: `privacy-unreachable` (UnreachableTarget, with the floor); `privacy-invalid`
 * for values out of range, or where the accountant `gaussian` does not apply (`analyticGaussianApplies`).
 */
export function calibrateNoise(request: NoiseRequest): { sigma: number; epsilon: number } {
  const { accountant, epsilon: target, delta, rate, steps, earlier = [], relation = 'add-remove' } = request
  requireTarget(target)
  requireDelta(delta)
  const events = (noiseMultiplier: number): PrivacyEvent[] => [
    ...earlier,
    { kind: 'gaussian', noiseMultiplier, rate, steps },
  ]
  compose(events(1), relation) // refuses what is out of range before anything is searched
  const spent = earlier.length > 0
  if (accountant === 'gaussian') return analyticNoise(request, events, spent)

  const rdp = accountant === 'rdp'
  const epsilonAt = (sigma: number, slack?: number): number =>
    rdp ? rdpEpsilon(events(sigma), delta, relation).epsilon : pldEpsilon(events(sigma), delta, relation, slack).epsilon
  const free = epsilonAt(0)
  if (free <= target) return { sigma: 0, epsilon: free }
  const floor = rdp
    ? rdpToEpsilon(rdpCurve(earlier, relation), delta).epsilon
    : pldEpsilon(earlier, delta, relation).epsilon
  if (floor >= target) throw new UnreachableTarget(target, floor, spent)

  // In logarithms ε(σ) is nearly a straight line. For PLD a search with rough values comes first.
  const known = new Map<number, number>()
  const excess = (logSigma: number): number => {
    const epsilon = known.get(logSigma) ?? epsilonAt(Math.exp(logSigma))
    known.set(logSigma, epsilon)
    return logRatio(epsilon, target)
  }
  const middle = Math.log(steps * rate) / 2
  const rough = rdp ? null : solve((x) => logRatio(epsilonAt(Math.exp(x), 1e-3), target), middle, 1, 1e-4)
  const closeness = rdp ? 1e-9 : Math.min(3e-5, 5e-4 / target)
  const found = rough === null ? solve(excess, middle, 1, closeness) : solve(excess, rough, 1.5e-3, closeness)
  if (found === null) throw new UnreachableTarget(target, floor, spent)
  return { sigma: Math.exp(found), epsilon: known.get(found)! }
}

/** ln(ε / target), not positive exactly when ε ≤ target. */
function logRatio(epsilon: number, target: number): number {
  const value = Math.log(epsilon / target)
  return epsilon <= target ? Math.min(value, 0) : Math.max(value, Number.MIN_VALUE)
}

/** Whether a composition is one of full-batch Gaussians only, so that the analytic Gaussian mechanism is exact. */
export function analyticGaussianApplies(rate: number, earlier: readonly PrivacyEvent[]): boolean {
  return rate === 1 && earlier.every((event) => event.kind === 'gaussian' && (event.rate === 1 || event.steps === 0))
}

function analyticNoise(
  { epsilon: target, delta, rate, steps, earlier = [] }: NoiseRequest,
  events: (sigma: number) => PrivacyEvent[],
  spent: boolean,
): { sigma: number; epsilon: number } {
  if (!analyticGaussianApplies(rate, earlier))
    throw new LetheError(
      'privacy-invalid',
      'The analytic Gaussian mechanism covers full-batch Gaussian stages only.',
      'Use the RDP or PLD accountant for sampled or pure stages.',
    )
  const { gaussian } = compose(earlier)
  const left = gaussianMu(target, delta) ** 2 - gaussian
  if (steps === 0 && left >= 0) return { sigma: 0, epsilon: gaussianEpsilon(earlier, delta)! }
  if (!(left > 0)) throw new UnreachableTarget(target, gaussianEpsilon(earlier, delta)!, spent)
  let sigma = Math.sqrt(steps / left)
  let epsilon = gaussianEpsilon(events(sigma), delta)!
  for (let nudge = 1e-15; epsilon > target; nudge *= 2) {
    sigma *= 1 + nudge // the last digits: never above the target
    epsilon = gaussianEpsilon(events(sigma), delta)!
  }
  return { sigma, epsilon }
}

/** Brackets the root of a decreasing function from `start` in growing steps; null if there is none within reach. */
function solve(f: (x: number) => number, start: number, stride: number, closeness: number): number | null {
  let here = f(start)
  let x = start
  for (let step = stride; Math.abs(x - start) < 100; step *= 1.6) {
    const next = here > 0 ? x + step : x - step
    const there = f(next)
    if (here > 0 && there <= 0)
      return decreasingRoot(f, x, next, { closeness, tolerance: 1e-8, evaluated: [here, there] })
    if (!(here > 0) && !(there <= 0))
      return decreasingRoot(f, next, x, { closeness, tolerance: 1e-8, evaluated: [there, here] })
    x = next
    here = there
  }
  return null
}
