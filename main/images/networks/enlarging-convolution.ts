import * as kernels from '../../tensor/kernels.ts'
import type { Parameters } from '../../tensor/layers.ts'
import { tf } from '../../tensor/tf.ts'

/**
 * conv2d(upsampleBilinear(x)) as two matrix products. Enlarging and convolving are linear, and both act on rows and on columns
 * apart, so output row y, tap row r, input row i meet in one small constant matrix,
 *
 *   A[y, (r, i)] = weight that pixel i has in row y + r − half of the enlarged picture (0 outside of it),
 *
 * and the columns likewise. With the filter F[r, s, c, o] folded into the columns' matrix,
 *
 *   M[(j, c), (r, x, o)] = Σ_s A[x, (s, j)] · F[r, s, c, o]
 *   result[b, y, x, o] = Σ_(r, i) A[y, (i, r)] · Σ_(j, c) picture[b, i, j, c] · M[(j, c), (r, x, o)].
 *
 * The enlarged picture is never made. With the few channels of
 * the small generator this takes half of the time of enlarging and convolving, gradients included.
 *
 * x [batch, height, width, inputs] to [batch, 2 · height, 2 · width, outputs]; bilinear with the corners kept in place; the
 * parameters are those of layers.conv2d: `name.weight` [size, size, inputs, outputs] with odd size, `name.bias` [outputs].
 */
export function enlargingConvolution(parameters: Parameters, name: string, x: tf.Tensor): tf.Tensor {
  const weight = parameters[`${name}.weight`]!
  const [batch, height, width, inputs] = x.shape as [number, number, number, number]
  const [size, , , outputs] = weight.shape as [number, number, number, number]
  const columns = kernels.einsum('xsj,rsco->jcrxo', tapWeights(width, size), weight)
  const wide = tf.matMul(tf.reshape(x, [-1, width * inputs]), tf.reshape(columns, [width * inputs, -1]))
  const taps = tf.reshape(wide, [batch, height * size, 2 * width * outputs])
  const rows = tf.reshape(tf.transpose(tapWeights(height, size), [0, 2, 1]), [1, 2 * height, height * size])
  const result = tf.reshape(tf.matMul(rows, taps), [batch, 2 * height, 2 * width, outputs])
  return kernels.biasAdd(result, parameters[`${name}.bias`]!)
}

/** [2 · length, taps, length]: what pixel i of a row counts at tap t of output y, once the row has been enlarged. */
function tapWeights(length: number, taps: number): tf.Tensor {
  const enlarged = 2 * length
  const values = new Float32Array(enlarged * taps * length)
  for (let y = 0; y < enlarged; y++) {
    for (let t = 0; t < taps; t++) {
      const at = y + t - (taps - 1) / 2
      if (at < 0 || at >= enlarged) continue
      const place = (at * (length - 1)) / (enlarged - 1)
      const low = Math.floor(place)
      const start = (y * taps + t) * length
      values[start + low] = 1 - (place - low)
      if (low + 1 < length) values[start + low + 1] = place - low
    }
  }
  return tf.tensor(values, [enlarged, taps, length])
}
