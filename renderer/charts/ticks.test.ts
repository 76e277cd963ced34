import { assert, double, integer, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linearTicks, logTicks, tickLabels } from './ticks.ts'

describe('linear ticks', () => {
  it('are round', () => {
    expect(linearTicks(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10])
    expect(linearTicks(-0.3, 0.3, 6)).toEqual([-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3])
    expect(linearTicks(3, 3, 5)).toEqual([3])
  })

  it('lie inside, rise, and are about as many as asked', () => {
    assert(
      property(
        double({ min: -1e6, max: 1e6, noNaN: true }),
        double({ min: 1e-3, max: 1e6, noNaN: true }),
        integer({ min: 2, max: 12 }),
        (min, span, count) => {
          const ticks = linearTicks(min, min + span, count)
          expect(ticks.length).toBeLessThanOrEqual(count * 1.25 + 1)
          expect(ticks.length).toBeGreaterThanOrEqual(Math.floor(count / 2.5))
          ticks.forEach((tick, index) => {
            expect(tick).toBeGreaterThanOrEqual(min - span * 1e-6)
            expect(tick).toBeLessThanOrEqual(min + span * (1 + 1e-6))
            if (index > 0) expect(tick).toBeGreaterThan(ticks[index - 1]!)
          })
        },
      ),
    )
  })
})

it('takes powers of ten on a logarithmic axis, fewer where they are many', () => {
  expect(logTicks(0.01, 100, 5)).toEqual([0.01, 0.1, 1, 10, 100])
  expect(logTicks(1, 20, 6)).toEqual([1, 2, 5, 10, 20])
  expect(logTicks(1e-12, 1e12, 6).length).toBeLessThanOrEqual(7)
  expect(logTicks(2, 5, 4)).toEqual([2, 3, 4, 5])
})

it('labels all ticks alike', () => {
  expect(tickLabels([0, 20_000, 40_000])).toEqual(['0', '20k', '40k'])
  expect(tickLabels([500_000, 1_000_000, 1_500_000])).toEqual(['0.5M', '1M', '1.5M'])
  expect(tickLabels([-0.5, 0, 0.5])).toEqual(['−0.5', '0', '0.5'])
  expect(tickLabels([1e-7, 1e-5])).toEqual(['1e−7', '1e−5'])
  expect(tickLabels([2000, 4000])).toEqual(['2000', '4000'])
})
