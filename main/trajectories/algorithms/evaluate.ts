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
  { task, variant, episodes, stream }: Evaluation,
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
    if (lane.episode >= 0) lane.environment.reset(stream.fork(`episode ${lane.episode}`))
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
        lane.total += environment.step(actions.subarray(i * agent.sizes.actions, (i + 1) * agent.sizes.actions))
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
