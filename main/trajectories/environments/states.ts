/** States of the simulator from observations, for data that holds no others. */
import type { Task } from './task.ts'

export interface States {
  /** [steps, positions] each. */
  readonly positions: Float64Array
  readonly velocities: Float64Array
}

/**
 * An observation is qpos without x, then qvel cut to the velocity limit; x is the integral of its velocity by the trapezoid rule, from 0.
 * @param observations [steps, 2·positions − 1]
 */
export function statesFrom(task: Task, observations: Float32Array): States & { readonly atLimit: number } {
  const size = task.initialPosition.length
  const width = 2 * size - 1
  const steps = observations.length / width
  const positions = new Float64Array(steps * size)
  const velocities = new Float64Array(steps * size)
  let x = 0
  let atLimit = 0
  for (let step = 0; step < steps; step++) {
    const row = observations.subarray(step * width, (step + 1) * width)
    if (step > 0) x += (task.dt * (velocities[(step - 1) * size]! + row[size - 1]!)) / 2
    positions[step * size] = x
    positions.set(row.subarray(0, size - 1), step * size + 1)
    velocities.set(row.subarray(size - 1), step * size)
    if (row.subarray(size - 1).some((velocity) => Math.abs(velocity) >= task.velocityLimit)) atLimit++
  }
  return { positions, velocities, atLimit }
}
