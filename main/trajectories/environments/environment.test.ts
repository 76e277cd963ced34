/** The environments against native MuJoCo (fixtures/golden.json, see make.py) and against the published facts. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { rootStream } from '../../math/random.ts'
import { makeEnvironment, taskOf, tasks, type Environment, type EnvironmentOptions } from './environment.ts'
import { networkPolicy } from './policy.ts'
import { normalisedScore, type TaskId, type Variant } from './task.ts'

interface Case {
  readonly task: TaskId
  readonly variant: Variant
  readonly position?: readonly number[]
  readonly rewards: readonly number[]
  readonly x: readonly number[]
  readonly observations: Readonly<Record<string, readonly number[]>>
  readonly masses: readonly number[]
}
const { cases } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'fixtures', 'golden.json'), 'utf8')) as {
  cases: Case[]
}

const open: Environment[] = []
const make = async (id: string, options?: EnvironmentOptions): Promise<Environment> => {
  const environment = await makeEnvironment(id, options)
  open.push(environment)
  return environment
}
afterAll(() => open.forEach((environment) => environment.close()))

/** Action i of step k, counted from 1. */
const wave = (k: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => 0.5 * Math.sin(0.3 * k + i))
const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)), Math.abs(a.length - b.length))

describe('physics', () => {
  test.each(cases)('$task $variant $position as native MuJoCo', async (known) => {
    const environment = await make(known.task, { variant: known.variant, alwaysHealthyReward: true })
    expect(difference(environment.masses(), known.masses)).toBeLessThan(1e-9)
    if (known.position)
      environment.setState(
        known.position,
        known.position.map(() => 0),
      )
    for (let k = 1; k <= 50; k++) {
      const reward = environment.step(wave(k, environment.task.actions.length))
      const tolerance = k <= 10 ? 1e-9 : 1e-6
      expect(Math.abs(reward - known.rewards[k - 1]!)).toBeLessThan(tolerance)
      expect(Math.abs(environment.state().position[0]! - known.x[k - 1]!)).toBeLessThan(tolerance)
      const observation = known.observations[k]
      if (observation) expect(difference(environment.observation, observation)).toBeLessThan(tolerance)
    }
  })

  /** Figures published beside the models, to nine decimals: rewards and sums, v4. */
  test.each([
    ['hopper', 'v4', [1.012708687, 0.892227132, 0.813253421], 25.235021],
    ['halfcheetah', 'v4', [-0.061426831, -0.231815399, -0.253996416], -11.465067],
    ['walker2d', 'v4', [0.971574118, 0.5226106, -0.631868703], 4.316395],
    ['walker2d', 'v5', [null, null, -0.616885891], 3.989744],
  ] as const)('%s %s as published', async (id, variant, rewards, total) => {
    const environment = await make(id, { variant, alwaysHealthyReward: true })
    let sum = 0
    for (let k = 1; k <= 50; k++) {
      const reward = environment.step(wave(k, environment.task.actions.length))
      sum += reward
      const known = rewards[[1, 10, 50].indexOf(k)]
      if (known != null) expect(reward).toBeCloseTo(known, 6)
    }
    expect(sum).toBeCloseTo(total, 5)
  })

  test('the masses of D4RL’s time are those of its files', async () => {
    expect(
      difference((await make('hopper', { variant: 'd4rl' })).masses(), [3.53429174, 3.92699082, 2.71433605, 5.0893801]),
    ).toBeLessThan(1e-7)
    const walker = (await make('walker2d', { variant: 'd4rl' })).masses()
    expect(walker[3]).toBeCloseTo(2.94053072, 7)
    const cheetah = (await make('halfcheetah', { variant: 'd4rl' })).masses()
    expect(difference(cheetah, [6.360313, 1.535248, 1.58094, 1.069191, 1.425587, 1.178851, 0.84987])).toBeLessThan(1e-6)
    expect(cheetah.reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(14, 9)
  })
})

describe('semantics', () => {
  test.each([
    ['hopper', 11, 3, 4, 0.008, 1, 1e-3],
    ['halfcheetah', 17, 6, 5, 0.05, 0, 0.1],
    ['walker2d', 17, 6, 4, 0.008, 1, 1e-3],
  ] as const)(
    '%s: sizes, time, reward',
    async (id, observations, actions, frameSkip, dt, healthyReward, controlCost) => {
      const environment = await make(id)
      const { task } = environment
      expect(task).toMatchObject({ frameSkip, dt, healthyReward, controlCost, episodeSteps: 1000 })
      expect([task.observation.length, task.actions.length]).toEqual([observations, actions])
      const start = environment.state()
      const action = wave(3, actions)
      const reward = environment.step(action)
      const { position, velocity } = environment.state()
      const effort = action.reduce((sum, a) => sum + a * a, 0)
      expect(reward).toBeCloseTo((position[0]! - start.position[0]!) / dt + healthyReward - controlCost * effort, 12)
      expect([...environment.observation]).toEqual([...position.slice(1), ...velocity])
    },
  )

  test('velocities are cut to ±10 for Hopper and Walker2d, not for HalfCheetah', async () => {
    for (const { id, initialPosition } of tasks) {
      const environment = await make(id)
      environment.setState(
        initialPosition,
        initialPosition.map((_, i) => (i === 0 ? 25 : -25)),
      )
      const velocities = [...environment.observation.slice(initialPosition.length - 1)]
      const limit = id === 'halfcheetah' ? 25 : 10
      expect(velocities).toEqual(initialPosition.map((_, i) => (i === 0 ? limit : -limit)))
    }
  })

  /** After one idle step from a state at rest just inside or outside each bound. */
  test.each([
    ['hopper', { 1: 0.71, 3: -1.2, 4: -2.4 }, false],
    ['hopper', { 1: 0.69, 3: -1.2, 4: -2.4 }, true],
    ['hopper', { 2: 0.19 }, false],
    ['hopper', { 2: 0.21 }, true],
    ['hopper', { 2: -0.21 }, true],
    ['walker2d', { 1: 0.81, 3: -1.2, 4: -2.4, 6: -1.2, 7: -2.4 }, false],
    ['walker2d', { 1: 0.79, 3: -1.2, 4: -2.4, 6: -1.2, 7: -2.4 }, true],
    ['walker2d', { 1: 2.01 }, true],
    ['walker2d', { 2: 0.99 }, false],
    ['walker2d', { 2: -1.02 }, true],
    ['halfcheetah', { 1: -3, 2: 3 }, false],
  ] as const)('%s at %o ends: %s', async (id, change: Record<number, number>, ends) => {
    const environment = await make(id)
    const position = environment.task.initialPosition.map((value, i) => change[i] ?? value)
    environment.setState(
      position,
      position.map(() => 0),
    )
    expect(environment.terminated).toBe(false)
    environment.step(new Array<number>(environment.task.actions.length).fill(0))
    expect(environment.terminated).toBe(ends)
  })

  test('Hopper also ends when any joint velocity passes 100; Walker2d does not', async () => {
    for (const [id, ends] of [
      ['hopper', true],
      ['walker2d', false],
    ] as const) {
      const environment = await make(id)
      const { initialPosition, actions } = environment.task
      environment.setState(
        initialPosition,
        initialPosition.map((_, i) => (i === 0 ? 300 : 0)),
      )
      environment.step(new Array<number>(actions.length).fill(0))
      expect(environment.terminated).toBe(ends)
    }
  })

  test('the bonus of a step that ends unhealthy: kept in v4, lost in v5', async () => {
    const rewards: number[] = []
    for (const variant of ['v4', 'v5'] as const) {
      const environment = await make('hopper', { variant })
      environment.setState([0, 1.25, 0.25, 0, 0, 0], [0, 0, 0, 0, 0, 0])
      rewards.push(environment.step([0, 0, 0]))
      expect(environment.terminated).toBe(true)
    }
    expect(rewards[0]! - rewards[1]!).toBeCloseTo(1, 12)
  })

  test('actions beyond ±1 move no more than ±1, and cost what was asked', async () => {
    const environment = await make('walker2d')
    const [big, one] = [7, 1].map((size) => {
      environment.reset()
      const reward = environment.step(new Array<number>(6).fill(size))
      return { reward, observation: [...environment.observation] }
    })
    expect(big!.observation).toEqual(one!.observation)
    expect(one!.reward - big!.reward).toBeCloseTo(1e-3 * 6 * 48, 9)
  })
})

describe('starts', () => {
  test.each(tasks.map(({ id }) => id))('%s: noise within its bounds, the same for the same stream', async (id) => {
    const environment = await make(id)
    const { noise, initialPosition } = environment.task
    const starts = Array.from({ length: 300 }, (_, episode) => {
      environment.reset(rootStream(5).fork(`episode ${episode}`))
      return environment.state()
    })
    const shifts = starts.flatMap(({ position }) => [...position].map((value, i) => value - initialPosition[i]!))
    const velocities = starts.flatMap(({ velocity }) => [...velocity])
    expect(Math.max(...shifts.map(Math.abs))).toBeLessThanOrEqual(noise.position)
    expect(Math.max(...shifts)).toBeGreaterThan(0.98 * noise.position)
    const deviation = Math.sqrt(velocities.reduce((sum, v) => sum + v * v, 0) / velocities.length)
    expect(deviation / noise.velocity).toBeCloseTo(noise.normal ? 1 : Math.sqrt(1 / 3), 1)
    environment.reset(rootStream(5).fork('episode 7'))
    expect(environment.state()).toEqual(starts[7])
    environment.reset()
    expect([...environment.state().position]).toEqual([...initialPosition])
  })

  test('an episode after another is the same as in a fresh environment', async () => {
    const used = await make('hopper')
    for (let k = 1; k < 40; k++) used.step(wave(k, 3))
    const fresh = await make('hopper')
    const rewards = [used, fresh].map((environment) => {
      environment.reset(rootStream(1))
      return Array.from({ length: 60 }, (_, k) => environment.step(wave(k, 3)))
    })
    expect(rewards[0]).toEqual(rewards[1])
  })

  test('many environments side by side: the engine’s memory grows under those already there', async () => {
    const first = await make('hopper')
    const lone = Array.from({ length: 5 }, (_, k) => first.step(wave(k, 3)))
    first.reset()
    for (let i = 0; i < 40; i++) await make('walker2d')
    expect(Array.from({ length: 5 }, (_, k) => first.step(wave(k, 3)))).toEqual(lone)
  })
})

test('scores: 0 and 100 are D4RL’s references', () => {
  expect(normalisedScore(taskOf('hopper'), 3234.3)).toBeCloseTo(100, 9)
  expect(normalisedScore(taskOf('walker2d'), 1.629008)).toBeCloseTo(0, 9)
  expect(normalisedScore(taskOf('halfcheetah'), 12135 / 2 - 280.178953 / 2)).toBeCloseTo(50, 9)
  expect(() => taskOf('ant')).toThrow('There is no environment ant.')
})

test('a policy is layers of tanh; sizes that do not fit name the layer', () => {
  const layers = [
    {
      weights: [
        [1, -2],
        [0.5, 0],
      ],
      bias: [0.1, -0.2],
    },
    { weights: [[2, 3]], bias: [0] },
  ]
  const hidden = [Math.tanh(1 * 0.3 - 2 * 0.4 + 0.1), Math.tanh(0.5 * 0.3 - 0.2)]
  const policy = networkPolicy(layers)
  expect(policy).toMatchObject({ observations: 2, actions: 1 })
  expect(policy.act([0.3, 0.4])[0]).toBeCloseTo(Math.tanh(2 * hidden[0]! + 3 * hidden[1]!), 12)
  expect(() => networkPolicy([layers[0]!, { weights: [[1]], bias: [0] }])).toThrow(
    'Layer 1 of the policy: expected rows of 2',
  )
  expect(() => networkPolicy([{ weights: [[1]], bias: [] }])).toThrow(
    'Layer 0 of the policy: 1 rows of weights but 0 biases',
  )
})
