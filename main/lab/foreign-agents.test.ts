/** Agents that d3rlpy 2.8.1 and 1.1.1 trained (fixtures/make.py, make-1.py), brought in: they act and value as they did there, go on, and what is wrong is named. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { LetheError } from '../contract/errors.ts'
import type { RunRecord } from '../contract/run.ts'
import { readTorchTree } from '../data/formats/torch-pickle.ts'
import { encodeNpz } from '../data/formats/npz.ts'
import { temporaryFolder } from '../data/formats/testing.ts'
import { openLab, type Lab } from '../lab.ts'
import { runPaths } from '../runs/folder.ts'
import { readSafetensors, writeSafetensors, type StoredTensor } from '../tensor/safetensors.ts'
import type { ImportAgentRequest } from './foreign-agents.ts'

const folder = temporaryFolder()
const project = folder.path('project')
const fixture = (...parts: string[]): string =>
  path.join(import.meta.dirname, '..', 'trajectories', 'foreign', 'fixtures', ...parts)
let lab: Lab
beforeAll(async () => {
  lab = await openLab({ project })
  const common = { policy: 'medium', seed: 3, noise: 0.02, variant: 'v4' } as const
  await lab.collectTrajectories({ ...common, task: 'hopper', episodes: 4, name: 'hops' })
  await lab.collectTrajectories({ ...common, task: 'halfcheetah', policy: 'random', episodes: 1, name: 'runs' })
}, 60_000)

async function pull(run: string): Promise<RunRecord> {
  const events = lab.execute(run)
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
  }
}

const requestOf = (name: string, change: Partial<ImportAgentRequest> = {}): ImportAgentRequest => ({
  ...{ path: fixture(name, 'model_6.pt'), params: fixture(name, 'params.json'), check: fixture(name, 'check.npz') },
  ...{ data: 'hops', episodes: 1, ...change },
})

async function bring(request: ImportAgentRequest): Promise<RunRecord & { readonly run: string }> {
  const { run } = await lab.createAgentImport(request)
  return { ...(await pull(run)), run }
}

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const file = folder.path(name)
  await fs.writeFile(file, content)
  return file
}

const readParams = async (name: string) =>
  JSON.parse(await fs.readFile(fixture(name, 'params.json'), 'utf8')) as {
    config: { type: string; params: Record<string, unknown> }
  } & Record<string, unknown>

interface Check {
  readonly rows: number
  readonly actions: { readonly largest: number } | null
  readonly values: { readonly largest: number } | null
}

describe('as d3rlpy 2.8.1 and 1.1.1 (-1) predicted it', () => {
  test.each([
    ['td3-bc', undefined],
    ['iql', undefined],
    ['cql', undefined],
    ['bc', undefined],
    ['bcq', 'linear'],
    ['bear', 'linear'],
    ['plas', 'linear'],
    ['td3-bc-1', undefined],
    ['iql-1', undefined],
    ['cql-1', undefined],
    ['bc-1', undefined],
    ['bcq-1', undefined],
    ['bear-1', undefined],
    ['plas-1', undefined],
  ] as const)(
    '%s',
    async (folder, decoder) => {
      const record = await bring(requestOf(folder, { decoder }))
      const name = folder.replace(/-1$/, '')
      expect(record).toMatchObject({ state: 'succeeded', error: null, outcome: { algorithm: name, steps: 6 } })
      const { rows, actions, values } = record.outcome!['check'] as Check
      expect(rows).toBe(12)
      if (name === 'bcq' || name === 'bear') expect(actions).toBeNull()
      else expect(actions!.largest).toBeLessThan(1e-5)
      if (name === 'bc') expect(values).toBeNull()
      else expect(values!.largest).toBeLessThan(1e-4)
      expect(typeof (record.outcome!['evaluation'] as { mean: number }).mean).toBe('number')
    },
    60_000,
  )

  test('the wrong decoder does not pass: PLAS acts otherwise with it', async () => {
    const record = await bring(requestOf('plas', { decoder: 'tanh' }))
    expect(record).toMatchObject({ state: 'failed', error: { code: 'file-malformed' } })
    expect(record.error!.message).toContain('does not act as it did: its action at row')
  }, 60_000)

  test('safetensors: the same agent, its optimisers anew; without a check that is said', async () => {
    const change = { path: fixture('td3-bc', 'model_6.safetensors') }
    const record = await bring(requestOf('td3-bc', change))
    expect(record.state).toBe('succeeded')
    expect((record.outcome!['notes'] as string[]).join(' ')).toContain('no moments of actor_optim')
    const { run } = await bring(requestOf('td3-bc', { ...change, check: undefined }))
    const warnings = (await lab.runEvents(run)).filter(({ kind }) => kind === 'warning')
    expect(JSON.stringify(warnings)).toContain('it was not checked that it acts as it did')
  }, 60_000)
})

test('it is an agent as any other: listed, played, made to forget; its moments are those of the file', async () => {
  const { run } = await bring(requestOf('iql', { share: 0.75 }))
  const agents = await lab.call('forgetting.agents', {})
  expect(agents).toMatchObject({ ok: true })
  expect(agents.ok && agents.value.find((agent) => agent.run === run)).toMatchObject({
    ...{ algorithm: 'iql', data: 'hops', steps: 6, share: 0.75, original: null },
  })
  expect((await lab.evaluateAgent(run, { episodes: 1, seed: 1 })).returns).toHaveLength(1)
  const bytes = await fs.readFile(path.join(runPaths(project, run).artifacts, 'agent.safetensors'))
  const ours = readSafetensors(bytes).tensors
  const theirs = readTorchTree(await fs.readFile(fixture('iql', 'model_6.pt')), 'iql')
  const first = (name: string) => [...(ours.get(`adam/${name}`)!.data as Float32Array)]
  const theirFirst = (optimiser: string, place: number) => [
    ...(theirs.get(`${optimiser}.optim.state.${place}.exp_avg`)!.data as Float32Array),
  ]
  // _logstd, then two layers and _mu; of the critics 6 arrays each, then those of V.
  expect(first('actor/first/actor/2.bias')).toEqual(theirFirst('actor_optim', 6))
  expect(first('actor/first/log-deviation')).toEqual([0, 0, 0])
  expect(first('critics/first/critic-1/2.bias')).toEqual(theirFirst('critic_optim', 11))
  expect(first('value/first/value/0.bias')).toEqual(theirFirst('critic_optim', 13))
  expect(first('critics/step')).toEqual([6])
  const forget = { agent: run, forget: 'ids:1', method: 'trajdeleter', set: { episodes: 1, steps: 10 } }
  const forgetting = await lab.createUnlearning(forget)
  expect(await pull(forgetting.run)).toMatchObject({ state: 'succeeded', outcome: { forgotten: 1, remaining: 2 } })
}, 60_000)

describe('refused before a run is made, by name', () => {
  test.each([
    ['bcq', {}, 'without the tanh that earlier versions'],
    ['td3-bc', { algorithm: 'iql' }, 'is of TD3+BC, not of IQL'],
    ['td3-bc', { data: 'runs' }, 'takes 11 observations and gives 3 actions; runs has 17 and 6'],
    ['td3-bc', { data: 'none' }, 'no set of trajectories none'],
    ['td3-bc', { path: fixture('none.pt') }, 'is not there'],
    ['td3-bc', { check: fixture('bc', 'params.json') }, 'params.json'],
  ] as const)('%s %o', async (name, change, message) => {
    await expect(lab.planAgentImport(requestOf(name, change))).rejects.toThrow(message)
  })

  test.each([
    ['discrete', { type: 'discrete_cql' }, {}, 'agents of discrete_cql are not known'],
    ['critics', {}, { n_critics: 5 }, 'n_critics is 5'],
    [
      'activation',
      {},
      { actor_encoder_factory: { type: 'vector', params: { activation: 'swish' } } },
      'activation "swish"',
    ],
    ['widths', {}, { critic_encoder_factory: { type: 'vector', params: { hidden_units: [9] } } }, 'has widths 9'],
    ['quantiles', {}, { q_func_factory: { type: 'qr', params: {} } }, 'critics of type qr'],
    ['rewards', {}, { reward_scaler: { type: 'min_max', params: {} } }, 'rewards scaled by min_max'],
    ['actions', {}, { action_scaler: { type: 'min_max', params: { minimum: [0], maximum: [1] } } }, 'actions scaled'],
    ['range', {}, { gamma: 7 }, 'discount'],
    // What is no such field at all is named, not taken for a fault of ours.
    ['encoder', {}, { actor_encoder_factory: 'vector' }, 'encoder.json, actor_encoder_factory: '],
    [
      'hidden',
      {},
      { critic_encoder_factory: { type: 'vector', params: { hidden_units: '9' } } },
      'hidden.json, critic_encoder_factory.hidden_units: ',
    ],
    ['scaler', {}, { observation_scaler: 'standard' }, 'scaler.json, observation_scaler: '],
    ['critic', {}, { q_func_factory: 'qr' }, 'critic.json, q_func_factory: '],
    [
      'mean',
      {},
      { observation_scaler: { type: 'standard', params: { mean: [0, 0], std: [1, 1] } } },
      'mean.json, mean of the observation scaler: ',
    ],
  ])('params: %s', async (name, config, params, message) => {
    const about = await readParams('td3-bc')
    Object.assign(about.config, config)
    Object.assign(about.config.params, params)
    const file = await write(`${name}.json`, JSON.stringify(about))
    const refused = lab.planAgentImport(requestOf('td3-bc', { params: file }))
    await expect(refused).rejects.toBeInstanceOf(LetheError)
    await expect(refused).rejects.toThrow(message)
  })

  test('weights that are cut off, a program, or no weights', async () => {
    const bytes = await fs.readFile(fixture('td3-bc', 'model_6.pt'))
    const cases: [string, Uint8Array, string][] = [
      ['cut', bytes.subarray(0, bytes.length - 400), 'zip'],
      ['whole', Uint8Array.of(0x80, 4, 0x95), 'a pickle of a whole learner'],
      ['other', new TextEncoder().encode('hello, this is nothing at all'), 'neither a file of PyTorch'],
      ['program', Buffer.from('\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R.', 'latin1'), 'os.system'],
    ]
    for (const [name, content, message] of cases) {
      const file = await write(`model_6.${name}`, content)
      await expect(lab.planAgentImport(requestOf('td3-bc', { path: file }))).rejects.toThrow(message)
    }
  })

  test('arrays that are missing, of another shape, or no numbers end the run with their name', async () => {
    const { tensors } = readSafetensors(await fs.readFile(fixture('td3-bc', 'model_6.safetensors')))
    const changed = async (name: string, change: (all: Map<string, StoredTensor>) => void) => {
      const all = new Map(tensors)
      change(all)
      const file = await write(`model_6-${name}.safetensors`, writeSafetensors(all))
      return (await bring(requestOf('td3-bc', { path: file, steps: 6 }))).error!.message
    }
    const bias = 'policy._fc.bias'
    expect(await changed('missing', (all) => all.delete(bias))).toContain(`expected ${bias} of shape [3]`)
    const wrong = { dtype: 'F32', shape: [2], data: new Float32Array(2) } as const
    expect(await changed('shape', (all) => all.set(bias, wrong))).toContain('found [2]')
    const nan = { dtype: 'F32', shape: [3], data: Float32Array.of(0, NaN, 0) } as const
    expect(await changed('numbers', (all) => all.set(bias, nan))).toContain(`${bias} holds NaN at 1`)
  }, 60_000)

  test('a check of other rows, and one that it does not pass', async () => {
    const array = (shape: number[], value = 0) => ({
      ...({ dtype: 'float32', shape } as const),
      data: new Float32Array(shape.reduce((a, b) => a * b)).fill(value),
    })
    const check = async (name: string, arrays: Parameters<typeof encodeNpz>[0]) =>
      requestOf('td3-bc', { check: await write(`${name}.npz`, await encodeNpz(arrays)) })
    const ragged = await check('ragged', { observations: array([4, 11]), actions: array([5, 3]) })
    await expect(lab.planAgentImport(ragged)).rejects.toThrow('expected actions with 4 rows, found 5')
    const wide = await check('wide', { observations: array([4, 12]), actions: array([4, 3]) })
    await expect(lab.planAgentImport(wide)).rejects.toThrow('shape [rows, 11]')
    const wrong = await check('wrong', { observations: array([4, 11]), actions: array([4, 3], 0.9) })
    expect((await bring(wrong)).error).toMatchObject({ message: expect.stringContaining('does not act as it did') })
  }, 60_000)
})

describe('in the window', () => {
  const chosen = (name: string, change: object = {}) => ({
    ...{ weights: fixture(name, 'model_6.pt'), params: fixture(name, 'params.json'), check: null, data: 'hops' },
    ...{ decoder: null, steps: null, share: 1, episodes: 1, seed: 1, device: 'auto' as const, ...change },
  })
  const planned = async (draft: ReturnType<typeof chosen>) => {
    const answer = await lab.call('foreignAgents.plan', draft)
    if (!answer.ok) throw new Error(answer.error.message)
    return answer.value
  }

  test('what is chosen is told piece by piece, and what stands in the way in words', async () => {
    expect(await planned(chosen('td3-bc', { params: null }))).toEqual({ facts: null, plan: null, trouble: null })
    const { facts, plan, trouble } = await planned(chosen('td3-bc'))
    expect(facts).toEqual({
      ...{ algorithm: 'td3-bc', line: 2, observations: 11, actions: 3, hidden: [8, 6], standardises: true },
      ...{ rewardScale: 1, needsDecoder: false, steps: 6 },
    })
    expect([plan?.steps.length, trouble]).toEqual([2, null])
    const undecided = await planned(chosen('bcq'))
    expect(undecided).toMatchObject({ facts: { algorithm: 'bcq', needsDecoder: true }, plan: null })
    expect(undecided.trouble?.message).toContain('does not say which this is')
    expect((await planned(chosen('bcq', { decoder: 'linear' }))).trouble).toBeNull()
    const elsewhere = await planned(chosen('td3-bc', { data: 'runs' }))
    expect(elsewhere).toMatchObject({ facts: { algorithm: 'td3-bc' }, plan: null, trouble: { code: 'config-invalid' } })
  })
})
