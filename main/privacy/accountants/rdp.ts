/**
 * Rényi differential privacy accountant.
 *
 * Subsampled Gaussian: Mironov, Talwar and Zhang, "Rényi differential privacy of the sampled Gaussian mechanism", 2019:
 * RDP(α) = ln A(α) / (α − 1), A(α) = E (1 − q + q r(z))^α with z ~ N(0, σ²), r(z) = exp((2z − 1) / 2σ²), under add/remove.
 * Whole orders: their binomial sum. Fractional orders: not their alternating series but the integral itself, by the
 * trapezoid rule, whose error for such an integrand is exponentially small. Both give A − 1 as a sum of positive terms,
 * so that even a loss of 1e-30 per step keeps its digits.
 *
 * Orders: those of Opacus, so that published figures can be compared. Conversion to (ε, δ): Balle, Barthe, Gaboardi, Hsu
 * and Sato 2020, theorem 21 (equally Canonne, Kamath and Steinke 2020, proposition 12).
 *
 * Symbols: q sampling rate, σ noise multiplier, α order.
 */
import type { PrivacyEvent, Relation } from '../../contract/privacy.ts'
import { atOnce, type Pieces } from '../../files/turns.ts'
import { logAddExp, logBinomial, logExpm1, logSumExp } from '../../math/special.ts'
import { compose, requireDelta } from './events.ts'

/** 1.1, 1.2 … 10.9, then 12, 13 … 63. */
export const rdpOrders: readonly number[] = [
  ...Array.from({ length: 99 }, (_, index) => (index + 11) / 10),
  ...Array.from({ length: 52 }, (_, index) => index + 12),
]
const wholeOrders = rdpOrders.filter(Number.isInteger)
const fractionalOrders = rdpOrders.filter((order) => !Number.isInteger(order))
const largestFractional = Math.max(...fractionalOrders)
/** ln C(α, k) for k = 0 … α, by α. */
const binomials = new Map(
  wholeOrders.map((order) => [order, Array.from({ length: order + 1 }, (_, k) => logBinomial(order, k))]),
)

/** ε of a composition at `delta`, an upper bound, and the order that gives it. Infinite where noise is absent. */
export const rdpEpsilon = (
  events: readonly PrivacyEvent[],
  delta: number,
  relation: Relation = 'add-remove',
): { epsilon: number; order: number } => atOnce(rdpPieces(events, delta, relation))

/** The same with a pause after each event. */
export function* rdpPieces(
  events: readonly PrivacyEvent[],
  delta: number,
  relation: Relation = 'add-remove',
): Pieces<{ epsilon: number; order: number }> {
  requireDelta(delta)
  const curve = yield* curvePieces(events, relation)
  if (curve.every((value) => value === 0)) return { epsilon: 0, order: rdpOrders.at(-1)! }
  return rdpToEpsilon(curve, delta)
}

/** The (ε, δ) that a curve over `rdpOrders` implies. A curve of zeros gives what these orders can show at best, not 0. */
export function rdpToEpsilon(curve: readonly number[], delta: number): { epsilon: number; order: number } {
  let best = { epsilon: Infinity, order: rdpOrders[0]! }
  rdpOrders.forEach((order, index) => {
    const epsilon = curve[index]! - Math.log(delta * order) / (order - 1) + Math.log1p(-1 / order)
    if (epsilon < best.epsilon) best = { epsilon: Math.max(0, epsilon), order }
  })
  return best
}

/** RDP of a composition at each of `rdpOrders`. */
export const rdpCurve = (events: readonly PrivacyEvent[], relation: Relation = 'add-remove'): number[] =>
  atOnce(curvePieces(events, relation))

function* curvePieces(events: readonly PrivacyEvent[], relation: Relation): Pieces<number[]> {
  const { gaussian, sampled, pure } = compose(events, relation)
  const curve = rdpOrders.map((order) => (gaussian * order) / 2)
  const add = (steps: number, part: readonly number[]) =>
    part.forEach((value, index) => (curve[index]! += steps * value))
  for (const { noiseMultiplier, rate, steps } of sampled) {
    add(steps, sampledGaussianRdp(rate, noiseMultiplier))
    yield
  }
  for (const { epsilon, count } of pure) add(count, pureRdp(epsilon))
  return curve
}

/** RDP of one step of the Poisson-subsampled Gaussian at each of `rdpOrders`, 0 < q < 1. */
export function sampledGaussianRdp(q: number, sigma: number): number[] {
  if (sigma < 1e-100) return rdpOrders.map(() => Infinity)
  const fractional = fractionalLogMoments(q, sigma)
  let next = 0
  return rdpOrders.map((order) => {
    const logMoment = Number.isInteger(order) ? wholeLogMoment(q, sigma, order) : fractional[next++]!
    return logMoment / (order - 1)
  })
}

/** ln A(α) at a whole order: A − 1 = Σₖ₌₂ C(α, k) qᵏ (1 − q)^(α−k) (exp((k² − k) / 2σ²) − 1). */
function wholeLogMoment(q: number, sigma: number, order: number): number {
  const terms = new Float64Array(order - 1)
  const logQ = Math.log(q)
  const logRest = Math.log1p(-q)
  const binomial = binomials.get(order)!
  for (let k = 2; k <= order; k++)
    terms[k - 2] = binomial[k]! + k * logQ + (order - k) * logRest + logExpm1((k * k - k) / (2 * sigma * sigma))
  return logAddExp(0, logSumExp(terms))
}

/**
 * ln A(α) at the fractional orders: A − 1 = E f(z), f = exp(αL) − 1 − α (exp(L) − 1) ≥ 0, L = ln(1 − q + q r(z)), since
 * E exp(L) = 1. The integrand is analytic up to |Im z| = πσ² (there 1 − q + q r can vanish, at Re z = z₀), so the
 * step σ/2 suffices unless z₀ is reached with some probability at small σ; then the step follows the width of that strip.
 */
function fractionalLogMoments(q: number, sigma: number): number[] {
  const variance = sigma * sigma
  if (sigma < 0.02) {
    // The two Gaussians do not touch, to far below double precision: either none or all of A comes from the second.
    return fractionalOrders.map((order) =>
      Math.max(0, logAddExp(order * Math.log1p(-q), order * Math.log(q) + (order * (order - 1)) / (2 * variance))),
    )
  }
  const kink = variance * Math.log(1 / q - 1) + 0.5
  const strip = (2 * Math.PI * Math.PI * variance) / Math.max(1, 44 - (kink * kink) / (2 * variance))
  const step = Math.min(sigma / 2, strip)
  const start = -12 * sigma
  const count = Math.ceil((largestFractional + 24 * sigma) / step)
  const loss = new Float64Array(count)
  const exponent = new Float64Array(count) // of the density of z
  const base = new Float64Array(count) // density
  const tilted = new Float64Array(count) // density · exp(L)
  for (let i = 0; i < count; i++) {
    const z = start + i * step
    loss[i] = amplifiedLoss(q, (2 * z - 1) / (2 * variance))
    exponent[i] = (-z * z) / (2 * variance)
    base[i] = Math.exp(exponent[i]!)
    tilted[i] = Math.exp(loss[i]! + exponent[i]!)
  }
  const weight = step / (sigma * Math.sqrt(2 * Math.PI))
  return fractionalOrders.map((order) => {
    let shift = 0
    for (let i = 0; i < count; i++) shift = Math.max(shift, order * loss[i]! + exponent[i]!)
    const scale = Math.exp(-shift)
    let sum = 0
    for (let i = 0; i < count; i++) {
      const l = loss[i]!
      if (Math.abs(order * l) < 0.3) sum += scale * base[i]! * smallExcess(order, l)
      else sum += Math.exp(order * l + exponent[i]! - shift) - scale * (order * tilted[i]! - (order - 1) * base[i]!)
    }
    return shift === 0 ? Math.log1p(weight * sum) : shift + Math.log(weight * sum + scale)
  })
}

/** exp(αL) − 1 − α (exp(L) − 1) for |αL| < 0.3, by its power series: the closed form would cancel. */
function smallExcess(order: number, loss: number): number {
  let power = (order * loss * loss) / 2 // α Lⁿ / n!
  let ratio = order // α^(n−1)
  let sum = 0
  for (let n = 2; n < 16; n++) {
    sum += power * (ratio - 1)
    power *= loss / (n + 1)
    ratio *= order
  }
  return sum
}

/** ln(1 − q + q exp(x)): the privacy loss of a mechanism with loss x after subsampling. Accurate for any finite x. */
export function amplifiedLoss(q: number, x: number): number {
  return x < 700 ? Math.log1p(q * Math.expm1(x)) : x + Math.log(q)
}

/**
 * RDP of a mechanism with pure epsilon: that of randomised response, which dominates every such mechanism (Mironov 2017,
 * proposition 6): ln(p^α (1−p)^(1−α) + (1−p)^α p^(1−α)) / (α − 1) with p = 1 / (1 + exp(−ε)).
 */
export function pureRdp(epsilon: number): number[] {
  if (epsilon === Infinity) return rdpOrders.map(() => Infinity)
  const logYes = -Math.log1p(Math.exp(-epsilon))
  const logNo = logYes - epsilon
  return rdpOrders.map((order) => {
    const logMoment =
      order * epsilon < 0.3
        ? Math.log1p(Math.exp(logNo) * smallExcess(order, epsilon) + Math.exp(logYes) * smallExcess(order, -epsilon))
        : logAddExp(logYes + (order - 1) * epsilon, logNo - (order - 1) * epsilon)
    return Math.min(epsilon, logMoment / (order - 1))
  })
}
