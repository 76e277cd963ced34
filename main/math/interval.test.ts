import { expect, test } from 'vitest'
import { meanInterval } from './interval.ts'

// Student's quantiles have closed forms for 1, 2 and 4 degrees of freedom.
const one = (p: number): number => Math.tan(Math.PI * (p - 0.5))
const two = (p: number): number => (2 * p - 1) * Math.sqrt(1 / (2 * p * (1 - p)))
function four(p: number): number {
  const root = Math.sqrt(4 * p * (1 - p))
  return 2 * Math.sqrt(Math.cos(Math.acos(root) / 3) / root - 1)
}

test.each([
  [[0, 1], 0.5, one(0.975) / 2],
  [[0.8, 0.9, 1], 0.9, (two(0.975) * 0.1) / Math.sqrt(3)],
  [[1, 2, 3, 4, 5], 3, four(0.975) * Math.sqrt(0.5)],
  [[7, 7, 7], 7, 0],
])('the mean of %j and its interval', (values, mean, half) => {
  const found = meanInterval(values)!
  expect(found.n).toBe(values.length)
  expect(found.mean).toBeCloseTo(mean, 12)
  expect(found.half).toBeCloseTo(half, 10)
})

test('another level is another width; one value has no interval', () => {
  expect(meanInterval([0, 1], 0.99)!.half).toBeCloseTo(one(0.995) / 2, 9)
  expect(meanInterval([3])).toBeNull()
  expect(meanInterval([])).toBeNull()
})
