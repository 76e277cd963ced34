/** Transitions of a data set as one table on the device, rows to be drawn by a program. */
import { LetheError } from '../../contract/errors.ts'
import type { Episode } from '../../contract/trajectories.ts'
import { tf } from '../../tensor/tf.ts'
import type { OpenedTrajectories } from '../data/store.ts'
import type { Scaling } from './agent.ts'

export interface Replay {
  readonly count: number
  /** [count, 2 · observations + actions + 2]: s, a, r, 1 − d, s'. */
  readonly table: tf.Tensor
  /** `count` as an int32 scalar. */
  readonly rows: tf.Tensor
  dispose(): void
}

export function replayOf(values: Float32Array, width: number): Replay {
  const count = values.length / width
  const table = tf.tensor2d(values, [count, width])
  const rows = tf.scalar(count, 'int32')
  return { count, table, rows, dispose: () => tf.dispose([table, rows]) }
}

/** Steps that have a successor, or need none. */
export const usableSteps = ({ length, end, finalKnown }: Episode): number =>
  end === 'terminal' || finalKnown ? length : length - 1

/**
 * The transitions of these episodes. The last step of an episode that ended in a terminal state has no successor and needs none; that of
 * one whose next observation is not known is left out. `reward` may change what is learned from each.
 * Errors: `config-invalid` where nothing is left.
 */
export async function readReplay(
  data: OpenedTrajectories,
  episodes: readonly Episode[],
  reward: (value: number, episode: Episode, step: number) => number = (value) => value,
): Promise<Replay> {
  const { observationSize: o, actionSize: a } = data.set
  const [observations, actions, rewards, finals] = await Promise.all([
    data.column('observations'),
    data.column('actions'),
    data.column('rewards'),
    data.column('final-observations'),
  ])
  const place = new Map(data.episodes.map((episode, index) => [episode.id, index]))
  const width = 2 * o + a + 2
  const count = episodes.reduce((sum, episode) => sum + usableSteps(episode), 0)
  if (count === 0)
    throw new LetheError(
      'config-invalid',
      `${data.set.id}: no transition with a known successor is left to learn from.`,
      'Choose more episodes.',
    )
  const values = new Float32Array(count * width)
  let row = 0
  for (const episode of episodes) {
    const steps = usableSteps(episode)
    const final = place.get(episode.id)! * o
    for (let step = 0; step < steps; step++, row++) {
      const from = episode.start + step
      const to = row * width
      const last = step === episode.length - 1
      values.set(observations.subarray(from * o, (from + 1) * o), to)
      values.set(actions.subarray(from * a, (from + 1) * a), to + o)
      values[to + o + a] = reward(rewards[from]!, episode, step)
      values[to + o + a + 1] = last && episode.end === 'terminal' ? 0 : 1
      values.set(
        last ? finals.subarray(final, final + o) : observations.subarray((from + 1) * o, (from + 2) * o),
        to + o + a + 2,
      )
    }
  }
  return replayOf(values, width)
}

/** Moments of the observations and range of the returns of these episodes: d3rlpy's scalers. */
export async function scalingFor(data: OpenedTrajectories, episodes: readonly Episode[]): Promise<Scaling> {
  const { observationSize: o } = data.set
  const observations = await data.column('observations')
  const sums = new Float64Array(o)
  const squares = new Float64Array(o)
  let count = 0
  for (const { start, length } of episodes) {
    for (let row = start; row < start + length; row++)
      for (let i = 0; i < o; i++) sums[i]! += observations[row * o + i]!
    count += length
  }
  const mean = Array.from(sums, (sum) => sum / count)
  for (const { start, length } of episodes)
    for (let row = start; row < start + length; row++)
      for (let i = 0; i < o; i++) squares[i]! += (observations[row * o + i]! - mean[i]!) ** 2
  const returns = episodes.map((episode) => episode.return)
  const range = returns.reduce((a, b) => Math.max(a, b)) - returns.reduce((a, b) => Math.min(a, b))
  return {
    mean,
    deviation: Array.from(squares, (sum) => Math.sqrt(sum / count) + 1e-3),
    reward: range > 0 ? 1000 / range : 1,
  }
}
