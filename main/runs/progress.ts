/** How much of the whole run is done, its rate and its time left, from the weights of the plan and the pace so far. Never falls back. */
import type { Plan } from '../contract/run.ts'

export interface Pace {
  readonly rate: number | null
  readonly secondsLeft: number | null
  /** Of the whole run by the weights of its phases, 0 … 1. */
  readonly whole: number
}

/**
 * A phase that comes twice stands twice in the plan. One that comes on the way of another (episodes played while training) does not stand
 * in it by itself: its time is in the weight of the other. `now` in seconds from any fixed origin (a monotonic clock).
 */
export function progressMeter(
  steps: Plan['steps'],
  now: () => number,
): (phase: string, step: number, totalSteps: number) => Pace {
  const total = steps.reduce((sum, part) => sum + part.weight, 0)
  let place = -1
  let before = 0
  let done = 0
  let firstDone: number | null = null
  let start = now()
  let current = ''
  let phaseStart = now()
  let phaseFirstStep = 0
  return (phase, step, totalSteps) => {
    const time = now()
    if (phase !== current) {
      ;[current, phaseStart, phaseFirstStep] = [phase, time, step]
      const next = steps.findIndex((part, index) => index > place && part.phase === phase)
      if (next >= 0 && steps[place]?.phase !== phase) {
        place = next
        before = steps.slice(0, next).reduce((sum, part) => sum + part.weight, 0)
      }
    }
    const planned = steps[place]
    const fraction = totalSteps > 0 ? Math.min(1, step / totalSteps) : 1
    if (planned?.phase === phase) done = Math.max(done, before + fraction * planned.weight)
    if (firstDone === null) [firstDone, start] = [done, time]
    const phaseSeconds = time - phaseStart
    const stepsDone = step - phaseFirstStep
    const rate = stepsDone > 0 && phaseSeconds > 0.2 ? stepsDone / phaseSeconds : null
    // The weights carry the estimate at first; the measured pace takes over as work gets done.
    const workDone = done - firstDone
    const trust = Math.min(1, workDone / (0.1 * total))
    const measured = workDone > 0 ? (time - start) / workDone : 1
    const secondsLeft =
      total > 0 && workDone > 0.01 * total ? (total - done) * (trust * measured + (1 - trust) * 1) : null
    return { rate, secondsLeft, whole: total > 0 ? done / total : 0 }
  }
}
