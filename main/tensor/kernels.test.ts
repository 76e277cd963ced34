import { beforeAll, describe, expect, test, vi } from 'vitest'
import { rootStream } from '../math/random.ts'
import { loadBackend } from './backend.ts'
import * as kernels from './kernels.ts'
import { call, findNative } from './native.ts'
import { tf } from './tf.ts'

beforeAll(() => loadBackend())

type Values = number[]
type Shape = number[]

/**
 * Compares a kernel with a plain JavaScript reference in double precision: its value, and its gradient against central
 * differences of the reference under random weights. Also that it leaves no tensor behind.
 */
function agrees(
  shapes: Shape[],
  kernel: (...inputs: tf.Tensor[]) => tf.Tensor,
  reference: (...inputs: Values[]) => Values,
  { tolerance = 1e-5, gradient = true, values }: { tolerance?: number; gradient?: boolean; values?: Values[] } = {},
): void {
  const stream = rootStream(1).fork('kernels')
  const inputs =
    values ??
    shapes.map((shape) => Array.from({ length: tf.util.sizeFromShape(shape) }, () => Math.fround(stream.normal())))
  const expected = reference(...inputs)
  const tensors = inputs.map((input, i) => tf.tensor(input, shapes[i]))
  const before = tf.memory().numTensors
  const found = tf.tidy(() => kernel(...tensors))
  expect(tf.memory().numTensors).toBe(before + 1)
  close([...found.dataSync()], expected, tolerance)
  if (gradient) {
    const weights = Float32Array.from(expected, () => stream.normal())
    const dy = tf.tensor(weights, found.shape)
    const gradients = tf.grads((...args: tf.Tensor[]) => kernel(...args))(tensors, dy)
    const loss = () => reference(...inputs).reduce((sum, value, i) => sum + value * weights[i]!, 0)
    gradients.forEach((tensor, which) => {
      const input = inputs[which]!
      const numeric = input.map((value, i) => {
        const at = (step: number) => {
          input[i] = value + step
          return loss()
        }
        const slope = (at(1e-4) - at(-1e-4)) / 2e-4
        input[i] = value
        return slope
      })
      close([...tensor.dataSync()], numeric, 10 * tolerance)
    })
    tf.dispose([gradients, dy])
  }
  tf.dispose([found, tensors])
  expect(tf.memory().numTensors).toBe(before - tensors.length)
}

function close(found: Values, expected: Values, tolerance: number): void {
  expect(found.length).toBe(expected.length)
  const scale = Math.max(1, ...expected.map(Math.abs))
  found.forEach((value, i) =>
    expect(Math.abs(value - expected[i]!), `element ${i}: ${value}, ${expected[i]}`).toBeLessThan(tolerance * scale),
  )
}

/** All index tuples of a shape, in row-major order. */
function* indices(shape: Shape): Generator<number[]> {
  if (shape.length === 0) yield []
  else for (let i = 0; i < shape[0]!; i++) for (const rest of indices(shape.slice(1))) yield [i, ...rest]
}

/** Reads an array of this shape; zero outside. */
const reader =
  (values: Values, shape: Shape) =>
  (...index: number[]) =>
    index.every((i, axis) => i >= 0 && i < shape[axis]!)
      ? values[index.reduce((offset, i, axis) => offset * shape[axis]! + i, 0)]!
      : 0

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0)

describe('elementwise', () => {
  test.each<[string, (x: tf.Tensor) => tf.Tensor, (x: number) => number]>([
    ['relu', kernels.relu, (x) => Math.max(x, 0)],
    ['leakyRelu', (x) => kernels.leakyRelu(x, 0.2), (x) => (x > 0 ? x : 0.2 * x)],
    ['tanh', kernels.tanh, Math.tanh],
    ['sigmoid', kernels.sigmoid, (x) => 1 / (1 + Math.exp(-x))],
  ])('%s', (_, kernel, reference) => agrees([[3, 5]], kernel, (x) => x.map(reference)))

  test('relu twice: the gradient of a squared gradient', () => {
    const w = tf.tensor([0.5, -1, 2])
    const x = tf.tensor([
      [1, 2, -3],
      [0.5, -1, 1],
    ])
    // With a = x · w and y = Σ relu(a) w: a gradient penalty as in Wasserstein training.
    const penalty = (w: tf.Tensor) => tf.sum(tf.square(tf.grad((x) => tf.sum(kernels.relu(tf.mul(x, w))))(x)))
    const [first, second] = [0.5, -1, 2]
      .map((value, j) => [0, 1].filter((i) => (x.arraySync() as Values[])[i]![j]! * value > 0).length)
      .slice(0, 2)
    const gradient = tf.grad(penalty)(w).dataSync()
    close([gradient[0]!, gradient[1]!], [2 * 0.5 * first!, 2 * -1 * second!], 1e-6)
  })
})

describe('convolution', () => {
  function convolve(
    x: Values,
    xShape: Shape,
    filter: Values,
    filterShape: Shape,
    stride: number,
    before: number,
    rows: number,
    depthwise = false,
  ): Values {
    const [batch, , , inputs] = xShape as [number, number, number, number]
    const [size, , , outputs] = filterShape as [number, number, number, number]
    const at = reader(x, xShape)
    const weight = reader(filter, filterShape)
    const channels = depthwise ? inputs * outputs : outputs
    return [...indices([batch, rows, rows, channels])].map(([b, row, column, channel]) => {
      const over = depthwise ? [Math.floor(channel! / outputs)] : Array.from({ length: inputs }, (_, i) => i)
      const output = depthwise ? channel! % outputs : channel!
      return sum(
        [...indices([size, size])].flatMap(([i, j]) =>
          over.map(
            (input) =>
              at(b!, row! * stride + i! - before, column! * stride + j! - before, input) *
              weight(i!, j!, input, output),
          ),
        ),
      )
    })
  }
  const [xShape, filterShape] = [
    [2, 5, 5, 2],
    [3, 3, 2, 3],
  ]
  test.each<[kernels.Padding, number, number, number]>([
    ['same', 1, 1, 5],
    ['same', 2, 1, 3],
    ['valid', 1, 0, 3],
    [2, 1, 2, 7],
    [1, 2, 1, 3],
  ])('conv2d with padding %s, stride %i', (padding, stride, before, rows) => {
    agrees(
      [xShape, filterShape],
      (x, filter) => kernels.conv2d(x, filter, { stride, padding }),
      (x, filter) => convolve(x, xShape, filter, filterShape, stride, before, rows),
    )
  })
  test.each<[kernels.Padding, number, number, number]>([
    ['same', 1, 1, 5],
    [1, 2, 1, 3],
  ])('depthwise with padding %s, stride %i', (padding, stride, before, rows) => {
    agrees(
      [xShape, [3, 3, 2, 2]],
      (x, filter) => kernels.depthwiseConv2d(x, filter, { stride, padding }),
      (x, filter) => convolve(x, xShape, filter, [3, 3, 2, 2], stride, before, rows, true),
    )
  })
  test('bias', () =>
    agrees(
      [[2, 3, 4], [4]],
      (x, bias) => kernels.biasAdd(x, bias),
      (x, bias) => x.map((value, i) => value + bias[i % 4]!),
    ))
  test('patches', () => {
    const at = (x: Values) => reader(x, xShape)
    for (const [padding, before, rows] of [
      ['same', 1, 5],
      ['valid', 0, 3],
      [2, 2, 7],
    ] as const) {
      agrees(
        [xShape],
        (x) => kernels.extractPatches(x, 3, { padding }),
        (x) =>
          [...indices([2, rows, rows, 3, 3, 2])].map(([b, r, c, i, j, k]) =>
            at(x)(b!, r! + i! - before, c! + j! - before, k!),
          ),
        { gradient: false },
      )
    }
  })
})

describe('maxPool', () => {
  const windows = (x: Values, shape: Shape, size: number, stride: number, rows: number) =>
    [...indices([shape[0]!, rows, rows, shape[3]!])].map(([b, r, c, k]) =>
      Math.max(
        ...[...indices([size, size])].flatMap(([i, j]) => {
          const [row, column] = [r! * stride + i!, c! * stride + j!]
          return row < shape[1]! && column < shape[2]! ? [reader(x, shape)(b!, row, column, k!)] : []
        }),
      ),
    )
  test('value and gradient', () => {
    agrees(
      [[2, 6, 6, 3]],
      (x) => kernels.maxPool(x),
      (x) => windows(x, [2, 6, 6, 3], 2, 2, 3),
    )
    agrees(
      [[2, 5, 5, 3]],
      (x) => kernels.maxPool(x, 2, { padding: 'same' }),
      (x) => windows(x, [2, 5, 5, 3], 2, 2, 3),
    )
    agrees(
      [[1, 6, 6, 2]],
      (x) => kernels.maxPool(x, 3, { stride: 1 }),
      (x) => windows(x, [1, 6, 6, 2], 3, 1, 4),
    )
  })
  test('sends the gradient of a tie to the first', () => {
    const gradient = tf.grad((x) => kernels.maxPool(x))(tf.ones([1, 2, 4, 1]), tf.tensor([3, 5], [1, 1, 2, 1]))
    expect([...gradient.dataSync()]).toEqual([3, 0, 5, 0, 0, 0, 0, 0])
  })
  test('takes the fast gradient under a tape, where there is one', () => {
    const calls = vi.spyOn(findNative()!, 'executeMultipleOutputs')
    tf.dispose(tf.grad((x) => kernels.maxPool(x))(tf.ones([1, 2, 2, 1]), tf.ones([1, 1, 1, 1])))
    const names = calls.mock.calls.map(([name]) => name)
    calls.mockRestore()
    if (process.arch === 'x64' && process.platform === 'linux') expect(names).toContain('_MklNativeMaxPoolGrad')
    else expect(names.some((name) => name.endsWith('MaxPoolGrad'))).toBe(true)
  })
  test('agrees with the plain gradient kernel on pictures', () => {
    const x = kernels.statelessNormal([4, 12, 12, 5], [1, 2])
    const dy = kernels.statelessNormal([4, 6, 6, 5], [3, 4])
    const attributes = { ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: 'VALID' }
    const plain = call('MaxPoolGrad', [x, call('MaxPool', [x], attributes)[0]!, dy], attributes)[0]!
    expect(
      tf
        .grad((x) => kernels.maxPool(x))(x, dy)
        .dataSync(),
    ).toEqual(plain.dataSync())
  })
})

describe('normalisation', () => {
  /** Normalises groups of positions that share a key. */
  function normalise(
    x: Values,
    key: (i: number) => number,
    scale: (i: number) => number,
    offset: (i: number) => number,
  ): Values {
    const groups = new Map<number, Values>()
    x.forEach((value, i) => groups.set(key(i), [...(groups.get(key(i)) ?? []), value]))
    const moments = new Map(
      [...groups].map(([group, values]) => {
        const mean = sum(values) / values.length
        return [group, [mean, sum(values.map((value) => (value - mean) ** 2)) / values.length] as const]
      }),
    )
    return x.map((value, i) => {
      const [mean, variance] = moments.get(key(i))!
      return ((value - mean) / Math.sqrt(variance + 1e-5)) * scale(i) + offset(i)
    })
  }
  test('batch', () => {
    agrees(
      [[3, 2, 2, 4], [4], [4]],
      (x, scale, offset) => kernels.batchNormalise(x, scale, offset).y,
      (x, scale, offset) =>
        normalise(
          x,
          (i) => i % 4,
          (i) => scale[i % 4]!,
          (i) => offset[i % 4]!,
        ),
      { tolerance: 3e-5 },
    )
  })
  test('batch by given moments', () => {
    const moments = { mean: tf.tensor([1, 2]), variance: tf.tensor([3, 4]) }
    agrees(
      [[3, 1, 1, 2], [2], [2]],
      (x, scale, offset) => kernels.batchNormalise(x, scale, offset, { moments }).y,
      (x, scale, offset) =>
        x.map(
          (value, i) => ((value - [1, 2][i % 2]!) / Math.sqrt([3, 4][i % 2]! + 1e-5)) * scale[i % 2]! + offset[i % 2]!,
        ),
    )
  })
  test('groups', () => {
    agrees(
      [[2, 5, 6], [6], [6]],
      (x, scale, offset) => kernels.groupNormalise(x, scale, offset, 3),
      (x, scale, offset) =>
        normalise(
          x,
          (i) => Math.floor(i / 30) * 3 + Math.floor((i % 6) / 2),
          (i) => scale[i % 6]!,
          (i) => offset[i % 6]!,
        ),
      { tolerance: 3e-5 },
    )
  })
})

describe('resizing', () => {
  const shape = [2, 3, 4, 2]
  const scale = (from: number, to: number, align: boolean) => (align && to > 1 ? (from - 1) / (to - 1) : from / to)
  const source = (i: number, ratio: number, half: boolean) => (half ? (i + 0.5) * ratio - 0.5 : i * ratio)
  function bilinear(x: Values, height: number, width: number, align: boolean, half: boolean): Values {
    const at = reader(x, shape)
    const split = (i: number, from: number, to: number): [number, number, number] => {
      const place = source(i, scale(from, to, align), half)
      const low = Math.floor(place)
      return [Math.max(low, 0), Math.min(low + 1, from - 1), place - low]
    }
    return [...indices([shape[0]!, height, width, shape[3]!])].map(([b, r, c, k]) => {
      const [top, bottom, down] = split(r!, shape[1]!, height)
      const [left, right, along] = split(c!, shape[2]!, width)
      const row = (i: number) => at(b!, i, left, k!) * (1 - along) + at(b!, i, right, k!) * along
      return row(top) * (1 - down) + row(bottom) * down
    })
  }
  test.each([
    [true, false],
    [false, true],
    [false, false],
  ])('bilinear, corners %s, half pixels %s', (alignCorners, halfPixelCenters) => {
    for (const [height, width] of [
      [6, 8],
      [5, 3],
    ] as const) {
      agrees(
        [shape],
        (x) => kernels.resizeBilinear(x, [height, width], { alignCorners, halfPixelCenters }),
        (x) => bilinear(x, height, width, alignCorners, halfPixelCenters),
      )
    }
  })
  test('nearest', () => {
    const at = (x: Values) => reader(x, shape)
    agrees(
      [shape],
      (x) => kernels.resizeNearest(x, [6, 8]),
      (x) => [...indices([2, 6, 8, 2])].map(([b, r, c, k]) => at(x)(b!, r! >> 1, c! >> 1, k!)),
    )
  })
})

test('cross-entropy with labels and with probabilities', () => {
  const logSoftmax = (row: Values) => row.map((value) => value - Math.log(sum(row.map(Math.exp))))
  const rows = (x: Values) => [0, 1, 2].map((i) => logSoftmax(x.slice(4 * i, 4 * i + 4)))
  const labels = [2, 0, 3]
  const ids = tf.tensor1d(labels, 'int32')
  agrees(
    [[3, 4]],
    (x) => kernels.softmaxCrossEntropy(x, ids),
    (x) => rows(x).map((row, i) => -row[labels[i]!]!),
  )
  const targets = tf.tensor([0.1, 0.2, 0.3, 0.4, 1, 0, 0, 0, 0.5, 0.5, 0, 0], [3, 4])
  const probabilities = [...targets.dataSync()]
  agrees(
    [[3, 4]],
    (x) => kernels.softmaxCrossEntropy(x, targets),
    (x) => rows(x).map((row, i) => -sum(row.map((value, j) => value * probabilities[4 * i + j]!))),
  )
})

test('einsum', () => {
  agrees(
    [
      [2, 3, 4],
      [2, 3, 5],
    ],
    (a, b) => kernels.einsum('bpi,bpo->bio', a, b),
    (a, b) =>
      [...indices([2, 4, 5])].map(([n, i, o]) =>
        sum([0, 1, 2].map((p) => reader(a, [2, 3, 4])(n!, p, i!) * reader(b, [2, 3, 5])(n!, p, o!))),
      ),
  )
  const ones = tf.ones([2, 2])
  expect(() => tf.grad((a) => kernels.einsum('ij,kl->kl', a, ones))(ones)).toThrow('no gradient where an index')
})

test('segment sum', () => {
  const ids = tf.tensor1d([2, 0, 2], 'int32')
  agrees(
    [[3, 2]],
    (x) => kernels.segmentSum(x, ids, 4),
    (x) => [x[2]!, x[3]!, 0, 0, x[0]! + x[4]!, x[1]! + x[5]!, 0, 0],
  )
})

describe('linear algebra', () => {
  const x = () => kernels.statelessNormal([2, 5, 3], [5, 6])
  const transposed = (x: tf.Tensor) => tf.transpose(x, [0, 2, 1])
  const same = (a: tf.Tensor, b: tf.Tensor) => close([...a.dataSync()], [...b.dataSync()], 1e-5)
  const identity = tf.eye.bind(null, 3, 3, [2])

  test('singular values', () => {
    const { s, u, v } = kernels.svd(x())
    same(tf.matMul(tf.mul(u, tf.expandDims(s, 1)), transposed(v)), x())
    same(tf.matMul(transposed(u), u), identity())
    same(tf.matMul(transposed(v), v), identity())
    const values = s.arraySync() as Values[]
    for (const row of values) expect(row).toEqual([...row].sort((a, b) => b - a))
  })
  test('eigenvalues', () => {
    const symmetric = tf.matMul(transposed(x()), x())
    const { values, vectors } = kernels.symmetricEigen(symmetric)
    same(tf.matMul(symmetric, vectors), tf.mul(vectors, tf.expandDims(values, 1)))
    same(tf.matMul(transposed(vectors), vectors), identity())
  })
  test('Cholesky and triangular systems', () => {
    const positive = tf.matMul(transposed(x()), x())
    const lower = kernels.cholesky(positive)
    same(tf.matMul(lower, transposed(lower)), positive)
    const [upperHalf] = [[...lower.dataSync()]].map((values) =>
      [...indices([2, 3, 3])].map(([, i, j], at) => (j! > i! ? values[at]! : 0)),
    )
    expect(upperHalf!.every((value) => value === 0)).toBe(true)
    const right = kernels.statelessNormal([2, 3, 2], [7, 8])
    same(tf.matMul(lower, kernels.triangularSolve(lower, right)), right)
    const upper = transposed(lower)
    same(tf.matMul(upper, kernels.triangularSolve(upper, right, 'upper')), right)
  })
})

describe('random numbers', () => {
  test('the key decides', () => {
    const draw = (key: kernels.Key) => [...kernels.statelessNormal([8], key).dataSync()]
    expect(draw([1, 2])).toEqual(draw([1, 2]))
    expect(draw([1, 2])).not.toEqual(draw([1, 3]))
    expect(draw([1, 2])).not.toEqual(draw([2, 2]))
  })
  /** Kolmogorov–Smirnov distance to the standard normal, whose distribution function is integrated numerically. */
  function distance(values: Float32Array | Int32Array | Uint8Array, scale: number): number {
    const sorted = Float64Array.from(values, (value) => value * scale).sort()
    let [place, probability, worst] = [-9, 0, 0]
    const density = (z: number) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
    sorted.forEach((value, i) => {
      const steps = Math.ceil((value - place) / 0.01)
      for (let k = 0; k < steps; k++)
        probability += (density(place + ((k + 0.5) * (value - place)) / steps) * (value - place)) / steps
      place = value
      worst = Math.max(
        worst,
        Math.abs(probability - i / sorted.length),
        Math.abs(probability - (i + 1) / sorted.length),
      )
    })
    return worst
  }
  test('normals are normal, and the test would notice a wrong scale', () => {
    const values = kernels.statelessNormal([50_000], [11, 12]).dataSync()
    const limit = 1.95 / Math.sqrt(50_000) // 0.1 % point
    expect(distance(values, 1)).toBeLessThan(limit)
    expect(distance(values, 1.03)).toBeGreaterThan(limit)
    expect(distance(values, 0.97)).toBeGreaterThan(limit)
  })
  test('uniforms and integers fill their range evenly', () => {
    const uniforms = kernels.statelessUniform([40_000], [1, 1]).dataSync()
    const integers = kernels.statelessInteger([40_000], [1, 1], -3, 7).dataSync()
    for (const cell of [Array.from(uniforms, (u) => Math.floor(u * 10)), Array.from(integers, (i) => i + 3)]) {
      const counts = Array.from({ length: 10 }, (_, i) => cell.filter((value) => value === i).length)
      expect(sum(counts)).toBe(40_000)
      expect(sum(counts.map((count) => (count - 4000) ** 2 / 4000))).toBeLessThan(27.9) // 0.1 % point, 9 degrees of freedom
    }
  })
})

describe('the tape', () => {
  test('refuses a kernel without gradient', () => {
    expect(() => tf.grad((x) => tf.sum(kernels.cholesky(x)))(tf.eye(2))).toThrow(
      /gradient function not found for lethe\.cholesky/,
    )
  })
  test('refuses a bare call', () => {
    expect(() => tf.grad((x) => tf.sum(call('Relu', [x])[0]!))(tf.eye(2))).toThrow('not known to the tape')
  })
  test('names kernel and shapes when TensorFlow refuses', () => {
    expect(() => kernels.einsum('ij,jk->ik', tf.ones([2, 3]), tf.ones([2, 3]))).toThrow(
      /Einsum\(float32\[2,3\], float32\[2,3\]\)/,
    )
  })
})
