import { expect, test } from 'vitest'
import { rootStream } from '../math/random.ts'
import { releaseNoise, researchNoise } from './noise.ts'

const count = 400_000

/** Kolmogorov–Smirnov distance to the standard normal, times √n. */
function distanceToNormal(values: Float64Array, scale = 1): number {
  const sorted = Float64Array.from(values, (value) => value / scale).sort()
  let worst = 0
  sorted.forEach((value, index) => {
    const cdf = normalCdf(value)
    worst = Math.max(worst, Math.abs(cdf - index / sorted.length), Math.abs(cdf - (index + 1) / sorted.length))
  })
  return worst * Math.sqrt(sorted.length)
}

/** Abramowitz and Stegun 26.2.17, error below 7.5e-8: enough against a distance of 1e-3. */
function normalCdf(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x))
  const tail =
    (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return x > 0 ? 1 - tail : tail
}

for (const [name, source] of [
  ['research', researchNoise(rootStream(5))],
  ['release', releaseNoise()],
] as const) {
  test(`${name}: normals pass Kolmogorov–Smirnov, and fail at 2 % more or less noise`, () => {
    const values = source.gaussian(count)
    expect(distanceToNormal(values)).toBeLessThan(1.95) // p = 0.001
    expect(distanceToNormal(values, 0.98)).toBeGreaterThan(2.2)
    expect(distanceToNormal(values, 1.02)).toBeGreaterThan(2.2)
  })

  test(`${name}: neighbours are not correlated`, () => {
    const values = source.gaussian(count)
    for (const lag of [1, 2, 3, 50]) {
      let sum = 0
      for (let i = 0; i + lag < count; i++) sum += values[i]! * values[i + lag]!
      expect(Math.abs(sum / Math.sqrt(count))).toBeLessThan(4.5)
    }
  })

  test(`${name}: Laplace and geometric noise have the spread of their scale`, () => {
    for (const scale of [0.5, 4]) {
      const draws = Array.from({ length: 100_000 }, () => source.laplace(scale))
      expect(draws.reduce((sum, value) => sum + Math.abs(value), 0) / draws.length / scale).toBeCloseTo(1, 1)
      const whole = Array.from({ length: 100_000 }, () => source.discreteLaplace(scale))
      expect(whole.every(Number.isInteger)).toBe(true)
      const alpha = Math.exp(-1 / scale)
      const zeros = whole.filter((value) => value === 0).length / whole.length
      expect(Math.abs(zeros - (1 - alpha) / (1 + alpha))).toBeLessThan(0.01)
    }
  })
}

test('research noise repeats; release noise does not', () => {
  expect(researchNoise(rootStream(9)).gaussian(10)).toEqual(researchNoise(rootStream(9)).gaussian(10))
  expect(releaseNoise().gaussian(10)).not.toEqual(releaseNoise().gaussian(10))
})
