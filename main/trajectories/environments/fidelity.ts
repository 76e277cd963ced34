/** Whether the simulator makes of a recorded state and action what was recorded next: one step at a time, so that nothing adds up. */
import type { JobEvent } from '../../contract/job.ts'
import type { Fidelity } from '../../contract/replay.ts'
import { makeEnvironment } from './environment.ts'
import type { States } from './states.ts'
import type { Task, Variant } from './task.ts'

export interface Recorded extends States {
  /** [steps, observations] and [steps, actions]. */
  readonly observations: Float32Array
  readonly actions: Float32Array
  /** The observation after the last step, where it is known. */
  readonly final: Float32Array | null
}

/** Variants whose bodies move otherwise than those of `own`: v4 and v5 differ in rewards alone where the task has no other model. */
export function otherPhysics(task: Task, own: Variant): Variant[] {
  const physics = (variant: Variant): string => (variant === 'v5' && !task.v5Model ? 'v4' : variant)
  const others = (['v4', 'v5', 'd4rl'] as const).filter((one) => physics(one) === one)
  return others.filter((one) => one !== physics(own))
}

/** Yields `beat` every few steps, so that it can be stopped. Null where no next observation is known. */
export async function* measureFidelity(
  task: Task,
  variant: Variant,
  { observations, actions, positions, velocities, final }: Recorded,
  beat: JobEvent,
): AsyncGenerator<JobEvent, Fidelity | null> {
  const [o, a, p] = [task.observation.length, task.actions.length, task.initialPosition.length]
  const recorded = observations.length / o
  const steps = final ? recorded : recorded - 1
  if (steps < 1) return null
  const differences = new Float64Array(steps)
  let worst = { largest: -1, field: 0, step: 0 }
  const environment = await makeEnvironment(task.id, { variant })
  try {
    for (let step = 0; step < steps; step++) {
      const state = [step * p, (step + 1) * p] as const
      environment.setState(positions.subarray(...state), velocities.subarray(...state))
      environment.step(actions.subarray(step * a, (step + 1) * a))
      const next = step + 1 < recorded ? observations.subarray((step + 1) * o, (step + 2) * o) : final!
      const { size, field } = largestDifference(environment.observation, next)
      differences[step] = size
      if (size > worst.largest) worst = { largest: size, field, step }
      if ((step + 1) % stretch === 0) yield beat
    }
  } finally {
    environment.close()
  }
  const typical = differences.sort()[Math.floor(steps / 2)]!
  return { variant, steps, ...worst, field: task.observation[worst.field]!.name, typical }
}
const stretch = 32

/** Observations are stored in 32 bits, so they are compared in them. */
function largestDifference(simulated: Float64Array, recorded: Float32Array): { size: number; field: number } {
  let [size, field] = [0, 0]
  for (let i = 0; i < recorded.length; i++) {
    const difference = Math.abs(Math.fround(simulated[i]!) - recorded[i]!)
    if (difference > size) [size, field] = [difference, i]
  }
  return { size, field }
}
