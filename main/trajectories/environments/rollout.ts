/** Rollouts: environments driven by a policy or by a list of actions. */
import { LetheError } from '../../contract/errors.ts'
import type { RandomStream } from '../../contract/job.ts'
import type { Environment } from './environment.ts'
import type { Policy } from './policy.ts'

/** Chooses the action of step `step` (from 0); the array may be reused. */
export type Act = (observation: Float64Array, step: number) => ArrayLike<number>

/** Errors: `config-invalid` where policy and environment differ in size. */
export function checkPolicy({ task }: Pick<Environment, 'task'>, policy: Policy): Policy {
  if (policy.observations === task.observation.length && policy.actions === task.actions.length) return policy
  throw new LetheError(
    'config-invalid',
    `The policy takes ${policy.observations} observations and gives ${policy.actions} actions; ${task.id} has ${task.observation.length} and ${task.actions.length}.`,
    'Choose a policy of the same environment.',
  )
}

export interface Episode {
  readonly totalReward: number
  readonly steps: number
  /** Ended outside the healthy range; false where it was cut at the task's length. */
  readonly terminated: boolean
}

/** Sees each step: the observation before it (valid until it returns), the action and the reward. */
export type Witness = (observation: Float64Array, action: ArrayLike<number>, reward: number) => void

/** One episode from a noisy start, to its end or the task's length. */
export function runEpisode(
  environment: Environment,
  act: Act,
  start: Pick<RandomStream, 'uniform' | 'normal'>,
  witness?: Witness,
): Episode {
  const { task, observation } = environment
  const before = new Float64Array(observation.length)
  environment.reset(start)
  let totalReward = 0
  let steps = 0
  while (steps < task.episodeSteps) {
    const action = act(observation, steps++)
    if (witness) before.set(observation)
    const reward = environment.step(action)
    totalReward += reward
    witness?.(before, action, reward)
    if (environment.terminated) break
  }
  return { totalReward, steps, terminated: environment.terminated }
}

export interface Recording {
  /** After each step. */
  readonly observations: number[][]
  readonly rewards: number[]
  readonly terminated: boolean[]
}

/** `steps` steps from the exact start, on beyond any termination: for comparison with another simulator, step by step. */
export function record(environment: Environment, act: Act, steps: number): Recording {
  const recording: Recording = { observations: [], rewards: [], terminated: [] }
  environment.reset()
  for (let step = 0; step < steps; step++) {
    recording.rewards.push(environment.step(act(environment.observation, step)))
    recording.observations.push([...environment.observation])
    recording.terminated.push(environment.terminated)
  }
  return recording
}
