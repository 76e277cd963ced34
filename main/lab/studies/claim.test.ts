import { describe, expect, test } from 'vitest'
import type { AuditShare, AuditShares } from '../../contract/audit.ts'
import { aggregate } from './claim.ts'
import type { AuditFigures, ForgettingCell } from './forgetting.ts'

const share = (percent: number | null): AuditShare =>
  percent === null ? null : { count: percent, of: 100, share: percent / 100, low: 0, high: 1 }
const shares = (forgotten: number | null, remaining: number, control: number): AuditShares => ({
  ...{ forgotten: share(forgotten), remaining: share(remaining), control: share(control), undecided: 0 },
})

interface Made extends Partial<Pick<ForgettingCell, 'task' | 'algorithm' | 'seed'>> {
  readonly forgotten?: number | null
  readonly control?: number
  readonly after?: number
  readonly retrained?: number
}

function cell({ forgotten = 100, control = 0, after = 95, retrained, ...place }: Made): ForgettingCell {
  const both = (of: AuditShares) => ({ released: of, textbook: of })
  const audit: AuditFigures = {
    ...{ trajectories: 50, seconds: 1, shareOfTime: 0.03, auditor: null, wayToRetrained: null },
    shares: { released: shares(forgotten, 92, control), textbook: shares(0, 100, 0) },
    retrained: retrained === undefined ? null : both(shares(retrained, 100, 0)),
  }
  const link = { run: 'run', state: 'done' } as const
  return {
    ...{ task: 'hopper', algorithm: 'iql', seed: 1, ...place, state: 'done', training: { updates: 100, seconds: 10 } },
    runs: { original: link, unlearned: link, retrained: link, released: link, consistent: link },
    unlearning: { updates: 1, seconds: 1, shareOfUpdates: 0.01, shareOfTime: 0.1 },
    ...{ retraining: null, shadows: null },
    returns: { before: 100, after, loss: (100 - after) / 100 },
    audits: { released: audit, consistent: audit },
  }
}

const missing = (place: Made): ForgettingCell => ({
  ...{ ...cell(place), state: 'missing', training: null, unlearning: null, returns: null },
  audits: { released: null, consistent: null },
})

describe('means beside their targets', () => {
  test('each pair of task and algorithm counts once, however many seeds it has; what is missing counts nowhere', () => {
    const { cells, claims, loss, time } = aggregate(
      [
        cell({ forgotten: 100, after: 100 }),
        cell({ forgotten: 96, after: 90, seed: 2 }),
        cell({ forgotten: 94, after: 85, task: 'walker2d' }),
        missing({ task: 'halfcheetah' }),
      ],
      'desk',
    )
    expect(cells).toEqual({ done: 3, of: 4 })
    expect(claims).toHaveLength(4)
    expect(claims[0]!.forgotten).toBeCloseTo(0.96, 12)
    expect(claims[0]).toMatchObject({ remaining: 0.92, reached: { forgotten: true, remaining: true } })
    expect(claims[1]).toMatchObject({ rule: 'textbook', forgotten: 0, reached: { forgotten: false } })
    expect(loss!.mean).toBeCloseTo(0.1, 12)
    expect(loss!.worst).toBeCloseTo(0.15, 12)
    expect(time).toMatchObject({ unlearning: 0.1, audit: 0.12, reached: { unlearning: true, audit: false } })
  })

  test('the paper’s length has another target for time, and a loss of exactly its target is not less than it', () => {
    const { time, loss } = aggregate([cell({ after: 90 })], 'paper')
    expect(time.reached.unlearning).toBe(false)
    expect(loss).toEqual({ mean: 0.1, worst: 0.1, reached: false })
  })

  test('a share that nothing was decided of is left out, not taken for none', () => {
    const { claims } = aggregate([cell({ forgotten: null }), cell({ forgotten: 80, seed: 2 })], 'desk')
    expect(claims[0]!.forgotten).toBe(0.8)
  })
})

describe('intervals over seeds', () => {
  test('Student’s, for two seeds and more; one has none', () => {
    const [hopper, walker] = aggregate(
      [cell({ forgotten: 80 }), cell({ forgotten: 100, seed: 2 }), cell({ task: 'walker2d' })],
      'desk',
    ).spreads
    expect(hopper).toMatchObject({ task: 'hopper', seeds: 2, loss: { n: 2, half: 0 } })
    expect(hopper!.shares[0]!.forgotten!.mean).toBeCloseTo(0.9, 12)
    // tan(0.475 π), Student's quantile for one degree of freedom, times 0.1.
    expect(hopper!.shares[0]!.forgotten!.half).toBeCloseTo(1.270620473617, 10)
    expect(walker).toMatchObject({ seeds: 1, loss: null, shares: [{ forgotten: null }, {}, {}, {}] })
  })
})

describe('what it means', () => {
  const wordsOf = (cells: ForgettingCell[]): string => aggregate(cells, 'desk').words.join('\n')

  test('a control judged forgotten as often shows change, not forgetting', () => {
    const words = wordsOf([cell({ forgotten: 98, control: 95 })])
    expect(words).toContain('98.0 % of the forget set are judged forgotten (at least 94.8 %: reached)')
    expect(words).toContain('the control, 95.0 %, beside 98.0 % of the forget set, are judged forgotten')
    expect(words).toContain('the agent changed, not that it forgot these trajectories in particular')
  })

  test('a control that is not', () => {
    const words = wordsOf([cell({ forgotten: 98, control: 5 })])
    expect(words).not.toContain('changed')
    expect(words).toContain('At most what is above the control')
  })

  test('losses and gains, missing cells, one seed, the bound that agents trained anew set', () => {
    const words = wordsOf([cell({ after: 110, retrained: 40 }), missing({ task: 'walker2d' })])
    expect(words).toContain('1 of 2 cells are done')
    expect(words).toContain('On the mean returns rise by 10.0 % (less than 10.0 %: reached)')
    expect(words).toContain('the same audit judges 40.0 % forgotten')
    expect(words).toContain('One seed')
    expect(wordsOf([cell({}), cell({ seed: 2 })])).toContain('at most 2 seeds')
    expect(wordsOf([missing({})])).toBe('No cell is there yet; nothing can be said.')
  })
})
