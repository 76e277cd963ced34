import { expect, it } from 'vitest'
import { verdictsOf, type Measured, type Values } from './outcome-words.ts'

const measured = (mean: number, values: Values, deviation = 10): Measured => ({
  evaluation: { returns: new Array<number>(10).fill(mean), mean, deviation, normalisedScore: 0 },
  values,
})
const values = (forgotten: number, remaining: number): Values => ({ forgotten, remaining, unseen: null })
const wordsOf = (before: Measured, after: Measured) =>
  verdictsOf({ before, after }).map(({ good, words }) => [good, words])

it('values that fall where they should and a kept return are good', () => {
  const found = wordsOf(measured(3000, values(250, 250)), measured(2900, values(100, 240)))
  expect(found.map(([good]) => good)).toEqual([true, true])
  expect(found.join()).toMatch(/lost 3 %/)
})

it('values that did not fall are said, and first', () => {
  const [first] = wordsOf(measured(3000, values(250, 250)), measured(3000, values(260, 240)))
  expect(first).toEqual([false, expect.stringMatching(/did not fall/)])
})

it('an agent that values everything less has not forgotten', () => {
  const [first] = wordsOf(measured(3000, values(250, 250)), measured(3000, values(100, 90)))
  expect(first?.[1]).toMatch(/values everything less/)
})

it('a return that is lost is said; a difference within the spread is none', () => {
  expect(wordsOf(measured(3000, values(9, 9)), measured(2000, values(1, 9)))[0]?.[1]).toMatch(/lost 33 %/)
  expect(wordsOf(measured(3000, values(9, 9), 900), measured(2900, values(1, 9), 900)).join()).toMatch(
    /within the spread/,
  )
  expect(wordsOf(measured(3000, values(9, 9), 900), measured(2999, values(1, 9), 900)).join()).toMatch(
    /a difference of less than 1 % lies/,
  )
})

it('of one episode each, returns are not compared', () => {
  const once = (mean: number): Measured => ({
    evaluation: { returns: [mean], mean, deviation: 0, normalisedScore: 0 },
    values: { forgotten: null, remaining: null, unseen: null },
  })
  expect(verdictsOf({ before: once(800), after: once(1000) })).toEqual([])
})

it('without critics or simulator there is nothing to say', () => {
  const nothing: Measured = { evaluation: null, values: { forgotten: null, remaining: null, unseen: null } }
  expect(verdictsOf({ before: nothing, after: nothing })).toEqual([])
})

it('where nothing was played a change is told by estimate, and called one', () => {
  const estimate = { value: 20, low: 10, high: 30, members: 8, updates: 100, discount: 0.9, drift: 0, problem: null }
  const half = (): Measured => ({
    ...{ evaluation: null, values: values(9, 9) },
    estimate: { ...estimate, behaviour: { value: 1, low: 0, high: 2, beyond: 0 } },
  })
  const said = (value: number, low: number, high: number) =>
    verdictsOf({ before: half(), after: half(), estimateChange: { value, low, high } }).at(-1)
  expect(said(-1, -2, 0.5)).toEqual({ good: true, words: expect.stringMatching(/^By estimate it does as before/) })
  expect(
    verdictsOf({ before: half(), after: half(), estimateChange: { value: -8, low: -9, high: -7 } }),
  ).toContainEqual({
    good: false,
    words: expect.stringMatching(/^By estimate it lost 40 %/),
  })
  expect(said(4, 3, 5)?.words).toMatch(/better than before, by 20 %/)
})
