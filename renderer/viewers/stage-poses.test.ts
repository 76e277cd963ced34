import { expect, test } from 'vitest'
import { hasEnded, rowAt, torsoAt } from './stage-poses.ts'
import { movedView, views } from './stage-views.ts'

/** Three steps of two capsules. */
const robot = { poses: Float32Array.from({ length: 3 * 2 * 6 }, (_, index) => index) }

test('a robot whose motion is shorter than the replay stays where it ended', () => {
  expect([0, 2, 3, 99].map((step) => rowAt(robot, 2, step))).toEqual([0, 2, 2, 2])
  expect([0, 2, 3].map((step) => hasEnded(robot, 2, step))).toEqual([false, false, true])
  expect(torsoAt(robot, 2, 1)).toEqual({ x: 12, z: 14 })
  expect(torsoAt(robot, 2, 9)).toEqual({ x: 24, z: 26 })
})

test('a view never goes below the ground, over the top, or out of reach', () => {
  const low = movedView(views.side, { height: -9, zoom: 0.001 })
  expect(low.height).toBeGreaterThan(0)
  expect(low.distance).toBeGreaterThan(1)
  const high = movedView(views.side, { turn: 0.5, height: 9, zoom: 1000 })
  expect(high.height).toBeLessThan(Math.PI / 2)
  expect(high.distance).toBeLessThan(50)
  expect(high.turn).toBe(0.5)
})
