/** Returns of an agent in its environment: episodes side by side, one call of the policy for all of them. */
import type { RandomStream } from '../../contract/job.ts'
import { makeEnvironment, type Environment } from '../environments/environment.ts'
import type { Episode } from '../environments/rollout.ts'
import type { TaskId, Variant } from '../environments/task.ts'
import type { Agent } from './agent.ts'

export interface Evaluation {
  readonly task: TaskId
  readonly variant: Variant
  readonly episodes: number
  /** Starts and the draws of random policies come from it: the same stream, the same returns. */
  readonly stream: RandomStream
  /** Puts an episode at its start; by default the task's own, with noise from the stream. */
  readonly start?: (environment: Environment, episode: number) => void
  readonly watcher?: Watcher
}

/** Sees every step: the environment before it with the action that follows (valid until it returns), then the reward. */
export interface Watcher {
  before(episode: number, environment: Environment, action: Float32Array): void
  after(episode: number, reward: number): void
}

interface Lane {
  readonly environment: Environment
  episode: number
  total: number
  steps: number
}

/** Yields after each step of all lanes, so that the caller may stop or breathe. `lanes` is the agent's. */
export async function* evaluate(
  agent: Agent,
  { task, variant, episodes, stream, start, watcher }: Evaluation,
): AsyncGenerator<{ readonly done: number }, Episode[]> {
  const lanes: Lane[] = []
  const finished: Episode[] = []
  const observations = new Float32Array(agent.lanes * agent.sizes.observations)
  const draws = stream.fork('actions')
  let next = 0
  let done = 0
  const begin = (lane: Lane): void => {
    lane.episode = next < episodes ? next++ : -1
    lane.total = lane.steps = 0
    if (lane.episode < 0) return
    if (start) start(lane.environment, lane.episode)
    else lane.environment.reset(stream.fork(`episode ${lane.episode}`))
  }
  try {
    for (let i = 0; i < Math.min(agent.lanes, episodes); i++) {
      lanes.push({ environment: await makeEnvironment(task, { variant }), episode: -1, total: 0, steps: 0 })
      begin(lanes[i]!)
    }
    while (done < episodes) {
      lanes.forEach(({ environment }, i) => observations.set(environment.observation, i * agent.sizes.observations))
      const actions = agent.act(observations, draws.key())
      for (const [i, lane] of lanes.entries()) {
        if (lane.episode < 0) continue
        const { environment } = lane
        const action = actions.subarray(i * agent.sizes.actions, (i + 1) * agent.sizes.actions)
        watcher?.before(lane.episode, environment, action)
        const reward = environment.step(action)
        watcher?.after(lane.episode, reward)
        lane.total += reward
        lane.steps++
        if (!environment.terminated && lane.steps < environment.task.episodeSteps) continue
        finished[lane.episode] = { totalReward: lane.total, steps: lane.steps, terminated: environment.terminated }
        done++
        begin(lane)
      }
      yield { done }
    }
    return finished
  } finally {
    for (const { environment } of lanes) environment.close()
  }
}
