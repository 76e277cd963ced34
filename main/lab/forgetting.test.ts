/** Training as a run: the same bits however often it is stopped, refused before it starts where it cannot work. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { LoggedEvent } from '../contract/calls.ts'
import { estimateSchema, type Estimate } from '../contract/estimate.ts'
import type { RunRecord } from '../contract/run.ts'
import type { ColumnName } from '../contract/trajectories.ts'
import { encodeNpz } from '../data/formats/npz.ts'
import { temporaryFolder } from '../data/formats/testing.ts'
import { openLab, type Lab } from '../lab.ts'
import { rootStream } from '../math/random.ts'
import { sha256 } from '../runs/checkpoint.ts'
import { requestOf } from '../runs/control.ts'
import { runPaths } from '../runs/folder.ts'
import { tf } from '../tensor/tf.ts'
import { openTrajectories, type OpenedTrajectories } from '../trajectories/data/store.ts'
import { agentFile, encodeAgent, openAgent } from '../trajectories/algorithms/agent-file.ts'
import type { AuditReport } from '../trajectories/audit/report.ts'
import { readReplay, scalingFor } from '../trajectories/algorithms/replay.ts'
import { heldOut, trainingEpisodes, type TrajectoryContext } from '../trajectories/job.ts'
import { publishedReturn } from '../trajectories/published.ts'
import { trainConfig, type TrainRequest } from '../trajectories/train.ts'
import { changedRewards, forgetIds } from '../trajectories/unlearning/forget-set.ts'
import { blocksOf, unlearnJob, type UnlearnConfig } from '../trajectories/unlearning/unlearn.ts'

const folder = temporaryFolder()
const project = folder.path('project')
let lab: Lab
beforeAll(async () => {
  lab = await openLab({ project })
  await lab.collectTrajectories({
    ...{ task: 'hopper', policy: 'medium-expert', episodes: 10, seed: 3, noise: 0.02, variant: 'v4', name: 'hops' },
  })
}, 60_000)

/** Pulls a run; stops it after the first checkpoint that `stop` wants stopped. */
async function pull(run: string, stop: (event: LoggedEvent) => boolean = () => false): Promise<RunRecord> {
  const abort = new AbortController()
  const events = lab.execute(run, { signal: abort.signal })
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
    if (stop(next.value)) abort.abort()
  }
}

async function fingerprint(run: string): Promise<string[]> {
  const paths = runPaths(project, run)
  const files = ['metrics.ndjson', 'artifacts/agent.safetensors']
  return Promise.all(files.map(async (file) => sha256(await fs.readFile(path.join(paths.folder, file)))))
}

const tiny = (change: Partial<TrainRequest> = {}): TrainRequest => ({
  ...{ algorithm: 'plas', data: 'hops', preset: 'tiny' },
  ...change,
})

test('a run stopped twice and resumed ends bit-equal to one never stopped, warm-up and returns included', async () => {
  const whole = await lab.createTraining(tiny({ set: { evaluations: 2 } }))
  const record = await pull(whole.run)
  expect(record).toMatchObject({ state: 'succeeded', error: null })
  expect(record.outcome).toMatchObject({ algorithm: 'plas', steps: 60, episodes: 9 })
  const tensors = tf.memory().numTensors
  const stopped = await lab.createTraining(tiny({ set: { evaluations: 2 } }))
  for (const step of [21, 45])
    expect((await pull(stopped.run, (event) => event.kind === 'checkpoint' && event.step >= step)).state).toBe(
      'interrupted',
    )
  expect((await pull(stopped.run)).outcome).toEqual(record.outcome)
  expect(await fingerprint(stopped.run)).toEqual(await fingerprint(whole.run))
  expect(tf.memory().numTensors).toBe(tensors)
  const other = await lab.createTraining(tiny({ seed: 2, set: { evaluations: 2 } }))
  await pull(other.run)
  expect((await fingerprint(other.run))[1]).not.toBe((await fingerprint(whole.run))[1])
  const played = await lab.evaluateAgent(whole.run, { episodes: 3, seed: 1 })
  expect(played.returns).toHaveLength(3)
  expect((await lab.evaluateAgent(whole.run, { episodes: 3, seed: 1 })).returns).toEqual(played.returns)
  expect(await fs.readFile((await lab.writeReport(whole.run)).report, 'utf8')).toContain('normalisedScore')
}, 300_000)

test('a cancel is obeyed within a step', async () => {
  const { run } = await lab.createTraining(tiny({ algorithm: 'bc', set: { steps: 1_000_000 } }))
  const events = lab.execute(run)
  const after: LoggedEvent[] = []
  let isAsked = false
  let next = await events.next()
  for (; !next.done; next = await events.next()) {
    if (isAsked) after.push(next.value)
    else if (next.value.kind === 'progress' && next.value.phase === 'Training') {
      await requestOf(runPaths(project, run), 'cancel')
      isAsked = true
    }
  }
  expect(next.value.state).toBe('cancelled')
  expect(after.filter(({ kind }) => kind === 'progress' || kind === 'metric' || kind === 'checkpoint')).toEqual([])
}, 60_000)

describe('what cannot work is refused before it starts', () => {
  test.each([
    [
      { algorithm: 'plas', preset: 'paper', set: { steps: 500_000 } },
      'a warm-up of 500000 updates reaches the last of 500000',
    ],
    [
      { algorithm: 'bear', preset: 'desk', set: { warmUp: 30_000 } },
      'a warm-up of 30000 updates reaches the last of 30000',
    ],
    [{ algorithm: 'iql', set: { colour: 1 } }, 'IQL has no setting colour'],
    [{ algorithm: 'iql', set: { expectile: 2 } }, 'field expectile'],
    [{ algorithm: 'dqn' }, 'There is no algorithm dqn'],
    [{ algorithm: 'iql', data: 'nothing' }, 'no set of trajectories nothing'],
  ] as const)('%o', async (change, message) => {
    await expect(lab.planTraining(tiny(change))).rejects.toThrow(message)
  })

  test('presets scale the warm-up with the steps; as published it is kept', () => {
    const warmUp = (algorithm: string, change: Partial<TrainRequest>) =>
      trainConfig(tiny({ algorithm, ...change })).parameters['warmUp']
    expect(warmUp('plas', { preset: 'desk', set: { steps: 10_000 } })).toBe(5000)
    expect(warmUp('bear', { preset: 'desk', set: { steps: 10_000 } })).toBe(400)
    expect(warmUp('plas', { preset: 'paper' })).toBe(500_000)
    expect(warmUp('bear', { preset: 'paper' })).toBe(40_000)
    expect(trainConfig(tiny({ algorithm: 'bcq', preset: 'fast' })).parameters['samples']).toBe(10)
    expect(trainConfig(tiny({ algorithm: 'bcq', preset: 'desk' })).parameters['samples']).toBe(100)
  })
})

test('the published split: the first nine tenths, rounded as scikit-learn does', () => {
  expect(heldOut(2277, 1 - 0.11)).toBe(251)
  expect(2277 - heldOut(2277, 0.9)).toBe(2049)
})

test('transitions: successors within the episode, none after a terminal, scaled by the moments of the data', async () => {
  const data = await openTrajectories(project, 'hops')
  const episodes = trainingEpisodes(data, 0.9, [0])
  expect(episodes.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  const replay = await readReplay(data, episodes, (value, { id }) => (id === 2 ? -value : value))
  expect(replay.count).toBe(episodes.reduce((sum, { length }) => sum + length, 0))
  const rows = (await replay.table.array()) as number[][]
  const [observations, rewards] = [await data.column('observations'), await data.column('rewards')]
  let row = 0
  for (const { id, start, length, end } of episodes) {
    const found = rows.slice(row, row + length)
    found.forEach((values, step) => {
      expect(values.slice(0, 11)).toEqual([...observations.subarray((start + step) * 11, (start + step + 1) * 11)])
      expect(values[14]).toBe((id === 2 ? -1 : 1) * rewards[start + step]!)
      if (step > 0) expect(found[step - 1]!.slice(16)).toEqual(values.slice(0, 11))
    })
    expect(found.map((values) => values[15])).toEqual(
      Array.from({ length }, (_, step) => (step === length - 1 && end === 'terminal' ? 0 : 1)),
    )
    row += length
  }
  const { mean, deviation, reward } = await scalingFor(data, episodes)
  expect(mean[0]).toBeCloseTo(rows.reduce((sum, values) => sum + values[0]!, 0) / rows.length, 6)
  const spread = Math.sqrt(rows.reduce((sum, values) => sum + (values[5]! - mean[5]!) ** 2, 0) / rows.length)
  expect(deviation[5]).toBeCloseTo(spread + 1e-3, 6)
  const returns = episodes.map((episode) => episode.return)
  expect(reward).toBeCloseTo(1000 / (Math.max(...returns) - Math.min(...returns)), 9)
  replay.dispose()
})

describe('unlearning', () => {
  const played = { set: { episodes: 1 } }
  let agent: string
  beforeAll(async () => {
    agent = (await lab.createTraining(tiny({ algorithm: 'td3-bc' }))).run
    await pull(agent)
  }, 60_000)

  test('both phases; stopped and resumed it ends bit-equal; the agent knows what it forgot', async () => {
    const request = { agent, forget: 'ids:6,2', method: 'trajdeleter', ...played }
    const whole = await lab.createUnlearning(request)
    expect(whole.plan.steps.map(({ phase, steps }) => [phase, steps])).toEqual([
      ['Playing episodes', 1],
      ['Forgetting', 32],
      ['Convergence', 8],
      ['Playing episodes', 1],
    ])
    const record = await pull(whole.run)
    expect(record).toMatchObject({ state: 'succeeded', error: null })
    expect(record.outcome).toMatchObject({ forgotten: 2, remaining: 7, updates: 40, shareOfTraining: 40 / 60 })
    const done = (await lab.runEvents(whole.run)).flatMap((event) =>
      event.kind === 'progress' ? (event.whole ?? []) : [],
    )
    expect(done).toEqual([...done].sort((a, b) => a - b))
    expect(done.at(-1)).toBeCloseTo(1)
    const before = record.outcome!['before'] as { evaluation: { mean: number }; values: Record<string, number> }
    const trained = (await lab.showRun(agent)).summary.outcome!['evaluation'] as { mean: number }
    // The agent that begins is the one that was trained: it plays the same episode as at the end of its training.
    expect(before.evaluation.mean).toBe(trained.mean)
    expect(Object.values(before.values).every(Number.isFinite)).toBe(true)
    const compared = await lab.call('runs.compare', { runs: [agent, whole.run] })
    expect(compared.ok && compared.value.rows.filter(({ name }) => name.startsWith('forget'))).toMatchObject([
      { name: 'forget', values: [null, '[2,6]'] },
      { name: 'forgettingShare' },
    ])
    const stopped = await lab.createUnlearning(request)
    for (const step of [11, 35])
      expect((await pull(stopped.run, (event) => event.kind === 'checkpoint' && event.step >= step)).state).toBe(
        'interrupted',
      )
    expect((await pull(stopped.run)).outcome).toEqual(record.outcome)
    expect(await fingerprint(stopped.run)).toEqual(await fingerprint(whole.run))
    await expect(lab.planUnlearning({ ...request, agent: whole.run })).rejects.toThrow('was not among those')
    const further = await lab.planUnlearning({ ...request, agent: whole.run, forget: 'tail:0.1' })
    expect((further.config as { forget: number[] }).forget).toEqual([8])
  }, 120_000)

  test('what is worked on is no setting', async () => {
    const request = { agent, forget: 'ids:2', method: 'finetune' }
    for (const set of [{ agent: 'other' }, { data: 'twice' }, { forget: [0] }, { seed: 2 }]) {
      const message = `${Object.keys(set)[0]} is no setting`
      await expect(lab.planUnlearning({ ...request, set })).rejects.toMatchObject({ code: 'config-invalid' })
      await expect(lab.planUnlearning({ ...request, set })).rejects.toThrow(message)
    }
    await expect(lab.planEstimate({ agent, set: { data: 'twice' } })).rejects.toThrow('data is no setting')
  })

  test.each(['retrain', 'finetune', 'random-reward', 'negative-reward'])(
    '%s runs to its end',
    async (method) => {
      const { run } = await lab.createUnlearning({ agent, forget: 'lowest:0.2', method, ...played })
      const record = await pull(run)
      expect(record).toMatchObject({ state: 'succeeded', error: null })
      expect(record.outcome).toMatchObject({ method, updates: method === 'retrain' ? 60 : 40, forgotten: 2 })
    },
    60_000,
  )

  describe('what the agent that comes out depends on', () => {
    const forget = [2, 6]
    type Changes = Partial<Record<ColumnName, (value: number, i: number) => number>>

    /** The set with other values in the rows of the episodes to forget. */
    async function dataWith(changes: Changes): Promise<OpenedTrajectories> {
      const data = await openTrajectories(project, 'hops')
      const rowsOf = (name: ColumnName) =>
        forget.flatMap((id) => {
          const { start, length } = data.episodes[id]!
          const width = data.set.columns[name]!.shape[1] ?? 1
          const [first, count] = name === 'final-observations' ? [id, 1] : [start, length]
          return Array.from({ length: count * width }, (_, i) => first * width + i)
        })
      const column = async (name: 'rewards') => {
        const values = (await data.column(name)).slice()
        const change = changes[name]
        if (change) for (const place of rowsOf(name)) values[place] = change(values[place]!, place)
        return values
      }
      return { ...data, column: column as OpenedTrajectories['column'] }
    }

    async function agentFrom(method: string, changes: Changes, set: Partial<UnlearnConfig> = {}): Promise<string> {
      const request = { agent, forget: `ids:${forget.join()}`, method, ...played }
      const config = { ...((await lab.planUnlearning(request)).config as UnlearnConfig), ...set }
      const root = rootStream(1)
      const context: Partial<TrajectoryContext> = {
        trajectories: await dataWith(changes),
        checkpoint: null,
        stream: (name) => root.fork(name),
        artifactOf: (run, name) => fs.readFile(path.join(runPaths(project, run).artifacts, name)),
      }
      let found = ''
      for await (const event of unlearnJob.run(context as TrajectoryContext, config))
        if (event.kind === 'artifact' && event.name === agentFile) found = sha256(event.bytes)
      return found
    }

    const otherRewards: Changes = { rewards: (value, i) => 3 - value + (i % 7) }
    const otherActions: Changes = { actions: (value) => -0.5 * value }
    const otherStates: Changes = {
      observations: (value, i) => value / 2 + (i % 5),
      'final-observations': (value) => value + 1,
    }

    test.each(['retrain', 'finetune'])(
      '%s: nothing of the episodes to forget',
      async (method) => {
        const [first, other] = [
          await agentFrom(method, {}),
          await agentFrom(method, { ...otherRewards, ...otherActions, ...otherStates }),
        ]
        expect(first).toMatch(/^[0-9a-f]{64}$/)
        expect(other).toBe(first)
      },
      60_000,
    )

    test('trajdeleter: their rewards, negated, their actions and states', async () => {
      const first = await agentFrom('trajdeleter', {})
      for (const changes of [otherRewards, otherActions, otherStates])
        expect(await agentFrom('trajdeleter', changes)).not.toBe(first)
      // `paper` takes rewards as they are: negated in the data, and with the weight of the actor's loss turned back, it is the same.
      const turned = await agentFrom('trajdeleter', { rewards: (value) => -value }, { mode: 'paper', balance: -1 })
      expect(turned).toBe(first)
    }, 120_000)
  })

  test('as published: the count of updates begins anew, so PLAS trains its auto-encoder alone', async () => {
    const original = (await lab.createTraining(tiny())).run
    await pull(original)
    // Its warm-up are 30 of 60 updates; the others go on from where it stands, and need no more.
    const request = { agent: original, forget: 'tail:0.1', set: { steps: 30 } }
    const untrained = 'a warm-up of 30 updates reaches the last of 30'
    await expect(lab.planUnlearning({ ...request, method: 'retrain' })).rejects.toThrow(untrained)
    await expect(lab.planUnlearning({ ...request, method: 'retrain', set: { steps: 31 } })).resolves.toBeDefined()
    await expect(lab.planUnlearning({ ...request, method: 'finetune' })).resolves.toBeDefined()
    const lossesOf = async (mode: string): Promise<string[]> => {
      const set = { ...played.set, mode, steps: 20 }
      const { run } = await lab.createUnlearning({ agent: original, forget: 'tail:0.1', method: 'trajdeleter', set })
      await pull(run)
      const lines = (await fs.readFile(runPaths(project, run).metrics, 'utf8')).trim().split('\n')
      const names = lines.map((line) => (JSON.parse(line) as { name: string }).name)
      return [...new Set(names.filter((name) => name.startsWith('loss/')))].sort()
    }
    expect(await lossesOf('released')).toEqual(['loss/coder'])
    expect(await lossesOf('fixed')).toEqual(['loss/actor', 'loss/critic'])
  }, 120_000)
})

test('a set that was made anew under the name of another is none that its agents learnt from', async () => {
  const set = { task: 'hopper', policy: 'medium', episodes: 4, noise: 0.02, variant: 'v4', name: 'twice' } as const
  await lab.collectTrajectories({ ...set, seed: 1 })
  const agent = (await lab.createTraining(tiny({ data: 'twice', algorithm: 'bc', set: { evaluations: 0 } }))).run
  await pull(agent)
  const learntFrom = async () => {
    const agents = await lab.call('forgetting.agents', {})
    return agents.ok ? agents.value.find(({ run }) => run === agent)?.learntFrom : undefined
  }
  expect(await learntFrom()).toBe(4 - heldOut(4, 0.9))
  await lab.removeTrajectories('twice')
  await lab.collectTrajectories({ ...set, seed: 2 })
  expect(await learntFrom()).toBeNull()
  const another = 'twice does not hold the episodes that the agent was trained on'
  await expect(lab.planUnlearning({ agent, forget: 'ids:0', method: 'finetune' })).rejects.toThrow(another)
  await expect(lab.evaluateAgent(agent, { episodes: 1, seed: 1 })).rejects.toThrow(another)
  const chosen = await lab.call('trajectories.select', { data: 'twice', agent, selector: 'tail:0.5', seed: 1 })
  expect(chosen).toMatchObject({ ok: false, error: { code: 'dataset-corrupt' } })
}, 60_000)

test('a run that finds nothing to learn from leaves nothing in memory; its share of no training is none', async () => {
  // Episode 2 is a single step whose successor nobody knows.
  const ends = [14, 29, 30, 45, 60]
  const steps = 61
  const column = (width: number, value: (row: number) => number) => ({
    ...({ dtype: 'float32', shape: [steps, width] } as const),
    data: Float32Array.from({ length: steps * width }, (_, i) => value(Math.floor(i / width))),
  })
  const file = await encodeNpz({
    observations: column(3, (row) => Math.sin(row)),
    actions: column(2, (row) => Math.cos(row)),
    rewards: column(1, (row) => row % 3),
    terminals: column(1, () => 0),
    timeouts: column(1, (row) => Number(ends.includes(row))),
  })
  await fs.writeFile(folder.path('short.npz'), file)
  await lab.importTrajectories({ path: folder.path('short.npz'), name: 'Short' })
  const set = { estimateSteps: 0 }
  const agent = (await lab.createTraining({ algorithm: 'bc', data: 'short', preset: 'tiny', set })).run
  await pull(agent)
  const tensors = tf.memory().numTensors
  const failing = await lab.createUnlearning({ agent, forget: 'ids:2', method: 'trajdeleter', set })
  expect(await pull(failing.run)).toMatchObject({ state: 'failed', error: { code: 'config-invalid' } })
  expect(tf.memory().numTensors).toBe(tensors)
  const place = path.join(runPaths(project, agent).artifacts, agentFile)
  const opened = openAgent(await fs.readFile(place), place)
  await fs.writeFile(place, encodeAgent(opened.agent, { ...opened.header, steps: 0 }))
  opened.agent.close()
  const { run } = await lab.createUnlearning({ agent, forget: 'ids:1', method: 'finetune', set })
  expect((await pull(run)).outcome).toMatchObject({ updates: 40, shareOfTraining: null })
}, 60_000)

describe('a set without a simulator', () => {
  const ward = async (): Promise<string> => {
    const draws = rootStream(1).fork('ward')
    const [stays, length] = [12, 15]
    const floats = (width: number, value: (row: number) => number) => ({
      ...({ dtype: 'float32', shape: width === 1 ? [stays * length] : [stays * length, width] } as const),
      data: Float32Array.from({ length: stays * length * width }, (_, i) => value(Math.floor(i / width))),
    })
    const file = await encodeNpz({
      observations: floats(4, () => draws.normal()),
      actions: floats(2, () => 2 * draws.uniform() - 1),
      rewards: floats(1, () => draws.normal()),
      terminals: floats(1, (row) => Number(row % length === length - 1)),
    })
    await fs.writeFile(folder.path('ward.npz'), file)
    return folder.path('ward.npz')
  }
  const succeed = async (run: string) => {
    const record = await pull(run)
    expect(record).toMatchObject({ state: 'succeeded', error: null })
    return record.outcome as { estimate?: Estimate; before: Half; after: Half; estimateChange: { value: number } }
  }
  interface Half {
    readonly evaluation: null
    readonly estimate: Estimate
  }

  test('imported, trained, made to forget and audited: estimates, called so, in place of returns; bit-equal after a stop', async () => {
    await lab.importTrajectories({ path: await ward(), name: 'Ward' })
    const request = { algorithm: 'td3-bc', data: 'ward', preset: 'tiny' } as const
    const { run: agent, plan } = await lab.createTraining(request)
    expect(plan.steps.map(({ phase, steps }) => [phase, steps])).toEqual([
      ['Training', 60],
      ['Estimating returns', 60],
    ])
    const trained = await succeed(agent)
    expect(trained).toMatchObject({
      evaluation: null,
      estimate: { members: 3, updates: 60, discount: 0.99, problem: null },
    })
    const { value, low, high, behaviour } = estimateSchema.parse(trained.estimate)
    expect(low! < value! && value! < high! && behaviour.low < behaviour.value).toBe(true)
    expect(behaviour.beyond).toBe(0)
    const stopped = (await lab.createTraining(request)).run
    const at = (event: LoggedEvent) => event.kind === 'checkpoint' && event.step >= 80
    expect((await pull(stopped, at)).state).toBe('interrupted')
    expect(await succeed(stopped)).toEqual(trained)
    expect(await fingerprint(stopped)).toEqual(await fingerprint(agent))
    const report = await fs.readFile((await lab.writeReport(agent)).report, 'utf8')
    expect(report).toContain('Estimated return')
    expect(report).toContain('An estimate from recorded episodes, not a measurement')

    const forgot = (await lab.createUnlearning({ agent, forget: 'ids:2', method: 'trajdeleter', preset: 'tiny' })).run
    const { before, after, estimateChange } = await succeed(forgot)
    expect([before.evaluation, after.evaluation]).toEqual([null, null])
    expect(after.estimate.behaviour).toEqual(before.estimate.behaviour)
    expect(estimateChange.value).toBeCloseTo(after.estimate.value! - before.estimate.value!, 6)
    const agents = await lab.call('forgetting.agents', {})
    const known = agents.ok ? agents.value.filter(({ data }) => data === 'ward') : []
    expect(known.map(({ run, estimate }) => [run, estimate?.value])).toEqual(
      expect.arrayContaining([
        [agent, value],
        [forgot, after.estimate.value],
      ]),
    )

    const few = { shadows: 3, evaluations: 1 }
    const audit = (await lab.createAudit({ agent: forgot, original: agent, preset: 'tiny', set: few })).run
    await succeed(audit)
    const page = (await lab.writeReport(audit)).report
    expect(await fs.readFile(page, 'utf8')).toContain('Estimated returns')
    const written = JSON.parse(await fs.readFile(page.replace('.html', '.json'), 'utf8')) as AuditReport
    expect(written.returns).toEqual({ agent: null, before: null, original: null, retrained: null })
    expect(written.estimates).toMatchObject({
      agent: after.estimate,
      before: before.estimate,
      original: trained.estimate,
    })
    expect((await lab.verifyReport(audit)).problems).toEqual([])

    const asked = { agent: forgot, preset: 'tiny', seed: 3 } as const
    const estimated = await succeed((await lab.createEstimate(asked)).run)
    expect(estimated).toMatchObject({ ownEpisodes: true, episodes: 9, estimate: { problem: null } })
    expect(estimated).not.toHaveProperty('simulated')
    const again = await lab.call('forgetting.agents', {})
    const listed = again.ok ? again.value.find(({ run }) => run === forgot) : undefined
    expect(listed?.estimate).toEqual(estimated.estimate)
    await expect(lab.planEstimate({ ...asked, data: 'hops' })).rejects.toThrow('hops has 11 and 3')
    const without = await lab.planTraining({ ...request, set: { estimateSteps: 0 } })
    expect(without.plan.steps).toHaveLength(1)
  }, 120_000)

  test('with a simulator nothing changes but on request; then the agent is played as well', async () => {
    const planned = await lab.planTraining(tiny())
    expect(planned.config).toEqual(trainConfig(tiny()))
    expect(Object.keys(planned.config as object).filter((name) => name.startsWith('estimate'))).toEqual([])
    const agent = (await lab.createTraining(tiny({ algorithm: 'bc', set: { steps: 20, estimateSteps: 20 } }))).run
    expect(await succeed(agent)).toMatchObject({
      evaluation: { returns: [expect.any(Number)] },
      estimate: { updates: 20, members: 8, problem: null },
    })
    const { run } = await lab.createEstimate({ agent, preset: 'tiny', set: { episodes: 2 } })
    expect(await succeed(run)).toMatchObject({
      estimate: { members: 3, problem: null },
      simulated: { value: expect.any(Number), episodes: 2 },
    })
  }, 60_000)
})

describe('the episodes to forget', () => {
  const episode = (id: number) => ({ id, return: (id * 37) % 11, start: id, length: 1 }) as never
  const all = Array.from({ length: 2277 }, (_, id) => episode(id))
  const pool = { all, trained: all.slice(0, 2049), share: 0.9 }

  test('tail is the published choice: 22 of 2277 at 1 %, just before the held-out end', () => {
    const ids = forgetIds('tail:0.01', pool, 1)
    expect(ids).toEqual(Array.from({ length: 22 }, (_, i) => 2026 + i))
  })

  test.each([12, 14, 24])('tail is the last one trained on where %i episodes are too few for the rounding', (count) => {
    const trained = all.slice(0, count - Math.ceil(0.1 * count))
    expect(forgetIds('tail:0.01', { all: all.slice(0, count), trained, share: 0.9 }, 1)).toEqual([trained.length - 1])
  })

  test('at random by seed, by return, by hand', () => {
    expect(forgetIds('random:0.01', pool, 1)).toEqual(forgetIds('random:0.01', pool, 1))
    expect(forgetIds('random:0.01', pool, 1)).not.toEqual(forgetIds('random:0.01', pool, 2))
    const returns = (ids: number[]) => ids.map((id) => (all[id] as unknown as { return: number }).return)
    expect(Math.min(...returns(forgetIds('highest:0.05', pool, 1)))).toBe(10)
    expect(Math.max(...returns(forgetIds('lowest:0.05', pool, 1)))).toBe(0)
    expect(forgetIds('ids:7, 3', pool, 1)).toEqual([3, 7])
  })

  test.each([
    ['ids:9999', 'is not the id'],
    ['ids:2100', 'was not among those'],
    ['ids:', 'names no episode'],
    ['tail:2', 'has no rate'],
    ['oldest:0.1', 'is not a way to choose'],
    ['lowest:0.95', 'names every episode'],
  ])('%s is refused', (selector, message) => {
    expect(() => forgetIds(selector, pool, 1)).toThrow(message)
  })

  test('rewards: negated, or a ramp over the episode', () => {
    const rewards = Float32Array.of(1, 5, 3, 2, 4)
    const one = { id: 1, start: 1, length: 3 } as never
    const changed = (how: 'negated' | 'ramp') =>
      [0, 1, 2].map((step) => changedRewards(how, new Set([1]), rewards)(rewards[1 + step]!, one, step))
    expect(changed('negated')).toEqual([-5, -3, -2])
    expect(changed('ramp')).toEqual([2, 3.5, 5])
    expect(changedRewards('negated', new Set([2]), rewards)(5, one, 0)).toBe(5)
  })

  test('as published: four pairs of 1000, then 2000', () => {
    const blocks = blocksOf({ method: 'trajdeleter', steps: 10_000, forgettingShare: 0.8, alternations: 4 })
    expect(blocks.map(({ variation, on, steps }) => `${variation} ${on} ${steps}`)).toEqual([
      ...Array.from({ length: 4 }, () => ['ordinary remaining 1000', 'forget forgotten 1000']).flat(),
      'converge remaining 2000',
    ])
  })
})

test('published returns stand beside only where their number of updates is near', () => {
  expect(publishedReturn('td3-bc', 'hopper', 50_000)).toEqual({ steps: 50_000, return: 2784 })
  expect(publishedReturn('bcq', 'walker2d', 20_000)).toEqual({ steps: 10_000, return: 1210 })
  expect(publishedReturn('iql', 'hopper', 1000)).toBeNull()
  expect(publishedReturn('bc', 'hopper', 50_000)).toBeNull()
})
