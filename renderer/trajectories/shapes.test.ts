import { expect, it } from 'vitest'
import { binsOf, combined, isDrawn, isInside } from './shapes.ts'

it('bins hold every value once, the highest in the last', () => {
  const bins = binsOf([0, 1, 2, 3, 4], [0, 1, 2, 3, 4], 2)
  expect(bins.members).toEqual([
    [0, 1],
    [2, 3, 4],
  ])
  expect([bins.low, bins.high, bins.most]).toEqual([0, 4, 3])
})

it('equal values have one bin, and no value none', () => {
  expect(binsOf([7, 7], [0, 1], 3).members[0]).toEqual([0, 1])
  expect(binsOf([7], [], 3).most).toBe(0)
})

it('a lasso may be concave', () => {
  const line = [
    { x: 0, y: 0 },
    { x: 10, y: 0 },
    { x: 10, y: 10 },
    { x: 5, y: 2 },
    { x: 0, y: 10 },
  ]
  expect(isInside({ x: 2, y: 3 }, line)).toBe(true)
  expect(isInside({ x: 5, y: 5 }, line)).toBe(false)
  expect(isInside({ x: 11, y: 1 }, line)).toBe(false)
})

it('a press that trembles draws nothing', () => {
  const from = { x: 10, y: 10 }
  expect(isDrawn([from])).toBe(false)
  expect(isDrawn([from, { x: 12, y: 11 }, from])).toBe(false)
  expect(isDrawn([from, { x: 30, y: 10 }, from])).toBe(true)
})

it('Shift adds, Alt takes away', () => {
  const before = new Set([1, 2])
  const keys = { shiftKey: false, altKey: false }
  expect([...combined(before, [3], keys)]).toEqual([3])
  expect([...combined(before, [3], { ...keys, shiftKey: true })]).toEqual([1, 2, 3])
  expect([...combined(before, [2], { ...keys, altKey: true })]).toEqual([1])
})
