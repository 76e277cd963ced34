/** Fitted Q against a process whose value is known, and what it does where it cannot answer. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Checkpoint, JobEvent } from '../../contract/job.ts'
import type { Episode } from '../../contract/trajectories.ts'
import { rootStream } from '../../math/random.ts'
import { loadBackend } from '../../tensor/backend.ts'
import { tf } from '../../tensor/tf.ts'
import { makeAgent } from '../algorithms/agent.ts'
import { algorithmOf } from '../algorithms/algorithms.ts'
import { actionsAt } from '../audit/sequences.ts'
import type { TrajectoryContext } from '../job.ts'
import { estimateReturns, recorded, spread, wrong, type Estimates } from './estimate.ts'

beforeAll(async () => void (await loadBackend()))

/** s' = 0.7 s + 0.3 a + 0.1 noise in two dimensions, r = 1 − |s|² − |a|² / 4; it ends with probability 0.02 in a terminal state. */
const size = 2
function step(s: Float32Array, a: Float32Array, draws: ReturnType<typeof rootStream>) {
  let reward = 1
  const next = s.map((value, i) => {
    reward -= value * value + (a[i]! * a[i]!) / 4
    return 0.7 * value + 0.3 * a[i]! + 0.1 * draws.normal()
  })
  return { reward, next, ends: draws.uniform() < 0.02 }
}
const startState = (draws: ReturnType<typeof rootStream>): Float32Array =>
  Float32Array.from({ length: size }, () => 2 * draws.uniform() - 1)

/** Episodes under drawn actions, about another mean in each so that all of the square is seen; cut after 40 steps. */
function recordOf(count: number, seed: number, change: (reward: number) => number = (reward) => reward) {
  const draws = rootStream(seed).fork('record')
  const rows = {
    observations: [] as number[],
    actions: [] as number[],
    rewards: [] as number[],
    finals: [] as number[],
  }
  const episodes: Episode[] = []
  for (let id = 0; id < count; id++) {
    let s = startState(draws)
    const about = startState(draws)
    const start = rows.rewards.length
    let end: Episode['end'] = 'timeout'
    for (let t = 0; t < 40 && end !== 'terminal'; t++) {
      const a = about.map((middle) => Math.max(-1, Math.min(1, middle + 0.4 * draws.normal())))
      const { reward, next, ends } = step(s, a, draws)
      rows.observations.push(...s)
      rows.actions.push(...a)
      rows.rewards.push(change(reward))
      s = next
      if (ends) end = 'terminal'
    }
    rows.finals.push(...s)
    const length = rows.rewards.length - start
    episodes.push({ id, start, length, end, return: 0, finalKnown: true, tags: [], seed: null, sha256: '' })
  }
  const columns: Record<string, Float32Array> = {
    observations: Float32Array.from(rows.observations),
    actions: Float32Array.from(rows.actions),
    rewards: Float32Array.from(rows.rewards),
    'final-observations': Float32Array.from(rows.finals),
  }
  const set = { id: 'process', observationSize: size, actionSize: size }
  return { set, episodes, column: async (name: string) => columns[name]! }
}

const algorithm = algorithmOf('bc')
const settingsOf = (discount: number) => algorithm.config.parse({ hidden: [8], discount })
function policy(discount: number, seed: number) {
  const agent = makeAgent(algorithm, settingsOf(discount), { observations: size, actions: size }, { lanes: 512 })
  agent.start(rootStream(seed).fork('policy'), { mean: [0, 0], deviation: [1, 1], reward: 1 })
  return agent
}

/** Mean discounted return of the policy over many played episodes. */
function truth(agent: ReturnType<typeof policy>, discount: number): number {
  const draws = rootStream(99).fork('truth')
  const lanes = 512
  let states = Array.from({ length: lanes }, () => startState(draws))
  const alive = new Array<boolean>(lanes).fill(true)
  let total = 0
  for (let t = 0; t < 150; t++) {
    const observations = Float32Array.from(states.flatMap((s) => [...s]))
    const acting = actionsAt(agent, { count: lanes, observations }, draws)
    let found = acting.next()
    while (!found.done) found = acting.next()
    const actions = found.value
    states = states.map((s, lane) => {
      const { reward, next, ends } = step(s, actions.subarray(lane * size, (lane + 1) * size), draws)
      if (alive[lane]) total += (discount ** t * reward) / lanes
      if (ends) alive[lane] = false
      return next
    })
  }
  return total
}

/** Of the small fit below: whatever changes it changes the estimates of every project. */
const golden = { value: 0.954145, low: 0.486545, high: 1.421746 }

interface Given {
  readonly data: ReturnType<typeof recordOf>
  readonly agents: readonly ReturnType<typeof policy>[]
  readonly discount: number
  readonly updates: number
  readonly members?: number
  readonly seed?: number
  readonly checkpoint?: Checkpoint | null
}

async function estimate(
  { data, agents, discount, updates, members = 6, seed = 1, checkpoint = null }: Given,
  stop: (event: JobEvent) => boolean = () => false,
): Promise<{ estimates: Estimates | null; events: JobEvent[] }> {
  const root = rootStream(seed)
  const context = {
    stream: (name: string) => root.fork(name),
    trajectories: data,
    checkpoint,
  } as unknown as TrajectoryContext
  const policies = agents.map((agent) => agent.save())
  const events: JobEvent[] = []
  const running = estimateReturns(context, {
    ...{ updates, members, policies, episodes: data.episodes, base: { step: 0, state: {}, parts: {} } },
    of: { algorithm, settings: settingsOf(discount), sizes: { observations: size, actions: size } },
  })
  try {
    for (;;) {
      const next = await running.next()
      if (next.done) return { estimates: next.value, events }
      events.push(next.value)
      if (stop(next.value)) {
        await running.return(undefined as never)
        return { estimates: null, events }
      }
    }
  } finally {
    tf.dispose(policies)
  }
}

test('stopped while the policies are asked, it leaves nothing in memory', async () => {
  const agents = [policy(0.9, 3)]
  const tensors = tf.memory().numTensors
  const { events } = await estimate({ data: recordOf(5, 3), agents, discount: 0.9, updates: 10 }, () => true)
  expect(events).toEqual([{ kind: 'progress', phase: 'Estimating returns', step: 0, totalSteps: 10 }])
  expect(tf.memory().numTensors).toBe(tensors)
  for (const agent of agents) agent.close()
})

test('the value of a policy is found within the interval, from the record of others; and the difference of two', async () => {
  const discount = 0.9
  const agents = [policy(discount, 3), policy(discount, 4)]
  const { estimates, events } = await estimate({ data: recordOf(150, 3), agents, discount, updates: 800 })
  const [first, second] = estimates!.each
  const truths = agents.map((agent) => truth(agent, discount))
  for (const [place, { value, low, high, behaviour, problem }] of [first!, second!].entries()) {
    expect(problem).toBeNull()
    expect(low!).toBeLessThan(truths[place]!)
    expect(high!).toBeGreaterThan(truths[place]!)
    expect(Math.abs(value! - truths[place]!)).toBeLessThan(0.5)
    // Neither is what the data itself returned.
    expect(truths[place]! - behaviour.value).toBeGreaterThan(1.5)
  }
  const { change } = estimates!
  expect(Math.abs(change!.value - (truths[1]! - truths[0]!))).toBeLessThan(0.5)
  expect(events.filter(({ kind }) => kind === 'metric')).toHaveLength(40)
  for (const agent of agents) agent.close()
})

describe('small fits', () => {
  const discount = 0.9
  let agent: ReturnType<typeof policy>
  beforeAll(() => void (agent = policy(discount, 5)))
  const small = (change: Partial<Given> = {}): Given => ({
    ...{ data: recordOf(12, 7), agents: [agent], discount, updates: 60, members: 3, ...change },
  })

  test('the same seed, the same bits, also when stopped and resumed; another seed, others; nothing is left behind', async () => {
    const whole = await estimate(small())
    const tensors = tf.memory().numTensors
    let checkpoint: Checkpoint | null = null
    await estimate(small(), (event) => {
      if (event.kind === 'checkpoint') checkpoint = event.checkpoint
      return event.kind === 'progress' && event.step === 40
    })
    expect(checkpoint!.step).toBe(39)
    const resumed = await estimate(small({ checkpoint }))
    expect(resumed.estimates).toEqual(whole.estimates)
    expect(tf.memory().numTensors).toBe(tensors)
    const other = await estimate(small({ seed: 2 }))
    expect(other.estimates!.each[0]!.value).not.toBe(whole.estimates!.each[0]!.value)
    expect(other.estimates!.each[0]!.behaviour).toEqual(whole.estimates!.each[0]!.behaviour)
    for (const [name, value] of Object.entries(golden))
      expect(whole.estimates!.each[0]![name as keyof typeof golden]).toBeCloseTo(value, 4)
  })

  test('an agent held against itself has not changed at all; of one much like it the change is known more closely than the values', async () => {
    const same = await estimate(small({ agents: [agent, agent] }))
    expect(same.estimates!.change).toEqual({ value: 0, low: 0, high: 0 })
    const alike = policy(discount, 5)
    const moved = alike.save()
    const bias = 'actor/1.bias'
    const before = moved[bias]!
    moved[bias] = tf.add(before, 0.05)
    alike.load(moved)
    tf.dispose([moved, before])
    const { change, each } = (await estimate(small({ agents: [agent, alike], updates: 200 }))).estimates!
    expect(change!.value).not.toBe(0)
    expect(change!.high - change!.low).toBeLessThan((each[0]!.high! - each[0]!.low!) / 2)
    alike.close()
  })

  test.each<[string, () => Partial<Given>, string]>([
    ['rewards that are no numbers', () => ({ data: recordOf(12, 7, () => NaN) }), 'no longer numbers'],
    ['a discount of 1', () => ({ discount: 1 }), 'without a discount'],
    ['one episode', () => ({ data: recordOf(1, 7) }), 'One episode'],
  ])('%s: refused in words, and the job goes on', async (_what, change, words) => {
    const { estimates } = await estimate(small(change()))
    expect(estimates!.each[0]).toMatchObject({
      value: null,
      low: null,
      high: null,
      problem: expect.stringContaining(words),
    })
    expect(estimates!.change).toBeNull()
  })

  test('all rewards alike, or none at all: a value, no failure', async () => {
    const none = await estimate(small({ data: recordOf(12, 7, () => 0) }))
    expect(none.estimates!.each[0]).toMatchObject({ problem: null, behaviour: { value: 0, low: 0, high: 0 } })
    const ones = await estimate(small({ data: recordOf(12, 7, () => 1), updates: 200 }))
    expect(ones.estimates!.each[0]!.problem).toBeNull()
    expect(ones.estimates!.each[0]!.value).toBeGreaterThan(5)
  })
})

test('a member whose values leave what rewards allow is a divergence', () => {
  const data = recordOf(4, 1)
  const record = recorded(
    data.episodes,
    Float32Array.from({ length: 400 }, (_, i) => i % 2),
    0.9,
  )
  expect(record.range).toEqual([0, 1 / (1 - 0.9)])
  expect(wrong([0, 5, 10], record)).toBeNull()
  expect(wrong([5, 14], record)).toContain('mean value of 14.00')
  expect(wrong([5, -4], record)).toContain('beyond 0.000 … 10.00')
  expect(wrong([5, NaN], record)).toContain('no longer numbers')
})

test('what was recorded: discounted from the first step, with the interval of a mean, and what is missing after a cut', () => {
  const episode = (id: number, start: number, length: number, end: Episode['end']): Episode => ({
    ...{ id, start, length, end, return: 0, finalKnown: true, tags: [], seed: null, sha256: '' },
  })
  const episodes = [episode(0, 0, 2, 'terminal'), episode(1, 2, 1, 'timeout')]
  const { behaviour, mean } = recorded(episodes, Float32Array.of(1, 2, 4), 0.5)
  expect(behaviour.value).toBe(3)
  expect(behaviour.beyond).toBe(0.25)
  expect(mean).toBe((2 + 2 + 4) / 3)
  // Of 2 and 4: deviation √2, t of one degree of freedom 12.706.
  expect(behaviour.high).toBeCloseTo(3 + 12.7062, 3)
  expect(spread([7])).toEqual({ value: 7, low: 7, high: 7 })
})
