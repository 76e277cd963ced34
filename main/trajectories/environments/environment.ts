/**
 * An environment: a task in motion, with Gymnasium's semantics. The action is held for `frameSkip` steps of the engine, which clips it
 * to ±1; the cost of control counts the action as given. A step allocates nothing.
 */
import { LetheError } from '../../contract/errors.ts'
import type { RandomStream } from '../../contract/job.ts'
import { viewCapsules, type CapsuleView } from './capsules.ts'
import { readModel, simulate } from './engine.ts'
import { halfCheetah } from './half-cheetah.ts'
import { hopper } from './hopper.ts'
import { setEarlyMasses } from './masses.ts'
import type { Task, Variant } from './task.ts'
import { walker2d } from './walker2d.ts'

export const tasks: readonly Task[] = [hopper, halfCheetah, walker2d]

/** Errors: `method-missing`. */
export function taskOf(id: string): Task {
  const task = tasks.find((one) => one.id === id)
  if (!task)
    throw new LetheError(
      'method-missing',
      `There is no environment ${id}.`,
      `There are ${tasks.map((one) => one.id).join(', ')}.`,
    )
  return task
}

export interface Environment extends CapsuleView {
  readonly task: Task
  readonly variant: Variant
  /** Of the state now; overwritten by the next step. */
  readonly observation: Float64Array
  /** Whether the last step ended outside the healthy range. Stepping on is allowed. */
  readonly terminated: boolean
  /** The start of an episode: with reset noise from `stream`, exact without. */
  reset(stream?: Pick<RandomStream, 'uniform' | 'normal'>): void
  /** Puts the bodies anywhere, at rest in time; errors: `internal` for a wrong length. */
  setState(position: ArrayLike<number>, velocity: ArrayLike<number>): void
  /** The reward of one step. */
  step(action: ArrayLike<number>): number
  /** Copies of the whole state, as `setState` takes it. */
  state(): { position: Float64Array; velocity: Float64Array }
  /** Mass of each body in kilograms, the world left out. */
  masses(): Float64Array
  close(): void
}

export interface EnvironmentOptions {
  readonly variant?: Variant
  /** Gives the bonus for being healthy on every step, whatever the variant says. */
  readonly alwaysHealthyReward?: boolean
}

/** Makes one; close it when done, the engine's memory is not collected. Errors: `method-missing`, `backend-missing`. */
export async function makeEnvironment(id: string, options: EnvironmentOptions = {}): Promise<Environment> {
  const task = taskOf(id)
  const variant = options.variant ?? 'v4'
  const xml = await readModel(task.id)
  const simulation = await simulate(
    variant === 'v5' && task.v5Model ? task.v5Model(xml) : xml,
    variant === 'd4rl' ? (model) => setEarlyMasses(model, task.totalMass) : undefined,
  )
  const bonusOnEveryStep = options.alwaysHealthyReward || variant !== 'v5'
  const { frameSkip, dt, controlCost, healthyReward, velocityLimit, noise } = task
  const positions = task.initialPosition.length
  const observation = new Float64Array(2 * positions - 1)
  const controls = task.actions.length
  let { qpos, qvel, ctrl } = simulation
  let terminated = false
  const view = viewCapsules(simulation)

  /** The engine's memory moves when another simulation makes it grow. */
  const hold = (): void => {
    if (qpos.length > 0) return
    simulation.refresh()
    ;({ qpos, qvel, ctrl } = simulation)
  }

  const observe = (): void => {
    for (let i = 1; i < positions; i++) observation[i - 1] = qpos[i]!
    for (let i = 0; i < positions; i++) {
      const v = qvel[i]!
      observation[positions - 1 + i] = v > velocityLimit ? velocityLimit : v < -velocityLimit ? -velocityLimit : v
    }
  }

  /** Comparisons with what is not a number are false: a broken state is not healthy. */
  const isHealthy = (): boolean => {
    if (!task.healthy) return true
    const { height, angle, state } = task.healthy
    const z = qpos[1]!
    const pitch = qpos[2]!
    if (!(z > height[0] && z < height[1] && pitch > angle[0] && pitch < angle[1])) return false
    if (state === Infinity) return true
    for (let i = 2; i < positions; i++) if (!(Math.abs(qpos[i]!) < state)) return false
    for (let i = 0; i < positions; i++) if (!(Math.abs(qvel[i]!) < state)) return false
    return true
  }

  const begin = (): void => {
    simulation.forward()
    observe()
    terminated = false
  }

  const environment: Environment = {
    task,
    variant,
    observation,
    get terminated() {
      return terminated
    },
    reset(stream) {
      hold()
      simulation.reset()
      for (let i = 0; i < positions; i++) {
        const shift = stream ? noise.position * (2 * stream.uniform() - 1) : 0
        qpos[i] = task.initialPosition[i]! + shift
      }
      for (let i = 0; i < positions; i++) {
        const draw = !stream ? 0 : noise.normal ? stream.normal() : 2 * stream.uniform() - 1
        qvel[i] = noise.velocity * draw
      }
      begin()
    },
    setState(position, velocity) {
      if (position.length !== positions || velocity.length !== positions)
        throw new LetheError(
          'internal',
          `A state of ${task.id} has ${positions} positions and velocities, found ${position.length} and ${velocity.length}.`,
        )
      hold()
      simulation.reset()
      qpos.set(position)
      qvel.set(velocity)
      begin()
    },
    step(action) {
      hold()
      const before = qpos[0]!
      let effort = 0
      for (let i = 0; i < controls; i++) {
        const a = action[i]!
        ctrl[i] = a
        effort += a * a
      }
      simulation.advance(frameSkip)
      hold()
      observe()
      const healthy = isHealthy()
      terminated = !healthy
      const bonus = healthy || bonusOnEveryStep ? healthyReward : 0
      return (qpos[0]! - before) / dt + bonus - controlCost * effort
    },
    state() {
      hold()
      return { position: qpos.slice(), velocity: qvel.slice() }
    },
    capsules: view.capsules,
    poses(into, at) {
      hold()
      view.poses(into, at)
    },
    masses: () => (simulation.model.body_mass as Float64Array).slice(1),
    close: () => simulation.delete(),
  }
  environment.reset()
  return environment
}
