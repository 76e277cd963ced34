import { beforeAll, describe, expect, test } from 'vitest'
import { rootStream } from '../math/random.ts'
import { loadBackend } from './backend.ts'
import { statelessInteger, statelessNormal } from './kernels.ts'
import { convReluPool, crossEntropy, dense, initialConv2d, initialDense, type Parameters } from './layers.ts'
import { findNative } from './native.ts'
import * as optimisers from './optimiser.ts'
import { tf } from './tf.ts'

beforeAll(() => loadBackend())

const values = (tensor: tf.Tensor) => [...tensor.dataSync()]

/** The gradient of step t for a weight of four, split over two parameters of the tree. */
const gradientAt = (t: number): Parameters => {
  const all = [0, 1, 2, 3].map((i) => Math.cos(1.3 * t + i) * (i + 0.25))
  return { a: tf.tensor([all[0]!]), b: tf.tensor(all.slice(1), [3, 1]) }
}
const start = (): Parameters => ({ a: tf.tensor([1]), b: tf.tensor([-2, 3, 0.5], [3, 1]) })

// Expected: torch.optim of PyTorch 2.15, six steps from the same weights with the same gradients.
const rules: [string, number, (parameters: Parameters) => optimisers.Optimiser, number[]][] = [
  ['Adam', 0.1, optimisers.adam, [0.8021954, -2.024653, 3.2813687, 0.7142164]],
  [
    'AdamW',
    0.1,
    (parameters) => optimisers.adam(parameters, { beta1: 0.5, beta2: 0.99, epsilon: 1e-3, weightDecay: 0.2 }),
    [0.7652391, -1.8250875, 2.811064, 0.5688896],
  ],
  ['SGD', 0.1, optimisers.sgd, [0.9717554, -2.0633698, 3.1309412, 0.869144]],
  [
    'momentum',
    0.1,
    (parameters) => optimisers.sgd(parameters, { momentum: 0.9 }),
    [0.931658, -1.9330913, 3.7452207, 1.4892322],
  ],
  [
    'Nesterov',
    0.1,
    (parameters) => optimisers.sgd(parameters, { momentum: 0.9, nesterov: true }),
    [0.9102477, -2.0031519, 3.8016398, 1.7594531],
  ],
  [
    'RMSprop',
    0.01,
    (parameters) => optimisers.rmsprop(parameters, { decay: 0.9, epsilon: 1e-6 }),
    [0.9683912, -2.0169096, 3.0418708, 0.5329018],
  ],
]

describe.each(rules)('%s', (_, rate, make, expected) => {
  const run = (optimiser: optimisers.Optimiser, parameters: Parameters, from: number, to: number) => {
    for (let t = from; t < to; t++) tf.tidy(() => optimisers.update(optimiser, parameters, gradientAt(t), rate))
  }
  const weights = (parameters: Parameters) => [...values(parameters.a!), ...values(parameters.b!)]

  test('takes the steps that PyTorch takes', () => {
    const parameters = start()
    const optimiser = make(parameters)
    run(optimiser, parameters, 0, 6)
    expect(parameters.b!.shape).toEqual([3, 1])
    weights(parameters).forEach((weight, i) => expect(Math.abs(weight - expected[i]!)).toBeLessThan(3e-6))
    optimisers.disposeOptimiser(optimiser)
  })

  test('continues bit by bit from a checkpoint, and leaves nothing behind', () => {
    const before = [tf.memory().numTensors, findNative()!.getNumOfTFTensors()]
    const parameters = start()
    const optimiser = make(parameters)
    run(optimiser, parameters, 0, 3)
    const live = tf.memory().numTensors
    const saved = optimisers.saveOptimiser(optimiser)
    const copy = tf.tidy(() => ({ a: tf.clone(parameters.a!), b: tf.clone(parameters.b!) }))
    run(optimiser, parameters, 3, 6)
    const restored = make(copy)
    optimisers.restoreOptimiser(restored, saved)
    run(restored, copy, 3, 6)
    expect(weights(copy)).toEqual(weights(parameters))
    tf.dispose([saved.tensors, copy])
    optimisers.disposeOptimiser(restored)
    expect(tf.memory().numTensors).toBe(live)
    optimisers.disposeOptimiser(optimiser)
    tf.dispose(parameters)
    expect([tf.memory().numTensors, findNative()!.getNumOfTFTensors()]).toEqual(before)
  })
})

test('weights that somebody else has set are taken up', () => {
  const parameters = start()
  const optimiser = optimisers.sgd(parameters)
  tf.tidy(() => optimisers.update(optimiser, parameters, gradientAt(0), 0.1))
  parameters.a!.dispose()
  parameters.a = tf.tensor([10])
  tf.tidy(() => optimisers.update(optimiser, parameters, { a: tf.tensor([1]), b: tf.zeros([3, 1]) }, 0.5))
  expect(values(parameters.a)).toEqual([9.5])
})

test('earlier copies do not change under later steps', () => {
  const parameters = { a: tf.zeros([100]) }
  const optimiser = optimisers.adam(parameters)
  const step = () => tf.tidy(() => optimisers.update(optimiser, parameters, { a: tf.ones([100]) }, 0.1))
  step()
  const copy = tf.clone(parameters.a)
  const seen = values(copy)
  step()
  expect(values(copy)).toEqual(seen)
  expect(values(parameters.a)).not.toEqual(seen)
})

test('a thousand steps hold memory and tensors constant', () => {
  const stream = rootStream(1)
  const parameters = { ...initialConv2d(stream, 'c', 3, 1, 4), ...initialDense(stream, 'd', 64, 10) }
  const [x, labels] = [statelessNormal([16, 8, 8, 1], [1, 2]), statelessInteger([16], [3, 4], 0, 10)]
  const optimiser = optimisers.adam(parameters)
  const mean = optimisers.average(parameters)
  const step = () =>
    tf.tidy(() => {
      const network = () => dense(parameters, 'd', tf.reshape(convReluPool(parameters, 'c', x), [16, -1]))
      const { value, gradients } = optimisers.valueAndGradients(() => crossEntropy(network(), labels), parameters)
      optimisers.update(optimiser, parameters, optimisers.clipByGlobalNorm(gradients, 1), 1e-2)
      optimisers.updateAverage(mean, parameters, 0.99)
      return value
    })
  const first = step()
  const live = [tf.memory().numTensors, tf.memory().numBytes, findNative()!.getNumOfTFTensors()]
  for (let i = 0; i < 1000; i++) step().dispose()
  expect([tf.memory().numTensors, tf.memory().numBytes, findNative()!.getNumOfTFTensors()]).toEqual(live)
  expect(values(step())[0]!).toBeLessThan(values(first)[0]! / 10)
})

test('average', () => {
  const parameters: Parameters = { a: tf.tensor([1, 2]), b: tf.scalar(3) }
  const mean = optimisers.average(parameters)
  const next: Parameters = { a: tf.tensor([2, 4]), b: tf.scalar(-1) }
  optimisers.updateAverage(mean, next, 0.75)
  const averaged = optimisers.averagedParameters(mean)
  expect([...values(averaged.a!), ...values(averaged.b!)]).toEqual([1.25, 2.5, 2])
  optimisers.restoreAverage(mean, next)
  expect(values(optimisers.averagedParameters(mean).a!)).toEqual([2, 4])
  optimisers.disposeAverage(mean)
})

test('gradients: values, global norm, clipping, and a loss that forgets a parameter', () => {
  const parameters = { a: tf.tensor([1, 2]), b: tf.tensor([3]) }
  const { value, gradients } = optimisers.valueAndGradients(
    () => tf.add(tf.sum(tf.square(parameters.a)), tf.sum(parameters.b)),
    parameters,
  )
  expect(values(value)).toEqual([8])
  expect([values(gradients.a!), values(gradients.b!)]).toEqual([[2, 4], [1]])
  expect(values(optimisers.globalNorm(gradients))[0]).toBeCloseTo(Math.sqrt(21), 6)
  expect(values(optimisers.globalNorm(optimisers.clipByGlobalNorm(gradients, 2)))[0]).toBeCloseTo(2, 6)
  expect(values(optimisers.clipByGlobalNorm(gradients, 5).a!)).toEqual([2, 4])
  expect(() => optimisers.valueAndGradients(() => tf.sum(parameters.a), parameters)).toThrow(
    'does not depend on the parameter b',
  )
  const optimiser = optimisers.sgd(parameters)
  expect(() => optimisers.update(optimiser, parameters, { a: gradients.a! }, 1)).toThrow(
    'b: expected shape [1], found nothing',
  )
})

test('schedules', () => {
  const cosine = optimisers.cosineSchedule({ rate: 1, steps: 12, warmup: 2, floor: 0.1 })
  expect([0, 1, 2, 7, 12, 99].map((step) => +cosine(step).toFixed(6))).toEqual([0.5, 1, 1, 0.55, 0.1, 0.1])
  expect([0, 9, 10, 25].map(optimisers.stepSchedule({ rate: 8, factor: 0.5, every: 10 }))).toEqual([8, 8, 4, 2])
  expect([0, 5, 10, 20].map(optimisers.linearSchedule({ rate: 2, steps: 10, floor: 1 }))).toEqual([2, 1.5, 1, 1])
  expect(optimisers.constantSchedule(3)(7)).toBe(3)
})
