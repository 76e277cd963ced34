/** The two kinds of track of a replay: a recorded episode in motion, and an agent from the same start with the values that it sees. */
import type { JobEvent, RandomStream } from '../contract/job.ts'
import type { Fidelity, ReplayEpisode, Track } from '../contract/replay.ts'
import type { Episode } from '../contract/trajectories.ts'
import { encodeNpy } from '../data/formats/npy.ts'
import type { Agent } from './algorithms/agent.ts'
import { turnsOf } from './algorithms/turns.ts'
import { evaluate } from './algorithms/evaluate.ts'
import type { OpenedTrajectories } from './data/store.ts'
import { poseSize } from './environments/capsules.ts'
import { makeEnvironment, type Environment } from './environments/environment.ts'
import { measureFidelity, otherPhysics, type Recorded } from './environments/fidelity.ts'
import { statesFrom } from './environments/states.ts'
import { normalisedScore, type Task, type Variant } from './environments/task.ts'

export const replayPhases = { recorded: 'Recorded episodes', played: 'Agents play' } as const

export interface Stage {
  readonly task: Task
  readonly variant: Variant
}

export interface RecordedEpisode extends Recorded {
  readonly episode: Episode
  readonly rewards: Float32Array
  readonly rebuilt: boolean
  readonly notes: readonly string[]
}

/** One episode of the data with the simulator's states, from the data or rebuilt. */
export async function readRecord(data: OpenedTrajectories, task: Task, episode: Episode): Promise<RecordedEpisode> {
  const { start, length, end, finalKnown } = episode
  const { observationSize, actionSize } = data.set
  const size = task.initialPosition.length
  const rows = <T extends Float32Array | Float64Array>(values: T, width: number): T =>
    values.slice(start * width, (start + length) * width) as T
  const observations = rows(await data.column('observations'), observationSize)
  const place = data.episodes.indexOf(episode) * observationSize
  const known = {
    episode,
    observations,
    actions: rows(await data.column('actions'), actionSize),
    rewards: rows(await data.column('rewards'), 1),
    final: finalKnown ? (await data.column('final-observations')).slice(place, place + observationSize) : null,
  }
  const cut = end === 'cut' ? ['The record stops before the episode ends.'] : []
  const [positions, velocities] = [await data.column('positions'), await data.column('velocities')]
  if (positions && velocities)
    return {
      ...known,
      positions: rows(positions, size),
      velocities: rows(velocities, size),
      rebuilt: false,
      notes: cut,
    }
  const { atLimit, ...states } = statesFrom(task, observations)
  const rebuilt =
    'The data does not hold the simulator’s states. They are rebuilt from the observations: to 32 bits, and x as the sum of its velocity.'
  const limited = `At ${atLimit} of ${length} steps a velocity stands at the observation’s limit of ±${task.velocityLimit}; the true one is not known.`
  return { ...known, ...states, rebuilt: true, notes: [...cut, rebuilt, ...(atLimit > 0 ? [limited] : [])] }
}

const npyOf = (name: string, shape: readonly number[], data: Float32Array): JobEvent => ({
  kind: 'artifact',
  name: `${name}.npy`,
  bytes: encodeNpy({ dtype: 'float32', shape, data }),
})

/** Writes the files of a track and gives its row. */
function* writeTrack(
  task: Task,
  name: string,
  end: Episode['end'],
  { poses, rewards }: { readonly poses: Float32Array; readonly rewards: Float32Array },
): Generator<JobEvent, Track> {
  const steps = rewards.length
  yield npyOf(`${name}-poses`, [steps, poses.length / steps / poseSize, poseSize], poses)
  yield npyOf(`${name}-rewards`, [steps], rewards)
  const total = rewards.reduce((sum, reward) => sum + reward, 0)
  const score = normalisedScore(task, total)
  return { steps, return: total, score, end, poses: `${name}-poses.npy`, rewards: `${name}-rewards.npy` }
}

/** The recorded episode in motion, and whether the physics are those of the record. */
export async function* showRecord(
  { task, variant }: Stage,
  record: RecordedEpisode,
  beat: JobEvent,
): AsyncGenerator<JobEvent, ReplayEpisode> {
  const { episode, positions, velocities, rewards, rebuilt, notes } = record
  const size = task.initialPosition.length
  const environment = await makeEnvironment(task.id, { variant })
  const width = environment.capsules.length * poseSize
  const poses = new Float32Array(episode.length * width)
  try {
    for (let step = 0; step < episode.length; step++) {
      const [from, to] = [step * size, (step + 1) * size]
      environment.setState(positions.subarray(from, to), velocities.subarray(from, to))
      environment.poses(poses, step * width)
    }
  } finally {
    environment.close()
  }
  const recorded = yield* writeTrack(task, `episode-${episode.id}-data`, episode.end, { poses, rewards })
  const fidelity: Fidelity[] = []
  for (const one of [variant, ...otherPhysics(task, variant)]) {
    const found = yield* measureFidelity(task, one, record, beat)
    if (found) fidelity.push(found)
  }
  const states = rebuilt ? 'rebuilt' : 'recorded'
  return { id: episode.id, states, notes: [...notes], fidelity, recorded, played: [] }
}

export type Played = ReplayEpisode['played'][number]

/**
 * The agent from the first state of each record, all at once: what `evaluate` plays from there. Then its values, of its own actions along
 * its own way and of the recorded ones along the record. `name` tells its files from those of others.
 */
export async function* playFrom(
  { task, variant }: Stage,
  agent: Agent,
  name: string,
  records: readonly RecordedEpisode[],
  stream: RandomStream,
): AsyncGenerator<JobEvent, Played[]> {
  const size = task.initialPosition.length
  const takes = records.map(() => startTake(task))
  const playing = evaluate(agent, {
    ...{ task: task.id, variant, episodes: records.length, stream },
    start: (environment, episode) => {
      const { positions, velocities } = records[episode]!
      environment.setState(positions.subarray(0, size), velocities.subarray(0, size))
    },
    watcher: {
      before: (episode, environment, action) => takes[episode]!.before(environment, action),
      after: (episode, reward) => takes[episode]!.after(reward),
    },
  })
  let next = await playing.next()
  for (; !next.done; next = await playing.next())
    yield { kind: 'progress', phase: replayPhases.played, step: next.value.done, totalSteps: records.length }
  const played: Played[] = []
  for (const [i, { episode, observations, actions }] of records.entries()) {
    const file = `episode-${episode.id}-${name}`
    const take = takes[i]!.whole()
    const track = yield* writeTrack(task, file, next.value[i]!.terminated ? 'terminal' : 'timeout', take)
    const values = valuesAlong(agent, take.observations, take.actions)
    const recordedValues = valuesAlong(agent, observations, actions)
    if (values) yield npyOf(`${file}-values`, [values.length], values)
    if (recordedValues) yield npyOf(`${file}-recorded-values`, [recordedValues.length], recordedValues)
    played.push({
      ...track,
      values: values && `${file}-values.npy`,
      recordedValues: recordedValues && `${file}-recorded-values.npy`,
    })
  }
  return played
}

/** Takes down what happens in one episode. */
function startTake(task: Task) {
  const [most, o, a] = [task.episodeSteps, task.observation.length, task.actions.length]
  const [observations, actions] = [new Float32Array(most * o), new Float32Array(most * a)]
  const rewards = new Float32Array(most)
  let poses = new Float32Array(0)
  let width = 0
  let steps = 0
  return {
    before(environment: Environment, action: Float32Array): void {
      if (steps === 0) {
        width = environment.capsules.length * poseSize
        poses = new Float32Array(most * width)
      }
      environment.poses(poses, steps * width)
      observations.set(environment.observation, steps * o)
      actions.set(action, steps * a)
    },
    after: (reward: number): void => void (rewards[steps++] = reward),
    whole: () => ({
      poses: poses.slice(0, steps * width),
      observations: observations.slice(0, steps * o),
      actions: actions.slice(0, steps * a),
      rewards: rewards.slice(0, steps),
    }),
  }
}

/** Q of each pair; null for an agent without critics. */
function valuesAlong(agent: Agent, observations: Float32Array, actions: Float32Array): Float32Array | null {
  const { lanes, sizes } = agent
  const found = new Float32Array(observations.length / sizes.observations)
  for (const turn of turnsOf(lanes, 0, found.length)) {
    const values = agent.values(turn.take(observations, sizes.observations), turn.take(actions, sizes.actions))
    if (!values) return null
    turn.put(found, values, 1)
  }
  return found
}
