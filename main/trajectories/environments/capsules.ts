/**
 * What the bodies look like: capsules all of them. A pose is six numbers, the capsule's centre and the unit vector along its axis, in
 * metres with z up; who draws them needs no kinematics.
 */
import { LetheError } from '../../contract/errors.ts'
import type { Simulation } from './engine.ts'

export interface Capsule {
  /** As the model calls its body: `torso`, `thigh_left`. */
  readonly name: string
  readonly radius: number
  /** From the centre to that of either cap. */
  readonly halfLength: number
}

export interface CapsuleView {
  readonly capsules: readonly Capsule[]
  /** Writes the poses of all, as the positions are now, from `at` on: `poseSize` numbers each. Changes nothing of what follows. */
  poses(into: Float32Array, at: number): void
}

export const poseSize = 6
const planeType = 0
const capsuleType = 3

/** Errors: `internal` for a body that is no capsule. */
export function viewCapsules(simulation: Simulation): CapsuleView {
  const { model, geometryNames } = simulation
  const types = model.geom_type as Int32Array
  const sizes = model.geom_size as Float64Array
  const moving = geometryNames.flatMap((_, geometry) => (types[geometry] === planeType ? [] : [geometry]))
  const odd = moving.find((geometry) => types[geometry] !== capsuleType)
  if (odd !== undefined) throw new LetheError('internal', `The geometry ${geometryNames[odd]} is no capsule.`)
  return {
    capsules: moving.map((geometry) => ({
      name: geometryNames[geometry]!.replace(/_geom$/, ''),
      radius: sizes[3 * geometry]!,
      halfLength: sizes[3 * geometry + 1]!,
    })),
    poses(into, at) {
      simulation.kinematics()
      const { centres, orientations } = simulation.geometries()
      let to = at
      for (const geometry of moving) {
        for (let i = 0; i < 3; i++) into[to++] = centres[3 * geometry + i]!
        // The axis is the third column of the orientation.
        for (let i = 0; i < 3; i++) into[to++] = orientations[9 * geometry + 3 * i + 2]!
      }
    },
  }
}
