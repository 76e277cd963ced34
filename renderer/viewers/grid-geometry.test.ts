import { assert, constantFrom, integer, property, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  firstZoom,
  inSight,
  layOut,
  nextZoom,
  placeOf,
  scrollFor,
  sourceOf,
  tileAfterKey,
  tileAt,
  zooms,
} from './grid-geometry.ts'

const layouts = record({
  count: integer({ min: 1, max: 10_000 }),
  size: integer({ min: 1, max: 64 }),
  zoom: constantFrom(...zooms),
  width: integer({ min: 1, max: 2000 }),
  gap: integer({ min: 0, max: 8 }),
}).map(({ count, size, zoom, width, gap }) => layOut(count, { width: size, height: size }, zoom, width, gap))

describe('the grid', () => {
  it('finds each tile where it put it, and nothing in the gaps', () => {
    assert(
      property(layouts, integer({ min: 0, max: 9999 }), (layout, seed) => {
        const index = seed % layout.count
        const { x, y } = placeOf(layout, index)
        expect(tileAt(layout, x, y)).toEqual({ index, x: 0, y: 0 })
        expect(tileAt(layout, x + layout.cell.width - 1, y + layout.cell.height - 1)?.index).toBe(index)
        if (layout.gap > 0) expect(tileAt(layout, x - 1, y)).toBeNull()
        expect(y + layout.cell.height + layout.gap).toBeLessThanOrEqual(layout.height)
      }),
    )
  })

  it('draws every tile that is in sight, and few that are not', () => {
    assert(
      property(layouts, integer({ min: 0, max: 100_000 }), integer({ min: 1, max: 1000 }), (layout, seed, height) => {
        const top = seed % layout.height
        const [first, last] = inSight(layout, top, height)
        const isSeen = (index: number) => {
          const { y } = placeOf(layout, index)
          return y < top + height && y + layout.cell.height > top
        }
        if (first > 0) expect(isSeen(first - 1)).toBe(false)
        if (last < layout.count) expect(isSeen(last)).toBe(false)
        expect((last - first) / layout.columns).toBeLessThanOrEqual(height / (layout.cell.height + layout.gap) + 3)
      }),
    )
  })

  it('scrolls no further than it must', () => {
    const layout = layOut(100, { width: 10, height: 10 }, 1, 100, 0) // ten by ten
    expect(scrollFor(layout, 0, 0, 50)).toBe(0)
    expect(scrollFor(layout, 45, 0, 50)).toBe(0)
    expect(scrollFor(layout, 55, 0, 50)).toBe(10)
    expect(scrollFor(layout, 5, 40, 50)).toBe(0)
  })
})

describe('the keys', () => {
  const layout = layOut(23, { width: 10, height: 10 }, 1, 50, 0) // rows of five, three in the last
  it.each([
    ['ArrowRight', 4, 5],
    ['ArrowLeft', 0, 0],
    ['ArrowDown', 2, 7],
    ['ArrowUp', 2, 2],
    ['ArrowDown', 17, 22],
    ['ArrowDown', 19, 22],
    ['ArrowRight', 22, 22],
    ['Home', 7, 0],
    ['End', 7, 22],
    ['PageDown', 1, 11],
    ['PageUp', 11, 1],
    ['PageDown', 12, 22],
    ['ArrowDown', -1, 0],
  ])('%s from %i leads to %i', (key, from, to) => expect(tileAfterKey(key, from, layout, 3)).toBe(to))

  it('leaves other keys alone', () => expect(tileAfterKey('a', 3, layout, 3)).toBeNull())
})

it('finds tiles in their atlas, row by row', () => {
  const atlases = { tile: { width: 28, height: 20 }, perAtlas: 100, columnsPerAtlas: 10 }
  expect(sourceOf(atlases, 0)).toEqual({ page: 0, x: 0, y: 0 })
  expect(sourceOf(atlases, 99)).toEqual({ page: 0, x: 252, y: 180 })
  expect(sourceOf(atlases, 213)).toEqual({ page: 2, x: 84, y: 20 })
})

it('zooms by whole multiples between its ends', () => {
  expect(nextZoom(4, 1)).toBe(6)
  expect(nextZoom(1, -1)).toBe(1)
  expect(nextZoom(16, 1)).toBe(16)
  expect(firstZoom({ width: 28, height: 28 })).toBe(2)
  expect(firstZoom({ width: 512, height: 512 })).toBe(1)
})
