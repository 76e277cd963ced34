import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Audit, AuditedTrajectory } from '../../contract/audit.ts'
import { shareOf } from '../../contract/shares.ts'
import { rootStream } from '../../math/random.ts'
import { wordsOf } from './judgement.ts'
import { chanceOf, judge, releasedRule, textbookRule, threshold } from './outlier.ts'
import { auditScores } from './scores.ts'
import { discountedSums, meanSequence, wasserstein1 } from './values.ts'

describe('values along a trajectory', () => {
  test('are summed backwards within each window, the last step first', () => {
    const sums = discountedSums([1, 2, 3, 4, 5], { length: 3, gamma: 0.5 })
    expect([...sums]).toEqual([3, 2 + 1.5, 1 + 1.75, 5, 4 + 2.5])
  })

  test('of a constant value reach its geometric sum', () => {
    const sums = discountedSums(new Float64Array(300).fill(2))
    expect(sums[127]).toBeCloseTo((2 * (1 - 0.99 ** 128)) / 0.01, 9)
    expect(sums[127]! / 2).toBeCloseTo(72.4, 1)
    expect(sums[128]).toBe(2) // a window begins anew
    expect(sums.length).toBe(300)
  })

  test('and their mean', () => {
    expect([...meanSequence([Float64Array.of(1, 5), Float64Array.of(3, 7)])]).toEqual([2, 6])
  })
})

describe('Wasserstein distance', () => {
  const numbers = fc
    .array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 40 })
    .map((list) => Float64Array.from(list))

  test('of scipy 1.17.1', () => {
    const a = Float64Array.of(3, 1, 4, 1, 5, 9, 2, 6)
    expect(wasserstein1(a, Float64Array.of(2, 7, 1, 8, 2, 8, 1, 8))).toBeCloseTo(1.25, 12)
    expect(wasserstein1(a, Float64Array.of(2, 7, 1))).toBeCloseTo(1.125, 12)
  })

  test('to what is not a number is none, whatever the lengths', () => {
    for (const b of [Float64Array.of(1, NaN, 2), Float64Array.of(NaN, 2)])
      for (const [one, other] of [
        [Float64Array.of(3, 1, 4), b],
        [b, Float64Array.of(3, 1)],
      ] as const)
        expect(wasserstein1(one, other)).toBeNaN()
  })

  test('is a distance, and does not see the order', () => {
    fc.assert(
      fc.property(numbers, numbers, fc.double({ min: -50, max: 50, noNaN: true }), (a, b, shift) => {
        expect(wasserstein1(a, b)).toBeCloseTo(wasserstein1(b.slice().reverse(), a), 9)
        expect(wasserstein1(a, a.slice().reverse())).toBe(0)
        expect(
          wasserstein1(
            a,
            a.map((value) => value + shift),
          ),
        ).toBeCloseTo(Math.abs(shift), 9)
      }),
    )
  })

  test('is the same for samples that are repeated', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const twice = Float64Array.of(...b, ...b)
        expect(wasserstein1(a, twice)).toBeCloseTo(wasserstein1(a, b), 8)
      }),
    )
  })
})

describe('outliers', () => {
  /** The released thresholds; Grubbs' by scipy 1.17.1 from `stats.t.isf`. */
  test.each([
    [{ ...releasedRule }, 20, 1.4708],
    [{ ...releasedRule, alpha: 1e-3 }, 20, 1.2148],
    [{ ...releasedRule, alpha: 1e-2 }, 20, 0.9725],
    [{ ...releasedRule }, 24, 1.2663],
    [{ ...textbookRule, sides: 2 as const }, 20, 3.54145],
    [{ ...textbookRule, sides: 2 as const, alpha: 1e-3 }, 20, 3.31378],
    [{ ...textbookRule, sides: 2 as const, alpha: 1e-2 }, 20, 3.0008],
    [{ ...textbookRule, alpha: 0.05 }, 9, 2.10956],
    [{ ...textbookRule, sides: 2 as const, alpha: 0.05 }, 9, 2.215],
  ])('%o of %d needs more than %d', (rule, count, expected) => {
    expect(threshold(rule, count)).toBeCloseTo(expected, 4)
  })

  const references = [1.2, 0.9, 1.1, 1.4, 0.7, 1, 1.3, 0.8]

  test('released: the tested one is not of the sample; closer is an outlier, too', () => {
    expect(judge(references, 3.1, releasedRule)).toMatchObject({ verdict: 'forgotten' })
    expect(judge(references, 3.1, releasedRule).statistic).toBeCloseTo(8.94693349967569, 9)
    expect(judge(references, 1.05, releasedRule)).toMatchObject({ verdict: 'in' })
    const close = judge(references, -2, releasedRule)
    expect(close).toMatchObject({ verdict: 'forgotten' })
    expect(close.statistic).toBeLessThan(0)
    expect(judge(references, -2, { ...releasedRule, sides: 1 }).verdict).toBe('in')
  })

  test('textbook: it is, so that few references prove nothing', () => {
    expect(judge(references, 3.1, textbookRule).statistic).toBeCloseTo(2.5283185190104125, 9)
    expect(judge(references, 3.1, { ...textbookRule, alpha: 0.05 }).verdict).toBe('forgotten')
    expect(judge([1, 1.1, 0.9], 2, textbookRule).verdict).toBe('in')
    expect(judge([1, 1.1, 0.9], 1e9, { ...textbookRule, sample: 'references', alpha: 0.5 }).verdict).toBe('forgotten')
  })

  test('without any spread or value, nothing is decided', () => {
    expect(judge([0, 0, 0], 0, releasedRule)).toMatchObject({ statistic: NaN, verdict: 'undecided' })
    expect(judge([1, 2, 3], NaN, textbookRule).verdict).toBe('undecided')
  })
})

describe('by chance alone', () => {
  test.each([
    [releasedRule, 20, 0.178],
    [{ ...releasedRule, sides: 1 as const }, 20, 0.1006],
    [{ ...textbookRule, alpha: 0.05 }, 20, 0.05 / 21],
    [{ ...textbookRule, alpha: 0.4, sides: 2 as const, sample: 'references' as const }, 9, null],
  ])('%o flags as many of its own kind as it says', (rule, references, expected) => {
    const chance = chanceOf(rule, references)
    if (expected !== null) expect(chance).toBeCloseTo(expected, 3)
    const draws = rootStream(1).fork('chance')
    const rounds = 20_000
    let flagged = 0
    for (let round = 0; round < rounds; round++) {
      const sample = Array.from({ length: references }, () => draws.normal())
      if (judge(sample, draws.normal(), rule).verdict === 'forgotten') flagged++
    }
    expect(Math.abs(flagged / rounds - chance)).toBeLessThan(4 * Math.sqrt(chance / rounds))
  })
})

describe('what the figures say together', () => {
  const alone: Audit['apart'] = {
    agentAndOriginal: { forgotten: null, remaining: null, 'never-seen': null },
    ...{ agentAndRetrained: null, originalAndRetrained: null },
  }
  const sentences = (forgotten: number, control: number, returns = 5, more: Partial<Audit> = {}) =>
    wordsOf({
      trajectories: Array.from({ length: 40 }, (_, id) => ({
        ...{ id, group: id < 20 ? 'forgotten' : 'never-seen', return: (id < 20 ? returns : 5) + (id % 2) },
      })) as AuditedTrajectory[],
      shares: Object.fromEntries(
        ['released', 'textbook'].map((rule) => [
          rule,
          {
            ...{ forgotten: { count: forgotten, of: 20, ...shareOf(forgotten, 20) }, remaining: null, undecided: 0 },
            control: { count: control, of: 20, ...shareOf(control, 20) },
          },
        ]),
      ) as Audit['shares'],
      ...{ auditor: null, retrained: null, rules: { released: releasedRule, textbook: textbookRule } },
      settings: { shadows: 5, evaluations: 4 } as Audit['settings'],
      apart: alone,
      ...more,
    }).join(' ')

  test('a lead over the control is put down to forgetting only where it is more than chance', () => {
    expect(sentences(20, 19)).toContain('the agent changed, not that it forgot')
    expect(sentences(8, 5)).toContain('ahead by 15 points (−13 to 40 at 95 %')
    expect(sentences(8, 5)).toContain('that may be chance')
    expect(sentences(20, 1)).toContain('at most that can be put down to forgetting')
  })

  test('how far it has gone towards the agent trained anew is said, and whether the way means anything', () => {
    const apart = (agent: number, remaining: number, remainingActions = remaining / 100): Partial<Audit> => {
      const at = (value: number, action = value / 100) => ({ value, action })
      const between = (forgotten: number) => ({
        forgotten: at(forgotten),
        remaining: at(remaining, remainingActions),
        'never-seen': null,
      })
      return { apart: { ...alone, agentAndRetrained: between(agent), originalAndRetrained: between(40) } }
    }
    expect(sentences(20, 19, 5, apart(30, 10))).toContain(
      'are 40 and 30 (25.0 % of the way) from the agent trained anew in values, 0.4 and 0.3 (25.0 % of the way) in actions.',
    )
    expect(sentences(20, 19, 5, apart(30, 10))).not.toContain('little sets')
    expect(sentences(20, 19, 5, apart(50, 39))).toMatch(
      /40 and 50 \(no nearer\) .* Along what remains the original is 39 and 0\.39 from it, about as far: little sets/,
    )
    expect(sentences(20, 19, 5, apart(30, 39, 0.1))).not.toContain('little sets')
    expect(sentences(20, 19)).not.toContain('of the way')
  })

  test('where the agent trained anew fails on the control as well, that is said', () => {
    const row = (id: number) => ({
      ...{ id, group: id < 20 ? 'forgotten' : 'never-seen', return: 5, distance: 1, original: 1 },
      ...{ references: [1, 1.1, 0.9, 1.05], retrained: id < 20 || id % 2 ? 100 : 1 },
    })
    const anew = { run: 'r', sha256: '0'.repeat(64), updates: 1 }
    const rows = (ids: number[]) => ids.map(row) as unknown as AuditedTrajectory[]
    const odd = rows(Array.from({ length: 20 }, (_, id) => id)).concat(rows([21, 23, 25, 27]))
    const sentence = 'Under the agent trained anew 4 of 4 are, too, and of the forget set 20 of 20'
    expect(sentences(20, 20, 5, { retrained: anew, trajectories: odd })).toContain(sentence)
    const even = odd.slice(0, 20).concat(rows([22, 24, 26, 28]))
    expect(sentences(20, 20, 5, { retrained: anew, trajectories: even })).not.toContain('are, too')
  })

  test('a control of another skill, and what chance alone would flag, are named', () => {
    expect(sentences(20, 1)).not.toContain('not alike')
    expect(sentences(20, 1, 15)).toContain(
      'The two are not alike: the forget set returned 15.5 on the mean, the control 5.5.',
    )
    expect(sentences(20, 1)).toContain('the released rule would flag 17.8 %, the textbook test less than 0.1 %')
  })
})

describe('the auditor itself', () => {
  test('one that says "in" of everything has a high F1 and sees nothing', () => {
    const blind = { remaining: 60, forget: 20, remainingInRetrained: 60, remainingInOriginal: 60, forgetInOriginal: 20 }
    const scores = auditScores({ ...blind, forgottenInRetrained: 0 })
    expect(scores.f1).toBeCloseTo(0.9333, 4)
    expect(scores).toMatchObject({ blindF1: scores.f1, specificity: 0, balancedAccuracy: 0.5 })
  })

  test('both formulas', () => {
    const scores = auditScores({
      ...{ remaining: 100, forget: 20, remainingInRetrained: 90, remainingInOriginal: 95, forgetInOriginal: 18 },
      forgottenInRetrained: 15,
    })
    expect(scores.recall).toBeCloseTo(203 / 220, 12)
    expect(scores.precision).toBeCloseTo(203 / 208, 12)
    expect(scores.releasedPrecision).toBeCloseTo(220 / 225, 12)
    expect(scores.f1).toBeCloseTo((2 * 203) / (220 + 208), 12)
  })
})
