import { array, assert, double, property } from 'fast-check'
import { expect, it } from 'vitest'
import { smoothed } from './smoothing.ts'

const numbers = array(double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1 }).map((list) =>
  Float64Array.from(list),
)

it('is the weighted mean of what came before', () => {
  // ((1·w² + 2·w + 4) (1 − w)) / (1 − w³) with w = 1/2
  const [a, b, c] = smoothed(Float64Array.from([1, 2, 4]), 0.5)
  expect([a, b, c]).toEqual([1, expect.closeTo(5 / 3, 12), expect.closeTo(((0.25 + 1 + 4) * 0.5) / (1 - 0.125), 12)])
})

it('stays between the lowest and the highest, and leaves a constant alone', () => {
  assert(
    property(numbers, double({ min: 0, max: 0.999, noNaN: true }), (values, weight) => {
      for (const value of smoothed(values, weight)) {
        expect(value).toBeGreaterThanOrEqual(Math.min(...values) - 1e-6)
        expect(value).toBeLessThanOrEqual(Math.max(...values) + 1e-6)
      }
    }),
  )
  expect([...smoothed(Float64Array.from([3, 3, 3]), 0.9)].every((value) => Math.abs(value - 3) < 1e-12)).toBe(true)
})

it('passes gaps on without letting them spread', () => {
  const result = smoothed(Float64Array.from([1, NaN, 1]), 0.6)
  expect(result[1]).toBeNaN()
  expect(result[2]).toBeCloseTo(1, 12)
})
