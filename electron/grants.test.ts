import { expect, it } from 'vitest'
import { createGrants } from './grants.ts'

it('knows what was chosen and nothing else', () => {
  const grants = createGrants()
  grants.add('/a/b')
  grants.add('')
  expect(['/a/b', '/a', '/a/b/', '/a/b/c', ''].map(grants.has)).toEqual([true, false, false, false, false])
})

it('forgets the oldest beyond its bound, never the newest', () => {
  const grants = createGrants()
  for (let index = 0; index < 1500; index++) grants.add(`/${index}`)
  grants.add('/700')
  expect([grants.has('/0'), grants.has('/700'), grants.has('/1499')]).toEqual([false, true, true])
})
