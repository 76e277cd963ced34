/** The algorithms against an independent implementation (fixtures/make.py), and what a person would notice if it broke. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { rootStream } from '../../math/random.ts'
import { loadBackend } from '../../tensor/backend.ts'
import { tf } from '../../tensor/tf.ts'
import { anchorPrefix, makeAgent, type Agent } from './agent.ts'
import { algorithmOf, algorithms } from './algorithms.ts'
import { replayOf } from './replay.ts'

interface Packed {
  readonly shape: number[]
  readonly data: number[]
}
interface Case {
  readonly algorithm: string
  readonly settings: Record<string, unknown>
  readonly variation: { readonly actorWeight: number; readonly anchorWeight: number | null }
  readonly scaling: { readonly mean?: number[]; readonly deviation?: number[]; readonly reward?: number }
  readonly batch: Record<string, Packed>
  readonly initial: Record<string, Packed>
  readonly updates: readonly {
    readonly phase: string
    readonly draws: Record<string, Packed>
    readonly losses: Record<string, number>
    readonly after: Record<string, Packed>
  }[]
}
const golden = JSON.parse(readFileSync(path.join(import.meta.dirname, 'fixtures', 'golden.json'), 'utf8')) as {
  observations: number
  actions: number
  cases: Record<string, Case>
}
const sizes = { observations: golden.observations, actions: golden.actions }
const unpack = ({ shape, data }: Packed): tf.Tensor => tf.tensor(Float32Array.from(data), shape)

beforeAll(async () => void (await loadBackend()))

/** Largest difference, relative where values are large. */
const difference = (a: ArrayLike<number>, b: readonly number[]): number =>
  b.reduce((worst, value, i) => Math.max(worst, Math.abs(a[i]! - value) / Math.max(1, Math.abs(value))), 0)

describe('two updates are those of an independent implementation', () => {
  test.each(Object.keys(golden.cases))('%s', (name) => {
    const known = golden.cases[name]!
    const algorithm = algorithmOf(known.algorithm)
    const settings = algorithm.config.parse(known.settings)
    const plain = known.variation.actorWeight === 1 && known.variation.anchorWeight === null
    const agent = makeAgent(algorithm, settings, sizes, { variations: plain ? {} : { other: known.variation } })
    const { scaling } = known
    agent.start(rootStream(0), {
      mean: scaling.mean ?? [0, 0, 0],
      deviation: scaling.deviation ?? [1, 1, 1],
      reward: scaling.reward ?? 1,
    })
    const initial = Object.fromEntries(Object.entries(known.initial).map(([key, value]) => [key, unpack(value)]))
    const rest = agent.save()
    agent.program.load({ ...rest, ...initial })
    const replay = replayOf(new Float32Array(2 * (2 * sizes.observations + sizes.actions + 2)), 10)
    known.updates.forEach((update, step) => {
      expect(algorithm.phaseAt(settings, step)).toBe(update.phase)
      const draws = Object.fromEntries(
        Object.entries({ ...known.batch, ...update.draws }).map(([key, value]) => [key, unpack(value)]),
      )
      const feeds = { ...draws, table: replay.table, 'row-count': replay.rows, key: tf.tensor1d([1, 2], 'int32') }
      const losses = agent.program.run(
        `${plain ? 'ordinary' : 'other'}/${update.phase}`,
        feeds,
        Object.keys(update.losses),
      )
      for (const [loss, value] of Object.entries(update.losses))
        expect([loss, difference(losses[loss]!.dataSync(), [value]) < 1e-5]).toEqual([loss, true])
      const after = agent.save()
      for (const [key, value] of Object.entries(update.after))
        expect([key, difference(after[key]!.dataSync(), value.data)]).toEqual([key, expect.closeTo(0, 4)])
      tf.dispose([draws, feeds.key, losses, after])
    })
    tf.dispose([initial, rest])
    replay.dispose()
    agent.close()
  })
})

const tiny = {
  hidden: [16, 16],
  coderHidden: [16, 16],
  batch: 16,
  samples: 4,
  targetSamples: 3,
  actSamples: 5,
  warmUp: 2,
}
const fieldsOf = (config: unknown): string[] => Object.keys((config as { shape: object }).shape)

function tinyAgent(id: string): Agent {
  const algorithm = algorithmOf(id)
  const known = fieldsOf(algorithm.config)
  const settings = Object.fromEntries(Object.entries(tiny).filter(([name]) => known.includes(name)))
  return makeAgent(algorithm, algorithm.config.parse(settings), sizes, { lanes: 4 })
}

describe.each(algorithms.map(({ id }) => id))('%s', (id) => {
  const scaling = { mean: [0, 0, 0], deviation: [1, 1, 1], reward: 1 }
  const stream = rootStream(4)
  const values = Float32Array.from({ length: 50 * 10 }, (_, i) =>
    i % 10 === 6 || i === 3 ? 1 : Math.tanh(stream.normal()),
  )

  test('the same seed gives the same agent; saved and loaded it goes on to the same bits', () => {
    const replay = replayOf(values, 10)
    const keys = Array.from({ length: 6 }, (_, i) => [i, 100 + i] as const)
    const [one, two] = [tinyAgent(id), tinyAgent(id)]
    for (const agent of [one, two]) agent.start(rootStream(1), scaling)
    for (let step = 0; step < 3; step++) for (const agent of [one, two]) agent.update(replay, step, keys[step]!)
    const fresh = tinyAgent(id)
    const saved = two.save()
    fresh.load(saved)
    for (let step = 3; step < 6; step++) for (const agent of [one, fresh]) agent.update(replay, step, keys[step]!)
    const [expected, found] = [one.save(), fresh.save()]
    expect(Object.keys(expected).some((name) => name.startsWith(anchorPrefix))).toBe(false)
    for (const name of Object.keys(expected))
      expect([name, [...found[name]!.dataSync()]]).toEqual([name, [...expected[name]!.dataSync()]])
    tf.dispose([expected, found, saved])
    replay.dispose()
    for (const agent of [one, two, fresh]) agent.close()
  })

  test('it acts within ±1, values what it sees, and leaves no tensor behind', () => {
    const replay = replayOf(values, 10)
    const agent = tinyAgent(id)
    agent.start(rootStream(1), scaling)
    agent.update(replay, 0, [1, 1])
    const before = tf.memory().numTensors
    for (let step = 1; step < 5; step++) {
      const losses = agent.update(replay, step, [step, 1], { losses: true })
      expect(Object.values(losses!).every(Number.isFinite)).toBe(true)
    }
    const observations = values.slice(0, 12)
    const actions = agent.act(observations, [5, 6])
    expect(actions.length).toBe(4 * sizes.actions)
    expect(actions.every((action) => Math.abs(action) <= 1)).toBe(true)
    expect(agent.act(observations, [5, 6])).toEqual(actions)
    expect(agent.values(observations, actions)?.length ?? null).toBe(id === 'bc' ? null : 4)
    expect(tf.memory().numTensors).toBe(before)
    agent.close()
    replay.dispose()
  })
})
