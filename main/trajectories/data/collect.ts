/**
 * Trajectory sets made here: episodes of the policies that ship, in our own environments. Every action gets Gaussian noise before it is
 * cut to ±1, as the stochastic policies behind D4RL explore; start and noise of each episode come from a stream of its own, so a
 * set depends on the seed and its settings alone.
 */
import type { RandomStream } from '../../contract/job.ts'
import { throwIfAborted } from '../../data/formats/bytes.ts'
import { rootStream } from '../../math/random.ts'
import { makeEnvironment, taskOf, type Environment } from '../environments/environment.ts'
import { levels, readShippedPolicy, type Level } from '../environments/policies.ts'
import { networkPolicy, type Policy } from '../environments/policy.ts'
import { checkPolicy } from '../environments/rollout.ts'
import type { Variant } from '../environments/task.ts'
import type { EpisodeRecord, SetHeader } from './store.ts'

/** `medium-expert` is medium episodes, then expert ones; `random` draws actions uniformly. */
export const collectors = [...levels, 'medium-expert', 'random'] as const
export type Collector = (typeof collectors)[number]

export interface CollectOptions {
  readonly task: string
  readonly policy: Collector
  /** Of the episodes of `medium-expert`; default ½, as usual. */
  readonly expertShare?: number | undefined
  readonly episodes: number
  readonly seed: number
  readonly noise: number
  readonly variant: Variant
  readonly name: string
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** Standard deviation of the noise on actions. With much less, nothing but the policies' own actions is ever seen, and nothing can be learnt of others. */
export const defaultNoise = 0.1
export const evenShare = 0.5
/** MuJoCo inside mujoco-js; contacts are chaotic, so other versions give other episodes. */
const engine = 'MuJoCo 3.3.8, mujoco-js 0.0.7'

/** What `createTrajectorySet` takes. Errors: `method-missing` before anything is made. */
export async function collectSet(
  options: CollectOptions,
): Promise<{ header: SetHeader; episodes: AsyncGenerator<EpisodeRecord> }> {
  const { task: id, policy, expertShare = evenShare, episodes, variant, noise, seed } = options
  const task = taskOf(id)
  const medium = Math.round(episodes * (1 - expertShare))
  const plan: (Level | 'random')[] = Array.from({ length: episodes }, (_, episode) =>
    policy === 'medium-expert' ? (episode < medium ? 'medium' : 'expert') : policy,
  )
  const ofExperts =
    policy === 'medium-expert' && expertShare !== evenShare ? ` with a share of ${expertShare} of the expert's` : ''
  const policies = new Map<Level | 'random', Policy | null>()
  for (const level of new Set(plan))
    policies.set(level, level === 'random' ? null : networkPolicy((await readShippedPolicy(task.id, level)).layers))
  return {
    header: {
      name: options.name,
      source: `${policy} policy of ${task.title}${ofExperts}, ${episodes} episodes, noise ${noise}, seed ${seed}`,
      format: 'collected',
      licence: 'Made here; Apache-2.0 like Lethe',
      sensitive: false,
      environment: { task: task.id, name: `${task.title}-${variant}`, variant, engine },
      observationSize: task.observation.length,
      actionSize: task.actions.length,
      problems: [],
    },
    episodes: run(options, plan, policies),
  }
}

async function* run(
  { task, variant, seed, noise, signal, onProgress }: CollectOptions,
  plan: readonly (Level | 'random')[],
  policies: ReadonlyMap<Level | 'random', Policy | null>,
): AsyncGenerator<EpisodeRecord> {
  const environment = await makeEnvironment(task, { variant })
  try {
    for (const policy of policies.values()) if (policy) checkPolicy(environment, policy)
    const root = rootStream(seed).fork('collect').fork(task)
    for (const [id, level] of plan.entries()) {
      throwIfAborted(signal)
      yield playEpisode(environment, id, level, policies.get(level) ?? null, noise, root.fork(`${level} ${id}`))
      onProgress?.(id + 1, plan.length)
    }
  } finally {
    environment.close()
  }
}

function playEpisode(
  environment: Environment,
  id: number,
  level: string,
  policy: Policy | null,
  noise: number,
  stream: RandomStream,
): EpisodeRecord {
  const { task, observation } = environment
  const size = task.initialPosition.length
  const steps = task.episodeSteps
  const observations = new Float32Array(steps * observation.length)
  const actions = new Float32Array(steps * task.actions.length)
  const rewards = new Float32Array(steps)
  const positions = new Float64Array(steps * size)
  const velocities = new Float64Array(steps * size)
  const draws = stream.fork('actions')
  environment.reset(stream.fork('start'))
  let length = 0
  do {
    const state = environment.state()
    observations.set(observation, length * observation.length)
    positions.set(state.position, length * size)
    velocities.set(state.velocity, length * size)
    const wanted = policy?.act(observation)
    const action = actions.subarray(length * task.actions.length, (length + 1) * task.actions.length)
    for (let i = 0; i < action.length; i++) {
      const value = wanted ? wanted[i]! + noise * draws.normal() : 2 * draws.uniform() - 1
      action[i] = Math.max(-1, Math.min(1, value))
    }
    // The stored action, rounded to float32, is the one that acts: the record can be replayed exactly.
    rewards[length++] = environment.step(action)
  } while (!environment.terminated && length < steps)
  return {
    id,
    observations: observations.slice(0, length * observation.length),
    actions: actions.slice(0, length * task.actions.length),
    rewards: rewards.slice(0, length),
    end: environment.terminated ? 'terminal' : 'timeout',
    final: Float32Array.from(observation),
    positions: positions.slice(0, length * size),
    velocities: velocities.slice(0, length * size),
    tags: [level],
  }
}
