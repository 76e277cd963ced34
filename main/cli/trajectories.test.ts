/** The terminal's forgetting commands, by their documents. */
import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { encodeNpz } from '../data/formats/npz.ts'
import { lock } from '../files/lock.ts'
import { openLab } from '../lab.ts'
import { runPaths } from '../runs/folder.ts'
import { bundle } from '../testing/bundle.ts'
import { terminal } from '../testing/terminal.ts'

const root = await fs.mkdtemp(path.join(os.tmpdir(), 'lethe-trajectories-'))
const project = path.join(root, 'project')
const { json } = terminal({ LETHE_PROJECT: project })
bundle('hdf5-worker')
afterAll(() => fs.rm(root, { recursive: true, force: true }))

async function write(name: string, value: unknown): Promise<string> {
  const file = path.join(root, name)
  await fs.writeFile(file, typeof value === 'string' ? value : JSON.stringify(value))
  return file
}
const wave = Array.from({ length: 50 }, (_, k) => [0, 1, 2].map((i) => 0.5 * Math.sin(0.3 * (k + 1) + i)))

test('environments tells the layout of observations and actions', async () => {
  const { code, document } = await json('trajectories', 'environments')
  expect(code).toBe(0)
  const environments = document['environments'] as { id: string; observation: { name: string }[]; action: object[] }[]
  expect(environments.map(({ id, observation, action }) => [id, observation.length, action.length])).toEqual([
    ['hopper', 11, 3],
    ['halfcheetah', 17, 6],
    ['walker2d', 17, 6],
  ])
  expect(environments[0]).toMatchObject({
    healthy: { height: [0.7, 'inf'], angle: [-0.2, 0.2], state: 100 },
    dt: 0.008,
  })
  expect(environments[1]).toMatchObject({ healthy: null, velocityLimit: 'inf' })
  expect(environments[0]!.observation[5]).toEqual({ index: 5, name: 'torso x velocity', unit: 'm/s' })
})

test('rollout of given actions: one entry a step, the observation after it, on beyond the fall', async () => {
  const { code, document } = await json(
    'trajectories',
    'rollout',
    'hopper',
    '--actions',
    await write('wave.json', wave),
  )
  expect(code).toBe(0)
  expect(Object.keys(document)).toEqual(['observations', 'rewards', 'terminated'])
  const { observations, rewards, terminated } = document as {
    observations: number[][]
    rewards: number[]
    terminated: boolean[]
  }
  expect([observations.length, rewards.length, terminated.length]).toEqual([50, 50, 50])
  expect(rewards[0]).toBeCloseTo(1.012708687, 9)
  expect(rewards[49]).toBeCloseTo(0.813253421, 6)
  expect(observations[0]![0]).toBeCloseTo(1.2496346, 6)
  expect(terminated[0]).toBe(false)
  expect(terminated[49]).toBe(true)
})

test('rollout of a policy, and of another variant', async () => {
  const policy = await write('policy.json', [
    { weights: Array.from({ length: 6 }, () => new Array(17).fill(0.01)), bias: new Array(6).fill(0.2) },
  ])
  const [v4, v5, d4rl] = await Promise.all(
    ['v4', 'v5', 'd4rl'].map((variant) =>
      json('trajectories', 'rollout', 'walker2d', '--policy', policy, '--steps', '60', '--variant', variant),
    ),
  )
  expect((v4!.document['rewards'] as number[]).length).toBe(60)
  expect(v5!.document['rewards']).not.toEqual(v4!.document['rewards'])
  expect(d4rl!.document['rewards']).not.toEqual(v4!.document['rewards'])
})

test('what does not fit is said: environment, action sizes, steps, files', async () => {
  const actions = await write('actions.json', [
    [0, 0, 0],
    [0, 0],
  ])
  const wrong: [string[], number, string, string][] = [
    [['ant', '--actions', actions], 1, 'method-missing', 'There is no environment ant'],
    [['hopper', '--actions', actions], 1, 'config-invalid', 'step 1 has 2 actions; hopper takes 3'],
    [['hopper', '--actions', await write('wave.json', wave), '--steps', '51'], 1, 'config-invalid', 'holds 50 actions'],
    [['hopper', '--actions', await write('bad.json', '[[1,')], 1, 'file-malformed', 'is not JSON'],
    [['hopper', '--actions', await write('null.json', '[[null,0,0]]')], 1, 'file-malformed', 'field 0.0'],
    [['hopper', '--actions', path.join(root, 'none.json')], 1, 'file-missing', 'does not exist'],
    [
      ['hopper', '--policy', await write('p.json', [{ weights: [[1]], bias: [0] }])],
      1,
      'config-invalid',
      'hopper has 11 and 3',
    ],
    [['hopper', '--actions', root], 1, 'file-unreadable', `${root} is a folder; expected a JSON file.`],
    [['hopper', '--policy', path.join(actions, 'in')], 1, 'file-missing', 'a part of its path is a file'],
    [['hopper'], 2, 'usage', '--actions is missing'],
    [['hopper', '--actions', actions, '--steps', '-3'], 2, 'usage', '--steps expects a whole number from 1'],
    [['hopper', '--actions', '--json'], 2, 'usage', '--actions expects a value'],
    [['hopper', '--actions', actions, '--variant', 'v9'], 2, 'usage', '--variant'],
  ]
  const answers = await Promise.all(wrong.map(([words]) => json('trajectories', 'rollout', ...words)))
  answers.forEach(({ code, document }, index) => {
    const [, expected, errorCode, text] = wrong[index]!
    expect({ code, document }).toMatchObject({ code: expected, document: { error: { code: errorCode } } })
    expect((document['error'] as { message: string }).message).toContain(text)
  })
})

test('collected by seed, listed, exported as Minari, inspected, imported again', async () => {
  const collect = (name: string, seed: string) =>
    json('trajectories', 'collect', 'hopper', '--policy', 'random', '--episodes', '3', '--seed', seed, '--name', name)
  const [one, same, other] = [await collect('One', '4'), await collect('Same', '4'), await collect('Other', '5')]
  const hash = ({ document }: typeof one) => (document['dataset'] as { contentHash: string }).contentHash
  expect(hash(one)).toBe(hash(same))
  expect(hash(one)).not.toBe(hash(other))
  const { document: list } = await json('data', 'list')
  expect((list['datasets'] as { id: string }[]).map(({ id }) => id)).toEqual(['one', 'other', 'same'])
  expect((await json('data', 'export', 'one', '--out', path.join(root, 'minari'))).code).toBe(0)
  const { document: seen } = await json('data', 'inspect', path.join(root, 'minari'), '--as', 'minari')
  expect(seen).toMatchObject({ format: 'minari', items: 21, problems: [] })
  expect((seen['parts'] as { path: string; dtype: string }[])[0]).toMatchObject({
    path: 'episode_0/actions',
    dtype: 'float32',
  })
  const again = await json('data', 'import', path.join(root, 'minari'), '--name', 'Again', '--public')
  expect(again).toMatchObject({
    code: 0,
    document: { dataset: { episodes: 3, sensitive: false, environment: { task: 'hopper' } } },
  })
  expect((await json('data', 'show', 'again')).document).toMatchObject({ dataset: { format: 'minari' } })
  expect((await json('data', 'remove', 'again')).code).toBe(0)
  expect(await json('data', 'show', 'again')).toMatchObject({
    code: 1,
    document: { error: { code: 'dataset-missing' } },
  })
  const nowhere = path.join(root, 'nowhere')
  expect(await json('data', 'export', 'one', '--out', path.join(nowhere, 'minari'))).toMatchObject({
    code: 1,
    document: { error: { code: 'file-missing', message: expect.stringContaining('does not exist') as string } },
  })
  await expect(fs.stat(nowhere)).rejects.toMatchObject({ code: 'ENOENT' })
  for (const seed of ['-1', '1.5'])
    expect(await collect('Seed', seed)).toMatchObject({
      code: 2,
      document: {
        error: { code: 'usage', message: `--seed expects a whole number from 0 to 2^53 − 1, found ${seed}.` },
      },
    })
  const missing = await json('trajectories', 'collect', 'hopper', '--policy', 'none', '--episodes', '3')
  expect(missing).toMatchObject({ code: 2, document: { error: { code: 'usage' } } })
})

test('what an import of trajectories refuses is broken for inspect as well, by the same words', async () => {
  const column = (width: number, bad = false) => ({
    dtype: 'float32' as const,
    shape: width > 1 ? [6, width] : [6],
    data: Float32Array.from({ length: 6 * width }, (_, i) => (bad && i === 4 ? NaN : 0)),
  })
  const columns = { observations: column(2), actions: column(2), rewards: column(1), terminals: column(1) }
  const { rewards: _left, ...lacking } = columns
  const files: [Parameters<typeof encodeNpz>[0], string][] = [
    [lacking, 'There is no rewards'],
    [{ ...columns, rewards: column(1, true) }, 'Episode 0, step 4: rewards is not a number'],
  ]
  for (const [index, [arrays, text]] of files.entries()) {
    const file = path.join(root, `refused-${index}.npz`)
    await fs.writeFile(file, await encodeNpz(arrays))
    const said = { code: 'file-malformed', message: expect.stringContaining(`${file}: ${text}`) as string }
    const seen = await json('data', 'inspect', file)
    expect(seen).toMatchObject({ code: 1, document: { format: 'npz', error: said } })
    expect(seen.document['problems']).toContainEqual(expect.objectContaining({ severity: 'error' }))
    for (const words of [[], ['--environment', 'hopper']])
      expect(await json('data', 'import', file, '--name', 'Refused', ...words)).toMatchObject({
        code: 1,
        document: { error: words.length > 0 && index === 1 ? { code: 'file-malformed' } : said },
      })
  }
  const images = path.join(root, 'images.npz')
  await fs.writeFile(
    images,
    await encodeNpz({ images: { dtype: 'uint8', shape: [24, 4, 4], data: new Uint8Array(384) } }),
  )
  expect((await json('data', 'import', images, '--name', 'Images', '--environment', 'hopper')).document).toMatchObject({
    error: { code: 'file-malformed', message: expect.stringContaining('holds no trajectories') as string },
  })
}, 60_000)

test('train, then evaluate: a run with plan and outcome, and the returns of its agent', async () => {
  await json('trajectories', 'collect', 'hopper', '--policy', 'medium', '--episodes', '6', '--name', 'small')
  const words = ['trajectories', 'train', '--algorithm', 'td3-bc', '--data', 'small', '--preset', 'tiny']
  const planned = await json(...words, '--plan-only')
  expect(planned.document).toMatchObject({ config: { steps: 60, share: 0.9 }, plan: { privacy: null } })
  const { code, document } = await json(...words, '--set', 'steps=20', '--set', 'actorEvery=3')
  expect(code).toBe(0)
  expect(document).toMatchObject({ outcome: { algorithm: 'td3-bc', steps: 20, episodes: 5 } })
  const played = await json('trajectories', 'evaluate', '--agent', document['run'] as string, '--episodes', '2')
  expect(played.document['returns']).toHaveLength(2)
  expect(typeof played.document['normalisedScore']).toBe('number')
  const plas = ['trajectories', 'train', '--algorithm', 'plas', '--data', 'small', '--preset', 'tiny']
  const refused = await json(...plas, '--set', 'steps=20', '--set', 'warmUp=20')
  expect(refused).toMatchObject({ code: 1, document: { error: { code: 'config-invalid' } } })
  expect((await json('trajectories', 'train', '--data', 'small')).code).toBe(2)
}, 120_000)

test('unlearn: ids from a CSV, an agent that can be played, and refusals by name', async () => {
  const csv = await write('ids.csv', 'episode\n1\n3\n')
  await json('trajectories', 'collect', 'hopper', '--policy', 'medium', '--episodes', '6', '--name', 'to forget')
  const trained = await json('trajectories', 'train', '--algorithm', 'bc', '--data', 'to-forget', '--preset', 'tiny')
  const words = ['trajectories', 'unlearn', '--agent', trained.document['run'] as string, '--preset', 'tiny']
  const { code, document } = await json(...words, '--forget', `csv:${csv}`)
  expect(code).toBe(0)
  expect(document).toMatchObject({ outcome: { method: 'trajdeleter', mode: 'fixed', forgotten: 2, remaining: 3 } })
  const run = document['run'] as string
  expect((await json('trajectories', 'evaluate', '--agent', run, '--episodes', '1')).document['returns']).toHaveLength(
    1,
  )
  expect(await json(...words, '--forget', 'tail:0.1', '--method', 'magic')).toMatchObject({
    code: 1,
    document: { error: { code: 'method-missing' } },
  })
  expect((await json(...words)).code).toBe(2)
  for (const [file, found, text] of [
    [path.join(root, 'none.csv'), 'file-missing', 'does not exist'],
    [root, 'file-unreadable', 'is a folder'],
  ] as const) {
    const { document: refused } = await json(...words, '--forget', `csv:${file}`)
    expect(refused).toMatchObject({
      error: {
        code: found,
        message: `${file} ${text}; expected a file with the number of one episode on each line.`,
        hint: 'Check the path after csv:, or name the episodes themselves, like ids:3,17.',
      },
    })
  }
}, 120_000)

test('the study fills what is missing, once, shows the rest as missing, and passes over what somebody else works on', async () => {
  const words = ['trajectories', 'study', 'table', '--preset', 'tiny', '--episodes', '4', '--algorithms', 'bc']
  const { code, document } = await json(...words, '--tasks', 'hopper')
  expect(code).toBe(0)
  const [first] = document['table'] as { run: string; return: number }[]
  expect(first).toMatchObject({ task: 'hopper', algorithm: 'bc', seed: 1, state: 'done', published: null })
  expect(typeof first!.return).toBe('number')
  const again = await json(...words, '--tasks', 'hopper')
  expect(again.document['table']).toEqual([first])
  const shown = await json(...words, '--tasks', 'hopper,walker2d', '--show')
  expect(shown.document['table']).toMatchObject([{ run: first!.run }, { run: null, state: 'missing', return: null }])
  expect((await json('trajectories', 'study', 'everything')).code).toBe(2)

  const lab = await openLab({ project })
  const request = { algorithm: 'bc', data: 'hopper-medium-expert-4', preset: 'tiny', seed: 2 } as const
  const { run } = await lab.createTraining(request)
  const held = await lock(runPaths(project, run).lock, 'The run', { code: 'run-locked' })
  const others = await json(...words, '--tasks', 'hopper', '--seeds', '2,3')
  await held.release()
  expect(others).toMatchObject({
    code: 1,
    document: {
      table: [{ state: 'begun', run }, { state: 'done' }],
      failures: [{ what: 'bc on hopper, seed 2', run, error: { code: 'run-locked' } }],
      error: { code: 'run-locked' },
    },
  })
}, 120_000)

test('replay: an agent from the start of a recorded episode, and the physics of the record', async () => {
  await json('trajectories', 'collect', 'hopper', '--policy', 'medium', '--episodes', '2', '--name', 'to replay')
  const trained = await json('trajectories', 'train', '--algorithm', 'bc', '--data', 'to-replay', '--preset', 'tiny')
  const words = ['trajectories', 'replay', '--data', 'to-replay', '--agents', trained.document['run'] as string]
  const { code, document } = await json(...words, '--episodes', '1')
  expect(code).toBe(0)
  const { episodes, fidelity } = document['outcome'] as { episodes: object[]; fidelity: { largest: number }[] }
  expect(episodes).toMatchObject([{ id: 1, played: [expect.any(Number)] }])
  expect(fidelity[0]!.largest).toBeLessThan(1e-5)
  expect((await json(...words, '--episodes', 'first')).code).toBe(2)
  expect(await json(...words, '--episodes', '7')).toMatchObject({ document: { error: { code: 'config-invalid' } } })
}, 120_000)
