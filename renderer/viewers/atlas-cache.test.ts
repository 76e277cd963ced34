import { describe, expect, it } from 'vitest'
import { createAtlasCache } from './atlas-cache.ts'

/** A cache whose loads end when the test says so. */
function setUp(most: number) {
  const asked: number[] = []
  const closed: number[] = []
  const ends = new Map<number, { resolve: () => void; reject: () => void }>()
  const cache = createAtlasCache<{ page: number }>({
    load: (page) =>
      new Promise((resolve, reject) => {
        asked.push(page)
        ends.set(page, { resolve: () => resolve({ page }), reject: () => reject(new Error('gone')) })
      }),
    close: ({ page }) => closed.push(page),
    bytes: () => 1,
    most,
    onChange: () => {},
  })
  const end = async (page: number, how: 'resolve' | 'reject' = 'resolve') => {
    ends.get(page)?.[how]()
    await new Promise((resolve) => setTimeout(resolve))
  }
  return { cache, asked, closed, end }
}

describe('the cache of atlases', () => {
  it('loads what is in sight now, not what has scrolled by', async () => {
    const { cache, asked, end } = setUp(10)
    cache.want([1, 2, 3, 4, 5])
    expect(asked).toEqual([1, 2, 3])
    cache.want([9])
    await end(1)
    expect(asked).toEqual([1, 2, 3, 9])
  })

  it('lets go of the page that was not used for longest, never of one in sight', async () => {
    const { cache, closed, end } = setUp(2)
    cache.want([1, 2])
    await end(1)
    await end(2)
    cache.want([1])
    cache.want([3])
    await end(3)
    expect(closed).toEqual([2])
    cache.want([1, 3, 4])
    await end(4)
    expect(closed).toEqual([2])
    expect([1, 3, 4].every((page) => cache.get(page))).toBe(true)
  })

  it('does not ask again for what failed until it is told to', async () => {
    const { cache, asked, end } = setUp(2)
    cache.want([1])
    await end(1, 'reject')
    cache.want([1])
    expect(asked).toEqual([1])
    expect(cache.failed()).toBe(1)
    cache.retry()
    expect(asked).toEqual([1, 1])
  })

  it('frees everything when it is closed, also what arrives later', async () => {
    const { cache, closed, end } = setUp(5)
    cache.want([1, 2])
    await end(1)
    cache.close()
    await end(2)
    expect(closed).toEqual([1, 2])
    expect(cache.get(1)).toBeUndefined()
  })
})
