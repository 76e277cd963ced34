import { describe, expect, it } from 'vitest'
import { lineOf, nearest, padded, stepExtent, summary, toCsv } from './series.ts'

const series = (steps: number[], values: number[], name = 'a') => ({ id: name, name, steps, values })

describe('a line', () => {
  it('is put in order where a resumed run wrote steps twice, the later one last', () => {
    const { xs, ys } = lineOf(series([1, 2, 3, 2, 3], [10, 20, 30, 21, 31]), 0)
    expect([...xs]).toEqual([1, 2, 2, 3, 3])
    expect([...ys]).toEqual([10, 20, 21, 30, 31])
  })

  it('is made anew when its array has grown, and not otherwise', () => {
    const one = series([1, 2], [1, 2])
    const before = lineOf(one, 0)
    expect(lineOf(one, 0)).toBe(before)
    one.steps.push(3)
    one.values.push(9)
    expect([...lineOf(one, 0).ys]).toEqual([1, 2, 9])
    expect([...lineOf(one, 0.5).smooth]).not.toEqual([1, 2, 9])
    expect([...lineOf(one, 0).smooth]).toEqual([1, 2, 9])
  })

  it('is summed up without its gaps', () => {
    const line = lineOf(series([1, 2, 3, 4], [5, NaN, -1, 2]), 0)
    expect(summary(line)).toEqual({ points: 4, last: 2, lowest: -1, lowestStep: 3, highest: 5, highestStep: 1 })
  })
})

it('finds the nearest point', () => {
  const xs = Float64Array.from([0, 10, 20])
  expect([-5, 4, 6, 14.9, 100].map((x) => nearest(xs, x))).toEqual([0, 0, 1, 1, 2])
  expect(nearest(new Float64Array(), 1)).toBe(-1)
})

it('spans all steps, and leaves step 0 out on a logarithmic axis', () => {
  const lines = [lineOf(series([0, 100], [1, 1]), 0), lineOf(series([50, 200], [1, 1]), 0)]
  expect(stepExtent(lines, false)).toEqual({ low: 0, high: 200 })
  expect(stepExtent(lines, true)).toEqual({ low: 50, high: 200 })
  expect(stepExtent([lineOf(series([7], [1]), 0)], false)).toEqual({ low: 6.5, high: 7.5 })
  expect(stepExtent([], false)).toBeNull()
})

it('leaves room around the values, and invents some where there is none', () => {
  expect(padded(0, 1, false)).toEqual({ low: -0.06, high: 1.06 })
  expect(padded(2, 2, false)).toEqual({ low: 1.8, high: 2.2 })
  expect(padded(0, 0, false)).toEqual({ low: -1, high: 1 })
  expect(padded(Infinity, -Infinity, false)).toEqual({ low: 0, high: 1 })
  expect(padded(1, 100, true).low).toBeGreaterThan(0)
})

it('writes all points, one row for each step, and says what is not private', () => {
  const text = toCsv('step', [
    series([1, 2], [0.5, 0.25], 'loss'),
    { ...series([2, 3], [0.9, 1], 'accuracy, test'), private: false },
  ])
  expect(text).toBe('step,loss,"accuracy, test (not private)"\n1,0.5,\n2,0.25,0.9\n3,,1')
})
