/** Rate and time left, from the weights of the plan and the pace so far. Monotone in (phase, step). */
import type { Plan } from '../contract/run.ts'

export interface Pace {
  readonly rate: number | null
  readonly secondsLeft: number | null
}

/** `now` in seconds from any fixed origin (a monotonic clock). */
export function progressMeter(
  steps: Plan['steps'],
  now: () => number,
): (phase: string, step: number, totalSteps: number) => Pace {
  const total = steps.reduce((sum, part) => sum + part.weight, 0)
  let firstDone: number | null = null
  let start = now()
  let current = ''
  let phaseStart = now()
  let phaseFirstStep = 0
  return (phase, step, totalSteps) => {
    const time = now()
    if (phase !== current) [current, phaseStart, phaseFirstStep] = [phase, time, step]
    const index = steps.findIndex((part) => part.phase === phase)
    const before = steps.slice(0, Math.max(index, 0)).reduce((sum, part) => sum + part.weight, 0)
    const fraction = totalSteps > 0 ? Math.min(1, step / totalSteps) : 1
    const done = before + fraction * (steps[index]?.weight ?? 0)
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
    return { rate, secondsLeft }
  }
}
