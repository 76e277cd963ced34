/** Training as a run: the same bits however often it is stopped, refused before it starts where it cannot work. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { LoggedEvent } from '../contract/calls.ts'
import type { RunRecord } from '../contract/run.ts'
import { temporaryFolder } from '../data/formats/testing.ts'
import { openLab, type Lab } from '../lab.ts'
import { sha256 } from '../runs/checkpoint.ts'
import { requestOf } from '../runs/control.ts'
import { runPaths } from '../runs/folder.ts'
import { tf } from '../tensor/tf.ts'
import { openTrajectories } from '../trajectories/data/store.ts'
import { readReplay, scalingFor } from '../trajectories/algorithms/replay.ts'
import { heldOut, trainingEpisodes } from '../trajectories/job.ts'
import { trainConfig, type TrainRequest } from '../trajectories/train.ts'

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
}, 120_000)

test('a cancel is obeyed within a step', async () => {
  const { run } = await lab.createTraining(tiny({ algorithm: 'bc', set: { steps: 1_000_000 } }))
  const asked = { after: 0 }
  const record = await pull(run, (event) => {
    if (event.kind === 'progress' && asked.after === 0) {
      asked.after = event.step
      void requestOf(runPaths(project, run), 'cancel')
    }
    return false
  })
  expect(record.state).toBe('cancelled')
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
  expect(Math.floor(heldOut(2277, 0.89) * (0.01 / 0.11))).toBe(22)
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
