import { array, assert, constantFrom, double, integer, oneof, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawnValues } from './columns.ts'
import { extremesIn, isShown, pyramidOf } from './pyramid.ts'

const height = oneof(
  { weight: 8, arbitrary: double({ min: -100, max: 100, noNaN: true }) },
  { weight: 1, arbitrary: constantFrom(NaN, Infinity, -Infinity, 0) },
)
const heights = array(height, { minLength: 1, maxLength: 600 }).map((list) => Float64Array.from(list))

describe('the pyramid', () => {
  it('finds in every stretch what looking at each point finds', () => {
    assert(
      property(heights, integer({ min: 0 }), integer({ min: 0 }), constantFrom(0, -Infinity), (ys, a, b, floor) => {
        const [begin, end] = [a % ys.length, b % (ys.length + 1)].sort((one, other) => one - other) as [number, number]
        const found = { low: -1, high: -1 }
        extremesIn(pyramidOf(ys, floor), begin, end, found)
        const seen = ys.slice(begin, end).filter((y) => isShown(y, floor))
        expect(found.low < 0 ? Infinity : ys[found.low]).toBe(Math.min(...seen))
        expect(found.high < 0 ? -Infinity : ys[found.high]).toBe(Math.max(...seen))
      }),
    )
  })

  it('lets no extreme be lost in any part of 100,000 points', () => {
    const xs = Float64Array.from({ length: 100_000 }, (_, index) => index)
    const ys = xs.map((x) => Math.sin(x * 12.9898) * 43758.5453).map((y) => y - Math.floor(y))
    assert(
      property(integer({ min: 0, max: 99_998 }), integer({ min: 1, max: 100_000 }), (from, length) => {
        const to = Math.min(99_999, from + length)
        const kept = drawnValues(xs, ys, { from, to, columns: 700, log: false })
        const numbers = kept.slice(1, -1).filter((y): y is number => typeof y === 'number')
        const part = ys.subarray(from, to + 1)
        const [lowest, highest] = [part.reduce((a, b) => Math.min(a, b)), part.reduce((a, b) => Math.max(a, b))]
        expect([Math.min(...numbers), Math.max(...numbers)]).toEqual([lowest, highest])
        expect([numbers[0], numbers.at(-1)]).toEqual([part[0], part[part.length - 1]])
      }),
    )
  })

  it('reads little of a long line when another part is looked at', () => {
    const xs = Float64Array.from({ length: 1_000_000 }, (_, index) => index)
    const ys = xs.map((x) => Math.sin(x))
    const { lows } = pyramidOf(ys, -Infinity)
    expect(pyramidOf(ys, -Infinity).lows).toBe(lows)
    expect(lows.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(ys.length / 4 + 1)
  })
})
