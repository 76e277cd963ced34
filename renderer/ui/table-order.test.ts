import { array, assert, boolean, constantFrom, integer, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextOrder, ordered, rowAfterKey } from './table-order.ts'

it('goes through rising, falling and as it came', () => {
  const first = nextOrder(null, 'name')
  expect(first).toEqual({ column: 'name', descending: false })
  const second = nextOrder(first, 'name')
  expect(second).toEqual({ column: 'name', descending: true })
  expect(nextOrder(second, 'name')).toBeNull()
  expect(nextOrder(second, 'size')).toEqual({ column: 'size', descending: false })
})

it('orders without losing rows, and leaves equal rows as they came in both directions', () => {
  assert(
    property(array(integer({ min: 0, max: 5 })), boolean(), (values, descending) => {
      const rows = values.map((value, place) => ({ value, place }))
      const sorted = ordered(rows, (a, b) => a.value - b.value, descending)
      expect([...sorted].sort((a, b) => a.place - b.place)).toEqual(rows)
      sorted.slice(1).forEach((row, index) => {
        const before = sorted[index]!
        expect(descending ? before.value >= row.value : before.value <= row.value).toBe(true)
        if (before.value === row.value) expect(before.place).toBeLessThan(row.place)
      })
    }),
  )
})

describe('the keys', () => {
  it('lead along the rows and stop at the ends', () => {
    expect(rowAfterKey('ArrowDown', -1, 5, 3)).toBe(0)
    expect(rowAfterKey('ArrowUp', -1, 5, 3)).toBe(4)
    expect(rowAfterKey('ArrowDown', 4, 5, 3)).toBe(4)
    expect(rowAfterKey('PageDown', 0, 50, 10)).toBe(9)
    expect(rowAfterKey('PageUp', 3, 50, 10)).toBe(0)
    expect(rowAfterKey('End', 0, 50, 10)).toBe(49)
    expect(rowAfterKey('x', 0, 5, 3)).toBeNull()
    expect(rowAfterKey('ArrowDown', -1, 0, 3)).toBeNull()
  })

  it('never lead outside', () => {
    const keys = constantFrom('ArrowDown', 'ArrowUp', 'Home', 'End', 'PageDown', 'PageUp')
    assert(
      property(
        keys,
        integer({ min: 1, max: 1000 }),
        integer({ min: -1, max: 999 }),
        integer({ min: 0, max: 50 }),
        (key, count, row, page) => {
          const next = rowAfterKey(key, Math.min(row, count - 1), count, page)
          expect(next).toBeGreaterThanOrEqual(0)
          expect(next).toBeLessThan(count)
        },
      ),
    )
  })
})
