import { beforeAll, expect, test } from 'vitest'
import { rootStream } from '../math/random.ts'
import { loadBackend } from './backend.ts'
import * as layers from './layers.ts'
import { maxPool, relu, statelessNormal } from './kernels.ts'
import { tf } from './tf.ts'

beforeAll(() => loadBackend())

const values = (tensor: tf.Tensor) => [...tensor.dataSync()]
const x = () => tf.tensor([0.5, -1.2, 3.0, 0.1, 2.0, 0.3, -0.7, 1.1], [2, 4])
const near = (tensor: tf.Tensor, expected: number[]) =>
  values(tensor).forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(2e-6))

// Expected values of this file: PyTorch 2.15 on the same input.

test('layer, group and batch normalisation', () => {
  const norm = layers.initialNorm('n', 4)
  near(
    layers.layerNorm(norm, 'n', x()),
    [-0.06572396, -1.18303096, 1.57737458, -0.32861969, 1.33040929, -0.37653092, -1.38061333, 0.42673504],
  )
  near(
    layers.groupNorm(norm, 'n', x(), 2),
    [0.99999309, -0.99999309, 0.99999762, -0.99999756, 0.99999321, -0.99999309, -0.9999938, 0.99999386],
  )
  const statistics = layers.initialStatistics('n', 4)
  const before = tf.memory().numTensors
  const expected = [-0.99999112, -0.99999112, 0.99999851, -0.99997997, 0.99999106, 0.99999112, -0.99999851, 0.99998003]
  tf.tidy(() => near(layers.batchNorm(norm, 'n', x(), { statistics, training: true }), expected))
  near(statistics['n.mean']!, [0.125, -0.045, 0.115, 0.06])
  near(statistics['n.variance']!, [1.0125, 1.0125, 1.5845, 0.95])
  tf.tidy(() =>
    near(
      layers.batchNorm(norm, 'n', tf.zeros([1, 4]), { statistics, training: false }),
      [-0.12422539, 0.04472114, -0.09135877, -0.06155838],
    ),
  )
  expect(tf.memory().numTensors).toBe(before)
})

test('twice the size', () => {
  const picture = tf.tensor([0, 1, 2, 3, 4, 5], [1, 2, 3, 1])
  near(
    layers.upsampleBilinear(picture),
    [0, 0.4, 0.8, 1.2, 1.6, 2, 1, 1.4, 1.8, 2.2, 2.6, 3, 2, 2.4, 2.8, 3.2, 3.6, 4, 3, 3.4, 3.8, 4.2, 4.6, 5],
  )
  expect(values(layers.upsampleNearest(picture))).toEqual([
    0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 3, 3, 4, 4, 5, 5,
  ])
})

test('pooling before bias and relu gives the same bits', () => {
  const parameters = layers.initialConv2d(rootStream(2), 'c', 3, 2, 5)
  const picture = statelessNormal([3, 8, 8, 2], [1, 2])
  const quick = layers.convReluPool(parameters, 'c', picture, { padding: 1 })
  expect(values(quick)).toEqual(values(maxPool(relu(layers.conv2d(parameters, 'c', picture, { padding: 1 })))))
})

test('initial values: bounds, spread, independence of order', () => {
  const stream = rootStream(3)
  const parameters = { ...layers.initialDense(stream, 'a', 100, 400), ...layers.initialConv2d(stream, 'b', 5, 4, 30) }
  for (const [name, tensor] of Object.entries(parameters)) {
    const drawn = values(tensor)
    expect(Math.max(...drawn.map(Math.abs))).toBeLessThanOrEqual(0.1)
    const variance = drawn.reduce((sum, value) => sum + value * value, 0) / drawn.length
    expect(Math.abs(variance * 300 - 1), name).toBeLessThan(5 / Math.sqrt(drawn.length))
  }
  expect(parameters['b.weight']!.shape).toEqual([5, 5, 4, 30])
  expect(values(layers.initialDense(rootStream(3), 'a', 100, 400)['a.weight']!)).toEqual(
    values(parameters['a.weight']!),
  )
  expect(Object.keys(layers.initialDense(stream, 'c', 2, 2, { bias: false }))).toEqual(['c.weight'])
})

test('dropout keeps the mean, drops its share, and lets gradients through what it keeps', () => {
  const stream = rootStream(4)
  const ones = tf.ones([20_000])
  const state = stream.state()
  const kept = values(layers.dropout(ones, 0.3, stream))
  expect(new Set(kept)).toEqual(new Set([0, Math.fround(1 / 0.7)]))
  expect(Math.abs(kept.filter((value) => value === 0).length / 20_000 - 0.3)).toBeLessThan(0.017)
  stream.restore(state)
  expect(values(tf.grad((x) => layers.dropout(x, 0.3, stream))(ones, ones))).toEqual(kept)
  expect(layers.dropout(ones, 0, stream)).toBe(ones)
})

test('embedding looks rows up and sums their gradients', () => {
  const table = { 'e.weight': tf.tensor([1, 2, 3, 4, 5, 6], [3, 2]) }
  const ids = tf.tensor1d([2, 0, 2], 'int32')
  expect(values(layers.embedding(table, 'e', ids))).toEqual([5, 6, 1, 2, 5, 6])
  const gradient = tf.grad((weight) => layers.embedding({ 'e.weight': weight }, 'e', ids))(
    table['e.weight'],
    tf.ones([3, 2]),
  )
  expect(values(gradient)).toEqual([1, 1, 0, 0, 2, 2])
  expect(layers.initialEmbedding(rootStream(1), 'e', 5, 3)['e.weight']!.shape).toEqual([5, 3])
})
