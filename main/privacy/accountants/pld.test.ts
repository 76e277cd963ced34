import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PrivacyEvent } from '../../contract/privacy.ts'
import { logBinomial } from '../../math/special.ts'
import { epsilonOfMu, gaussianProfile } from './gaussian.ts'
import { pldEpsilon } from './pld.ts'
import { rdpEpsilon } from './rdp.ts'
import { calibratedSettings, randomSettings } from './reference-values.ts'

const gaussian = (noiseMultiplier: number, rate = 1, steps = 1): PrivacyEvent => ({
  kind: 'gaussian',
  noiseMultiplier,
  rate,
  steps,
})
const pure = (epsilon: number, count = 1): PrivacyEvent => ({ kind: 'pure', epsilon, count })
const epsilonOf = (events: readonly PrivacyEvent[], delta: number) => pldEpsilon(events, delta).epsilon

/** The ε at which a decreasing δ(ε) reaches `delta`, by bisection. */
function solve(profile: (epsilon: number) => number, delta: number, high = 200): number {
  if (profile(0) <= delta) return 0
  let low = 0
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2
    if (profile(middle) > delta) low = middle
    else high = middle
  }
  return high
}

/** One sampled step in closed form: amplification maps the Gaussian's own curve (Balle, Barthe and Gaboardi 2018). */
function oneStep(sigma: number, q: number, delta: number): number {
  return solve((epsilon) => {
    const removal = q * gaussianProfile(1 / sigma, Math.log((Math.expm1(epsilon) + q) / q))
    const ratio = (Math.expm1(-epsilon) + q) / q
    const addition = ratio > 0 ? Math.exp(epsilon) * q * ratio * gaussianProfile(1 / sigma, -Math.log(ratio)) : 0
    return Math.max(removal, addition)
  }, delta)
}

describe('agreement with independent accountants', () => {
  test.each(calibratedSettings)('$id', ({ stages, delta, pld, prv, estimate }) => {
    const epsilon = epsilonOf(
      stages.map((stage) => gaussian(...stage)),
      delta,
    )
    expect(epsilon).toBeGreaterThan(prv[0])
    // Nothing valid is far below a tight bound, and ours is never far above one: both within 1e-3 (S11, σ = 0.5: 2e-3).
    const tolerance = stages.at(-1)![0] <= 0.5 ? 2e-3 : 1e-3
    expect(Math.abs(epsilon - estimate)).toBeLessThan(tolerance)
    expect(Math.abs(epsilon - pld)).toBeLessThan(tolerance)
    expect(epsilon).toBeLessThan(pld * (1 + 4e-5))
  })

  test.each(randomSettings)('$stages', ({ stages, delta, pld, prv }) => {
    const epsilon = epsilonOf(
      stages.map((stage) => gaussian(...stage)),
      delta,
    )
    expect(epsilon).toBeGreaterThan(prv[0])
    expect(epsilon).toBeLessThan(prv[1])
    expect(epsilon).toBeLessThan(pld + 3e-4)
  })
})

describe('against exact values: never below, hardly above', () => {
  test.each([
    [1, 0.01, 1e-5],
    [0.5, 0.01, 1e-5],
    [2, 0.3, 1e-6],
    [0.3, 0.5, 1e-5],
    [1, 0.9, 1e-5],
    [5, 0.99, 1e-8],
    [1, 1e-3, 1e-6],
    [0.8, 1e-4, 1e-12],
    [10, 0.1, 1e-5],
  ])('one step, σ %d, q %d, δ %d', (sigma, q, delta) => {
    const exact = oneStep(sigma, q, delta)
    const epsilon = epsilonOf([gaussian(sigma, q)], delta)
    expect(epsilon).toBeGreaterThanOrEqual(exact)
    expect(epsilon).toBeLessThan(exact * (1 + 1e-3))
  })

  test('one step anywhere', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -0.7, max: 1, noNaN: true }),
        fc.double({ min: -3, max: -0.01, noNaN: true }),
        fc.double({ min: -8, max: -3, noNaN: true }),
        (logSigma, logRate, logDelta) => {
          const exact = oneStep(10 ** logSigma, 10 ** logRate, 10 ** logDelta)
          const epsilon = epsilonOf([gaussian(10 ** logSigma, 10 ** logRate)], 10 ** logDelta)
          expect(epsilon).toBeGreaterThanOrEqual(exact * (1 - 1e-12))
          expect(epsilon).toBeLessThan(exact * 1.005 + 1e-3)
        },
      ),
      { numRuns: 25 },
    )
  })

  test.each([
    [5, 100, 1e-5],
    [0.5, 1, 1e-5],
    [50, 1000, 1e-9],
    [2000, 10_000, 1e-6],
  ])('a rate of almost 1 is the full batch: σ %d, %i steps', (sigma, steps, delta) => {
    const exact = epsilonOfMu(Math.sqrt(steps) / sigma, delta)
    expect(epsilonOf([gaussian(sigma, 1, steps)], delta)).toBeCloseTo(exact, 12)
    const sampled = epsilonOf([gaussian(sigma, 1 - 1e-12, steps)], delta)
    expect(sampled).toBeGreaterThan(exact * (1 - 1e-9))
    expect(sampled).toBeLessThan(exact * (1 + 3e-5))
  })

  test.each([
    [0.1, 100],
    [0.01, 1000],
    [1, 12],
  ])('pure epsilon %d, %i times: the binomial sum', (single, count) => {
    const exact = solve((epsilon) => {
      let delta = 0
      for (let k = 0; k <= count; k++) {
        const loss = (2 * k - count) * single
        if (loss > epsilon)
          delta +=
            -Math.expm1(epsilon - loss) *
            Math.exp(logBinomial(count, k) + k * single - count * Math.log1p(Math.exp(single)))
      }
      return delta
    }, 1e-5)
    const epsilon = epsilonOf([pure(single, count)], 1e-5)
    expect(epsilon).toBeGreaterThanOrEqual(exact * (1 - 1e-12))
    expect(epsilon).toBeLessThan(exact * (1 + 1e-4))
  })
})

describe('edges', () => {
  test.each([
    ['nothing', [], 0],
    ['rate 0', [gaussian(0, 0, 100)], 0],
    ['infinite noise', [gaussian(Infinity, 0.1, 10)], 0],
    ['no noise', [gaussian(0, 0.1)], Infinity],
    ['no noise, full batch', [gaussian(0)], Infinity],
    ['no noise, but a record is hardly ever drawn', [gaussian(0, 1e-9, 100)], 0],
    ['a huge delta', [gaussian(1e6, 0.5)], 0],
    ['one pure mechanism', [pure(1e-9)], 0],
  ])('%s', (_, events, epsilon) => expect(epsilonOf(events, 1e-5)).toBe(epsilon))

  test.each([
    [0.01, 0.01, 10, 1e-5, 1e4, 2e4],
    [0.05, 0.01, 10, 1e-5, 600, 700],
    [1e6, 0.5, 1_000_000, 1e-5, 8.31e-4, 8.33e-4],
    [1, 1e-6, 1_000_000, 1e-12, 7.57e-3, 7.59e-3],
    [0.8, 1e-6, 1_000_000, 1e-6, 5.7e-3, 5.71e-3],
    [30, 0.5, 1_000_000, 1e-6, 217.2, 217.3],
    [1e4, 0.1, 1e9, 1e-5, 1.199, 1.2],
  ])('σ %d, q %d, %d steps, δ %d', (sigma, rate, steps, delta, low, high) => {
    const epsilon = epsilonOf([gaussian(sigma, rate, steps)], delta)
    expect(epsilon).toBeGreaterThan(low)
    expect(epsilon).toBeLessThan(high)
  })

  test('many steps with small rates are almost a Gaussian with μ² = steps · q² · (exp(1/σ²) − 1)', () => {
    const [sigma, rate, steps] = [20, 1e-3, 1e8] as const
    const mu = rate * Math.sqrt(steps * Math.expm1(1 / sigma ** 2))
    expect(Math.abs(epsilonOf([gaussian(sigma, rate, steps)], 1e-6) / epsilonOfMu(mu, 1e-6) - 1)).toBeLessThan(1e-3)
  })

  test.each([gaussian(NaN, 0.1), gaussian(-1, 0.1), gaussian(1, 2), gaussian(1, 0.1, 0.5), pure(NaN), pure(1, -1)])(
    'refuses %o',
    (event) => expect(() => epsilonOf([event], 1e-5)).toThrow(expect.objectContaining({ code: 'privacy-invalid' })),
  )

  test('replace-one: sampling is refused', () => {
    expect(() => pldEpsilon([gaussian(1, 0.1)], 1e-5, 'replace-one')).toThrow(
      expect.objectContaining({ code: 'privacy-invalid' }),
    )
    expect(pldEpsilon([gaussian(1)], 1e-5, 'replace-one').epsilon).toBe(epsilonOf([gaussian(1)], 1e-5))
  })
})

describe('properties', () => {
  const setting = fc.record({
    sigma: fc.double({ min: -0.3, max: 1.5, noNaN: true }).map((x) => 10 ** x),
    rate: fc.double({ min: -4, max: -0.01, noNaN: true }).map((x) => 10 ** x),
    steps: fc.integer({ min: 20, max: 100_000 }),
    delta: fc.double({ min: -8, max: -3, noNaN: true }).map((x) => 10 ** x),
  })
  const close = 1e-4 // by how much the looseness may differ between two settings

  test('more steps, a higher rate, less noise or a smaller delta never cost less; RDP is never below', () => {
    fc.assert(
      fc.property(setting, ({ sigma, rate, steps, delta }) => {
        const here = epsilonOf([gaussian(sigma, rate, steps)], delta)
        const low = here * (1 - close) - 1e-9
        expect(here).toBeLessThanOrEqual(rdpEpsilon([gaussian(sigma, rate, steps)], delta).epsilon)
        expect(epsilonOf([gaussian(sigma, rate, steps + 10)], delta)).toBeGreaterThanOrEqual(low)
        expect(epsilonOf([gaussian(sigma, Math.min(1, rate * 1.1), steps)], delta)).toBeGreaterThanOrEqual(low)
        expect(epsilonOf([gaussian(sigma * 0.9, rate, steps)], delta)).toBeGreaterThanOrEqual(low)
        expect(epsilonOf([gaussian(sigma, rate, steps)], delta * 0.9)).toBeGreaterThanOrEqual(low)
        expect(epsilonOf([gaussian(sigma, rate, steps), pure(0.01)], delta)).toBeGreaterThanOrEqual(low)
      }),
      { numRuns: 20 },
    )
  })

  test('order and grouping of a composition do not matter', () => {
    fc.assert(
      fc.property(setting, ({ sigma, rate, steps, delta }) => {
        const others = [gaussian(10, 1, 2), pure(0.02, 3), gaussian(3, 0.01, 50)]
        const whole = epsilonOf([gaussian(sigma, rate, steps), ...others], delta)
        const split = epsilonOf([...others, gaussian(sigma, rate, 7), gaussian(sigma, rate, steps - 7)], delta)
        expect(Math.abs(split / whole - 1)).toBeLessThan(1e-6)
      }),
      { numRuns: 10 },
    )
  })

  test('a rough answer is an upper bound, too', () => {
    fc.assert(
      fc.property(setting, ({ sigma, rate, steps, delta }) => {
        const events = [gaussian(sigma, rate, steps)]
        const fine = epsilonOf(events, delta)
        const rough = pldEpsilon(events, delta, 'add-remove', 1e-3).epsilon
        expect(rough).toBeGreaterThanOrEqual(fine * (1 - 1e-9))
        expect(rough).toBeLessThan(fine * 1.01 + 1e-6)
      }),
      { numRuns: 30 },
    )
  })
})
