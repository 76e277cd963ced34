/** Replays: recorded motion as it was, agents from the same starts as `evaluate` plays them, the same files however often stopped. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { LoggedEvent } from '../contract/calls.ts'
import { replayIndexSchema, type ReplayIndex } from '../contract/replay.ts'
import type { RunRecord } from '../contract/run.ts'
import { parseNpy } from '../data/formats/npy.ts'
import { temporaryFolder } from '../data/formats/testing.ts'
import { openLab, type Lab } from '../lab.ts'
import { rootStream } from '../math/random.ts'
import { sha256 } from '../runs/checkpoint.ts'
import { runPaths } from '../runs/folder.ts'
import { retireRun } from '../runs/retire.ts'
import { openAgent } from '../trajectories/algorithms/agent-file.ts'
import { evaluate } from '../trajectories/algorithms/evaluate.ts'
import { createTrajectorySet, openTrajectories, type EpisodeRecord } from '../trajectories/data/store.ts'
import { makeEnvironment } from '../trajectories/environments/environment.ts'
import { statesFrom } from '../trajectories/environments/states.ts'
import { hopper } from '../trajectories/environments/hopper.ts'

const folder = temporaryFolder()
const project = folder.path('project')
let lab: Lab
let agents: string[]

async function pull(run: string, stop: (event: LoggedEvent) => boolean = () => false): Promise<RunRecord> {
  const abort = new AbortController()
  const events = lab.execute(run, { signal: abort.signal })
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
    if (stop(next.value)) abort.abort()
  }
}

const artifact = (run: string, name: string): Promise<Buffer> =>
  fs.readFile(path.join(runPaths(project, run).artifacts, name))
const numbers = async (run: string, name: string) => parseNpy(await artifact(run, name), name)
const indexOf = async (run: string): Promise<ReplayIndex> =>
  replayIndexSchema.parse(JSON.parse((await artifact(run, 'replay.json')).toString()))

async function replay(
  episodes: number[],
  of = 'hops',
  by: string[] = [],
): Promise<{ run: string; index: ReplayIndex }> {
  const { run } = await lab.createReplay({ data: of, episodes, agents: by })
  expect(await pull(run)).toMatchObject({ state: 'succeeded', error: null })
  return { run, index: await indexOf(run) }
}

/** A set of the same episodes, changed. */
async function copyOf(id: string, change: (record: EpisodeRecord) => EpisodeRecord, task: 'hopper' | null = 'hopper') {
  const { set, episodes, column } = await openTrajectories(project, 'hops')
  const [observations, actions, rewards, finals, positions, velocities] = await Promise.all([
    ...([column('observations'), column('actions'), column('rewards'), column('final-observations')] as const),
    ...([column('positions'), column('velocities')] as const),
  ])
  async function* records() {
    for (const [row, { id: episode, start, length, end }] of episodes.entries()) {
      const part = <T extends Float32Array | Float64Array>(values: T, width: number): T =>
        values.slice(start * width, (start + length) * width) as T
      yield change({
        ...{ id: episode, end, observations: part(observations, 11), actions: part(actions, 3) },
        ...{ rewards: part(rewards, 1), final: finals.slice(row * 11, (row + 1) * 11) },
        ...{ positions: part(positions!, 6), velocities: part(velocities!, 6) },
      })
    }
  }
  const { source, format, licence, sensitive, observationSize, actionSize } = set
  const header = { name: id, source, format, licence, sensitive, observationSize, actionSize, problems: [] }
  await createTrajectorySet(project, id, { ...header, environment: { ...set.environment, task } }, records())
}

beforeAll(async () => {
  lab = await openLab({ project })
  const common = { policy: 'medium', seed: 3, noise: 0.02, variant: 'v4' } as const
  await lab.collectTrajectories({ ...common, task: 'hopper', episodes: 4, name: 'hops' })
  await lab.collectTrajectories({ ...common, task: 'halfcheetah', policy: 'random', episodes: 1, name: 'runs' })
  await copyOf('bare', ({ positions: _p, velocities: _v, ...record }) => record)
  await copyOf('lines', (record) => record, null)
  agents = []
  for (const algorithm of ['td3-bc', 'bc']) {
    const { run } = await lab.createTraining({ algorithm, data: 'hops', preset: 'tiny' })
    await pull(run)
    agents.push(run)
  }
}, 60_000)

test('the recorded episode: poses follow the states, physics are those of the record', async () => {
  const { run, index } = await replay([2, 0])
  expect(index).toMatchObject({ task: 'hopper', variant: 'v4', dt: 0.008, agents: [] })
  expect(index.capsules.map(({ name, radius, halfLength }) => [name, radius, halfLength])).toEqual([
    ['torso', 0.05, 0.2],
    ['thigh', 0.05, 0.225],
    ['leg', 0.04, 0.25],
    ['foot', 0.06, 0.195],
  ])
  const [episode] = index.episodes
  const { episodes, column } = await openTrajectories(project, 'hops')
  const { start, length, return: total } = episodes[2]!
  expect(episode).toMatchObject({ id: 2, states: 'recorded', notes: [], recorded: { steps: length, return: total } })
  const poses = await numbers(run, episode!.recorded.poses)
  expect(poses).toMatchObject({ dtype: 'float32', shape: [length, 4, 6] })
  const positions = (await column('positions'))!
  for (const step of [0, 7, length - 1]) {
    const [x, z, angle] = positions.subarray((start + step) * 6, (start + step) * 6 + 3)
    const torso = [...poses.data.subarray(step * 24, step * 24 + 6)]
    const expected = [x!, 0, z!, Math.sin(angle!), 0, Math.cos(angle!)]
    torso.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6))
  }
  const [own, other] = episode!.fidelity
  expect(own).toMatchObject({ variant: 'v4', steps: length })
  expect(own!.largest).toBeLessThan(1e-6)
  expect(other!.variant).toBe('d4rl')
  expect(other!.typical).toBeGreaterThan(1e-4)
}, 60_000)

test('without the simulator’s states they are rebuilt: all but x as observed, x by its velocity', async () => {
  const { column } = await openTrajectories(project, 'hops')
  const [observations, positions] = [await column('observations'), (await column('positions'))!]
  const { episodes } = await openTrajectories(project, 'hops')
  const { length } = episodes[0]!
  const rebuilt = statesFrom(hopper, observations.subarray(0, length * 11))
  for (let step = 0; step < length; step++)
    for (let i = 0; i < 6; i++) {
      const wanted = positions[step * 6 + i]! - (i === 0 ? positions[0]! : 0)
      expect(Math.abs(rebuilt.positions[step * 6 + i]! - wanted)).toBeLessThan(i === 0 ? 0.02 : 1e-6)
    }
  const [bare, whole] = [await replay([0], 'bare'), await replay([0])]
  expect(bare.index.episodes[0]).toMatchObject({ states: 'rebuilt' })
  expect(bare.index.episodes[0]!.notes.join(' ')).toContain('rebuilt from the observations')
  expect(bare.index.episodes[0]!.fidelity[0]!.typical).toBeLessThan(1e-3)
  const [a, b] = await Promise.all([bare, whole].map(({ run }) => numbers(run, 'episode-0-data-poses.npy')))
  for (let i = 0; i < a!.data.length; i++)
    expect(Math.abs(Number(a!.data[i]) - Number(b!.data[i]))).toBeLessThan(i % 6 === 0 ? 0.02 : 1e-5)
}, 60_000)

test('agents play from the recorded starts what evaluate plays from there, and say what they value', async () => {
  const stream = () => rootStream(7)
  const environment = await makeEnvironment('hopper')
  const starts = [0, 1, 2].map((episode) => {
    environment.reset(stream().fork(`episode ${episode}`))
    return { ...environment.state(), observation: Float32Array.from(environment.observation) }
  })
  environment.close()
  let next = 0
  await copyOf('starts', (record) => {
    const { position, velocity, observation } = starts[next++ % 3]!
    const [positions, velocities, observations] = [record.positions!, record.velocities!, record.observations].map(
      (values) => values.slice(),
    ) as [Float64Array, Float64Array, Float32Array]
    positions.set(position)
    velocities.set(velocity)
    observations.set(observation)
    return { ...record, positions, velocities, observations }
  })
  const { run, index } = await replay([0, 1, 2], 'starts', agents)
  for (const [place, of] of agents.entries()) {
    const { agent } = openAgent(await artifact(of, 'agent.safetensors'), of)
    const playing = evaluate(agent, { task: 'hopper', variant: 'v4', episodes: 3, stream: stream() })
    let played = await playing.next()
    while (!played.done) played = await playing.next()
    for (const [i, { totalReward, steps, terminated }] of played.value.entries()) {
      const track = index.episodes[i]!.played[place]!
      expect([track.steps, track.end]).toEqual([steps, terminated ? 'terminal' : 'timeout'])
      expect(track.return).toBeCloseTo(totalReward, 3)
      expect((await numbers(run, track.rewards)).shape).toEqual([steps])
    }
    agent.close()
  }
  const [critic, cloned] = index.episodes[1]!.played
  expect(cloned).toMatchObject({ values: null, recordedValues: null })
  expect((await numbers(run, critic!.values!)).shape).toEqual([critic!.steps])
  const along = await numbers(run, critic!.recordedValues!)
  expect(along.shape).toEqual([index.episodes[1]!.recorded.steps])
  const { agent } = openAgent(await artifact(agents[0]!, 'agent.safetensors'), 'agent')
  const { episodes, column } = await openTrajectories(project, 'starts')
  const rows = <T extends Float32Array>(values: T, width: number) =>
    values.slice((episodes[1]!.start + 3) * width, (episodes[1]!.start + 13) * width)
  const values = agent.values(rows(await column('observations'), 11), rows(await column('actions'), 3))!
  values.forEach((value, i) => expect(Number(along.data[3 + i])).toBeCloseTo(value, 4))
  agent.close()
}, 60_000)

test('stopped and resumed it leaves the same files; a cancel is obeyed', async () => {
  const files = async (run: string) => {
    const names = (await fs.readdir(runPaths(project, run).artifacts)).sort()
    return Promise.all(names.map(async (name) => [name, sha256(await artifact(run, name))]))
  }
  const whole = await replay([0, 1], 'hops', agents)
  expect((await files(whole.run)).length).toBe(1 + 2 * (2 + 4 + 2))
  const { run } = await lab.createReplay({ data: 'hops', episodes: [0, 1], agents })
  for (const step of [1, 3])
    expect((await pull(run, (event) => event.kind === 'checkpoint' && event.step >= step)).state).toBe('interrupted')
  expect((await pull(run)).state).toBe('succeeded')
  expect(await files(run)).toEqual(await files(whole.run))
  const cancelled = await lab.createReplay({ data: 'hops', episodes: [0], agents })
  const record = await pull(cancelled.run, (event) => {
    if (event.kind === 'progress') void lab.cancelRun(cancelled.run)
    return false
  })
  expect(record.state).toBe('cancelled')
}, 60_000)

describe('found, fetched, refused', () => {
  test('the newest that ended well and holds the episode is found; its files are served, others not', async () => {
    const find = (episode: number, by: string[]) =>
      lab.call('replay.find', { data: 'hops', episode, agents: by }) as Promise<{ value: { run: string } | null }>
    expect((await find(3, [])).value).toBeNull()
    const { run } = await replay([3, 1])
    expect((await find(1, [])).value).toEqual({ run, state: 'succeeded' })
    expect((await find(3, [agents[1]!])).value).toBeNull()
    const served = await lab.resource(`replays/${run}/episode-3-data-rewards.npy`)
    expect(served!.type).toBe('application/octet-stream')
    expect(parseNpy(served!.bytes, 'rewards').dtype).toBe('float32')
    expect((await lab.resource(`replays/${run}/replay.json`))!.type).toBe('application/json')
    for (const place of [`${run}/config.json`, `${run}/../x.npy`, `${agents[0]}/replay.json`, `${run}/none.npy`])
      expect(await lab.resource(`replays/${place}`)).toBeNull()
  }, 60_000)

  test.each([
    [{ episodes: [9] }, 'has no episode 9'],
    [{ episodes: [1, 1] }, '1 is named twice'],
    [{ episodes: [] }, 'episodes'],
    [{ episodes: [0, 1, 2, 3, 4, 5, 6, 7, 8] }, 'episodes'],
    [{ data: 'lines' }, 'has no simulated task'],
    [{ agents: ['nobody'] }, 'nobody'],
  ])('%o', async (change, message) => {
    await expect(lab.planReplay({ data: 'hops', episodes: [0], agents: [], ...change })).rejects.toThrow(message)
  })

  test('an agent of another task is told apart', async () => {
    const { run } = await lab.createReplay({ data: 'runs', episodes: [0], agents: [agents[1]!] })
    expect((await pull(run)).error).toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('takes 11 observations and gives 3 actions; halfcheetah has 17 and 6'),
    })
  }, 60_000)

  test('a retired agent, before anything is queued', async () => {
    const { run } = await lab.createTraining({ algorithm: 'bc', data: 'hops', preset: 'tiny' })
    await pull(run)
    await retireRun(project, run, 'request')
    await expect(lab.planReplay({ data: 'hops', episodes: [0], agents: [run] })).rejects.toThrow('was retired')
  }, 60_000)
})
