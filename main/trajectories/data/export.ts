/**
 * A trajectory set as a Minari folder: `data/main_data.hdf5` and `data/metadata.json`, as Minari 0.5 lays them out. Observations and
 * the simulator's states have one row more than actions. No source tells the state after the last step: that row is not a number.
 *
 * Where the source did not tell the observation after the last step (D4RL v0), the attribute `final_observation_known` is 0. After a terminal the
 * last row is then zeros, which no reader learns from. Otherwise readers would: there the last step stands apart, in `last_step`, which Minari
 * passes over, and what is left ends in a true observation. The import puts it back.
 */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { LetheError } from '../../contract/errors.ts'
import type { Episode } from '../../contract/trajectories.ts'
import { throwIfAborted } from '../../data/formats/bytes.ts'
import { createHdf5 } from '../../data/formats/hdf5.ts'
import type { GroupContent } from '../../data/formats/hdf5-messages.ts'
import { writeFolder } from '../../files/atomic.ts'
import { tasks } from '../environments/environment.ts'
import { openTrajectories, type OpenedTrajectories } from './store.ts'

/** Makes `target`, which must not exist. Errors: `dataset-exists`, `dataset-corrupt`, `cancelled`. The paths of what was written. */
export async function exportMinari(
  project: string,
  id: string,
  target: string,
  signal?: AbortSignal,
): Promise<string[]> {
  if (await fs.stat(target).catch(() => null))
    throw new LetheError('dataset-exists', `${target} exists already.`, 'Name a folder that does not.')
  const opened = await openTrajectories(project, id)
  await writeFolder(target, async (folder) => {
    await fs.mkdir(path.join(folder, 'data'))
    const file = path.join(folder, 'data', 'main_data.hdf5')
    const writer = await createHdf5(file)
    try {
      for (const [number, episode] of opened.episodes.entries()) {
        throwIfAborted(signal)
        for (const content of await groupsOf(opened, episode, number)) await writer.write(content)
      }
      await writer.finish()
    } finally {
      await writer.end()
    }
    const { size } = await fs.stat(file)
    await fs.writeFile(path.join(folder, 'data', 'metadata.json'), JSON.stringify(metadataOf(opened, size)))
  })
  return ['main_data.hdf5', 'metadata.json'].map((name) => path.join(target, 'data', name))
}

const whole = (value: number) => ({ value, type: '<q' as const })
const real = (value: number) => ({ value, type: '<d' as const })

/** Whether the last step has a successor that nobody knows: then it stands apart. */
const lastApart = ({ end, finalKnown }: Episode): boolean => end !== 'terminal' && !finalKnown
const stepsOf = (episode: Episode): number => episode.length - Number(lastApart(episode))

async function groupsOf(opened: OpenedTrajectories, episode: Episode, number: number): Promise<GroupContent[]> {
  const { set } = opened
  const group = `episode_${number}`
  const steps = stepsOf(episode)
  const [actions, rewards] = [await opened.column('actions'), await opened.column('rewards')]
  const own = Float64Array.from(rowsOf(rewards, episode, 1, 0, steps))
  const step = (from: number, to: number): GroupContent['datasets'] => [
    {
      ...{ name: 'actions', type: '<f', shape: [to - from, set.actionSize] },
      values: rowsOf(actions, episode, set.actionSize, from, to),
    },
    {
      ...{ name: 'rewards', type: '<d', shape: [to - from] },
      values: Float64Array.from(rowsOf(rewards, episode, 1, from, to)),
    },
  ]
  const flags = (on: boolean): Uint8Array => Uint8Array.from({ length: steps }, (_, i) => Number(on && i === steps - 1))
  const states = await statesOf(opened, episode)
  return [
    {
      group,
      attributes: {
        id: whole(number),
        total_steps: whole(steps),
        ...(episode.seed === null ? {} : { seed: whole(episode.seed) }),
        ...(episode.finalKnown ? {} : { final_observation_known: whole(0) }),
        ...(steps > 0 ? rewardFigures(own) : {}),
      },
      datasets: [
        {
          ...{ name: 'observations', type: '<d', shape: [steps + 1, set.observationSize] },
          values: await observationsOf(opened, episode, number),
        },
        ...step(0, steps),
        { name: 'terminations', type: '|?', shape: [steps], values: flags(episode.end === 'terminal') },
        { name: 'truncations', type: '|?', shape: [steps], values: flags(episode.end !== 'terminal') },
      ],
    },
    ...(states.length > 0 ? [{ group: `${group}/infos`, attributes: {}, datasets: states }] : []),
    ...(steps < episode.length
      ? [{ group: `${group}/last_step`, attributes: {}, datasets: step(steps, episode.length) }]
      : []),
  ]
}

const rowsOf = <Values extends { slice(from: number, to: number): Values }>(
  values: Values,
  { start }: Episode,
  width: number,
  from: number,
  to: number,
): Values => values.slice((start + from) * width, (start + to) * width)

/** One row more than there are steps: the next, the final one, or zeros after a terminal of which it is not known. */
async function observationsOf(opened: OpenedTrajectories, episode: Episode, number: number): Promise<Float64Array> {
  const width = opened.set.observationSize
  const values = new Float64Array((stepsOf(episode) + 1) * width)
  values.set(rowsOf(await opened.column('observations'), episode, width, 0, episode.length))
  if (lastApart(episode)) return values
  const finals = await opened.column('final-observations')
  values.set(finals.subarray(number * width, (number + 1) * width), episode.length * width)
  return values
}

async function statesOf(opened: OpenedTrajectories, episode: Episode): Promise<GroupContent['datasets']> {
  const found: GroupContent['datasets'][number][] = []
  for (const [name, column] of [
    ['qpos', 'positions'],
    ['qvel', 'velocities'],
  ] as const) {
    const values = await opened.column(column)
    const width = opened.set.columns[column]?.shape[1]
    if (!values || width === undefined) continue
    const rows = new Float64Array((stepsOf(episode) + 1) * width).fill(NaN)
    rows.set(rowsOf(values, episode, width, 0, episode.length))
    found.push({ name, type: '<d', shape: [rows.length / width, width], values: rows })
  }
  return found
}

function rewardFigures(rewards: Float64Array): GroupContent['attributes'] {
  const sum = rewards.reduce((total, reward) => total + reward, 0)
  const mean = sum / rewards.length
  return {
    rewards_sum: real(sum),
    rewards_mean: real(mean),
    rewards_std: real(Math.sqrt(rewards.reduce((total, one) => total + (one - mean) ** 2, 0) / rewards.length)),
    rewards_min: real(rewards.reduce((low, reward) => Math.min(low, reward))),
    rewards_max: real(rewards.reduce((high, reward) => Math.max(high, reward))),
  }
}

function metadataOf({ set, episodes }: OpenedTrajectories, bytes: number): Record<string, unknown> {
  const task = tasks.find(({ id }) => id === set.environment.task)
  const box = (dtype: string, size: number, low: string, high: string): string =>
    `{"type": "Box", "dtype": "${dtype}", "shape": [${size}], "low": [${new Array(size).fill(low).join(', ')}], "high": [${new Array(size).fill(high).join(', ')}]}`
  const version = set.environment.variant === 'v5' ? 'v5' : 'v4'
  return {
    dataset_id: `lethe/${set.id}-v0`,
    total_episodes: set.episodes,
    total_steps: episodes.reduce((sum, episode) => sum + stepsOf(episode), 0),
    data_format: 'hdf5',
    jpeg_encoding: true,
    observation_space: box('float64', set.observationSize, '-Infinity', 'Infinity'),
    action_space: box('float32', set.actionSize, '-1.0', '1.0'),
    ...(task ? { env_spec: JSON.stringify(specOf(task.title, version, task.episodeSteps)) } : {}),
    dataset_size: Math.round(bytes / 1e5) / 10,
    minari_version: '0.5.4',
    author: ['Lethe'],
    algorithm_name: set.source,
    ...(task ? { ref_min_score: task.score.min, ref_max_score: task.score.max } : {}),
  }
}

/** What Gymnasium's registry says of the task, so that Minari can make it again. */
function specOf(title: string, version: string, steps: number): Record<string, unknown> {
  const module = `${title === 'HalfCheetah' ? 'half_cheetah' : title.toLowerCase()}_${version}`
  return {
    id: `${title}-${version}`,
    entry_point: `gymnasium.envs.mujoco.${module}:${title}Env`,
    reward_threshold: null,
    nondeterministic: false,
    max_episode_steps: steps,
    order_enforce: true,
    disable_env_checker: false,
    kwargs: {},
    additional_wrappers: [],
    vector_entry_point: null,
  }
}
