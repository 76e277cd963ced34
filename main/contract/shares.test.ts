import { expect, test } from 'vitest'
import { besideControl, differenceOf, shareOf } from './shares.ts'

test("Wilson's interval, as of scipy 1.17.1", () => {
  expect(shareOf(29, 30).low).toBeCloseTo(0.8332960900859083, 10)
  expect(shareOf(29, 30).high).toBeCloseTo(0.9940914096183875, 10)
  expect(shareOf(0, 12)).toMatchObject({ share: 0, low: 0 })
  expect(shareOf(0, 12).high).toBeCloseTo(0.24249400665524085, 10)
})

test("Newcombe's interval of a difference, by his own example: 56 of 70 and 48 of 80", () => {
  const { difference, low, high } = differenceOf(shareOf(56, 70), shareOf(48, 80))
  expect([difference, low, high].map((value) => value.toFixed(4))).toEqual(['0.2000', '0.0524', '0.3339'])
})

test.each([
  ['as many', [20, 20], [40, 40], 'alike'],
  ['a few more of many, which is no chance', [1900, 2000], [1800, 2000], 'ahead'],
  ['many more of few', [3, 4], [1, 3], 'unsure'],
  ['none at all', [0, 20], [0, 40], 'alike'],
  ['fewer than of the control', [10, 20], [40, 40], 'alike'],
] as const)('beside the control: %s', (_what, [forgotten, of], [flagged, control], words) => {
  expect(besideControl(shareOf(forgotten, of), shareOf(flagged, control))).toBe(words)
})
