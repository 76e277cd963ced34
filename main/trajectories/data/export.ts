/**
 * A trajectory set as a Minari folder: `data/main_data.hdf5` and `data/metadata.json`, as Minari 0.5 lays them out. Observations have
 * one row more than actions; the last is zeros where the source did not tell it. Flags are stored as bytes 0 and 1.
 */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { LetheError } from '../../contract/errors.ts'
import type { Episode } from '../../contract/trajectories.ts'
import { throwIfAborted } from '../../data/formats/bytes.ts'
import { createHdf5 } from '../../data/formats/hdf5.ts'
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

async function groupsOf(opened: OpenedTrajectories, episode: Episode, number: number) {
  const { observationSize: o, actionSize: a } = opened.set
  const { start, length } = episode
  const rows = <Values extends { subarray(from: number, to: number): Values }>(values: Values, width: number): Values =>
    values.subarray(start * width, (start + length) * width)
  const observations = new Float64Array((length + 1) * o)
  observations.set(rows(await opened.column('observations'), o))
  observations.set((await opened.column('final-observations')).subarray(number * o, (number + 1) * o), length * o)
  const rewards = Float64Array.from(rows(await opened.column('rewards'), 1))
  const mean = episode.return / length
  const flags = (on: boolean): Uint8Array => {
    const values = new Uint8Array(length)
    values[length - 1] = Number(on)
    return values
  }
  const whole = (value: number) => ({ value, type: '<i' as const })
  const real = (value: number) => ({ value, type: '<d' as const })
  const group = `episode_${number}`
  const episodeGroup = {
    group,
    attributes: {
      id: whole(number),
      total_steps: whole(length),
      ...(episode.seed !== null && episode.seed < 2 ** 31 ? { seed: whole(episode.seed) } : {}),
      rewards_sum: real(episode.return),
      rewards_mean: real(mean),
      rewards_std: real(Math.sqrt(rewards.reduce((sum, reward) => sum + (reward - mean) ** 2, 0) / length)),
      rewards_min: real(rewards.reduce((low, reward) => Math.min(low, reward))),
      rewards_max: real(rewards.reduce((high, reward) => Math.max(high, reward))),
    },
    datasets: [
      { name: 'observations', type: '<d' as const, shape: [length + 1, o], values: observations },
      {
        name: 'actions',
        type: '<f' as const,
        shape: [length, a],
        values: rows(await opened.column('actions'), a).slice(),
      },
      { name: 'rewards', type: '<d' as const, shape: [length], values: rewards },
      { name: 'terminations', type: '|B' as const, shape: [length], values: flags(episode.end === 'terminal') },
      { name: 'truncations', type: '|B' as const, shape: [length], values: flags(episode.end !== 'terminal') },
    ],
  }
  const positions = await opened.column('positions')
  const velocities = await opened.column('velocities')
  const width = (opened.set.columns.positions?.shape[1] ?? 0) || 1
  const infos = {
    group: `${group}/infos`,
    attributes: {},
    datasets: [
      ['qpos', positions],
      ['qvel', velocities],
    ].flatMap(([name, values]) =>
      values instanceof Float64Array
        ? [{ name: name as string, type: '<d' as const, shape: [length, width], values: rows(values, width).slice() }]
        : [],
    ),
  }
  return infos.datasets.length > 0 ? [episodeGroup, infos] : [episodeGroup]
}

function metadataOf({ set }: OpenedTrajectories, bytes: number): Record<string, unknown> {
  const task = tasks.find(({ id }) => id === set.environment.task)
  const box = (dtype: string, size: number, low: string, high: string): string =>
    `{"type": "Box", "dtype": "${dtype}", "shape": [${size}], "low": [${new Array(size).fill(low).join(', ')}], "high": [${new Array(size).fill(high).join(', ')}]}`
  const version = set.environment.variant === 'v5' ? 'v5' : 'v4'
  return {
    dataset_id: `lethe/${set.id}-v0`,
    total_episodes: set.episodes,
    total_steps: set.steps,
    data_format: 'hdf5',
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
