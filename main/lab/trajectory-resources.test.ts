/** What the window is told of trajectories: before import, in columns, one episode at a time, by rule. */
import { promises as fs } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import type { EpisodeColumns, EpisodeHeader } from '../contract/calls/trajectories.ts'
import { encodeNpz } from '../data/formats/npz.ts'
import { temporaryFolder } from '../data/formats/testing.ts'
import { openLab, type Lab } from '../lab.ts'
import { columnFile } from '../trajectories/data/store.ts'

const folder = temporaryFolder()
const project = folder.path('project')
const steps = 100

/** Ten episodes of ten steps; the reward of a step is the number of its episode. */
const columns = {
  observations: { dtype: 'float32' as const, shape: [steps, 3], data: new Float32Array(3 * steps).map((_, i) => i) },
  actions: { dtype: 'float32' as const, shape: [steps, 2], data: new Float32Array(2 * steps).fill(0.5) },
  rewards: {
    dtype: 'float32' as const,
    shape: [steps],
    data: new Float32Array(steps).map((_, i) => Math.floor(i / 10)),
  },
  terminals: {
    dtype: 'bool' as const,
    shape: [steps],
    data: new Uint8Array(steps).map((_, i) => Number(i % 10 === 9)),
  },
}

let lab: Lab
let file: string
beforeAll(async () => {
  lab = await openLab({ project })
  file = folder.write('ward.npz', await encodeNpz(columns))
  await lab.importTrajectories({ path: file, name: 'Ward' })
})

describe('before import', () => {
  const look = async (path: string) => {
    const answer = await lab.call('data.inspect', { path, task: 'look' })
    if (!answer.ok) throw new Error(answer.error.message)
    return answer.value
  }

  test('a set is described as what it would become', async () => {
    expect(await look(file)).toMatchObject({
      kind: 'trajectories',
      refusal: null,
      becomes: null,
      trajectories: {
        ...{ episodes: 10, steps, observationSize: 3, actionSize: 2, environment: null },
        returns: { min: 0, mean: 45, max: 90 },
        ends: { terminal: 10, timeout: 0, cut: 0 },
      },
    })
  })

  test('a reward that is no number is refused, and the episode named', async () => {
    const data = columns.rewards.data.slice()
    data[42] = NaN
    const broken = encodeNpz({ ...columns, rewards: { ...columns.rewards, data } })
    const found = await look(folder.write('nan.npz', await broken))
    expect(found).toMatchObject({ kind: 'trajectories', trajectories: null, errors: 1 })
    expect(found.refusal?.message).toContain('Episode 4, step 2: rewards is not a number')
  })

  test('columns of several lengths are refused as trajectories, not as images', async () => {
    const short = { ...columns.actions, shape: [steps - 1, 2], data: columns.actions.data.slice(2) }
    const found = await look(folder.write('ragged.npz', await encodeNpz({ ...columns, actions: short })))
    expect(found.kind).toBe('trajectories')
    expect(found.refusal?.message).toContain('actions has 99 rows, observations has 100')
  })
})

describe('in the window', () => {
  const read = async (address: string): Promise<Buffer> => {
    const found = await lab.resource(`trajectories/ward/${address}`)
    return Buffer.from(found!.bytes)
  }

  test('episodes as columns, and their rewards as means', async () => {
    const found = JSON.parse((await read('episodes')).toString()) as EpisodeColumns
    expect(found).toMatchObject({ ends: 'tttttttttt', tagSets: [[]] })
    expect(found.returns).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90])
    const means = await read('rewards?points=4')
    expect(means.length).toBe(10 * 4 * 4)
    expect(means.readFloatLE(4 * (9 * 4 + 3))).toBe(9)
    expect(await lab.resource('trajectories/ward/rewards')).toBeNull()
  })

  test('one episode, held against its hash: a change in another does not matter, one in it does', async () => {
    const bytes = await read('episode?id=3')
    const length = bytes.readUInt32LE(0)
    const header = JSON.parse(bytes.subarray(4, 4 + length).toString()) as EpisodeHeader
    expect(header.episode).toMatchObject({ id: 3, start: 30, length: 10, return: 30 })
    expect(header.observations.map(({ name }) => name)).toEqual(['observation 1', 'observation 2', 'observation 3'])
    expect(bytes.length).toBe(4 + length + 4 * 10 * (3 + 2 + 1))
    expect(bytes.readFloatLE(4 + length)).toBe(90) // the first figure of row 30
    const column = columnFile(project, 'ward', 'actions')
    const stored = await fs.readFile(column)
    stored.writeFloatLE(0.25, stored.length - 4)
    await fs.writeFile(column, stored)
    expect((await read('episode?id=3')).length).toBe(bytes.length)
    await expect(read('episode?id=9')).rejects.toThrow('Episode 9 of ward was changed')
    expect(await lab.resource('trajectories/ward/episode?id=77')).toBeNull()
  })

  test.each([
    ['highest:0.2', [8, 9]],
    ['lowest:0.1', [0]],
    ['ids:7, 3', [3, 7]],
    ['tail:0.3', [7, 8, 9]],
  ])('the rule %s', async (selector, ids) => {
    expect(await lab.call('trajectories.select', { data: 'ward', agent: null, selector, seed: 1 })).toEqual({
      ok: true,
      value: { ids },
    })
  })

  test('a rule that means nothing says why', async () => {
    const answer = await lab.call('trajectories.select', { data: 'ward', agent: null, selector: 'ids:99', seed: 1 })
    expect(answer).toMatchObject({ ok: false, error: { code: 'config-invalid' } })
  })
})

describe('agents', () => {
  test('each algorithm has the same fields in every preset, and a description of each', async () => {
    const answer = await lab.call('forgetting.algorithms', {})
    if (!answer.ok) throw new Error(answer.error.message)
    expect(answer.value.length).toBe(7)
    for (const { presets, configSchema } of answer.value) {
      const names = Object.keys((configSchema as { properties: object }).properties).sort()
      // How to estimate returns is set only where nothing can be played.
      const always = names.filter((name) => !name.startsWith('estimate'))
      for (const preset of Object.values(presets)) expect(Object.keys(preset).sort()).toEqual(always)
    }
  })

  test('a plan says how the preset follows the number of updates', async () => {
    const request = { algorithm: 'plas', data: 'ward', seed: 1, preset: 'desk', set: { steps: 5000 }, device: 'auto' }
    const answer = await lab.call('forgetting.planTraining', request)
    expect(answer).toMatchObject({ ok: true, value: { obstacle: null, preset: { steps: 5000, warmUp: 2500 } } })
    expect(await lab.call('forgetting.agents', {})).toEqual({ ok: true, value: [] })
  })
})
