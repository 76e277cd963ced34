/** Rollouts: environments driven by a policy or by a list of actions. */
import { LetheError } from '../../contract/errors.ts'
import type { RandomStream } from '../../contract/job.ts'
import { makeEnvironment, type Environment } from './environment.ts'
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

/**
 * `episodes` episodes of one policy, interleaved over `width` environments in one thread; episode e starts from `stream.fork('episode e')`,
 * so the result does not depend on the width. Yields the returns so far after each round of steps, so that the caller may stop or breathe.
 */
export async function* rolloutMany(
  id: string,
  policy: Policy,
  options: {
    readonly episodes: number
    readonly stream: RandomStream
    readonly width?: number
    readonly variant?: Environment['variant']
  },
): AsyncGenerator<{ readonly done: number }, Episode[]> {
  const { episodes, stream, variant = 'v4' } = options
  const width = Math.min(options.width ?? 4, episodes)
  const finished = new Array<Episode>(episodes)
  const lanes: { environment: Environment; episode: number; total: number; steps: number }[] = []
  let next = 0
  let done = 0
  try {
    for (let i = 0; i < width; i++) {
      const environment = await makeEnvironment(id, { variant })
      lanes.push({ environment, episode: -1, total: 0, steps: 0 })
      checkPolicy(environment, policy)
    }
    while (done < episodes) {
      for (let round = 0; round < roundSteps; round++)
        for (const lane of lanes) {
          if (lane.episode < 0) {
            if (next >= episodes) continue
            Object.assign(lane, { episode: next, total: 0, steps: 0 })
            lane.environment.reset(stream.fork(`episode ${next++}`))
          }
          const { environment } = lane
          lane.total += environment.step(policy.act(environment.observation))
          lane.steps++
          if (!environment.terminated && lane.steps < environment.task.episodeSteps) continue
          finished[lane.episode] = { totalReward: lane.total, steps: lane.steps, terminated: environment.terminated }
          lane.episode = -1
          done++
        }
      yield { done }
    }
    return finished
  } finally {
    for (const { environment } of lanes) environment.close()
  }
}

/** Steps of every environment between two yields: a few milliseconds. */
const roundSteps = 16

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
