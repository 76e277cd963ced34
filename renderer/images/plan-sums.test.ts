import { expect, it } from 'vitest'
import { grouped } from './plan-sums.ts'

const step = (phase: string, weight: number, note = '') => ({ phase, weight, note, steps: 1 })

it('makes one row of what follows under one name, and no other', () =>
  expect(
    grouped([
      step('Training', 5),
      step('Learning: A', 1, 'from synthetic'),
      step('Learning: B', 2, 'from synthetic'),
      step('Reference: A', 3),
      step('Learning: A', 4),
    ]).map(({ name, parts, seconds }) => [name, parts.join(), seconds]),
  ).toEqual([
    ['Training', '', 5],
    ['Learning', 'A,B', 3],
    ['Reference', 'A', 3],
    ['Learning', 'A', 4],
  ]))
