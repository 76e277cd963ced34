import { expect, test } from 'vitest'
import { progressMeter } from './progress.ts'

const part = (phase: string, weight: number) => ({ phase, steps: 10, weight, note: '' })

/** What a meter says of phases that go through ten steps each, half a second a step. */
function measured(plan: ReturnType<typeof part>[], phases: readonly string[]) {
  let time = 0
  const meter = progressMeter(plan, () => time)
  return phases.flatMap((phase) =>
    Array.from({ length: 10 }, (_, step) => {
      time += 0.5
      return meter(phase, step + 1, 10)
    }),
  )
}

const rises = (values: readonly number[]): boolean => values.every((value, index) => value >= (values[index - 1] ?? 0))

test('a phase that comes before and after the others takes nothing back', () => {
  const plan = [part('Playing', 5), part('Forgetting', 5), part('Convergence', 5), part('Playing', 5)]
  const told = measured(plan, ['Playing', 'Forgetting', 'Convergence', 'Playing'])
  expect(told.map(({ whole }) => whole)).toEqual(Array.from({ length: 40 }, (_, at) => expect.closeTo((at + 1) / 40)))
  // At an even pace the time left is what is left.
  expect(told.slice(10).map(({ secondsLeft }) => secondsLeft)).toEqual(
    Array.from({ length: 30 }, (_, at) => expect.closeTo((29 - at) / 2)),
  )
})

test('a phase that comes on the way of another stands still, and its time is told as left', () => {
  const told = measured([part('Training', 8), part('Estimating', 2)], ['Training', 'Playing', 'Estimating'])
  const whole = told.map((one) => one.whole)
  expect(rises(whole)).toBe(true)
  expect(whole.slice(9, 20)).toEqual(Array.from({ length: 11 }, () => 0.8))
  expect(whole.at(-1)).toBe(1)
  expect(told.slice(9, 20).every(({ secondsLeft }) => secondsLeft! > 0)).toBe(true)
  // Back from it, the training goes on where it was.
  const meter = progressMeter([part('Training', 8), part('Estimating', 2)], () => 0)
  const back = (['Training', 'Playing', 'Training'] as const).map((phase, at) => meter(phase, 4 + at, 10).whole)
  expect(back).toEqual([0.32, 0.32, expect.closeTo(0.48)])
})

test('what was there already counts as done; a phase told again from its start takes nothing back', () => {
  const meter = progressMeter([part('Shadows', 8), part('Values', 2)], () => 0)
  const whole = [meter('Shadows', 10, 10), meter('Values', 5, 10), meter('Shadows', 1, 10), meter('Values', 1, 10)]
  expect(whole.map((one) => one.whole)).toEqual([0.8, 0.9, 0.9, 0.9])
})
