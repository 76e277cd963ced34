/**
 * Privacy loss distribution accountant: an upper bound on ε of a composition, tight to about 1e-5 of its size.
 *
 * Every step of the argument can only make the bound larger, so the result is never below the true ε:
 *
 * 1. Dominating pairs (Zhu, Dong and Wang, "Optimal accounting of differential privacy via characteristic function",
 *    AISTATS 2022): under add/remove a sampled Gaussian step is dominated by P = (1 − q) N(0, σ²) + q N(1, σ²) against
 *    Q = N(0, σ²) for removal and by the swapped pair for addition; a pure mechanism by randomised response. Compositions of
 *    dominating pairs dominate; the larger ε of the two directions counts.
 * 2. "Connect the dots" (Doroshenko, Ghazi, Kamath, Kumar and Manurangsi, PETS 2022): the pair N(1, σ²), N(0, σ²) is replaced
 *    by the discrete one whose hockey-stick curve joins points of the true, convex curve at chosen likelihood ratios r: it lies
 *    above. The mass beyond the last r sits at r = ∞, that before the first at r = 0. Sampling with rate q moves the ratio r
 *    to 1 − q + qr, an affine map, so what dominates before sampling dominates after it.
 * 3. Smoothing: one more Gaussian release, with a tiny μ² = η², joins the composition; that cannot lower ε.
 * 4. Fourier inversion. With M(z) = E exp(zL) of the composed finite loss L, and any fixed t > 0,
 *       δ(ε) = 1/2π ∫ M(t + iu) exp(−(t + iu) ε) / ((t + iu)(t + 1 + iu)) du.
 *    The trapezoid rule with step 2π/p gives exactly Σₘ δ(ε + mp) exp(tmp) over all whole m (Poisson summation): the wanted
 *    term m = 0 and others that are positive. A power of a sum of exponentials, at a few hundred u, replaces convolutions.
 * 5. What the finite sum leaves out is added to δ: beyond its end |M(t + iu)| ≤ M(t) exp(−η²u²/2); between its points, where a
 *    step's |φ(u)| = |E exp((t + iu)L)| / E exp(tL) is so small that its power vanishes, a stretch is skipped whose width
 *    follows from |φ′| ≤ the tilted standard deviation of L. The mass at infinity (union bound) and an allowance for rounding
 *    (4e-16 per frequency passed and per step, times how far that step's loss has turned) are added to δ, too.
 *
 * t starts as the order (less one) at which the Rényi bound is smallest and moves to the saddle point of the integrand: there δ is
 * not a small difference of large numbers. A rough pass finds ε to 1e-3 of itself; a second one puts dots where they matter there.
 *
 * Symbols: q rate, σ noise multiplier, t + iu the argument of the moment generating function, p period.
 */
import type { PrivacyEvent, Relation } from '../../contract/privacy.ts'
import { atOnce, type Pieces } from '../../files/turns.ts'
import { decreasingRootPieces } from '../../math/root.ts'
import { normalQuantile } from '../../math/special.ts'
import { compose, requireDelta, type Composition, type SampledGaussian } from './events.ts'
import { epsilonOfMu, gaussianProfile } from './gaussian.ts'
import { amplifiedLoss, rdpPieces } from './rdp.ts'

/** A discrete privacy loss: atoms and their masses, and the mass at +∞; together 1. */
interface Loss {
  readonly atoms: Float64Array
  readonly masses: Float64Array
  readonly infinite: number
  readonly steps: number
}

type Direction = 'removal' | 'addition'

/**
 * ε of a composition at `delta`: a guaranteed upper bound, ≥ 0, infinite where noise is absent. It exceeds the true value by
 * about `slack` of it; any slack gives an upper bound. From 1e-3 on only the first, rough pass is made.
 */
export const pldEpsilon = (
  events: readonly PrivacyEvent[],
  delta: number,
  relation: Relation = 'add-remove',
  slack = 5e-6,
): { epsilon: number } => atOnce(pldPieces(events, delta, relation, slack))

/** The same, to the last bit, in pieces of some milliseconds, for a thread that has others to answer. */
export function* pldPieces(
  events: readonly PrivacyEvent[],
  delta: number,
  relation: Relation = 'add-remove',
  slack = 5e-6,
): Pieces<{ epsilon: number }> {
  requireDelta(delta)
  const composition = compose(events, relation)
  const { gaussian, sampled, pure } = composition
  if (gaussian === Infinity || pure.some((event) => event.epsilon === Infinity)) return { epsilon: Infinity }
  if (sampled.length === 0 && pure.length === 0) return { epsilon: epsilonOfMu(Math.sqrt(gaussian), delta) }
  let epsilon = 0
  for (const direction of ['removal', 'addition'] as const) {
    const first = yield* partsOf(composition, delta, direction, null)
    const rough = yield* epsilonOf(first, gaussian, delta, 1e-3, { floor: epsilon })
    if (rough.epsilon <= epsilon) continue
    if (slack >= 1e-3) {
      epsilon = rough.epsilon
      continue
    }
    const parts = yield* partsOf(composition, delta, direction, { ...rough, slack })
    ;({ epsilon } = yield* epsilonOf(parts, gaussian, delta, slack, { floor: epsilon, known: rough }))
  }
  const basic =
    sampled.length > 0 || gaussian > 0 ? Infinity : pure.reduce((sum, event) => sum + event.count * event.epsilon, 0)
  const renyi = yield* rdpPieces(events, delta, relation)
  return { epsilon: Math.min(epsilon, basic, renyi.epsilon) }
}

/** The losses of every part of a composition in one direction; `aim` tells what accuracy at what place is wanted. */
function* partsOf(
  { sampled, pure }: Composition,
  delta: number,
  direction: Direction,
  aim: Aim | null,
): Pieces<Loss[]> {
  const parts = pure.map(({ epsilon, count }): Loss => {
    const odds = Math.exp(-epsilon)
    return {
      atoms: Float64Array.of(epsilon, -epsilon),
      masses: Float64Array.of(1 / (1 + odds), odds / (1 + odds)),
      infinite: 0,
      steps: count,
    }
  })
  for (const event of sampled) {
    parts.push(sampledLoss(event, delta / sampled.length, direction, aim))
    yield
  }
  return parts
}

/** One step of a sampled Gaussian, discretised as in (2). `delta` bounds how much may be moved to infinity. */
function sampledLoss(event: SampledGaussian, delta: number, direction: Direction, aim: Aim | null): Loss {
  const { noiseMultiplier, rate, steps } = event
  // Below and above these ends the noise is taken to be none and the end itself: less than there is, so on the safe side.
  const mu = noiseMultiplier < 0.01 ? Infinity : Math.max(1 / noiseMultiplier, 1e-8)
  const reach = -normalQuantile(Math.min(0.1, (1e-7 * delta) / (steps * rate)))
  const nodes =
    mu === Infinity ? new Float64Array(0) : logRatios(mu, (reach + mu / 2) * mu, rate, steps, direction, aim)
  const n = nodes.length

  // Masses under N(0, σ²) and N(1, σ²) at every ln r, by r · change of slope of the joined curve. The pair is its own mirror
  // image under r → 1/r, which is used for r < 1: no small difference of large numbers on either side.
  const profile = nodes.map((x) => gaussianProfile(mu, Math.abs(x)))
  const curve = (i: number, x: number): number => (x >= 0 ? profile[i]! : -Math.expm1(x) + Math.exp(x) * profile[i]!)
  const base = new Float64Array(n + 1)
  const shifted = new Float64Array(n + 1)
  for (let i = 0; i < n; i++) {
    const side = nodes[i]! < 0 ? -1 : 1
    const x = side * nodes[i]!
    const slope = (j: number): number =>
      j < 0 || j >= n ? 0 : (curve(j, side * nodes[j]!) - profile[i]!) / Math.expm1(side * nodes[j]! - x)
    const mass = slope(i + side) - slope(i - side)
    const mirrored = mass * Math.exp(-x)
    shifted[i] = side > 0 ? mass : mirrored
    base[i] = side > 0 ? mirrored : mass
  }
  const low = n === 0 ? 1 : profile[0]! // mass of N(0, σ²) at r = 0
  const high = n === 0 ? 1 : profile[n - 1]! // mass of N(1, σ²) at r = ∞
  base[n] = low

  const atoms = Float64Array.from(base, (_, i) => (i === n ? Math.log1p(-rate) : amplifiedLoss(rate, nodes[i]!)))
  if (direction === 'removal') {
    const masses = base.map((mass, i) => (1 - rate) * mass + rate * shifted[i]!)
    return { atoms, masses, infinite: rate * high, steps }
  }
  // For addition r = 0 is the largest loss: harmless if the rate is small; else its mass is small, and is sent to infinity.
  const sent = rate > 0.01 && n > 0
  if (sent) base[n] = 0
  return { atoms: atoms.map((atom) => -atom), masses: base, infinite: sent ? low : 0, steps }
}

/** Where on the curve dots are needed: near the given t and ε, so that ε is off by about `slack` of itself. */
interface Aim {
  readonly t: number
  readonly epsilon: number
  readonly slack: number
}

/**
 * The ln r of the dots, from −end to end. A gap of width h at ln r = x spreads the loss there by variance (L′h)² / 6, which
 * moves ε by steps · (t + 1) / 2 times its mean under the tilted loss. At a given number of dots the sum is least where
 * h ∝ (tilted density · L′²)^(−1/3); the factor follows from the slack. Never wider than without an aim: 25 dots per
 * standard deviation (up to 75 at σ < 1, where the square of r counts).
 */
function logRatios(
  mu: number,
  end: number,
  rate: number,
  steps: number,
  direction: Direction,
  aim: Aim | null,
): Float64Array {
  const widest = mu / (25 * (mu > 3 ? 1 : Math.max(1, mu)))
  let width = (_: number): number => widest
  if (aim !== null) {
    const { t, epsilon, slack } = aim
    const logTilted = (x: number): number => {
      const loss = amplifiedLoss(rate, x)
      const z = x / mu + mu / 2
      return (-z * z) / 2 + (direction === 'removal' ? (t + 1) * loss : -t * loss)
    }
    const logWanted = (x: number): number => (logTilted(x) + 2 * (Math.log(rate) + x - amplifiedLoss(rate, x))) / 3
    const grid = Float64Array.from({ length: 400 }, (_, i) => end * ((i + 0.5) / 200 - 1))
    const top = grid.reduce((best, x) => Math.max(best, logTilted(x)), -Infinity)
    const total = grid.reduce((sum, x) => sum + Math.exp(logTilted(x) - top), 0)
    const wanted = grid.reduce((sum, x) => sum + Math.exp(logWanted(x) - top / 3), 0)
    const factor = Math.sqrt((6 * slack * epsilon * total) / (steps * (t + 1) * wanted))
    width = (x) => Math.min(widest, factor * Math.exp(top / 3 - logWanted(x)))
  }
  const nodes = [-end]
  while (nodes.at(-1)! < end) nodes.push(nodes.at(-1)! + Math.max(width(nodes.at(-1)!), end / 20_000))
  return Float64Array.from(nodes)
}

/** ln E exp(tL) of one step. */
function logMoment({ atoms, masses }: Loss, t: number): number {
  let top = -Infinity
  for (let i = 0; i < atoms.length; i++) top = Math.max(top, t * atoms[i]!)
  let sum = 0
  for (let i = 0; i < atoms.length; i++) sum += masses[i]! * Math.exp(t * atoms[i]! - top)
  return top + Math.log(sum)
}

/** An upper bound on ε and the t at which it was found. */
interface Bound {
  readonly epsilon: number
  readonly t: number
}

/** Upper bound on ε of one direction; `floor` where ε does not exceed that. `known` is an upper bound found before. */
function* epsilonOf(
  parts: readonly Loss[],
  gaussian: number,
  delta: number,
  slack: number,
  { floor, known }: { floor: number; known?: Bound },
): Pieces<Bound> {
  const logDelta = Math.log(delta - parts.reduce((sum, part) => sum + part.steps * part.infinite, 0))
  if (!(logDelta > -Infinity)) return { epsilon: Infinity, t: 1 }
  /** ln M(t). */
  function* cumulant(t: number, normal: number): Pieces<number> {
    let sum = (normal * t * (t + 1)) / 2
    for (const part of parts) {
      sum += part.steps * logMoment(part, t)
      yield
    }
    return sum
  }

  let best = known ?? (yield* renyiBound((t) => cumulant(t, gaussian), logDelta))
  let share = slack / 2
  for (let round = 0; round < 20; round++) {
    const { t, epsilon } = best
    if (epsilon <= floor) return { epsilon: floor, t }
    const normal = Math.max(gaussian, (2 * share * epsilon) / (t + 1))
    const moment = yield* cumulant(t, normal)
    const rounding = 2e-15 * (Math.abs(moment) + parts.reduce((sum, part) => sum + part.steps, 0))
    // The period makes both neighbours of the wanted term 1e-4 of it or less; Chernoff's bound at larger t tells for the upper.
    const margin = 10 - logDelta
    const upper: number[] = []
    for (const factor of [1.1, 1.3, 1.6, 2, 3])
      upper.push(((yield* cumulant(factor * t, normal)) - factor * t * epsilon + margin) / (factor * t - t))
    const period = Math.max(margin / t, Math.min(...upper))
    const spared = 1e-7 * Math.exp(logDelta - moment + t * epsilon)
    const series = yield* invert(parts, t, normal, (2 * Math.PI) / period, spared)
    if (typeof series === 'number') {
      share *= Math.max(1.5, series ** 2) // the number of frequencies goes as the root of the smoothing
      continue
    }
    const excess = function* (x: number): Pieces<number> {
      return moment + rounding - t * x + Math.log(yield* series(x)) - logDelta
    }
    const ends = [yield* excess(floor), yield* excess(epsilon)] as const
    if (ends[0] <= 0) return { epsilon: floor, t }
    if (!(ends[1] <= 0)) return best
    const found = yield* decreasingRootPieces(excess, floor, epsilon, {
      tolerance: 1e-12 * epsilon,
      closeness: 1e-9,
      evaluated: ends,
    })
    const settled = found > 0.9 * epsilon
    if (settled && known) return { epsilon: found, t }
    // t at the saddle point of (4). If ε is much smaller than supposed, period and smoothing can be chosen better, too.
    const logT = yield* minimum(
      function* (x) {
        return (yield* cumulant(Math.exp(x), gaussian)) - Math.exp(x) * found - x - Math.log1p(Math.exp(x))
      },
      Math.log(t) - 3,
      Math.log(t) + 9,
    )
    best = { epsilon: found, t: Math.exp(logT) }
    if (settled) break
  }
  return best
}

/** The smallest Rényi bound over all orders t + 1; `cumulant` is ln M(t). */
function* renyiBound(cumulant: (t: number) => Pieces<number>, logDelta: number): Pieces<Bound> {
  function* bound(t: number): Pieces<number> {
    return ((yield* cumulant(t)) - logDelta - t * Math.log1p(1 / t) - Math.log1p(t)) / t
  }
  const t = Math.exp(yield* minimum((x) => bound(Math.exp(x)), Math.log(1e-7), Math.log(1e9)))
  return { epsilon: yield* bound(t), t }
}

/**
 * The sum (4) with the rest (5), over M(t) exp(−tε), as a function of ε. `normal` is the μ² of all Gaussians in the composition.
 * The rest is kept below `spared`. Instead a number if it takes too long: by how much there are too many frequencies.
 */
function* invert(
  parts: readonly Loss[],
  t: number,
  normal: number,
  step: number,
  spared: number,
): Pieces<((epsilon: number) => Pieces<number>) | number> {
  const rest = (u: number): number => Math.exp((-normal * u * u) / 2) / (Math.PI * normal * u ** 3)
  let end = 1 / Math.sqrt(normal)
  while (rest(end) > spared) end += 0.2 / Math.sqrt(normal)
  const count = Math.ceil(end / step) + 1
  if (count > 1e6) return count / 1e5
  const transform = yield* tiltedTransform(parts, t, step, count)
  if (typeof transform === 'number') return transform

  const { logSize, phase, doubt, used } = transform
  const real = new Float64Array(used)
  const imaginary = new Float64Array(used)
  let error = rest((count - 0.5) * step) + (negligiblePower * count * step) / (Math.PI * t * (t + 1))
  for (let k = 0; k < used; k++) {
    if (k % pieceOfFrequencies === 0) yield
    const u = k * step
    const angle = phase[k]! + normal * u * (t + 0.5)
    const across = t * (t + 1) - u * u // (t + iu)(t + 1 + iu)
    const along = u * (2 * t + 1)
    const modulus = Math.hypot(across, along)
    const size = (Math.exp(logSize[k]! - (normal * u * u) / 2) * step * (k === 0 ? 0.5 : 1)) / (Math.PI * modulus)
    real[k] = (size * (Math.cos(angle) * across + Math.sin(angle) * along)) / modulus
    imaginary[k] = (size * (Math.sin(angle) * across - Math.cos(angle) * along)) / modulus
    error += size * Math.min(2, doubt[k]! + 4e-16 * (k + 10 + Math.abs(angle)))
  }
  return function* (epsilon) {
    const turnReal = Math.cos(step * epsilon)
    const turnImaginary = Math.sin(step * epsilon)
    let [x, y] = [1, 0]
    let sum = 0
    for (let k = 0; k < used; k++) {
      if (k % pieceOfFrequencies === 0) yield
      sum += real[k]! * x + imaginary[k]! * y
      const next = x * turnReal - y * turnImaginary
      y = x * turnImaginary + y * turnReal
      x = next
    }
    return Math.max(sum, 0) + error
  }
}

/** Frequencies between two pauses, about a millisecond. */
const pieceOfFrequencies = 1 << 14

/** exp(−60): what a power must fall below to be skipped. */
const negligiblePower = Math.exp(-60)

/** Frequencies × atoms after which more smoothing is the better choice; some 30 ms. */
const turnLimit = 1.5e7

/**
 * ln |M(t + iu) / M(t)| and the phase of M(t + iu) at u = k · step, k < count, without the Gaussian factor, and how far off
 * their rounding may be; `used` of them until all further ones are negligible. Too many turns: a number, see `invert`.
 *
 * An atom turns by a fixed angle per frequency: four multiplications, no sine. What is summed is exp(iuL) − 1, so that
 * a step that hardly ever loses anything can be raised to the power 10⁹.
 */
function* tiltedTransform(
  parts: readonly Loss[],
  t: number,
  step: number,
  count: number,
): Pieces<{ logSize: Float64Array; phase: Float64Array; doubt: Float64Array; used: number } | number> {
  const wheels: Wheel[] = []
  for (const part of parts) {
    wheels.push(wheelOf(part, t, step))
    yield
  }
  const atomCount = parts.reduce((sum, part) => sum + part.atoms.length, 0)
  const logSize = new Float64Array(count + block).fill(-Infinity)
  const phase = new Float64Array(count + block)
  const doubt = new Float64Array(count + block)
  const sums = new Float64Array(2 * block)
  let turns = 0
  let paused = 0
  let jumped = false
  let k = 0
  let used = 0
  while (k < count) {
    turns += block * atomCount
    if (turns > turnLimit) return count / k
    if (turns > paused + turnLimit / 30) {
      paused = turns
      yield
    }
    // Without a jump so far there will hardly be one: no need to go on to the limit.
    if (turns > turnLimit / 4 && !jumped && turns * count > turnLimit * k) return (turns * count) / (turnLimit * k)
    let clear = 0 // how far to the right of the last u the product is certainly negligible
    logSize.fill(0, k, k + block)
    for (const wheel of wheels) {
      turn(wheel, sums)
      let logModulus = 0
      for (let j = 0; j < block; j++) {
        const [x, y] = [sums[2 * j]!, sums[2 * j + 1]!]
        logModulus = Math.log1p(2 * x + x * x + y * y) / 2
        logSize[k + j]! += wheel.steps * logModulus
        phase[k + j]! += wheel.steps * Math.atan2(y, 1 + x)
        doubt[k + j]! += wheel.steps * 4e-16 * (k + j + 10) * Math.min(2, (k + j) * step * wheel.meanSize)
      }
      clear = Math.max(clear, (Math.exp(-60 / wheel.steps) - Math.exp(logModulus)) / wheel.deviation)
    }
    k += block
    used = k
    const jump = Math.floor(clear / step) - 1
    if (jump < 30) continue
    jumped = true
    turns += 30 * atomCount
    for (const wheel of wheels) moveTo(wheel, k + jump)
    k += jump
  }
  return { logSize, phase, doubt, used }
}

/** Frequencies taken at once. */
const block = 4

/** The points weight · (exp(iuL) − 1) of one part on their circles, as u grows by equal steps. */
interface Wheel {
  readonly steps: number
  /** Under the tilted loss: standard deviation, and mean of |L|. */
  readonly deviation: number
  readonly meanSize: number
  readonly weights: Float64Array
  readonly angles: Float64Array
  readonly real: Float64Array
  readonly imaginary: Float64Array
  readonly cosines: Float64Array
  readonly sines: Float64Array
}

function wheelOf(part: Loss, t: number, step: number): Wheel {
  const { atoms, masses, steps } = part
  const shift = logMoment(part, t)
  const weights = masses.map((mass, i) => mass * Math.exp(t * atoms[i]! - shift))
  const mean = (f: (atom: number) => number): number =>
    weights.reduce((sum, weight, i) => sum + weight * f(atoms[i]!), 0)
  const centre = mean((atom) => atom)
  const angles = atoms.map((atom) => step * atom)
  return {
    steps,
    deviation: Math.sqrt(mean((atom) => (atom - centre) ** 2)),
    meanSize: mean(Math.abs),
    weights,
    angles,
    real: new Float64Array(atoms.length),
    imaginary: new Float64Array(atoms.length),
    cosines: angles.map((angle) => -2 * Math.sin(angle / 2) ** 2), // less one
    sines: angles.map(Math.sin),
  }
}

/** The sums of the points at this frequency and the next three (real, imaginary, real …); the points move on by four. */
function turn({ weights, real, imaginary, cosines, sines }: Wheel, sums: Float64Array): void {
  let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0]
  for (let i = 0; i < real.length; i++) {
    const weight = weights[i]!
    const cosine = cosines[i]!
    const sine = sines[i]!
    let x = real[i]!
    let y = imaginary[i]!
    a += x
    b += y
    let onCircle = x + weight
    x += onCircle * cosine - y * sine
    y += y * cosine + onCircle * sine
    c += x
    d += y
    onCircle = x + weight
    x += onCircle * cosine - y * sine
    y += y * cosine + onCircle * sine
    e += x
    f += y
    onCircle = x + weight
    x += onCircle * cosine - y * sine
    y += y * cosine + onCircle * sine
    g += x
    h += y
    onCircle = x + weight
    real[i] = x + (onCircle * cosine - y * sine)
    imaginary[i] = y + (y * cosine + onCircle * sine)
  }
  sums.set([a, b, c, d, e, f, g, h])
}

/** Sets the points to where they are at the k-th frequency. */
function moveTo({ weights, angles, real, imaginary }: Wheel, k: number): void {
  for (let i = 0; i < real.length; i++) {
    real[i] = -2 * weights[i]! * Math.sin((k * angles[i]!) / 2) ** 2
    imaginary[i] = weights[i]! * Math.sin(k * angles[i]!)
  }
}

/** The place of the minimum of a function with one valley: a scan, then golden sections. */
function* minimum(f: (x: number) => Pieces<number>, low: number, high: number): Pieces<number> {
  const pieces = 28
  const width = (high - low) / pieces
  let best = low
  let value = Infinity
  for (let i = 0; i <= pieces; i++) {
    const here = yield* f(low + i * width)
    if (here < value) {
      value = here
      best = low + i * width
    }
  }
  const ratio = (Math.sqrt(5) - 1) / 2
  let [a, b] = [best - width, best + width]
  let [x, y] = [b - ratio * (b - a), a + ratio * (b - a)]
  let [fx, fy] = [yield* f(x), yield* f(y)]
  while (b - a > 1e-3) {
    if (fx < fy) {
      b = y
      y = x
      fy = fx
      x = b - ratio * (b - a)
      fx = yield* f(x)
    } else {
      a = x
      x = y
      fx = fy
      y = a + ratio * (b - a)
      fy = yield* f(y)
    }
  }
  return fx < fy ? x : y
}
