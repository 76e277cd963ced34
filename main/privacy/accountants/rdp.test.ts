import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PrivacyEvent } from '../../contract/privacy.ts'
import { pureRdp, rdpCurve, rdpEpsilon, rdpOrders, rdpToEpsilon, sampledGaussianRdp } from './rdp.ts'
import { calibratedSettings, randomSettings } from './reference-values.ts'

const gaussian = (noiseMultiplier: number, rate = 1, steps = 1): PrivacyEvent => ({
  kind: 'gaussian',
  noiseMultiplier,
  rate,
  steps,
})
const relative = (found: number, wanted: number): number => Math.abs(found / wanted - 1)

test('the orders are those of Opacus', () => {
  expect(rdpOrders).toHaveLength(151)
  expect([rdpOrders[0], rdpOrders[9], rdpOrders[98], rdpOrders[99], rdpOrders[150]]).toEqual([1.1, 2, 10.9, 12, 63])
})

describe('epsilon agrees with Opacus', () => {
  test.each(calibratedSettings)('$id', ({ stages, delta, rdp, order }) => {
    const found = rdpEpsilon(
      stages.map((stage) => gaussian(...stage)),
      delta,
    )
    expect(relative(found.epsilon, rdp)).toBeLessThan(3e-6) // the table has six digits
    expect(found.order).toBe(order)
  })

  test.each(randomSettings)('$stages', ({ stages, delta, rdp, order }) => {
    const found = rdpEpsilon(
      stages.map((stage) => gaussian(...stage)),
      delta,
    )
    expect(relative(found.epsilon, rdp)).toBeLessThan(1e-9)
    expect(found.order).toBe(order)
  })

  /** [σ, q, steps, δ, ε, order]: the settings of published image-synthesis code; the last is the value in Opacus' own tests. */
  test.each([
    [1, 0.01, 1000, 1e-5, 2.1014, 7.8],
    [1.1, 256 / 60_000, 14_062, 1e-5, 2.5966, 8.1],
    [2, 1 / 14, 2100, 1.6658e-6, 9.9558, 3.7],
    [4, 1, 1, 1e-5, 1.0126, 18],
    [1, 1, 1, 1e-5, 4.7285, 5.4],
    [5, 1, 10, 1e-5, 2.8137, 7.9],
    [0.8, 0.001, 20_000, 1e-5, 1.5683, 8],
    [1.5, 0.04, 2250, 1e-5, 7.32911117143, 3.9],
  ])('σ %d, q %d, %i steps', (sigma, rate, steps, delta, epsilon, order) => {
    const found = rdpEpsilon([gaussian(sigma, rate, steps)], delta)
    expect(Math.abs(found.epsilon - epsilon)).toBeLessThan(6e-5)
    expect(found.order).toBe(order)
  })

  test('to eleven digits where eleven are known', () => {
    expect(relative(rdpEpsilon([gaussian(1.5, 0.04, 2250)], 1e-5).epsilon, 7.32911117143)).toBeLessThan(1e-11)
  })

  /** N, B, steps and the σ that a bisection to 0.01 below the target found, at δ = 1 / (N ln N), q = B / N. */
  test.each([
    [10_000, 256, 200, [1.758, 0.967, 0.605]],
    [10_000, 512, 400, [4.297, 1.758, 0.875]],
    [55_000, 512, 500, [1.309, 0.823, 0.545]],
    [55_000, 1024, 1000, [2.773, 1.228, 0.713]],
  ])('small DP-SGD runs: N %i, B %i, %i steps', (count, batch, steps, sigmas) => {
    const delta = 1 / (count * Math.log(count))
    const epsilons = sigmas.map((sigma) => rdpEpsilon([gaussian(sigma, batch / count, steps)], delta).epsilon)
    for (const [i, target] of [1, 3, 10].entries()) {
      expect(epsilons[i]).toBeGreaterThan(target - 0.012)
      expect(epsilons[i]).toBeLessThan(target + 0.002)
    }
  })
})

/**
 * [q, σ, RDP at orders 1.1, 1.5, 2.5, 9.9, 10.9], by adaptive quadrature with 30 digits in mpmath:
 * log1p(quad(lambda z: (m(z)**a - 1 - a*q*(r(z) - 1)) * npdf(z, 0, s), breakpoints)) / (a - 1), m = 1 - q + q*r.
 */
test.each([
  [0.01, 0.3, [0.0209223947768, 0.109452481711, 6.21367359203, 49.8773949617, 55.4852166639]],
  [0.1, 0.1, [30.1195686248, 68.092244721, 121.162358178, 492.438697481, 542.464830554]],
  [0.001, 0.05, [144.014697491, 279.276734163, 488.487074535, 1972.31609244, 2172.39449166]],
  [0.5, 0.07, [104.620412406, 150.981782948, 253.946795515, 1009.43305275, 1111.48173591]],
  [0.3, 1, [0.0620435550564, 0.0935636664881, 0.211478097244, 3.61110416119, 4.12454280218]],
  [1e-6, 1, [9.45052707115e-13, 1.28870963002e-12, 2.14785518779e-12, 8.50567664468e-12, 9.36486121147e-12]],
  [1e-4, 40, [3.43857424907e-12, 4.68896500237e-12, 7.81494215925e-12, 3.09471852697e-11, 3.40731657103e-11]],
  [0.9, 0.5, [1.87020979002, 2.73404587875, 4.82486364375, 19.6828012242, 21.683997008]],
  [1e-6, 0.1, [0.000603620863079, 33.5534684296, 101.97414907, 479.632184885, 529.788983325]],
  [0.2, 0.12, [21.4510918085, 47.2550195961, 84.1231590348, 341.959726367, 376.700214824]],
])('fractional orders agree with adaptive quadrature at q %d, σ %d', (q, sigma, wanted) => {
  const found = sampledGaussianRdp(q, sigma)
  ;[1.1, 1.5, 2.5, 9.9, 10.9].forEach((order, i) => {
    expect(relative(found[rdpOrders.indexOf(order)]!, wanted[i]!)).toBeLessThan(2e-11)
  })
})

test('whole and fractional orders are one smooth curve', () => {
  for (const [q, sigma] of [
    [0.01, 0.5],
    [0.2, 3],
    [1e-5, 1.3],
  ] as const) {
    const logMoments = sampledGaussianRdp(q, sigma).map((value, i) => value * (rdpOrders[i]! - 1))
    for (let i = 1; i < 98; i++) {
      // ln A is convex in the order (Hölder): the middle lies below the chord, by little over so short a step.
      const chord = (logMoments[i - 1]! + logMoments[i + 1]!) / 2
      expect(logMoments[i]!).toBeLessThanOrEqual(chord * (1 + 1e-12))
      expect(logMoments[i]!).toBeGreaterThan(chord * (i < 3 ? 0.4 : 0.7))
    }
  }
})

test('pure mechanisms: between the Gaussian-like bound for small and ε for large values', () => {
  expect(relative(pureRdp(1e-3)[14]!, (2.5 * 1e-6) / 2)).toBeLessThan(1e-5)
  expect(pureRdp(5).every((value) => value <= 5)).toBe(true)
  expect(rdpEpsilon([{ kind: 'pure', epsilon: 0.1, count: 100 }], 1e-5).epsilon).toBeLessThan(4.7)
  // Randomised response with ε = ln 3 at order 2: ln(p²/(1−p) + (1−p)²/p), p = 3/4.
  expect(relative(pureRdp(Math.log(3))[9]!, Math.log(9 / 4 + 1 / 12))).toBeLessThan(1e-14)
})

test('full batch: the closed form', () => {
  const curve = rdpCurve([gaussian(50, 1, 100)])
  rdpOrders.forEach((order, i) => expect(relative(curve[i]!, (100 * order) / 5000)).toBeLessThan(1e-14))
})

describe('edges', () => {
  test.each([
    ['nothing', [], 0],
    ['rate 0', [gaussian(1, 0, 100)], 0],
    ['no steps', [gaussian(0, 0.1, 0)], 0],
    ['no noise', [gaussian(0, 0.1, 1)], Infinity],
    ['no noise at all, full batch', [gaussian(0)], Infinity],
    ['infinite noise', [gaussian(Infinity, 0.1, 10)], 0],
    ['pure infinity', [{ kind: 'pure', epsilon: Infinity, count: 1 } as const], Infinity],
  ])('%s', (_, events, epsilon) => expect(rdpEpsilon(events, 1e-5).epsilon).toBe(epsilon))

  test('what the orders can show at best', () => {
    expect(
      rdpToEpsilon(
        rdpOrders.map(() => 0),
        1e-5,
      ),
    ).toEqual({ epsilon: expect.closeTo(0.102867, 6), order: 63 })
  })

  test.each([0.01, 0.02, 0.05, 1e3, 1e6])('σ %d gives a finite, positive value', (sigma) => {
    const { epsilon } = rdpEpsilon([gaussian(sigma, 0.01, 1e6)], 1e-12)
    expect(epsilon).toBeGreaterThan(0)
    expect(epsilon).toBeLessThan(1e14)
  })

  test.each([
    [gaussian(NaN, 0.1, 1)],
    [gaussian(-1, 0.1, 1)],
    [gaussian(1, -0.1, 1)],
    [gaussian(1, 1.1, 1)],
    [gaussian(1, NaN, 1)],
    [gaussian(1, 0.1, 1.5)],
    [gaussian(1, 0.1, -1)],
    [gaussian(1, 0.1, Infinity)],
    [{ kind: 'pure', epsilon: -1, count: 1 } as const],
    [{ kind: 'pure', epsilon: 1, count: 0.5 } as const],
  ])('refuses %o', (event) => {
    expect(() => rdpEpsilon([event], 1e-5)).toThrow(expect.objectContaining({ code: 'privacy-invalid' }))
  })

  test.each([0, 1, -1, NaN, 2])('refuses delta %d', (delta) => {
    expect(() => rdpEpsilon([gaussian(1)], delta)).toThrow(expect.objectContaining({ code: 'privacy-invalid' }))
  })

  test('replace-one: full batches are covered, sampling is refused', () => {
    expect(rdpEpsilon([gaussian(2)], 1e-5, 'replace-one')).toEqual(rdpEpsilon([gaussian(2)], 1e-5))
    expect(() => rdpEpsilon([gaussian(2, 0.5)], 1e-5, 'replace-one')).toThrow(
      expect.objectContaining({ code: 'privacy-invalid' }),
    )
  })
})

describe('properties', () => {
  const setting = fc.record({
    sigma: fc.double({ min: -1, max: 2, noNaN: true }).map((x) => 10 ** x),
    rate: fc.double({ min: -6, max: -0.01, noNaN: true }).map((x) => 10 ** x),
    steps: fc.integer({ min: 1, max: 100_000 }),
    delta: fc.double({ min: -10, max: -2, noNaN: true }).map((x) => 10 ** x),
    factor: fc.double({ min: 1.001, max: 3, noNaN: true }),
  })
  const epsilonOf = (sigma: number, rate: number, steps: number, delta: number) =>
    rdpEpsilon([gaussian(sigma, rate, steps)], delta).epsilon

  test('more steps, a higher rate, less noise or a smaller delta never cost less', () => {
    fc.assert(
      fc.property(setting, ({ sigma, rate, steps, delta, factor }) => {
        const here = epsilonOf(sigma, rate, steps, delta) * (1 - 1e-12)
        expect(epsilonOf(sigma, rate, steps + 1, delta)).toBeGreaterThanOrEqual(here)
        expect(epsilonOf(sigma, Math.min(1, rate * factor), steps, delta)).toBeGreaterThanOrEqual(here)
        expect(epsilonOf(sigma / factor, rate, steps, delta)).toBeGreaterThanOrEqual(here)
        expect(epsilonOf(sigma, rate, steps, delta / factor)).toBeGreaterThanOrEqual(here)
      }),
      { numRuns: 400 },
    )
  })

  test('order and grouping of a composition do not matter', () => {
    fc.assert(
      fc.property(setting, fc.integer({ min: 1, max: 1000 }), ({ sigma, rate, steps, delta }, more) => {
        const extra = gaussian(sigma * 2, 1, 3)
        const pure: PrivacyEvent = { kind: 'pure', epsilon: 0.01, count: 2 }
        const whole = rdpEpsilon([gaussian(sigma, rate, steps + more), extra, pure], delta).epsilon
        const split = rdpEpsilon(
          [pure, gaussian(sigma, rate, more), extra, gaussian(sigma, rate, steps)],
          delta,
        ).epsilon
        expect(Math.abs(split - whole)).toBeLessThanOrEqual(1e-12 * whole)
      }),
      { numRuns: 100 },
    )
  })
})
