/**
 * The body masses of D4RL's time. MuJoCo before 2.1.1 took a capsule of radius r and half length h for a cylinder of length
 * H = 2h + r: m = ρπr²H, moments m(3r² + H²)/12 across and mr²/2 along its axis; later versions are exact, so Hopper gained 3.6 %.
 * A body of several capsules (the cheetah's torso and head) gets their sum about the common centre. Bodies here are planar:
 * every axis lies in the x-z plane.
 */
import type { MjModel } from 'mujoco-js'

const density = 1000

interface Capsule {
  readonly mass: number
  readonly across: number
  readonly along: number
  readonly x: number
  readonly z: number
  /** Angle of the axis from z towards x. */
  readonly angle: number
}

/**
 * Overwrites mass and inertia of every body of a compiled model; what the engine derives from them must be derived anew after it.
 * `total` scales all to this sum, for a model that asks for one.
 */
export function setEarlyMasses(model: MjModel, total?: number): void {
  for (let body = 1; body < model.nbody; body++) setBody(model, body)
  if (total === undefined) return
  const [masses, inertias] = [model.body_mass as Float64Array, model.body_inertia as Float64Array]
  const factor = total / masses.reduce((sum, mass) => sum + mass, 0)
  for (const values of [masses, inertias]) for (let i = 0; i < values.length; i++) values[i]! *= factor
}

function setBody(model: MjModel, body: number): void {
  const capsules = capsulesOf(model, body)
  const [only] = capsules
  const masses = model.body_mass as Float64Array
  const inertias = model.body_inertia as Float64Array
  masses[body] = capsules.reduce((sum, one) => sum + one.mass, 0)
  // The frame of a lone capsule is its own, z along the axis, as the compiler left it.
  if (capsules.length === 1) inertias.set([only!.across, only!.across, only!.along], 3 * body)
  else {
    const { x, z, turn, moments } = combine(capsules)
    inertias.set(moments, 3 * body)
    ;(model.body_ipos as Float64Array).set([x, 0, z], 3 * body)
    ;(model.body_iquat as Float64Array).set([Math.cos(turn / 2), 0, Math.sin(turn / 2), 0], 4 * body)
  }
}

function capsulesOf(model: MjModel, body: number): Capsule[] {
  const owners = model.geom_bodyid as Int32Array
  const [sizes, places, turns] = [model.geom_size, model.geom_pos, model.geom_quat] as Float64Array[]
  const found: Capsule[] = []
  for (let geom = 0; geom < model.ngeom; geom++) {
    if (owners[geom] !== body) continue
    const [radius, half] = [sizes![3 * geom]!, sizes![3 * geom + 1]!]
    const [w, x, y, z] = [0, 1, 2, 3].map((i) => turns![4 * geom + i]!) as [number, number, number, number]
    const length = 2 * half + radius
    const mass = density * Math.PI * radius * radius * length
    found.push({
      mass,
      across: (mass * (3 * radius * radius + length * length)) / 12,
      along: (mass * radius * radius) / 2,
      x: places![3 * geom]!,
      z: places![3 * geom + 2]!,
      angle: Math.atan2(2 * (x * z + w * y), 1 - 2 * (x * x + y * y)),
    })
  }
  return found
}

/** Centre, principal moments (the smallest last) and the angle of their z axis from z towards x. */
function combine(capsules: readonly Capsule[]): { x: number; z: number; turn: number; moments: number[] } {
  const total = capsules.reduce((sum, one) => sum + one.mass, 0)
  const x = capsules.reduce((sum, one) => sum + one.mass * one.x, 0) / total
  const z = capsules.reduce((sum, one) => sum + one.mass * one.z, 0) / total
  let [xx, yy, zz, xz] = [0, 0, 0, 0]
  for (const { mass, across, along, angle, ...place } of capsules) {
    const [dx, dz, s, c] = [place.x - x, place.z - z, Math.sin(angle), Math.cos(angle)]
    xx += across * c * c + along * s * s + mass * dz * dz
    zz += across * s * s + along * c * c + mass * dx * dx
    xz += (along - across) * s * c - mass * dx * dz
    yy += across + mass * (dx * dx + dz * dz)
  }
  const turn = 0.5 * Math.atan2(-2 * xz, xx - zz)
  const [s, c] = [Math.sin(turn), Math.cos(turn)]
  return {
    x,
    z,
    turn,
    moments: [xx * c * c + zz * s * s - 2 * xz * s * c, yy, xx * s * s + zz * c * c + 2 * xz * s * c],
  }
}
