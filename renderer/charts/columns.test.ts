import { array, assert, boolean, double, integer, property, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawnValues, lowerBound, slotPlaces } from './columns.ts'

const points = array(
  record({
    x: double({ min: 1, max: 1e4, noNaN: true }),
    y: double({ min: -1e6, max: 1e6, noNaN: true }),
  }),
  { minLength: 1, maxLength: 400 },
).map((list) => {
  const sorted = [...list].sort((a, b) => a.x - b.x)
  return { xs: Float64Array.from(sorted, ({ x }) => x), ys: Float64Array.from(sorted, ({ y }) => y) }
})

const within = (drawn: ReturnType<typeof drawnValues>) => drawn.slice(1, -1)
const numbers = (drawn: ReturnType<typeof drawnValues>) => drawn.filter((y): y is number => typeof y === 'number')

describe('columns', () => {
  it('lose no extreme, nor the first and last of what is seen', () => {
    assert(
      property(points, integer({ min: 1, max: 60 }), boolean(), ({ xs, ys }, columns, log) => {
        const view = { from: xs[0]!, to: Math.max(xs[xs.length - 1]!, xs[0]! * 1.0001), columns, log }
        const kept = numbers(within(drawnValues(xs, ys, view)))
        expect(Math.max(...kept)).toBe(Math.max(...ys))
        expect(Math.min(...kept)).toBe(Math.min(...ys))
        expect(kept[0]).toBe(ys[0])
        expect(kept.at(-1)).toBe(ys[ys.length - 1])
      }),
    )
  })

  it('are at most four values each, in the order of the line', () => {
    assert(
      property(points, integer({ min: 1, max: 60 }), ({ xs, ys }, columns) => {
        const order = Float64Array.from(ys, (_, index) => index) // as heights, so that order can be seen
        const view = { from: xs[0]!, to: xs[xs.length - 1]! + 1, columns, log: false }
        const drawn = within(drawnValues(xs, order, view))
        expect(drawn).toHaveLength(columns * 4)
        const kept = numbers(drawn)
        expect(kept).toEqual([...kept].sort((a, b) => a - b))
        expect(numbers(within(drawnValues(xs, ys, view))).length).toBeLessThanOrEqual(columns * 4)
      }),
    )
  })

  it('keep every point where there is room, within a pixel of its place', () => {
    const xs = Float64Array.from({ length: 50 }, (_, index) => index * 20)
    const ys = xs.map((x) => Math.sin(x))
    const view = { from: 0, to: 980, columns: 490, log: false }
    const drawn = within(drawnValues(xs, ys, view))
    const places = slotPlaces(view).slice(1, -1)
    const found = drawn.flatMap((y, slot) => (typeof y === 'number' ? [{ x: places[slot]!, y }] : []))
    expect(found.map(({ y }) => y)).toEqual([...ys])
    found.forEach(({ x }, index) => expect(Math.abs(x - xs[index]!)).toBeLessThan(2))
  })

  it('break the line where a value is no number, and only there', () => {
    const xs = Float64Array.from([0, 10, 20, 30])
    const drawn = drawnValues(xs, Float64Array.from([1, NaN, 3, 4]), { from: 0, to: 30, columns: 30, log: false })
    expect(numbers(drawn)).toEqual([1, 3, 4])
    const [one, three, four] = [1, 3, 4].map((y) => drawn.indexOf(y)) as [number, number, number]
    expect(new Set(drawn.slice(one + 1, three))).toEqual(new Set([null]))
    expect(new Set(drawn.slice(three + 1, four))).toEqual(new Set([undefined]))
  })

  it('let lines come in and go out at the edges of a part', () => {
    const xs = Float64Array.from([0, 10, 20])
    const ys = Float64Array.from([0, 10, 0])
    const drawn = drawnValues(xs, ys, { from: 5, to: 15, columns: 10, log: false })
    expect(drawn[0]).toBeCloseTo(5)
    expect(drawn.at(-1)).toBeCloseTo(5)
    expect(numbers(within(drawn))).toEqual([10])
    const inside = drawnValues(xs, ys, { from: 2, to: 8, columns: 10, log: false })
    expect([inside[0], inside.at(-1)]).toEqual([expect.closeTo(2), expect.closeTo(8)])
  })

  it('have places that rise on both kinds of axis', () => {
    for (const log of [false, true]) {
      const places = slotPlaces({ from: 1, to: 1000, columns: 7, log })
      expect([...places]).toEqual([...places].sort((a, b) => a - b))
      expect([places[0], places.at(-1)]).toEqual([1, 1000])
    }
  })
})

it('finds the first that is not below', () => {
  const xs = Float64Array.from([1, 3, 3, 7])
  expect([0, 1, 2, 3, 4, 8].map((x) => lowerBound(xs, x))).toEqual([0, 0, 1, 1, 3, 4])
})
