import { describe, expect, it } from 'vitest'
import type { Plan } from '../../main/contract/run.ts'
import { progressOf } from './run-progress.tsx'

const step = (phase: string, weight: number) => ({ phase, steps: 10, weight, note: '' })
const plan: Plan = {
  steps: [step('a', 1), step('b', 8), step('c', 1)],
  memoryBytes: 0,
  privacy: null,
  nonPrivateReads: [],
}
const at = (phase: string, now: number) => ({ phase, step: now, totalSteps: 10, rate: null, secondsLeft: null })

describe('progress of a run', () => {
  it('fills what is done and weighs the whole', () => {
    expect(progressOf(plan, { state: 'running', progress: at('b', 5) })).toEqual({
      shares: [1, 0.5, 0],
      present: 1,
      whole: 0.5,
    })
  })
  it('is empty before the first and in a phase that is not planned', () => {
    for (const progress of [null, at('Waiting for the run before', 0)])
      expect(progressOf(plan, { state: 'running', progress })).toEqual({ shares: [0, 0, 0], present: -1, whole: 0 })
  })
  it('is full at the end, also where the last phase was skipped', () => {
    expect(progressOf(plan, { state: 'succeeded', progress: at('b', 10) }).whole).toBe(1)
  })
  it('fills from left to right with what a run says of all of it, whatever phase it is in', () => {
    const twice = { ...plan, steps: [step('play', 1), step('b', 8), step('play', 1)] }
    const told = (phase: string, whole: number) =>
      progressOf(twice, { state: 'running', progress: { ...at(phase, 5), whole } })
    expect(told('play', 0.05)).toEqual({ shares: [0.5, 0, 0], present: 0, whole: 0.05 })
    expect(told('play', 0.95)).toEqual({ shares: [1, 1, expect.closeTo(0.5)], present: 2, whole: 0.95 })
    // Episodes played while training are no phase of their own.
    expect(told('unplanned', 0.5)).toEqual({ shares: [1, 0.5, 0], present: 1, whole: 0.5 })
  })
})
