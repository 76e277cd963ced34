/** Trajectory sets: from files written by h5py and Minari, from our own, from broken ones; collected, exported, read again. */
import { createHash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { createHdf5 } from '../data/formats/hdf5.ts'
import { openMinari } from '../data/formats/minari.ts'
import { collect } from '../data/formats/npy.ts'
import { encodeNpz } from '../data/formats/npz.ts'
import { temporaryFolder } from '../data/formats/testing.ts'
import { openLab } from '../lab.ts'
import { loadBackend } from '../tensor/backend.ts'
import { bundle } from '../testing/bundle.ts'
import { readReplay } from '../trajectories/algorithms/replay.ts'
import { makeEnvironment } from '../trajectories/environments/environment.ts'
import { openTrajectorySource } from '../trajectories/data/source.ts'
import { readEpisodeRows } from '../trajectories/data/episode-rows.ts'
import {
  createTrajectorySet,
  openTrajectories,
  type EpisodeRecord,
  type SetHeader,
} from '../trajectories/data/store.ts'

const folder = temporaryFolder()
const fixture = (...parts: string[]): string =>
  path.join(import.meta.dirname, '..', 'data', 'formats', 'fixtures', 'trajectories', ...parts)
const project = folder.path('project')
const openedLab = () => openLab({ project })

beforeAll(() => bundle('hdf5-worker'))

async function episodesOf(file: string, as?: string): Promise<EpisodeRecord[]> {
  const source = await openTrajectorySource(file, { as })
  try {
    const found: EpisodeRecord[] = []
    for await (const episode of source!.read()) found.push(episode)
    return found
  } finally {
    await source?.close()
  }
}

describe('D4RL', () => {
  test('episodes end at terminals and timeouts; the rest just stops', async () => {
    const episodes = await episodesOf(fixture('hopper-v0.hdf5'))
    expect(episodes.map(({ rewards, end }) => [rewards.length, end])).toEqual([
      [7, 'terminal'],
      [12, 'timeout'],
      [5, 'terminal'],
      [9, 'timeout'],
      [3, 'cut'],
    ])
    expect(episodes.every(({ final, positions }) => final === null && positions === undefined)).toBe(true)
  })

  test('v2 knows what came after the last step, and the simulator’s state', async () => {
    const [v0, v2] = [await episodesOf(fixture('hopper-v0.hdf5')), await episodesOf(fixture('hopper-v2.hdf5'))]
    expect(v2.map(({ observations }) => observations)).toEqual(v0.map(({ observations }) => observations))
    expect(
      v2.every(({ final, rewards, positions }) => final!.length === 11 && positions!.length === 6 * rewards.length),
    ).toBe(true)
  })

  test('imported into a project: columns, episodes, hashes, then listed, shown, removed', async () => {
    const lab = await openedLab()
    const set = (await lab.importTrajectories({ path: fixture('hopper-v2.hdf5'), name: 'Hopper small' }))!
    expect(set).toMatchObject({
      id: 'hopper-small',
      format: 'd4rl',
      episodes: 5,
      steps: 36,
      sensitive: true,
      environment: { task: 'hopper', variant: 'd4rl' },
      columns: {
        observations: { shape: [36, 11] },
        'final-observations': { shape: [5, 11] },
        positions: { dtype: 'float64' },
      },
    })
    expect(set.problems.join(' ')).toContain('The last 3 steps have no end')
    const opened = await openTrajectories(project, set.id)
    const rewards = await opened.column('rewards')
    expect(opened.episodes.map(({ start, length }) => [start, length])).toEqual([
      [0, 7],
      [7, 12],
      [19, 5],
      [24, 9],
      [33, 3],
    ])
    for (const { start, length, return: total } of opened.episodes)
      expect(rewards.subarray(start, start + length).reduce((sum, reward) => sum + reward, 0)).toBe(total)
    const flags = [await opened.column('terminals'), await opened.column('timeouts')].map((values) =>
      values.reduce((a, b) => a + b, 0),
    )
    expect(flags).toEqual([2, 3])
    expect(await lab.listTrajectories()).toEqual([set])
    expect(await lab.listData()).toEqual([])
    await expect(lab.showData(set.id)).rejects.toThrow('holds trajectories, not images')
    await expect(
      lab.importTrajectories({ path: fixture('hopper-v2.hdf5'), name: 'Hopper small' }),
    ).rejects.toMatchObject({ code: 'dataset-exists' })
    await fs.appendFile(path.join(project, 'data', set.id, 'rewards.npy'), 'x')
    await expect((await openTrajectories(project, set.id)).column('rewards')).rejects.toMatchObject({
      code: expect.stringMatching(/dataset-corrupt|file-malformed/),
    })
    await lab.removeTrajectories(set.id)
    expect(await lab.listTrajectories()).toEqual([])
  })
})

describe('Minari', () => {
  test('its own folder, out again and in again: the same episodes', async () => {
    const lab = await openedLab()
    const set = (await lab.importTrajectories({ path: fixture('minari'), name: 'Tiny' }))!
    expect(set).toMatchObject({
      format: 'minari',
      episodes: 3,
      steps: 36,
      environment: { task: 'hopper', name: 'Hopper-v5', variant: 'v5' },
    })
    const { episodes } = await openTrajectories(project, 'tiny')
    expect(episodes.map(({ end, seed, finalKnown }) => [end, seed, finalKnown])).toEqual(
      [3, 4, 5].map((seed) => ['timeout', seed, true]),
    )
    await lab.exportTrajectories('tiny', folder.path('out'))
    await expect(lab.exportTrajectories('tiny', folder.path('out'))).rejects.toMatchObject({ code: 'dataset-exists' })
    const again = (await lab.importTrajectories({ path: folder.path('out'), name: 'Again' }))!
    expect(again.problems).toEqual([])
    expect(again.contentHash).toBe(set.contentHash)
    expect(again.environment).toEqual(set.environment)
  })

  test('an export is laid out as what Minari itself writes: booleans, and a row more of what stands before and after steps', async () => {
    const lab = await openedLab()
    const set = (await lab.importTrajectories({ path: fixture('minari'), name: 'Laid out' }))!
    await lab.exportTrajectories(set.id, folder.path('laid out'))
    const layoutOf = async (named: string) => {
      const source = await openMinari(named)
      await source.close()
      return new Map(source.parts.map(({ path: name, dtype, shape }) => [name, `${dtype} ${shape.join(' × ')}`]))
    }
    const [theirs, ours] = [await layoutOf(fixture('minari')), await layoutOf(folder.path('laid out'))]
    expect([...ours.keys()].filter((name) => name.startsWith('episode_1/'))).toHaveLength(5)
    for (const [name, layout] of ours) expect([name, layout]).toEqual([name, theirs.get(name)])
    expect(ours.get('episode_0/terminations')).toMatch(/^bool/)
    // Of the state after the last step nothing is known, and that is what its row says.
    const moved = (await lab.importTrajectories({ path: await writeWithStates('moved', {}), name: 'Moved' }))!
    await lab.exportTrajectories(moved.id, folder.path('moved out'))
    const states = await openMinari(folder.path('moved out'))
    const { data } = await collect(states.episodes[2]!.parts.get('infos/qpos')!)
    await states.close()
    expect([...(data as Float64Array)]).toEqual([...Array.from({ length: 12 }, (_, i) => 200 + i), NaN, NaN, NaN])
    const metadata = async (named: string) =>
      JSON.parse(await fs.readFile(path.join(named, 'data/metadata.json'), 'utf8')) as Record<string, unknown>
    const [wanted, written] = [await metadata(fixture('minari')), await metadata(folder.path('laid out'))]
    for (const name of ['observation_space', 'action_space', 'total_steps', 'data_format', 'jpeg_encoding'])
      expect([name, written[name]]).toEqual([name, wanted[name]])
  })

  /** Steps that anyone may learn from: those of the arrays, of which each has a successor. */
  async function stepsForOthers(named: string): Promise<number> {
    const source = await openMinari(named)
    const steps = source.episodes.map(({ parts }) => parts.get('actions')!.shape[0]!)
    await source.close()
    return steps.reduce((sum, count) => sum + count, 0)
  }

  test.each([
    ['D4RL v0', () => Promise.resolve(fixture('hopper-v0.hdf5')), 36 - 3],
    // Its last episode is a single step: it has no transition, and keeps its place.
    [
      'a tail of one step',
      () => write('tail.npz', columns(11, { terminals: ends(11, 5), timeouts: ends(11, 4) })),
      11 - 3,
    ],
  ])('%s does not tell what came last: out and in again, it trains the same transitions', async (name, file, steps) => {
    const lab = await openedLab()
    await loadBackend()
    const set = (await lab.importTrajectories({ path: await file(), name }))!
    await lab.exportTrajectories(set.id, folder.path(name))
    expect(await stepsForOthers(folder.path(name))).toBe(steps)
    const again = (await lab.importTrajectories({ path: folder.path(name), name: `${name} again` }))!
    expect(again.contentHash).toBe(set.contentHash)
    const learnt = async (id: string) => {
      const data = await openTrajectories(project, id)
      const { table, count, dispose } = await readReplay(data, data.episodes)
      const values = await table.array()
      dispose()
      return { values, count, known: data.episodes.map(({ finalKnown }) => finalKnown) }
    }
    const [before, after] = [await learnt(set.id), await learnt(again.id)]
    expect(before.count).toBe(steps)
    expect(after).toEqual(before)
  })

  test('an export holds only observations that were made, but after a terminal', async () => {
    const lab = await openedLab()
    const set = (await lab.importTrajectories({ path: fixture('hopper-v0.hdf5'), name: 'Only true' }))!
    await lab.exportTrajectories(set.id, folder.path('only-true'))
    const source = await openMinari(folder.path('only-true'))
    const { data } = await collect(source.episodes[1]!.parts.get('observations')!)
    await source.close()
    const opened = await openTrajectories(project, set.id)
    const { start, length, end } = opened.episodes[1]!
    expect(end).toBe('timeout')
    const made = (await opened.column('observations')).subarray(11 * start, 11 * (start + length))
    expect([...(data as Float64Array)]).toEqual([...made])
  })

  test.each([
    [{}, null],
    [{ '1/qvel': null }, 'Episode 1: infos/qvel is missing'],
    [{ '2/qpos': [5, 4] }, 'Episode 2: infos/qpos has shape 5 × 4; expected 4 rows of 3'],
    [{ '0/qpos': [3, 3] }, 'Episode 0: infos/qpos has shape 3 × 3'],
  ] as const)('the simulator’s states are taken for all episodes or for none: %o', async (change, note) => {
    const lab = await openedLab()
    const name = `States ${Object.keys(change).join().replace('/', ' ')}`
    const set = (await lab.importTrajectories({ path: await writeWithStates(name, change), name }))!
    const said = set.problems.filter((problem) => problem.includes('states'))
    expect(said).toEqual(note === null ? [] : [expect.stringContaining(note)])
    const opened = await openTrajectories(project, set.id)
    const { positions, velocities } = await readEpisodeRows(project, set, opened.episodes[2]!, 2)
    const states = (from: number, width: number) => Float64Array.from({ length: 4 * width }, (_, i) => from + i)
    expect([positions, velocities]).toEqual(note === null ? [states(200, 3), states(1200, 2)] : [null, null])
    await lab.exportTrajectories(set.id, folder.path(`${name} out`))
    const again = await lab.importTrajectories({ path: folder.path(`${name} out`), name: `${name} again` })
    expect(again!.contentHash).toBe(set.contentHash)
  })

  test('episodes of other columns than the first are refused, whoever writes them', async () => {
    const episode = (id: number, states?: number): EpisodeRecord => ({
      ...{ id, end: 'terminal', final: null, observations: new Float32Array(6), actions: new Float32Array(2) },
      rewards: new Float32Array(2),
      positions: states === undefined ? undefined : new Float64Array(states),
    })
    const header: SetHeader = {
      ...{ name: 'Unlike', source: 'here', format: 'npz' as const, licence: '', sensitive: false, problems: [] },
      ...{ environment: { task: null, name: null, variant: null, engine: null }, observationSize: 3, actionSize: 1 },
    }
    for (const odd of [episode(1), episode(1, 6), episode(1, 3), { ...episode(1, 4), actions: new Float32Array(1) }]) {
      const episodes = async function* () {
        yield* [episode(0, 4), odd]
      }
      await expect(createTrajectorySet(project, 'unlike', header, episodes())).rejects.toThrow('Episode 1')
    }
  })
})

const columns = (steps: number, change: Record<string, unknown> = {}) => ({
  observations: {
    dtype: 'float32' as const,
    shape: [steps, 4],
    data: Float32Array.from({ length: 4 * steps }, (_, i) => i),
  },
  actions: { dtype: 'float64' as const, shape: [steps, 2], data: new Float64Array(2 * steps) },
  rewards: {
    dtype: 'float64' as const,
    shape: [steps, 1],
    data: Float64Array.from({ length: steps }, (_, i) => i / 2),
  },
  terminals: ends(steps, 4),
  ...change,
})

/** True in row `first` and in each fifth after it. */
function ends(steps: number, first: number) {
  const data = BigInt64Array.from({ length: steps }, (_, i) => BigInt(Number(i % 5 === first)))
  return { dtype: 'int64' as const, shape: [steps], data }
}

const write = async (name: string, arrays: object): Promise<string> =>
  folder.write(name, await encodeNpz(arrays as Parameters<typeof encodeNpz>[0]))

/** Three episodes of four steps; `change` gives a field of an episode another shape, or leaves it out. */
async function writeWithStates(name: string, change: Readonly<Record<string, readonly number[] | null>>) {
  await fs.mkdir(folder.path(`${name}/data`), { recursive: true })
  const writer = await createHdf5(folder.path(`${name}/data/main_data.hdf5`))
  const part = (field: string, shape: readonly number[], first: number) => {
    const values = Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => first + i)
    return { name: field, type: '<d' as const, shape, values }
  }
  for (let episode = 0; episode < 3; episode++) {
    const group = `episode_${episode}`
    const flags = ['terminations', 'truncations'].map((field) => ({
      ...part(field, [4], 0),
      values: new Float64Array(4),
    }))
    const datasets = [part('observations', [5, 3], 0), part('actions', [4, 2], 0), part('rewards', [4], 0), ...flags]
    await writer.write({ group, attributes: { id: { value: episode, type: '<q' } }, datasets })
    const states = [
      ['qpos', [5, 3], 100 * episode],
      ['qvel', [5, 2], 1000 + 100 * episode],
    ] as const
    const found = states.flatMap(([field, usual, first]) => {
      const shape = `${episode}/${field}` in change ? change[`${episode}/${field}`]! : usual
      return shape === null ? [] : [part(field, shape, first)]
    })
    await writer.write({ group: `${group}/infos`, attributes: {}, datasets: found })
  }
  await writer.finish()
  await writer.end()
  return folder.path(name)
}

describe('NPZ', () => {
  test('a set without a simulator', async () => {
    const lab = await openedLab()
    const set = (await lab.importTrajectories({ path: await write('ward.npz', columns(12_000)), name: 'Ward' }))!
    expect(set).toMatchObject({
      format: 'npz',
      episodes: 2400,
      observationSize: 4,
      actionSize: 2,
      environment: { task: null },
    })
    const opened = await openTrajectories(project, 'ward')
    expect((await opened.column('observations'))[47_999]).toBe(47_999)
    expect(opened.episodes[1]).toMatchObject({ start: 5, length: 5, return: 2.5 + 3 + 3.5 + 4 + 4.5, end: 'terminal' })
  })

  test('without timeouts, episodes of a known task are cut at its length', async () => {
    const steps = 2300
    const flat = (width: number) => ({
      dtype: 'float32' as const,
      shape: [steps, width],
      data: new Float32Array(steps * width),
    })
    const file = await write('hopper-old.npz', {
      ...columns(steps),
      observations: flat(11),
      actions: flat(3),
      terminals: flat(1),
    })
    const source = await openTrajectorySource(file)
    const ends: unknown[] = []
    for await (const { rewards, end } of source!.read()) ends.push([rewards.length, end])
    expect(ends).toEqual([
      [1000, 'timeout'],
      [1000, 'timeout'],
      [300, 'cut'],
    ])
    expect(source!.problems[0]).toContain('There are no timeouts')
    await source!.close()
  })

  /** One error, naming the episode and the field. */
  test.each([
    [
      'rewards',
      () => ({
        rewards: {
          dtype: 'float32',
          shape: [12],
          data: Float32Array.from({ length: 12 }, (_, i) => (i === 7 ? NaN : 0)),
        },
      }),
      'Episode 1, step 2: rewards is not a number',
    ],
    [
      'observations',
      () => ({
        observations: {
          dtype: 'float32',
          shape: [12, 4],
          data: Float32Array.from({ length: 48 }, (_, i) => (i === 6 ? Infinity : 0)),
        },
      }),
      'Episode 0, step 1: observations, column 2 is infinite',
    ],
    [
      'actions',
      () => ({ actions: { dtype: 'float32', shape: [11, 2], data: new Float32Array(22) } }),
      'actions has 11 rows, observations has 12',
    ],
    [
      'flags',
      () => ({
        terminals: {
          dtype: 'float32',
          shape: [12],
          data: Float32Array.from({ length: 12 }, (_, i) => (i === 5 ? NaN : Number(i % 4 === 3))),
        },
      }),
      'Episode 1, step 1: terminals is NaN; expected 0 or 1',
    ],
    [
      'states',
      () => ({
        'infos/qpos': {
          dtype: 'float64',
          shape: [12, 2],
          data: Float64Array.from({ length: 24 }, (_, i) => (i === 9 ? NaN : 0)),
        },
      }),
      'Episode 0, step 4: infos/qpos, column 1 is not a number',
    ],
    [
      'terminals',
      () => ({ terminals: { dtype: 'uint8', shape: [12, 3], data: new Uint8Array(36) } }),
      'terminals has shape 12 × 3',
    ],
  ] as const)('broken %s', async (name, change, message) => {
    const lab = await openedLab()
    const file = await write(`broken-${name}.npz`, columns(12, change()))
    await expect(lab.importTrajectories({ path: file, name: `Broken ${name}` })).rejects.toThrow(message)
    expect(await lab.holdsTrajectories(`broken-${name}`)).toBe(false)
  })

  test('actions beyond ±1 are imported with a note: no agent can do them', async () => {
    const lab = await openedLab()
    const doses = { dtype: 'float32', shape: [12, 2], data: Float32Array.from({ length: 24 }, (_, i) => 2 * i) }
    const file = await write('doses.npz', columns(12, { actions: doses }))
    const set = await lab.importTrajectories({ path: file, name: 'Doses' })
    expect(set!.problems).toContainEqual(expect.stringContaining('Actions reach ±46; agents act within ±1'))
  })

  test('a task that is told must fit; images are not trajectories', async () => {
    const lab = await openedLab()
    const file = await write('other.npz', columns(10))
    await expect(lab.importTrajectories({ path: file, name: 'Other', task: 'hopper' })).rejects.toThrow(
      'observations have 4 columns and actions 2; Hopper has 11 and 3',
    )
    const images = await write('images.npz', {
      images: { dtype: 'uint8', shape: [12, 2, 2], data: new Uint8Array(48) },
    })
    expect(await lab.importTrajectories({ path: images, name: 'Images' })).toBeNull()
  })
})

describe('broken Minari sets', () => {
  type Change = (episode: number, field: string, shape: number[]) => { shape: number[]; values?: number[] }
  async function write(name: string, change: Change): Promise<string> {
    await fs.mkdir(folder.path(`${name}/data`), { recursive: true })
    const writer = await createHdf5(folder.path(`${name}/data/main_data.hdf5`))
    for (let episode = 0; episode < 3; episode++) {
      const datasets = [
        ['observations', [5, 3]],
        ['actions', [4, 2]],
        ['rewards', [4]],
        ['terminations', [4]],
        ['truncations', [4]],
      ] as const
      await writer.write({
        group: `episode_${episode}`,
        attributes: { id: { value: episode, type: '<q' } },
        datasets: datasets.map(([field, usual]) => {
          const { shape, values } = change(episode, field, [...usual])
          const length = shape.reduce((a, b) => a * b, 1)
          return {
            name: field,
            type: '<d' as const,
            shape,
            values: Float64Array.from({ length }, (_, i) => values?.[i] ?? 0),
          }
        }),
      })
    }
    await writer.finish()
    await writer.end()
    return folder.path(name)
  }

  test.each<[string, Change, string]>([
    [
      'ragged',
      (e, f, shape) => ({ shape: e === 1 && f === 'rewards' ? [3] : shape }),
      'Episode 1: rewards has 3 rows; expected 4 for 4 actions',
    ],
    [
      'mixed',
      (e, f, shape) => ({ shape: e === 2 && f === 'observations' ? [5, 7] : shape }),
      'Episode 2: observations has 7 columns, episode 0 has 3; the set mixes environments',
    ],
    [
      'nan',
      (e, f, shape) => ({ shape, ...(e === 1 && f === 'rewards' ? { values: [0, NaN] } : {}) }),
      'Episode 1, step 1: rewards is not a number',
    ],
    [
      'early',
      (e, f, shape) => ({ shape, ...(e === 0 && f === 'terminations' ? { values: [0, 1, 0, 0] } : {}) }),
      'Episode 0, step 1: terminations is true; expected only at the last of 4 steps',
    ],
  ])('%s', async (name, change, message) => {
    const lab = await openedLab()
    await expect(lab.importTrajectories({ path: await write(name, change), name })).rejects.toThrow(message)
  })
})

describe('collected sets', () => {
  test('the same seed gives the same bytes, and every step can be replayed exactly', async () => {
    const lab = await openedLab()
    const make = (name: string, seed: number) =>
      lab.collectTrajectories({ task: 'hopper', policy: 'random', episodes: 6, seed, noise: 0.1, variant: 'v4', name })
    const [one, two, other] = [await make('One', 1), await make('Two', 1), await make('Three', 2)]
    expect(one.contentHash).toBe(two.contentHash)
    expect(one.contentHash).not.toBe(other.contentHash)
    const opened = await openTrajectories(project, 'one')
    expect(opened.episodes.every(({ end, tags }) => end === 'terminal' && tags[0] === 'random')).toBe(true)
    const [positions, velocities, actions, rewards] = [
      (await opened.column('positions'))!,
      (await opened.column('velocities'))!,
      await opened.column('actions'),
      await opened.column('rewards'),
    ]
    const environment = await makeEnvironment('hopper')
    const { start, length } = opened.episodes[3]!
    environment.setState(positions.subarray(6 * start, 6 * start + 6), velocities.subarray(6 * start, 6 * start + 6))
    for (let row = start; row < start + length; row++) {
      expect(environment.state().position).toEqual(positions.slice(6 * row, 6 * row + 6))
      expect(Math.fround(environment.step(actions.subarray(3 * row, 3 * row + 3)))).toBe(rewards[row])
    }
    expect(environment.terminated).toBe(true)
    environment.close()
  })
})

test('the hash of a column is that of its values, as inspect shows it', async () => {
  const lab = await openedLab()
  const set = (await lab.importTrajectories({ path: fixture('hopper-v0.hdf5'), name: 'Hashes' }))!
  const values = await (await openTrajectories(project, 'hashes')).column('observations')
  const sha256 = createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex')
  expect(set.columns.observations!.sha256).toBe(sha256)
  const known = JSON.parse(await fs.readFile(fixture('..', 'trajectories.json'), 'utf8')) as Record<
    string,
    Record<string, { sha256: string }>
  >
  expect(sha256).toBe(known['hopper-v0.hdf5']!['observations']!.sha256)
})
