import { beforeAll, describe, expect, test } from 'vitest'
import { rootStream } from '../../math/random.ts'
import { loadBackend } from '../../tensor/backend.ts'
import { statelessInteger, statelessNormal } from '../../tensor/kernels.ts'
import type { Parameters } from '../../tensor/layers.ts'
import { adam, disposeOptimiser, update, valueAndGradients } from '../../tensor/optimiser.ts'
import { tf } from '../../tensor/tf.ts'
import { conditionalGenerator } from './conditional-generator.ts'
import { recalibrate, type GeneratorNetwork } from './generator.ts'
import { smallGenerator } from './small-generator.ts'

beforeAll(async () => {
  await loadBackend({ device: 'cpu' })
})

const gray28 = { height: 28, width: 28, channels: 1, classes: 10 }
const colour16 = { height: 16, width: 16, channels: 3, classes: 4 }
const count = (tree: Parameters) => Object.values(tree).reduce((sum, tensor) => sum + tensor.size, 0)
const values = (tree: Parameters) => Object.fromEntries(Object.entries(tree).map(([name, x]) => [name, x.dataSync()]))
const largestDifference = (a: tf.Tensor, b: tf.Tensor) => tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!)

function draw(network: GeneratorNetwork, batch: number, seed: number, classes = 4) {
  return {
    codes: statelessNormal([batch, network.codeLength], [seed, 0]),
    labels: statelessInteger([batch], [seed, 1], 0, classes),
  }
}

const networks = [smallGenerator(), conditionalGenerator({ width: 3, codeLength: 8, embedding: 6 })]

describe.each(networks)('$id generator', (network) => {
  test('learns a fixed target, leaves no tensor behind, repeats itself to the bit', () => {
    const train = () => {
      const { parameters, statistics } = network.initial(rootStream(1), colour16)
      const optimiser = adam(parameters)
      const losses: number[] = []
      const live: number[] = []
      for (let step = 0; step < 4; step++) {
        const loss = tf.tidy(() => {
          const { codes, labels } = draw(network, 16, 7)
          const distance = () =>
            tf.mean(tf.squaredDifference(network.forward(parameters, statistics, codes, labels, true), 0.9))
          const { value, gradients } = valueAndGradients(distance, parameters)
          update(optimiser, parameters, gradients, 0.01)
          return value
        })
        losses.push(loss.dataSync()[0]!)
        loss.dispose()
        live.push(tf.memory().numTensors)
      }
      const end = { losses, parameters: values(parameters), statistics: values(statistics) }
      disposeOptimiser(optimiser)
      tf.dispose([parameters, statistics])
      return { end, live }
    }
    const before = tf.memory().numTensors
    const first = train()
    for (let step = 1; step < 4; step++) expect(first.end.losses[step]).toBeLessThan(first.end.losses[step - 1]!)
    expect(new Set(first.live).size).toBe(1)
    expect(tf.memory().numTensors).toBe(before)
    expect(train().end).toEqual(first.end)
  })

  test('gradients agree with differences of the loss', () => {
    tf.tidy(() => {
      const { parameters, statistics } = network.initial(rootStream(2), colour16)
      const { codes, labels } = draw(network, 8, 3)
      if (parameters['attention.share']) parameters['attention.share'] = tf.tensor1d([0.5])
      const pattern = statelessNormal([8, 16, 16, 3], [9, 9])
      const loss = (tree: Parameters) => {
        const own = Object.fromEntries(Object.entries(statistics).map(([name, x]) => [name, x.clone()]))
        return tf.sum(tf.mul(network.forward(tree, own, codes, labels, true), pattern))
      }
      const { gradients } = valueAndGradients(() => loss(parameters), parameters)
      for (const name of Object.keys(parameters)) {
        const gradient = gradients[name]!
        // Along the gradient itself the slope is its norm.
        const norm = tf.norm(gradient).dataSync()[0]!
        const at = (step: number) =>
          loss({ ...parameters, [name]: tf.add(parameters[name]!, tf.mul(gradient, step / norm)) }).dataSync()[0]!
        const step = 1e-3
        const slope = (at(step) - at(-step)) / (2 * step)
        expect(Math.abs(slope - norm), name).toBeLessThan(0.05 * norm + 0.03)
      }
    })
  })

  test('in use, one picture depends on its own code and label alone and changes nothing', () => {
    tf.tidy(() => {
      const { parameters, statistics } = network.initial(rootStream(3), colour16)
      const before = values(statistics)
      const { codes, labels } = draw(network, 6, 5)
      const all = network.forward(parameters, statistics, codes, labels, false)
      expect(all.shape).toEqual([6, 16, 16, 3])
      expect(all.min().dataSync()[0]).toBeGreaterThanOrEqual(0)
      expect(all.max().dataSync()[0]).toBeLessThanOrEqual(1)
      const some = network.forward(parameters, statistics, tf.slice(codes, 2, 2), tf.slice(labels, 2, 2), false)
      expect(largestDifference(some, tf.slice(all, 2, 2))).toBeLessThan(1e-5)
      const other = network.forward(
        parameters,
        statistics,
        codes,
        tf.cast(tf.mod(tf.add(labels, 1), 4), 'int32'),
        false,
      )
      expect(largestDifference(other, all)).toBeGreaterThan(1e-4)
      expect(values(statistics)).toEqual(before)
      const trained = network.forward(parameters, statistics, codes, labels, true)
      expect(largestDifference(trained, all)).toBeGreaterThan(1e-3)
      for (const [name, old] of Object.entries(before)) expect(statistics[name]!.dataSync(), name).not.toEqual(old)
    })
  })

  test('recalibration gives the mean of the batches’ moments', () => {
    const { parameters, statistics } = network.initial(rootStream(4), colour16)
    const before = tf.memory().numTensors
    const ownMoments = (seed: number) =>
      tf.tidy(() => {
        const own = Object.fromEntries(Object.entries(statistics).map(([name, x]) => [name, tf.keep(x.clone())]))
        const start = values(own)
        const { codes, labels } = draw(network, 16, seed)
        network.forward(parameters, own, codes, labels, true)
        const moments = Object.entries(values(own)).filter(([name]) => !name.endsWith('.direction'))
        tf.dispose(own)
        return Object.fromEntries(
          moments.map(([name, x]) => [name, x.map((v, i) => (v - 0.9 * start[name]![i]!) / 0.1)]),
        )
      })
    const batches = [11, 12, 13].map(ownMoments)
    let calls = 0
    recalibrate(network, parameters, statistics, () => draw(network, 16, 11 + calls++), 3)
    expect(calls).toBe(3)
    expect(tf.memory().numTensors).toBe(before)
    for (const name of Object.keys(batches[0]!)) {
      const found = statistics[name]!.dataSync()
      batches[0]![name]!.forEach((_, i) => {
        const mean = batches.reduce((sum, batch) => sum + batch[name]![i]! / 3, 0)
        expect(Math.abs(found[i]! - mean), name).toBeLessThan(1e-4 * (1 + Math.abs(mean)))
      })
    }
    tf.dispose([parameters, statistics])
  })

  test('refuses sizes that it cannot make', () => {
    for (const [height, width] of [
      [30, 30],
      [28, 32],
      [0, 0],
    ] as const) {
      expect(() => network.initial(rootStream(1), { ...gray28, height, width })).toThrow(
        expect.objectContaining({ code: 'config-invalid' }),
      )
    }
    expect(() => recalibrate(network, {}, {}, () => draw(network, 1, 1), 0)).toThrow(
      expect.objectContaining({ code: 'config-invalid' }),
    )
  })
})

describe('sizes', () => {
  const sizeOf = (network: GeneratorNetwork, shape: typeof gray28) =>
    tf.tidy(() => count(network.initial(rootStream(1), shape).parameters))

  test('small: 15·200 + 2·200 + 200·784 + 2·784 + (25·16·8 + 8) + (25·8 + 1)', () => {
    expect(sizeOf(smallGenerator(), gray28)).toBe(165_177)
  })

  test('conditional, 28 px, width 41', () => {
    expect(sizeOf(conditionalGenerator(), gray28)).toBe(1_422_506)
  })

  // 3,965,604 is the count in a training log of DPImageBench: 32 px, colour, 1000 classes of the public set.
  test('conditional, 32 px, width 60, as published', () => {
    const shape = { height: 32, width: 32, channels: 3, classes: 1000 }
    expect(sizeOf(conditionalGenerator(), shape)).toBe(3_965_604)
  })

  test('conditional: a code that cannot be shared out is refused', () => {
    expect(() => conditionalGenerator({ codeLength: 61 }).initial(rootStream(1), gray28)).toThrow(/multiple of 3/)
  })
})

describe('weights of the conditional generator', () => {
  test('are orthogonal at first', () => {
    tf.tidy(() => {
      const network = conditionalGenerator({ width: 3, codeLength: 8, embedding: 6 })
      const { parameters } = network.initial(rootStream(5), colour16)
      for (const [name, weight] of Object.entries(parameters)) {
        if (!name.endsWith('.weight')) continue
        const matrix = tf.reshape(weight, [-1, weight.shape[weight.rank - 1]!])
        const [rows, columns] = matrix.shape as [number, number]
        const product = tf.matMul(matrix, matrix, rows >= columns, rows < columns)
        expect(largestDifference(product, tf.eye(Math.min(rows, columns))), name).toBeLessThan(1e-5)
      }
    })
  })

  test('scaling a weight does not change the picture', () => {
    tf.tidy(() => {
      const network = conditionalGenerator({ width: 3, codeLength: 8, embedding: 6 })
      const { parameters, statistics } = network.initial(rootStream(6), colour16)
      const { codes, labels } = draw(network, 4, 8)
      const plain = network.forward(parameters, statistics, codes, labels, false)
      const scaled = { ...parameters, 'head.conv.weight': tf.mul(parameters['head.conv.weight']!, 5) }
      expect(largestDifference(network.forward(scaled, statistics, codes, labels, false), plain)).toBeLessThan(1e-5)
    })
  })
})
