import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PrivacyEvent } from '../contract/privacy.ts'
import { gaussianEpsilon } from './accountants/gaussian.ts'
import { calibratedSettings } from './accountants/reference-values.ts'
import { calibrateNoise, UnreachableTarget } from './calibrate.ts'

const gaussian = (noiseMultiplier: number, rate = 1, steps = 1): PrivacyEvent => ({
  kind: 'gaussian',
  noiseMultiplier,
  rate,
  steps,
})

describe.each(calibratedSettings)('$id', ({ id, stages, delta, sigmaRdp, sigmaPld }) => {
  const [, rate, steps] = stages.at(-1)!
  const request = { delta, rate, steps, earlier: stages.slice(0, -1).map((stage) => gaussian(...stage)) }

  test.each([
    [1, 0],
    [10, 1],
  ])('epsilon %d', (epsilon, i) => {
    const rdp = calibrateNoise({ ...request, accountant: 'rdp', epsilon })
    expect(Math.abs(rdp.sigma / sigmaRdp[i]! - 1)).toBeLessThan(1.1e-4) // the table was bisected to 1e-4
    expect(rdp.epsilon).toBeLessThanOrEqual(epsilon)
    expect(rdp.epsilon).toBeGreaterThan(epsilon - 1e-6)

    const pld = calibrateNoise({ ...request, accountant: 'pld', epsilon })
    // At 10⁵ steps the table's bound is itself 1.3e-3 too large, so its σ is, too.
    expect(Math.abs(pld.sigma / sigmaPld[i]! - 1)).toBeLessThan(id === 'S10' ? 1.3e-3 : 3e-4)
    expect(pld.epsilon).toBeLessThanOrEqual(epsilon)
    expect(pld.epsilon).toBeGreaterThan(epsilon - 5e-4)
  })
})

test('analytic Gaussian: what is left of μ² after earlier releases, never above the target', () => {
  const earlier = [gaussian(10, 1, 4)]
  const { sigma, epsilon } = calibrateNoise({
    accountant: 'gaussian',
    epsilon: 1,
    delta: 1e-5,
    rate: 1,
    steps: 3,
    earlier,
  })
  expect(gaussianEpsilon([...earlier, gaussian(sigma, 1, 3)], 1e-5)).toBe(epsilon)
  expect(epsilon).toBeLessThanOrEqual(1)
  expect(epsilon).toBeGreaterThan(1 - 1e-9)
  expect(() => calibrateNoise({ accountant: 'gaussian', epsilon: 1, delta: 1e-5, rate: 0.5, steps: 1 })).toThrow(
    expect.objectContaining({ code: 'privacy-invalid' }),
  )
})

describe('unreachable targets say what remains', () => {
  test.each(['rdp', 'pld', 'gaussian'] as const)('earlier stages spent it: %s', (accountant) => {
    const request = { accountant, epsilon: 1, delta: 1e-5, rate: 1, steps: 1, earlier: [gaussian(2)] }
    const error = thrown(() => calibrateNoise(request))
    expect(error).toBeInstanceOf(UnreachableTarget)
    expect(error).toMatchObject({ code: 'privacy-unreachable' })
    const exact = gaussianEpsilon([gaussian(2)], 1e-5)!
    const { floor } = error as UnreachableTarget
    expect(floor).toBeGreaterThanOrEqual(exact * (1 - 1e-12))
    expect(floor).toBeLessThan(exact * 1.2)
  })

  test('the orders of RDP end, PLD goes on', () => {
    const request = { epsilon: 0.05, delta: 1e-5, rate: 0.1, steps: 10 }
    const error = thrown(() => calibrateNoise({ ...request, accountant: 'rdp' }))
    expect((error as UnreachableTarget).floor).toBeCloseTo(0.102867, 6)
    expect(calibrateNoise({ ...request, accountant: 'pld' }).epsilon).toBeGreaterThan(0.0499)
  })
})

describe('edges', () => {
  test.each(['rdp', 'pld'] as const)('no noise is needed where nothing is touched: %s', (accountant) => {
    const request = { accountant, epsilon: 1, delta: 1e-5 }
    expect(calibrateNoise({ ...request, rate: 0, steps: 10 })).toEqual({ sigma: 0, epsilon: 0 })
    expect(calibrateNoise({ ...request, rate: 0.1, steps: 0 })).toEqual({ sigma: 0, epsilon: 0 })
  })

  test.each([
    ['rdp', 100, 1e-5, 0.01, 1000],
    ['rdp', 1, 1e-12, 1e-6, 1_000_000],
    ['pld', 1e-4, 1e-5, 0.01, 1000],
    ['pld', 100, 1e-5, 0.01, 1000],
    ['pld', 1e-4, 1e-12, 0.5, 1_000_000],
    ['pld', 0.2, 1e-12, 1e-6, 1_000_000],
  ] as const)('%s, epsilon %d, delta %d, rate %d, %i steps', (accountant, epsilon, delta, rate, steps) => {
    const found = calibrateNoise({ accountant, epsilon, delta, rate, steps })
    expect(found.epsilon).toBeLessThanOrEqual(epsilon)
    expect(found.epsilon).toBeGreaterThan(epsilon - Math.min(1e-3, 1e-3 * epsilon))
  })

  test.each([
    [{ epsilon: 0 }],
    [{ epsilon: -1 }],
    [{ epsilon: NaN }],
    [{ epsilon: Infinity }],
    [{ delta: 0 }],
    [{ delta: 1 }],
    [{ rate: -0.1 }],
    [{ rate: 1.5 }],
    [{ steps: 0.5 }],
    [{ steps: NaN }],
    [{ relation: 'replace-one' as const }],
  ])('refuses %o', (change) => {
    const request = { accountant: 'pld' as const, epsilon: 1, delta: 1e-5, rate: 0.1, steps: 10, ...change }
    expect(thrown(() => calibrateNoise(request))).toMatchObject({ code: 'privacy-invalid' })
  })
})

test('never above the target, and not far below', () => {
  const power = (min: number, max: number) => fc.double({ min, max, noNaN: true }).map((x) => 10 ** x)
  const setting = fc.record({
    epsilon: power(-0.3, 1.3),
    delta: power(-7, -4),
    rate: power(-3.5, -0.01),
    steps: fc.integer({ min: 50, max: 50_000 }),
  })
  fc.assert(
    fc.property(setting, (request) => {
      for (const accountant of ['rdp', 'pld'] as const) {
        const found = calibrateNoise({ ...request, accountant })
        expect(found.epsilon).toBeLessThanOrEqual(request.epsilon)
        expect(found.epsilon).toBeGreaterThanOrEqual(request.epsilon - 1e-3)
      }
    }),
    { numRuns: 25 },
  )
})

function thrown(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('Nothing was thrown.')
}
