import { describe, expect, test } from 'vitest'
import type { AuditedTrajectory, AuditGroup } from '../../../main/contract/audit.ts'
import {
  alphaAt,
  alphaWords,
  chanceWords,
  meaningOf,
  sharesAt,
  thresholdAt,
  verdictOf,
  type Look,
  type Thresholds,
} from './audit-view.ts'

const one = (id: number, group: AuditGroup, statistic: number | null): AuditedTrajectory =>
  ({
    id,
    group,
    statistics: { released: statistic, grubbs: statistic, 'grubbs-references': statistic },
  }) as AuditedTrajectory
const look: Look = { test: 'released', sample: 'references', sides: 2, threshold: 1.47 }

const thresholds: Thresholds = {
  alphas: [1e-4, 1e-3, 1e-2],
  rows: [
    {
      test: 'released',
      sample: 'references',
      sides: 2,
      thresholds: [1.4708, 1.2148, 0.9725],
      chances: [0.178, 0.262, 0.368],
    },
  ],
}

describe('verdicts while the threshold moves', () => {
  test('what is unusually close is flagged only with two sides; nothing is said where nothing is known', () => {
    expect(verdictOf(one(1, 'remaining', -2), look)).toBe('forgotten')
    expect(verdictOf(one(1, 'remaining', -2), { ...look, sides: 1 })).toBe('in')
    expect(verdictOf(one(1, 'remaining', 1.5), { ...look, threshold: 1.6 })).toBe('in')
    expect(verdictOf(one(1, 'remaining', null), look)).toBe('undecided')
  })

  test('shares leave out the undecided', () => {
    const trajectories = [
      one(1, 'forgotten', 3),
      one(2, 'forgotten', 0),
      one(3, 'forgotten', null),
      one(4, 'never-seen', 0),
    ]
    expect(sharesAt({ trajectories }, look)).toMatchObject([
      { group: 'forgotten', count: 1, of: 2, undecided: 1 },
      { group: 'never-seen', count: 0, of: 1 },
    ])
  })
})

test('the share that chance alone flags follows the threshold', () => {
  const at = (threshold: number) => chanceWords(thresholds, { ...look, threshold })
  expect([1.4708, 1.2148, 0.9725].map(at)).toEqual(['18 %', '26 %', '37 %'])
  expect(at((1.4708 + 1.2148) / 2)).toBe('22 %')
  expect([at(99), at(0)]).toEqual(['< 18 %', '> 37 %'])
})

test('thresholds and levels lead to each other', () => {
  expect(thresholdAt(thresholds, look, 1e-3)).toBeCloseTo(1.2148, 9)
  for (const alpha of [1e-4, 3e-4, 5e-3])
    expect(alphaAt(thresholds, { ...look, threshold: thresholdAt(thresholds, look, alpha) })).toBeCloseTo(alpha, 9)
})

test('beyond the levels one is told on which side', () => {
  const at = (threshold: number) => alphaWords(thresholds, { ...look, threshold })
  expect([at(9), at(1.2148), at(0.1)]).toEqual(['below 0.0001', '0.001', 'above 0.01'])
})

test('many never-seen ones judged forgotten take the meaning from the verdicts', () => {
  const group = (name: AuditGroup, statistics: number[]) => statistics.map((value, id) => one(id, name, value))
  const of = (name: AuditGroup, flagged: number, all: number) =>
    group(
      name,
      Array.from({ length: all }, (_, place) => (place < flagged ? 9 : 0)),
    )
  const words = (forgot: [number, number], control: [number, number]) =>
    meaningOf(sharesAt({ trajectories: [...of('forgotten', ...forgot), ...of('never-seen', ...control)] }, look))
  expect(words([30, 30], [30, 30])).toContain('the agent changed')
  expect(words([3, 4], [1, 3])).toContain('by 42 points, which may be chance')
  expect(words([30, 30], [0, 30])).toContain('by 100 points: at most that')
  expect(meaningOf(sharesAt({ trajectories: group('remaining', [0, 0]) }, look))).toContain('no forget set')
})
