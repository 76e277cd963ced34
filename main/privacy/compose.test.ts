import { expect, test } from 'vitest'
import type { PrivacyEvent } from '../contract/privacy.ts'
import { pldEpsilon, pldPieces } from './accountants/pld.ts'
import { composeInTurns, epsilonsOf } from './compose.ts'

const sampled = (count: number): PrivacyEvent[] =>
  Array.from({ length: count }, (_, index) => ({
    kind: 'gaussian',
    noiseMultiplier: 1 + index / 10,
    rate: (64 + index) / 60_000,
    steps: 3000,
  }))
const others: readonly PrivacyEvent[] = [
  { kind: 'gaussian', noiseMultiplier: 5, rate: 1, steps: 1 },
  { kind: 'pure', epsilon: 0.1, count: 2 },
]

test('the accountant in pieces says the same, to the last bit', () => {
  for (const events of [sampled(1), [...sampled(2), ...others], others]) {
    const pieces = pldPieces(events, 1e-5)
    let next = pieces.next()
    let pauses = 0
    for (; !next.done; next = pieces.next()) pauses++
    expect(next.value).toEqual(pldEpsilon(events, 1e-5))
    expect(pauses).toBeGreaterThan(50)
  }
})

test('a long composition gives others their turns, and is made once', async () => {
  const events = sampled(24)
  let turns = 0
  let going = true
  const others = () => {
    turns++
    if (going) setImmediate(others)
  }
  setImmediate(others)
  const [found, again] = await Promise.all([
    composeInTurns(events, 1e-5, 'add-remove'),
    composeInTurns(events, 1e-5, 'add-remove'),
  ])
  going = false
  expect(turns).toBeGreaterThanOrEqual(5)
  expect(again).toBe(found)
  expect(found).toEqual(epsilonsOf(events, 1e-5, 'add-remove'))
})
