import { property, assert, double, constantFrom } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundsTrouble, logPosition, logStepped, logValue, readNumber, stepped, writeNumber } from './numbers.ts'

describe('readNumber', () => {
  it.each([
    ['1.5', 1.5],
    [' 0,001 ', 0.001],
    ['1e-5', 1e-5],
    ['10\u202f000', 10_000],
    ['−3', -3],
    ['0.', 0],
    ['1,5', 1.5],
  ])('%j is %d', (text, value) => expect(readNumber(text)).toEqual({ value }))

  it.each(['', '1e', 'abc', '1.2.3', '1,2,3', '-', 'Infinity', 'NaN'])('%j is no number', (text) =>
    expect(readNumber(text)).toHaveProperty('trouble'),
  )

  it('refuses to guess whether a comma groups or divides', () => {
    expect(readNumber('1,000')).toEqual({ trouble: 'Write 1000, or a decimal point' })
    expect(readNumber('12,345,678')).toHaveProperty('trouble')
  })

  it('reads what it wrote', () => {
    assert(
      property(double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const read = readNumber(writeNumber(value))
        expect('value' in read && Math.abs(read.value - value) <= 1e-11 * Math.abs(value)).toBe(true)
      }),
    )
  })
})

it('says which bound is broken', () => {
  expect(boundsTrouble(5, { min: 0, max: 10 })).toBeNull()
  expect(boundsTrouble(11, { min: 0, max: 10 })).toBe('Between 0 and 10')
  expect(boundsTrouble(0, { min: 1 })).toBe('At least 1')
  expect(boundsTrouble(2, { max: 1 })).toBe('At most 1')
})

it('steps along the grid without binary dust', () => {
  expect(stepped(0.1, 0.1, 1, {})).toBe(0.2)
  expect(stepped(0.2, 0.1, 1, {})).toBe(0.3)
  expect(stepped(0.25, 0.1, 1, {})).toBe(0.3)
  expect(stepped(0.25, 0.1, -1, {})).toBe(0.2)
  expect(stepped(10, 1, 1, { max: 10 })).toBe(10)
  expect(stepped(null, 1, 1, { min: 5 })).toBe(5)
})

describe('the logarithmic slider', () => {
  const ranges = constantFrom([0.01, 100], [1e-9, 1e-3], [0.1, 10], [1, 1e6], [0.2, 0.7])

  it('has its ends exact and one value for each place', () => {
    expect(logValue(0, 0.03, 7.77)).toBe(0.03)
    expect(logValue(1, 0.03, 7.77)).toBe(7.77)
    expect(logValue(0.5, 0.01, 100)).toBe(1)
    expect(logPosition(1, 0.01, 100)).toBeCloseTo(0.5, 12)
  })

  it('never leaves its range and never goes backwards', () => {
    assert(
      property(
        ranges,
        double({ min: 0, max: 1, noNaN: true }),
        double({ min: 0, max: 1, noNaN: true }),
        (range, a, b) => {
          const [min, max] = range as [number, number]
          const [low, high] = [logValue(Math.min(a, b), min, max), logValue(Math.max(a, b), min, max)]
          expect(low).toBeGreaterThanOrEqual(min)
          expect(high).toBeLessThanOrEqual(max)
          expect(low).toBeLessThanOrEqual(high)
        },
      ),
    )
  })

  it('goes back to the place a value came from, within its rounding', () => {
    assert(
      property(ranges, double({ min: 0, max: 1, noNaN: true }), (range, place) => {
        const [min, max] = range as [number, number]
        const decades = Math.log10(max / min)
        expect(Math.abs(logPosition(logValue(place, min, max), min, max) - place)).toBeLessThan(0.025 / decades)
      }),
    )
  })

  it('moves with every arrow key until its end', () => {
    expect(logStepped(1, 1, 0.01, 100)).toBe(1.1)
    expect(logStepped(1, -1, 0.01, 100)).toBe(0.99)
    expect(logStepped(9.9, 1, 0.01, 100)).toBe(10)
    expect(logStepped(1.23, 1, 0.01, 100)).toBe(1.3)
    assert(
      property(
        ranges,
        double({ min: 0, max: 1, noNaN: true }),
        constantFrom<1 | -1>(1, -1),
        (range, place, direction) => {
          const [min, max] = range as [number, number]
          const value = logValue(place, min, max)
          const next = logStepped(value, direction, min, max)
          if (value === (direction > 0 ? max : min)) expect(next).toBe(value)
          else expect(Math.sign(next - value)).toBe(direction)
        },
      ),
    )
  })
})
