/**
 * The exact privacy of full-batch Gaussian releases: the analytic Gaussian mechanism.
 *
 * Balle and Wang, "Improving the Gaussian mechanism for differential privacy: analytical calibration and optimal
 * denoising", ICML 2018, theorem 8; composition by μ² = Σ steps / σ² (Dong, Roth and Su, "Gaussian differential privacy",
 * 2022, corollary 3.3). With μ = sensitivity / σ,
 *
 *   δ(ε) = Φ(μ/2 − ε/μ) − exp(ε) Φ(−μ/2 − ε/μ).
 *
 * With a = ε/μ − μ/2 and b = ε/μ + μ/2 the second term is density(a) · mills(b), which neither over- nor underflows.
 */
import type { PrivacyEvent } from '../../contract/privacy.ts'
import { decreasingRoot } from '../../math/root.ts'
import { millsRatio, normalCdf } from '../../math/special.ts'
import { compose, requireDelta, requireTarget } from './events.ts'

/** δ of a Gaussian release with the given μ = sensitivity / standard deviation, at any real epsilon. */
export function gaussianProfile(mu: number, epsilon: number): number {
  if (mu === 0) return Math.max(0, -Math.expm1(epsilon))
  if (mu === Infinity) return 1
  if (epsilon < 0) return -Math.expm1(epsilon) + Math.exp(epsilon) * gaussianProfile(mu, -epsilon)
  const a = epsilon / mu - mu / 2
  const b = epsilon / mu + mu / 2
  const density = Math.exp((-a * a) / 2) / Math.sqrt(2 * Math.PI)
  if (a < 0) return Math.max(0, normalCdf(-a) - density * millsRatio(b))
  if (mu > 1e-5) return density * Math.max(0, millsRatio(a) - millsRatio(b))
  const middle = epsilon / mu
  return density * mu * Math.max(0, 1 - middle * millsRatio(middle)) // mills' = x mills − 1; what is left out is of order μ²
}

/** δ of a composition at `epsilon`, exact. Null where an event is subsampled or pure: not a Gaussian any more. */
export function gaussianDelta(events: readonly PrivacyEvent[], epsilon: number): number | null {
  const { gaussian, sampled, pure } = compose(events)
  return sampled.length + pure.length > 0 ? null : gaussianProfile(Math.sqrt(gaussian), epsilon)
}

/** ε of a composition at `delta`, exact and ≥ 0, infinite without noise. Null where an event is subsampled or pure. */
export function gaussianEpsilon(events: readonly PrivacyEvent[], delta: number): number | null {
  requireDelta(delta)
  const { gaussian, sampled, pure } = compose(events)
  return sampled.length + pure.length > 0 ? null : epsilonOfMu(Math.sqrt(gaussian), delta)
}

/** ε of one Gaussian release with μ = sensitivity / standard deviation. */
export function epsilonOfMu(mu: number, delta: number): number {
  if (gaussianProfile(mu, 0) <= delta) return 0
  const high = (mu * mu) / 2 + mu * Math.sqrt(-2 * Math.log(delta)) // Φ(−a) ≤ exp(−a²/2) at a = √(2 ln 1/δ)
  if (!Number.isFinite(high)) return Infinity
  const excess = (epsilon: number): number => Math.log(gaussianProfile(mu, epsilon) / delta)
  return decreasingRoot(excess, 0, high, { tolerance: high * 1e-15 })
}

/**
 * The smallest noise multiplier of one release (of `steps` full-batch releases) that keeps (epsilon, delta), exact.
 * Scale by the L2 sensitivity to get the standard deviation.
 */
export function gaussianNoise(epsilon: number, delta: number, steps = 1): number {
  return Math.sqrt(steps) / gaussianMu(epsilon, delta)
}

/** The largest μ with δ(ε) ≤ delta; at least (epsilon, delta) of it may be spent by Gaussians with Σ 1/σ² = μ². */
export function gaussianMu(epsilon: number, delta: number): number {
  requireTarget(epsilon)
  requireDelta(delta)
  const excess = (logNoise: number): number => Math.log(gaussianProfile(Math.exp(-logNoise), epsilon) / delta)
  // Bracket: μ²/2 + μ√(2 ln 1/δ) ≤ ε keeps the target; doubling μ ends above it.
  const root = Math.sqrt(-2 * Math.log(delta))
  const safe = (2 * epsilon) / (root + Math.sqrt(root * root + 2 * epsilon))
  let unsafe = safe * 2
  while (gaussianProfile(unsafe, epsilon) <= delta) unsafe *= 2
  return Math.exp(-decreasingRoot(excess, -Math.log(unsafe), -Math.log(safe), { tolerance: 1e-15 }))
}
