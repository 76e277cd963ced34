import { describe, expect, it } from 'vitest'
import { changed, historyOf, redone, undone, type History } from './history.ts'

const slowly = (values: readonly number[]): History<number> =>
  values.reduce((history, value, index) => changed(history, value, 'epsilon', index * 10_000), historyOf(0))

describe('the history of a form', () => {
  it('goes back and forth', () => {
    const history = slowly([1, 2, 3])
    expect(undone(history).present).toBe(2)
    expect(undone(undone(history)).present).toBe(1)
    expect(redone(undone(history))).toMatchObject({ present: 3, past: [0, 1, 2], future: [] })
  })
  it('stays at its ends', () => {
    const start = historyOf(7)
    expect(undone(start)).toBe(start)
    expect(redone(start)).toBe(start)
  })
  it('takes a drag as one step, and another field as its own', () => {
    let history = historyOf(0)
    for (let value = 1; value <= 20; value++) history = changed(history, value, 'epsilon', value * 30)
    expect(undone(history).present).toBe(0)
    history = changed(history, 21, 'seed', 610)
    expect(undone(history).present).toBe(20)
  })
  it('does not join a change with one that was undone', () => {
    const history = changed(undone(slowly([1, 2])), 5, 'epsilon', 10_100)
    expect(history).toMatchObject({ present: 5, past: [0, 1], future: [] })
  })
  it('keeps fifty steps', () => {
    const history = slowly(Array.from({ length: 80 }, (_none, index) => index + 1))
    expect(history.past.length).toBe(50)
    expect(history.past[0]).toBe(30)
  })
})
