import { expect, test } from 'vitest'
import { decreasingRoot } from './root.ts'

test('finds the root from the safe side', () => {
  const f = (x: number) => Math.exp(-x) - 0.25
  const root = decreasingRoot(f, 0, 10)
  expect(f(root)).toBeLessThanOrEqual(0)
  expect(root).toBeCloseTo(Math.log(4), 14)
})

test('steps, infinities and NaN are bracketed', () => {
  const step = decreasingRoot((x) => (x < 0.3 ? 1 : -1), 0, 1, { tolerance: 1e-9 })
  expect(step).toBeGreaterThanOrEqual(0.3)
  expect(step).toBeLessThan(0.3 + 2e-9)
  const wild = decreasingRoot((x) => (x < 2 ? (x < 1 ? Infinity : NaN) : 2 - x), 0, 50, { tolerance: 1e-9 })
  expect(wild).toBeGreaterThanOrEqual(2)
  expect(wild).toBeLessThan(2 + 2e-9)
})

test('stops when close enough, with few evaluations', () => {
  let calls = 0
  const f = (x: number) => {
    calls++
    return 1 - x - 0.1 * x * x
  }
  const root = decreasingRoot(f, 0, 5, { closeness: 1e-6 })
  expect(f(root)).toBeLessThanOrEqual(0)
  expect(f(root)).toBeGreaterThanOrEqual(-1e-6)
  expect(calls).toBeLessThan(14)
})
