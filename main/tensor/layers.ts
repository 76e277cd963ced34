import type { Stream } from '../math/random.ts'
import * as kernels from './kernels.ts'
import { tf } from './tf.ts'

/**
 * Layers as plain functions over a flat tree of named parameters, 'conv1.weight', 'conv1.bias' …: `initial…` makes a layer's
 * part of the tree, the layer itself reads it by the same name. Pictures are [batch, height, width, channels].
 */
export type Parameters = Record<string, tf.Tensor>

// Initial values: PyTorch's defaults, so that published settings carry over.

/** weight [inputs, outputs], bias [outputs], both uniform within ± 1 / √inputs. */
export function initialDense(
  stream: Stream,
  name: string,
  inputs: number,
  outputs: number,
  { bias = true } = {},
): Parameters {
  return affine(stream, name, [inputs, outputs], inputs, bias)
}

/** weight [size, size, inputs, outputs], bias [outputs], both uniform within ± 1 / √(size² · inputs). */
export function initialConv2d(
  stream: Stream,
  name: string,
  size: number,
  inputs: number,
  outputs: number,
  { bias = true } = {},
): Parameters {
  return affine(stream, name, [size, size, inputs, outputs], size * size * inputs, bias)
}

/** scale 1 and offset 0, both [channels], for batch, group and layer normalisation. */
export function initialNorm(name: string, channels: number): Parameters {
  return { [`${name}.scale`]: tf.ones([channels]), [`${name}.offset`]: tf.zeros([channels]) }
}

/** Running mean 0 and variance 1, both [channels], for batch normalisation. Kept in a tree of their own: they are not trained. */
export function initialStatistics(name: string, channels: number): Parameters {
  return { [`${name}.mean`]: tf.zeros([channels]), [`${name}.variance`]: tf.ones([channels]) }
}

/** weight [count, width], standard normal. */
export function initialEmbedding(stream: Stream, name: string, count: number, width: number): Parameters {
  const draw = stream.fork(`${name}.weight`)
  const values = Float32Array.from({ length: count * width }, () => draw.normal())
  return { [`${name}.weight`]: tf.tensor(values, [count, width]) }
}

/** Kaiming's uniform initialisation with a = √5, for weight and bias alike. */
function affine(stream: Stream, name: string, shape: number[], fanIn: number, bias: boolean): Parameters {
  const bound = 1 / Math.sqrt(fanIn)
  const uniform = (part: string, size: number[]) => {
    const draw = stream.fork(`${name}.${part}`)
    const values = Float32Array.from({ length: tf.util.sizeFromShape(size) }, () => bound * (2 * draw.uniform() - 1))
    return { [`${name}.${part}`]: tf.tensor(values, size) }
  }
  return { ...uniform('weight', shape), ...(bias ? uniform('bias', shape.slice(-1)) : {}) }
}

// Layers.

/** x · weight + bias; x [batch, inputs]. */
export function dense(parameters: Parameters, name: string, x: tf.Tensor): tf.Tensor {
  return withBias(parameters, name, tf.matMul(x, parameters[`${name}.weight`]!))
}

/** Convolution with bias. */
export function conv2d(
  parameters: Parameters,
  name: string,
  x: tf.Tensor,
  options: kernels.ConvolutionOptions = {},
): tf.Tensor {
  return withBias(parameters, name, kernels.conv2d(x, parameters[`${name}.weight`]!, options))
}

/**
 * maxPool(relu(conv2d(x))), in a cheaper order: adding a constant to a channel and cutting at zero do not change which value
 * of a window is largest, so both can wait until the pooling has made the picture small.
 */
export function convReluPool(
  parameters: Parameters,
  name: string,
  x: tf.Tensor,
  options: kernels.ConvolutionOptions & { pool?: number } = {},
): tf.Tensor {
  const { pool = 2, ...convolution } = options
  const pooled = kernels.maxPool(kernels.conv2d(x, parameters[`${name}.weight`]!, convolution), pool)
  return kernels.relu(withBias(parameters, name, pooled))
}

function withBias(parameters: Parameters, name: string, x: tf.Tensor): tf.Tensor {
  const bias = parameters[`${name}.bias`]
  return bias ? kernels.biasAdd(x, bias) : x
}

/**
 * Batch normalisation of [batch, channels] or [batch, height, width, channels]. In training by the batch's own moments, and
 * the running ones in `statistics` are replaced: new = (1 − momentum) · old + momentum · batch. Else by the running ones.
 */
export function batchNorm(
  parameters: Parameters,
  name: string,
  x: tf.Tensor,
  options: { statistics: Parameters; training: boolean; momentum?: number; epsilon?: number },
): tf.Tensor {
  const { statistics, training, momentum = 0.1, epsilon = 1e-5 } = options
  const [scale, offset] = [parameters[`${name}.scale`]!, parameters[`${name}.offset`]!]
  const moments = { mean: statistics[`${name}.mean`]!, variance: statistics[`${name}.variance`]! }
  const picture = x.rank === 2 ? tf.reshape(x, [x.shape[0], 1, 1, -1]) : x
  const result = kernels.batchNormalise(picture, scale, offset, training ? { epsilon } : { epsilon, moments })
  if (training) {
    for (const part of ['mean', 'variance'] as const) {
      const next = tf.tidy(() => tf.add(tf.mul(moments[part], 1 - momentum), tf.mul(result[part], momentum)))
      moments[part].dispose()
      statistics[`${name}.${part}`] = tf.keep(next)
    }
  }
  return x.rank === 2 ? tf.reshape(result.y, x.shape) : result.y
}

/** Group normalisation of [batch, …, channels] over all places and the channels of each group. */
export function groupNorm(
  parameters: Parameters,
  name: string,
  x: tf.Tensor,
  groups: number,
  epsilon = 1e-5,
): tf.Tensor {
  const [scale, offset] = [parameters[`${name}.scale`]!, parameters[`${name}.offset`]!]
  const flat = tf.reshape(x, [x.shape[0], -1, x.shape[x.rank - 1]!])
  return tf.reshape(kernels.groupNormalise(flat, scale, offset, groups, epsilon), x.shape)
}

/** Layer normalisation over the last axis. */
export function layerNorm(parameters: Parameters, name: string, x: tf.Tensor, epsilon = 1e-5): tf.Tensor {
  const [scale, offset] = [parameters[`${name}.scale`]!, parameters[`${name}.offset`]!]
  const rows = tf.reshape(x, [-1, 1, x.shape[x.rank - 1]!])
  return tf.reshape(kernels.groupNormalise(rows, scale, offset, 1, epsilon), x.shape)
}

/** The rows of the table that `ids`, int32 of any shape, name: [...ids, width]. */
export function embedding(parameters: Parameters, name: string, ids: tf.Tensor): tf.Tensor {
  return tf.gather(parameters[`${name}.weight`]!, ids)
}

/** Each value is dropped with probability `rate`, the rest scaled by 1 / (1 − rate). */
export function dropout(x: tf.Tensor, rate: number, stream: Stream): tf.Tensor {
  if (rate === 0) return x
  const mask = tf.tidy(() => {
    const kept = tf.greaterEqual(kernels.statelessUniform(x.shape, stream.key()), rate)
    return tf.mul(tf.cast(kept, 'float32'), 1 / (1 - rate))
  })
  return tf.mul(x, mask)
}

/** Twice the height and width, bilinear with the corners kept in place (PyTorch's UpsamplingBilinear2d). */
export function upsampleBilinear(x: tf.Tensor): tf.Tensor {
  return kernels.resizeBilinear(x, [2 * x.shape[1]!, 2 * x.shape[2]!], { alignCorners: true })
}

/** Twice the height and width, every pixel repeated. */
export function upsampleNearest(x: tf.Tensor): tf.Tensor {
  return kernels.resizeNearest(x, [2 * x.shape[1]!, 2 * x.shape[2]!])
}

/** Mean over the batch of −log softmax(logits)[label]; labels as in kernels.softmaxCrossEntropy. */
export function crossEntropy(logits: tf.Tensor, labels: tf.Tensor): tf.Scalar {
  return tf.mean<tf.Scalar>(kernels.softmaxCrossEntropy(logits, labels))
}
