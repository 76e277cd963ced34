/**
 * Special functions in double precision, relative accuracy about 1e-14 and valid deep in the tails.
 *
 * Everything about the normal distribution rests on the scaled complementary error function erfcx(x) = exp(x²) erfc(x):
 * for x ≥ 0 it is smooth and of order 1/x, so that (1 + 2x) erfcx(x) is a short Chebyshev series in
 * (x − 3.75) / (x + 3.75) (the form of Shepherd and Laframboise, Mathematics of Computation 36, 1981; coefficients
 * recomputed with 40 digits).
 */

const erfcxSeries = [
  2.355157869134803508, -4.590054580646477331e-3, -8.424913336651791558e-2, 5.92099399981918905e-2,
  -2.665866843530575228e-2, 9.074997670705265094e-3, -2.413163540417608191e-3, 4.907758365258086323e-4,
  -6.916973302501206367e-5, 4.139027986073010168e-6, 7.740383066198490669e-7, -2.188640104923439566e-7,
  1.076499946567091038e-8, 4.521959811218286898e-9, -7.754400208831351106e-10, -6.318088340886684494e-11,
  2.868795010930669898e-11, 1.945586854577734723e-13, -9.654696748433438906e-13, 3.252548148148739842e-14,
  3.347811948286805388e-14, -1.864562880419313102e-15, -1.250795053068864709e-15, 7.418235256624043463e-17,
  5.068148904796111317e-17,
]

/** exp(−scale x²) for scale 1 or ½, without the loss of digits that rounding x² would cost at large x. */
function expMinusSquare(x: number, scale = 1): number {
  const head = Math.fround(x)
  return Math.exp(-scale * head * head) * Math.exp(scale * (head - x) * (head + x))
}

/** exp(x²) erfc(x). Overflows to infinity below about −26.6, as the function does. */
export function erfcx(x: number): number {
  if (x < 0) return 2 / expMinusSquare(x) - erfcx(-x)
  if (x > 1e8) return 1 / (x * Math.sqrt(Math.PI))
  const t = (2 * (x - 3.75)) / (x + 3.75)
  let last = 0
  let value = 0
  for (let k = erfcxSeries.length - 1; k > 0; k--) {
    const next = t * value - last + erfcxSeries[k]!
    last = value
    value = next
  }
  return ((t * value) / 2 - last + erfcxSeries[0]! / 2) / (1 + 2 * x)
}

/** The error function (2/√π) ∫₀ˣ exp(−t²) dt. */
export function erf(x: number): number {
  if (Math.abs(x) > 1) return x > 0 ? 1 - erfc(x) : erfc(-x) - 1
  let term = x
  let sum = x
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

/** 1 − erf(x), without cancellation. */
export function erfc(x: number): number {
  if (x < 0.5) return x < -0.5 ? 2 - erfc(-x) : 1 - erf(x)
  return x > 27.3 ? 0 : expMinusSquare(x) * erfcx(x)
}

/** ln erfc(x), finite for every finite x. */
export function logErfc(x: number): number {
  return x < 0.5 ? Math.log1p(-erf(x)) : Math.log(erfcx(x)) - x * x
}

/** P(Z ≤ x) for a standard normal Z. */
export function normalCdf(x: number): number {
  if (x > -1) return 0.5 * erfc(-x * Math.SQRT1_2)
  return x < -38.6 ? 0 : expMinusSquare(x, 0.5) * 0.5 * erfcx(-x * Math.SQRT1_2)
}

/** ln P(Z ≤ x), finite for every finite x. */
export function logNormalCdf(x: number): number {
  if (x > 0) return Math.log1p(-normalCdf(-x))
  return logErfc(-x * Math.SQRT1_2) - Math.LN2
}

/** P(Z > x) / density(x): Mills' ratio, 1/x far to the right. */
export function millsRatio(x: number): number {
  return Math.sqrt(Math.PI / 2) * erfcx(x * Math.SQRT1_2)
}

/** The x with P(Z ≤ x) = p; ±infinity at 0 and 1, NaN outside. Abramowitz and Stegun 26.2.23, then Halley's steps in ln P. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return NaN
  if (p > 0.5) return -normalQuantile(1 - p)
  if (p === 0) return -Infinity
  const target = Math.log(p)
  const t = Math.sqrt(-2 * target)
  let x = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t
  for (let step = 0; step < 3; step++) {
    const slope = 1 / millsRatio(-x) // d ln P / dx
    const change = (logNormalCdf(x) - target) / slope
    x -= change / (1 + (change * (slope + x)) / 2)
  }
  return x
}

/** ln Γ(x) for x > 0: Stirling's series above 12, the recurrence below. Absolute accuracy 1e-14 near its zeros 1 and 2. */
export function logGamma(x: number): number {
  if (!(x > 0)) return NaN
  let product = 1
  for (; x < 12; x++) product *= x
  const y = 1 / (x * x)
  const series = 1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y * (1 / 1188 - y * (691 / 360_360)))))
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series / x - Math.log(product)
}

/** ln of the binomial coefficient n over k, 0 ≤ k ≤ n. */
export function logBinomial(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)
}

/** ln(exp(x) − 1) for x > 0. */
export function logExpm1(x: number): number {
  return x > 1 ? x + Math.log1p(-Math.exp(-x)) : Math.log(Math.expm1(x))
}

/** ln(1 − exp(x)) for x < 0 (Mächler 2012). */
export function log1mExp(x: number): number {
  return x > -Math.LN2 ? Math.log(-Math.expm1(x)) : Math.log1p(-Math.exp(x))
}

/** ln(exp(a) + exp(b)). */
export function logAddExp(a: number, b: number): number {
  if (a < b) return logAddExp(b, a)
  return b === -Infinity || a === Infinity ? a : a + Math.log1p(Math.exp(b - a))
}

/** ln(exp(a) − exp(b)) for a ≥ b. */
export function logSubExp(a: number, b: number): number {
  if (a === b) return -Infinity
  return b === -Infinity ? a : a + log1mExp(b - a)
}

/** ln Σ exp(xᵢ); −infinity for an empty sum. */
export function logSumExp(values: ArrayLike<number>): number {
  let top = -Infinity
  for (let i = 0; i < values.length; i++) top = Math.max(top, values[i]!)
  if (!Number.isFinite(top)) return top
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - top)
  return top + Math.log(sum)
}

/**
 * The regularised incomplete beta function I_x(a, b): the continued fraction of NIST's Digital Library of Mathematical Functions, 8.17.22,
 * by Lentz's method, on the side where it converges fast.
 * @param a above 0
 * @param b above 0
 * @param x 0 … 1
 */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x)
  const front = Math.exp(
    a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b) - Math.log(a),
  )
  let [fraction, numerators, denominators] = [1, Infinity, 1]
  for (let term = 1; term < 2000; term++) {
    const m = term >> 1
    const factor =
      term % 2 === 1
        ? (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
        : (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    denominators = 1 / (1 + factor * denominators)
    numerators = 1 + factor / numerators
    fraction *= numerators * denominators
    if (Math.abs(numerators * denominators - 1) < 1e-16) break
  }
  return front * fraction
}

/** The probability that Student's t with ν degrees of freedom exceeds t ≥ 0. */
export const studentTail = (t: number, freedom: number): number =>
  incompleteBeta(freedom / 2, 0.5, freedom / (freedom + t * t)) / 2

/**
 * The t that Student's distribution with ν degrees of freedom exceeds with this probability.
 * @param tail 0 < tail ≤ ½
 */
export function studentQuantile(tail: number, freedom: number): number {
  let [low, high] = [0, 1]
  while (studentTail(high, freedom) > tail) high *= 2
  for (let step = 0; step < 200 && high - low > Number.EPSILON * high; step++) {
    const middle = (low + high) / 2
    if (studentTail(middle, freedom) > tail) low = middle
    else high = middle
  }
  return high
}
