import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PrivacyEvent } from '../../contract/privacy.ts'
import { gaussianDelta, gaussianEpsilon, gaussianNoise, gaussianProfile } from './gaussian.ts'

const gaussian = (noiseMultiplier: number, steps = 1, rate = 1): PrivacyEvent => ({
  kind: 'gaussian',
  noiseMultiplier,
  rate,
  steps,
})

/** [μ, δ at ε = μ²/2 + 3μ] by mpmath with 50 digits: ncdf(mu/2 - e/mu) - exp(e) * ncdf(-mu/2 - e/mu). */
test.each([
  [1e-6, 3.82154215330209e-10],
  [1.1e-5, 4.203685179736753e-9],
  [0.9e-5, 3.4393806143274641e-9],
  [0.1, 3.7223319588909044e-5],
  [1, 0.00030109054423328548],
  [10, 0.001010969051618483],
  [100, 0.001306874431768024],
])('the profile at μ = %d', (mu, delta) => {
  expect(Math.abs(gaussianProfile(mu, (mu * mu) / 2 + 3 * mu) / delta - 1)).toBeLessThan(1e-10)
})

test('the profile at negative and extreme epsilon', () => {
  expect(gaussianProfile(1, -1)).toBeCloseTo(1 - Math.exp(-1) + Math.exp(-1) * gaussianProfile(1, 1), 15)
  expect(gaussianProfile(0, 0.5)).toBe(0)
  expect(gaussianProfile(0, -0.5)).toBeCloseTo(1 - Math.exp(-0.5), 15)
  expect(gaussianProfile(Infinity, 3)).toBe(1)
  expect(gaussianProfile(1e-3, 1e3)).toBe(0)
})

/** Analytic σ at sensitivity 1, δ = 1 / (N ln N), ε = 0.5, 1, 2, 5, 10: a published table, four digits. */
test.each([
  [2000, [6.1105, 3.2892, 1.7835, 0.8141, 0.4637]],
  [5000, [6.6246, 3.5352, 1.9006, 0.8573, 0.4838]],
  [10_000, [6.9933, 3.7121, 1.985, 0.8886, 0.4984]],
  [20_000, [7.3467, 3.882, 2.0662, 0.9188, 0.5124]],
])('calibration at N = %i', (count, sigmas) => {
  const found = [0.5, 1, 2, 5, 10].map((epsilon) => gaussianNoise(epsilon, 1 / (count * Math.log(count))))
  sigmas.forEach((sigma, i) => expect(Math.abs(found[i]! - sigma)).toBeLessThan(6e-5))
})

/** Analytic noise of one mean-embedding release on common image sets (N = 55,000 …), at ε = 0.2, 1, 10. */
test.each([
  [55_000, [18.42, 4.119, 0.5322]],
  [45_000, [18.17, 4.073, 0.5284]],
  [21_000, [17.19, 3.894, 0.5134]],
  [145_064, [19.59, 4.335, 0.5504]],
  [269_538, [20.3, 4.469, 0.5617]],
])('image sets at N = %i', (count, sigmas) => {
  const found = [0.2, 1, 10].map((epsilon) => gaussianNoise(epsilon, 1 / (count * Math.log(count))))
  sigmas.forEach((sigma, i) => expect(Math.abs(found[i]! / sigma - 1)).toBeLessThan(5e-4))
})

describe('compositions', () => {
  test('known values', () => {
    expect(gaussianEpsilon([gaussian(50, 100)], 1e-5)).toBeCloseTo(0.725522, 6)
    expect(gaussianEpsilon([gaussian(3.73)], 1e-5)).toBeCloseTo(1.00019, 5)
  })
  test('μ² adds', () => {
    const together = gaussianEpsilon([gaussian(3, 2), gaussian(7, 5)], 1e-6)!
    expect(together).toBeCloseTo(gaussianEpsilon([gaussian(1 / Math.sqrt(2 / 9 + 5 / 49))], 1e-6)!, 12)
  })
  test('absent where something else is composed; edges', () => {
    expect(gaussianEpsilon([gaussian(3), gaussian(3, 1, 0.5)], 1e-5)).toBeNull()
    expect(gaussianEpsilon([{ kind: 'pure', epsilon: 0.1, count: 1 }], 1e-5)).toBeNull()
    expect(gaussianDelta([gaussian(1, 1, 0.5)], 1)).toBeNull()
    expect(gaussianEpsilon([], 1e-5)).toBe(0)
    expect(gaussianEpsilon([gaussian(1, 1, 0)], 1e-5)).toBe(0)
    expect(gaussianEpsilon([gaussian(0)], 1e-5)).toBe(Infinity)
    expect(gaussianEpsilon([gaussian(1e6)], 1e-5)).toBe(0)
    expect(() => gaussianEpsilon([gaussian(1)], 0)).toThrow(expect.objectContaining({ code: 'privacy-invalid' }))
    expect(() => gaussianNoise(0, 1e-5)).toThrow(expect.objectContaining({ code: 'privacy-invalid' }))
    expect(() => gaussianNoise(NaN, 1e-5)).toThrow(expect.objectContaining({ code: 'privacy-invalid' }))
  })
})

test('noise, epsilon and delta are inverse to each other from ε = 1e-4 to 100 and δ = 1e-12 to 0.1', () => {
  const exponent = (min: number, max: number) => fc.double({ min, max, noNaN: true }).map((x) => 10 ** x)
  fc.assert(
    fc.property(exponent(-4, 2), exponent(-12, -1), fc.integer({ min: 1, max: 1_000_000 }), (epsilon, delta, steps) => {
      const events = [gaussian(gaussianNoise(epsilon, delta, steps), steps)]
      expect(Math.abs(gaussianDelta(events, epsilon)! / delta - 1)).toBeLessThan(1e-9)
      expect(Math.abs(gaussianEpsilon(events, delta)! / epsilon - 1)).toBeLessThan(1e-9)
    }),
    { numRuns: 2000 },
  )
})
