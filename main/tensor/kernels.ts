import { LetheError } from '../contract/errors.ts'
import { call, findNative, float, float32, int32, operation, type Operation } from './native.ts'
import { tf } from './tf.ts'

/**
 * Native kernels that tfjs lacks, or whose gradient it builds from slow pieces; each with its gradient where it has one.
 * Pictures are [batch, height, width, channels], filters [height, width, inputs, outputs], all float32.
 */

/** Two 32-bit seeds, for example of `stream.key()`. The same key and shape give the same numbers. */
export type Key = readonly [number, number]

interface Draw {
  readonly size: readonly number[]
  readonly key: Key
  readonly range?: readonly [number, number]
}

function randomOperation(kernel: string, dtype: typeof float32): Operation<Draw> {
  return operation<Draw>({
    name: kernel,
    forward: (_, { size, key, range = [] }) => {
      const inputs = [tf.tensor1d([...size], 'int32'), tf.tensor1d([...key], 'int32')]
      return call(kernel, [...inputs, ...range.map((bound) => tf.scalar(bound, 'int32'))], { dtype })
    },
  })
}

const normalOperation = randomOperation('StatelessRandomNormal', float32)
const uniformOperation = randomOperation('StatelessRandomUniform', float32)
const integerOperation = randomOperation('StatelessRandomUniformInt', int32)

/** Independent standard normals of this shape. */
export const statelessNormal = (size: readonly number[], key: Key): tf.Tensor => normalOperation({}, { size, key })[0]!

/** Independent uniforms over [0, 1) of this shape. */
export const statelessUniform = (size: readonly number[], key: Key): tf.Tensor =>
  uniformOperation({}, { size, key })[0]!

/** Independent int32 of this shape, uniform over low … high − 1. The bias is below (high − low) / 2³². */
export const statelessInteger = (size: readonly number[], key: Key, low: number, high: number): tf.Tensor =>
  integerOperation({}, { size, key, range: [low, high] })[0]!

// Elementwise functions: the gradient kernel takes the incoming gradient and one saved tensor.

const reluGradient: Operation = operation({
  name: 'reluGradient',
  forward: ({ dy, y }) => call('ReluGrad', [dy!, y!]),
  save: { inputs: ['y'] },
  gradient: ([ddy], [y]) => ({ dy: () => reluGradient({ dy: ddy!, y: y! })[0]!, y: () => tf.zerosLike(y!) }),
})

const reluOperation = operation({
  name: 'relu',
  forward: ({ x }) => call('Relu', [x!]),
  save: { outputs: [0] },
  gradient: ([dy], [y]) => ({ x: () => reluGradient({ dy: dy!, y: y! })[0]! }),
})

const leakyReluOperation = operation<{ slope: number }>({
  name: 'leakyRelu',
  forward: ({ x }, { slope }) => call('LeakyRelu', [x!], { alpha: float(slope) }),
  save: { inputs: ['x'] },
  gradient: ([dy], [x], { slope }) => ({ x: () => call('LeakyReluGrad', [dy!, x!], { alpha: float(slope) })[0]! }),
})

const tanhOperation = operation({
  name: 'tanh',
  forward: ({ x }) => call('Tanh', [x!]),
  save: { outputs: [0] },
  gradient: ([dy], [y]) => ({ x: () => call('TanhGrad', [y!, dy!])[0]! }),
})

const sigmoidOperation = operation({
  name: 'sigmoid',
  forward: ({ x }) => call('Sigmoid', [x!]),
  save: { outputs: [0] },
  gradient: ([dy], [y]) => ({ x: () => call('SigmoidGrad', [y!, dy!])[0]! }),
})

/** max(x, 0); the gradient at 0 is 0. Can be differentiated twice. */
export const relu = (x: tf.Tensor): tf.Tensor => reluOperation({ x })[0]!
export const leakyRelu = (x: tf.Tensor, slope = 0.01): tf.Tensor => leakyReluOperation({ x }, { slope })[0]!
export const tanh = (x: tf.Tensor): tf.Tensor => tanhOperation({ x })[0]!
export const sigmoid = (x: tf.Tensor): tf.Tensor => sigmoidOperation({ x })[0]!

// Affine pieces.

const biasOperation = operation({
  name: 'biasAdd',
  forward: ({ x, bias }) => call('BiasAdd', [x!, bias!], { data_format: 'NHWC' }),
  gradient: ([dy]) => ({ x: () => dy!.clone(), bias: () => biasGradient(dy!) }),
})

/** Sum over all axes but the last. */
export const biasGradient = (dy: tf.Tensor): tf.Tensor => call('BiasAddGrad', [dy], { data_format: 'NHWC' })[0]!

/** Adds `bias` [channels] along the last axis of x, which has at least two. */
export const biasAdd = (x: tf.Tensor, bias: tf.Tensor): tf.Tensor => biasOperation({ x, bias })[0]!

/** 'same' and 'valid' as TensorFlow has them; a number pads that many zeros on every side, as PyTorch does. */
export type Padding = 'same' | 'valid' | number

interface Convolution {
  readonly stride: number
  readonly padding: Padding
}

export type ConvolutionOptions = Partial<Convolution>

function convolutionAttributes({ stride, padding }: Convolution) {
  const side = typeof padding === 'number' ? [padding, padding] : []
  return {
    strides: [1, stride, stride, 1],
    padding: typeof padding === 'number' ? 'EXPLICIT' : padding.toUpperCase(),
    explicit_paddings: side.length ? [0, 0, ...side, ...side, 0, 0] : [],
  }
}

/** The gradient of conv2d with respect to its input of shape `size`. */
export function convolutionInputGradient(
  dy: tf.Tensor,
  filter: tf.Tensor,
  size: number[],
  options: Convolution,
): tf.Tensor {
  return tf.tidy(() => {
    const shape = tf.tensor1d(size, 'int32')
    return call('Conv2DBackpropInput', [shape, filter, dy], convolutionAttributes(options))[0]!
  })
}

/** The gradient of conv2d with respect to its filter of shape `size`. */
export function convolutionFilterGradient(
  dy: tf.Tensor,
  x: tf.Tensor,
  size: number[],
  options: Convolution,
): tf.Tensor {
  return tf.tidy(() => {
    const shape = tf.tensor1d(size, 'int32')
    return call('Conv2DBackpropFilter', [x, shape, dy], convolutionAttributes(options))[0]!
  })
}

const convolutionOperation = operation<Convolution>({
  name: 'conv2d',
  forward: ({ x, filter }, options) => call('Conv2D', [x!, filter!], convolutionAttributes(options)),
  save: { inputs: ['x', 'filter'] },
  gradient: ([dy], [x, filter], options) => ({
    x: () => convolutionInputGradient(dy!, filter!, x!.shape, options),
    filter: () => convolutionFilterGradient(dy!, x!, filter!.shape, options),
  }),
})

/** Cross-correlation of x [batch, height, width, inputs] with filter [height, width, inputs, outputs]. */
export function conv2d(
  x: tf.Tensor,
  filter: tf.Tensor,
  { stride = 1, padding = 'same' }: ConvolutionOptions = {},
): tf.Tensor {
  return convolutionOperation({ x, filter }, { stride, padding })[0]!
}

const depthwiseOperation = operation<Convolution>({
  name: 'depthwiseConv2d',
  forward: ({ x, filter }, options) => call('DepthwiseConv2dNative', [x!, filter!], convolutionAttributes(options)),
  save: { inputs: ['x', 'filter'] },
  gradient: ([dy], [x, filter], options) => ({
    x: () =>
      tf.tidy(() => {
        const inputs = [tf.tensor1d(x!.shape, 'int32'), filter!, dy!]
        return call('DepthwiseConv2dNativeBackpropInput', inputs, convolutionAttributes(options))[0]!
      }),
    filter: () =>
      tf.tidy(() => {
        const inputs = [x!, tf.tensor1d(filter!.shape, 'int32'), dy!]
        return call('DepthwiseConv2dNativeBackpropFilter', inputs, convolutionAttributes(options))[0]!
      }),
  }),
})

/** Each channel of x with its own filters: filter is [height, width, inputs, multiplier], the output inputs × multiplier. */
export function depthwiseConv2d(
  x: tf.Tensor,
  filter: tf.Tensor,
  { stride = 1, padding = 'same' }: ConvolutionOptions = {},
): tf.Tensor {
  return depthwiseOperation({ x, filter }, { stride, padding })[0]!
}

// Pooling.

// The label under which TensorFlow registers the kernels that its own rewriting puts in place of the plain ones.
const oneDnnLabel = { _kernel: 'MklNameChangeOp', workspace_enabled: true }
let oneDnnPooling: boolean | undefined

/** Whether TensorFlow's oneDNN pooling answers by name (builds for x86, on the processor). Not to be asked under a tape. */
function hasOneDnnPooling(): boolean {
  oneDnnPooling ??= tf.tidy(() => {
    if (findNative()?.isUsingGpuDevice) return false
    const attributes = { ksize: [1, 1, 1, 1], strides: [1, 1, 1, 1], padding: 'VALID', ...oneDnnLabel }
    try {
      return call('_MklNativeMaxPool', [tf.zeros([1, 1, 1, 1])], attributes, 2).length === 2
    } catch {
      return false
    }
  })
  return oneDnnPooling
}

/**
 * Largest value of each window. Where several are equal the gradient goes to the first.
 * TensorFlow's own gradient kernel searches each window again, one value at a time; oneDNN remembers where each largest value
 * was and is about thirty times as fast, so it is used where this build has it.
 */
export function maxPool(
  x: tf.Tensor,
  size = 2,
  { stride = size, padding = 'valid' }: { stride?: number; padding?: 'same' | 'valid' } = {},
): tf.Tensor {
  const attributes = { ksize: [1, size, size, 1], strides: [1, stride, stride, 1], padding: padding.toUpperCase() }
  const oneDnn = { ...attributes, ...oneDnnLabel }
  return tf.customGrad((input, save) => {
    const x = input as tf.Tensor
    if (hasOneDnnPooling()) {
      const [y, where] = call('_MklNativeMaxPool', [x], oneDnn, 2) as [tf.Tensor, tf.Tensor]
      ;(save as tf.GradSaveFunc)([x, y, where])
      return {
        value: y,
        gradFunc: (dy, [x, y, where]) => call('_MklNativeMaxPoolGrad', [x!, y!, dy, where!], oneDnn)[0]!,
      }
    }
    const [y] = call('MaxPool', [x], attributes) as [tf.Tensor]
    ;(save as tf.GradSaveFunc)([x, y])
    return { value: y, gradFunc: (dy, [x, y]) => call('MaxPoolGrad', [x!, y!, dy], attributes)[0]! }
  })(x)
}

// Normalisation.

const batchNormOperation = operation<{ epsilon: number; training: boolean }>({
  name: 'batchNorm',
  forward: ({ x, scale, offset, mean, variance }, { epsilon, training }) => {
    const attributes = { epsilon: float(epsilon), is_training: training }
    return call('FusedBatchNormV3', [x!, scale!, offset!, mean!, variance!], attributes, 6)
  },
  save: { inputs: ['x', 'scale'], outputs: [3, 4, 5] },
  gradient: ([dy], [x, scale, ...reserved], { epsilon, training }) => {
    const attributes = { epsilon: float(epsilon), is_training: training }
    // All three at once and here: what a part's own function makes, the tape disposes before it asks for the next part.
    const parts = call('FusedBatchNormGradV3', [dy!, x!, scale!, ...reserved], attributes, 5)
    return { x: () => parts[0]!, scale: () => parts[1]!, offset: () => parts[2]! }
  },
})

/** Mean and variance of each channel. */
export interface Moments {
  readonly mean: tf.Tensor
  readonly variance: tf.Tensor
}

/**
 * x [batch, height, width, channels] normalised channel by channel, then scaled and shifted: by the given moments, else by
 * x's own over all but the last axis. Gives also the moments used, x's own variance being the unbiased one. The moments are
 * not differentiated.
 */
export function batchNormalise(
  x: tf.Tensor,
  scale: tf.Tensor,
  offset: tf.Tensor,
  { epsilon = 1e-5, moments }: { epsilon?: number; moments?: Moments } = {},
): { y: tf.Tensor } & Moments {
  const { mean, variance } = moments ?? { mean: tf.tensor1d([]), variance: tf.tensor1d([]) }
  const outputs = batchNormOperation({ x, scale, offset, mean, variance }, { epsilon, training: !moments })
  return { y: outputs[0]!, mean: outputs[1]!, variance: outputs[2]! }
}

/** Spreads one value for each group over the channels of the group: [batch, groups] to [batch, 1, channels]. */
const spread = (x: tf.Tensor, channels: number) => {
  const [batch, groups] = x.shape as [number, number]
  return tf.reshape(tf.tile(tf.expandDims(x, 2), [1, 1, channels / groups]), [batch, 1, channels])
}

/** Sums the channels of each group: [batch, channels] to [batch, groups]. */
const sumGroups = (x: tf.Tensor, groups: number) => tf.sum(tf.reshape(x, [x.shape[0], groups, -1]), 2)

const groupNormOperation = operation<{ groups: number; epsilon: number }>({
  name: 'groupNorm',
  forward: ({ x, scale, offset }, { groups, epsilon }) => {
    const [, places, channels] = x!.shape as [number, number, number]
    const count = (places * channels) / groups
    const mean = tf.div(sumGroups(tf.sum(x!, 1), groups), count)
    const centred = tf.sub(x!, spread(mean, channels))
    const variance = tf.div(sumGroups(tf.sum(tf.square(centred), 1), groups), count)
    const inverse = spread(tf.rsqrt(tf.add(variance, epsilon)), channels)
    const y = call('BiasAdd', [tf.mul(centred, tf.mul(inverse, scale!)), offset!], { data_format: 'NHWC' })[0]!
    return [y, centred, inverse]
  },
  save: { inputs: ['scale'], outputs: [1, 2] },
  gradient: ([dy], [scale, centred, inverse], { groups }) => {
    const [, places, channels] = centred!.shape as [number, number, number]
    const count = (places * channels) / groups
    const slope = tf.sum(dy!, 1)
    // Sum over places of dy · normalised value.
    const moment = tf.mul(tf.sum(tf.mul(dy!, centred!), 1), tf.squeeze(inverse!, [1]))
    return {
      x: () => {
        const shift = tf.mul(inverse!, spread(tf.div(sumGroups(tf.mul(slope, scale!), groups), count), channels))
        const pull = spread(tf.div(sumGroups(tf.mul(moment, scale!), groups), count), channels)
        const direct = tf.mul(dy!, tf.mul(inverse!, scale!))
        return tf.sub(tf.sub(direct, tf.mul(centred!, tf.mul(tf.square(inverse!), pull))), shift)
      },
      scale: () => tf.sum(moment, 0),
      offset: () => tf.sum(slope, 0),
    }
  },
})

/**
 * x [batch, places, channels] normalised over the places and the channels of each of `groups` groups of one example, then
 * scaled and shifted channel by channel.
 */
export function groupNormalise(
  x: tf.Tensor,
  scale: tf.Tensor,
  offset: tf.Tensor,
  groups: number,
  epsilon = 1e-5,
): tf.Tensor {
  return groupNormOperation({ x, scale, offset }, { groups, epsilon })[0]!
}

// Resizing.

interface Resize {
  readonly height: number
  readonly width: number
  readonly alignCorners: boolean
  readonly halfPixelCenters: boolean
}

function resizeOperation(name: string, forward: string, gradient: string, sizeOnly: boolean) {
  return operation<Resize>({
    name,
    forward: ({ x }, options) =>
      call(forward, [x!, tf.tensor1d([options.height, options.width], 'int32')], resizeAttributes(options)),
    save: { inputs: ['x'] },
    gradient: ([dy], [x], options) => ({
      x: () =>
        tf.tidy(() => {
          const target = sizeOnly ? tf.tensor1d(x!.shape.slice(1, 3), 'int32') : x!
          return call(gradient, [dy!, target], resizeAttributes(options))[0]!
        }),
    }),
  })
}

const resizeAttributes = ({ alignCorners, halfPixelCenters }: Resize) => ({
  align_corners: alignCorners,
  half_pixel_centers: halfPixelCenters,
})

const bilinearOperation = resizeOperation('resizeBilinear', 'ResizeBilinear', 'ResizeBilinearGrad', false)
const nearestOperation = resizeOperation('resizeNearest', 'ResizeNearestNeighbor', 'ResizeNearestNeighborGrad', true)

/** `alignCorners`: the corner pixels keep their place; `halfPixelCenters`: PyTorch's align_corners=False. Not both. */
export interface ResizeOptions {
  readonly alignCorners?: boolean
  readonly halfPixelCenters?: boolean
}

/** Bilinear interpolation of [batch, height, width, channels] to a new height and width. */
export function resizeBilinear(
  x: tf.Tensor,
  [height, width]: readonly [number, number],
  options: ResizeOptions = {},
): tf.Tensor {
  return bilinearOperation({ x }, { height, width, alignCorners: false, halfPixelCenters: false, ...options })[0]!
}

/** The nearest pixel of [batch, height, width, channels] at a new height and width. */
export function resizeNearest(
  x: tf.Tensor,
  [height, width]: readonly [number, number],
  options: ResizeOptions = {},
): tf.Tensor {
  return nearestOperation({ x }, { height, width, alignCorners: false, halfPixelCenters: false, ...options })[0]!
}

// Losses.

const sparseCrossEntropyOperation = operation({
  name: 'sparseCrossEntropy',
  forward: ({ logits, labels }) => call('SparseSoftmaxCrossEntropyWithLogits', [logits!, labels!], {}, 2),
  save: { outputs: [1] },
  gradient: ([dy], [derivative]) => ({ logits: () => tf.mul(derivative!, tf.expandDims(dy!, 1)) }),
})

const denseCrossEntropyOperation = operation({
  name: 'denseCrossEntropy',
  forward: ({ logits, targets }) => call('SoftmaxCrossEntropyWithLogits', [logits!, targets!], {}, 2),
  save: { outputs: [1] },
  gradient: ([dy], [derivative]) => ({ logits: () => tf.mul(derivative!, tf.expandDims(dy!, 1)) }),
})

/**
 * −log softmax(logits)[label] of each example: logits [batch, classes], labels int32 [batch] or, as probabilities, float32
 * [batch, classes]. Gives [batch].
 */
export function softmaxCrossEntropy(logits: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  return labels.rank === 1
    ? sparseCrossEntropyOperation({ logits, labels })[0]!
    : denseCrossEntropyOperation({ logits, targets: labels })[0]!
}

// Products, patches, sums by segment.

const einsumOperation: Operation<{ equation: string }> = operation<{ equation: string }>({
  name: 'einsum',
  forward: (inputs, { equation }) => call('Einsum', Object.values(inputs), { equation, N: 2, T: float32 }),
  save: { inputs: ['a', 'b'] },
  gradient: ([dy], [a, b], { equation }) => {
    const [first, second, output] = equation.split(/,|->/) as [string, string, string]
    const backward = (wanted: string, other: string, operand: tf.Tensor) => () => {
      // An index that appears in one operand alone is summed over: its gradient would have to be repeated.
      if ([...wanted].some((index) => !`${output}${other}`.includes(index)) || new Set(wanted).size < wanted.length) {
        throw new LetheError('internal', `einsum ${equation}: no gradient where an index appears in one operand alone`)
      }
      return einsumOperation({ a: dy!, b: operand }, { equation: `${output},${other}->${wanted}` })[0]!
    }
    return { a: backward(first, second, b!), b: backward(second, first, a!) }
  },
})

/** Einstein summation of two tensors, for example 'bpi,bpo->bio'. Differentiable when no index is summed in one operand alone. */
export function einsum(equation: string, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return einsumOperation({ a, b }, { equation })[0]!
}

const patchesOperation = operation<Convolution & { size: number }>({
  name: 'patches',
  forward: ({ x }, { size, stride, padding }) => {
    const side = typeof padding === 'number' ? padding : 0
    const padded = side
      ? tf.pad(x!, [
          [0, 0],
          [side, side],
          [side, side],
          [0, 0],
        ])
      : x!
    return call('ExtractImagePatches', [padded], {
      ksizes: [1, size, size, 1],
      strides: [1, stride, stride, 1],
      rates: [1, 1, 1, 1],
      padding: padding === 'same' ? 'SAME' : 'VALID',
    })
  },
})

/** All size × size patches of x [batch, height, width, channels]: [batch, rows, columns, size · size · channels]. No gradient. */
export function extractPatches(
  x: tf.Tensor,
  size: number,
  { stride = 1, padding = 'same' }: ConvolutionOptions = {},
): tf.Tensor {
  return patchesOperation({ x }, { size, stride, padding })[0]!
}

const segmentOperation = operation<{ segments: number }>({
  name: 'segmentSum',
  forward: ({ x, ids }, { segments }) => call('UnsortedSegmentSum', [x!, ids!, tf.scalar(segments, 'int32')]),
  save: { inputs: ['ids'] },
  gradient: ([dy], [ids]) => ({ x: () => tf.gather(dy!, ids as tf.Tensor1D) }),
})

/** Row s of the result is the sum of the rows of x whose id is s; ids int32 [rows], from 0 to segments − 1. */
export function segmentSum(x: tf.Tensor, ids: tf.Tensor, segments: number): tf.Tensor {
  return segmentOperation({ x, ids }, { segments })[0]!
}

// Linear algebra in float32: about seven digits. Double precision is in math/. None of these has a gradient.

const algebra = (name: string, kernel: string, outputs: number, attributes = {}) => {
  const run = operation<{ transpose?: boolean }>({
    name,
    forward: (inputs) => call(kernel, Object.values(inputs), attributes, outputs),
  })
  return (...matrices: tf.Tensor[]) => run(Object.fromEntries(matrices.map((matrix, index) => [`x${index}`, matrix])))
}

const svdOperation = algebra('svd', 'Svd', 3, { compute_uv: true, full_matrices: false })
const eigenOperation = algebra('symmetricEigen', 'SelfAdjointEigV2', 2, { compute_v: true })
const choleskyOperation = algebra('cholesky', 'Cholesky', 1)
const lowerSolveOperation = algebra('solveLower', 'MatrixTriangularSolve', 1, { lower: true, adjoint: false })
const upperSolveOperation = algebra('solveUpper', 'MatrixTriangularSolve', 1, { lower: false, adjoint: false })

/** Thin singular value decomposition of [..., rows, columns], x = u · diag(s) · vᵀ, s descending. */
export function svd(x: tf.Tensor): { s: tf.Tensor; u: tf.Tensor; v: tf.Tensor } {
  const [s, u, v] = svdOperation(x) as [tf.Tensor, tf.Tensor, tf.Tensor]
  return { s, u, v }
}

/** Eigenvalues, ascending, and eigenvectors (columns) of symmetric [..., n, n]. Reads the lower triangle alone. */
export function symmetricEigen(x: tf.Tensor): { values: tf.Tensor; vectors: tf.Tensor } {
  const [values, vectors] = eigenOperation(x) as [tf.Tensor, tf.Tensor]
  return { values, vectors }
}

/** Lower triangular l with l · lᵀ = x, x symmetric and positive definite. */
export const cholesky = (x: tf.Tensor): tf.Tensor => choleskyOperation(x)[0]!

/** x with a · x = b, where a [..., n, n] is lower (or upper) triangular and b is [..., n, columns]. */
export function triangularSolve(a: tf.Tensor, b: tf.Tensor, part: 'lower' | 'upper' = 'lower'): tf.Tensor {
  return (part === 'lower' ? lowerSolveOperation : upperSolveOperation)(a, b)[0]!
}
