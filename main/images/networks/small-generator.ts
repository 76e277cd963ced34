import * as kernels from '../../tensor/kernels.ts'
import * as layers from '../../tensor/layers.ts'
import { tf } from '../../tensor/tf.ts'
import { enlargingConvolution } from './enlarging-convolution.ts'
import { normMomentum, squareSide, type GeneratorNetwork } from './generator.ts'

/**
 * The small generator of DP-MERF (Harder, Adamczewski and Park, AISTATS 2021), with which its published numbers were made.
 *
 *   code ‖ one-hot label → dense, batch norm, ReLU → dense, batch norm → [b, b, channels1], b = size / 4
 *   → ×2 → conv 5×5 → ReLU → ×2 → conv 5×5 → sigmoid            (×2: bilinear, corners kept in place)
 *
 * Deviation: the dense layers have no bias, since the batch normalisation that follows cancels it.
 */
export interface SmallGeneratorOptions {
  readonly codeLength?: number
  /** Outputs of the first dense layer. */
  readonly hidden?: number
  /** Channels of the picture at a quarter and at half of its size. */
  readonly channels1?: number
  readonly channels2?: number
}

/** Makes square pictures whose size is a multiple of 4. */
export function smallGenerator(options: SmallGeneratorOptions = {}): GeneratorNetwork {
  const { codeLength = 5, hidden = 200, channels1 = 16, channels2 = 8 } = options
  return {
    id: 'small',
    title: 'Small generator of DP-MERF',
    codeLength,

    initial(stream, shape) {
      const { channels, classes } = shape
      const features = channels1 * (squareSide(shape) / 4) ** 2
      return {
        parameters: {
          ...layers.initialDense(stream, 'dense1', codeLength + classes, hidden, { bias: false }),
          ...layers.initialNorm('norm1', hidden),
          ...layers.initialDense(stream, 'dense2', hidden, features, { bias: false }),
          ...layers.initialNorm('norm2', features),
          ...layers.initialConv2d(stream, 'conv1', 5, channels1, channels2),
          ...layers.initialConv2d(stream, 'conv2', 5, channels2, channels),
        },
        statistics: { ...layers.initialStatistics('norm1', hidden), ...layers.initialStatistics('norm2', features) },
      }
    },

    forward(parameters, statistics, codes, labels, training) {
      const norm = (name: string, x: tf.Tensor) =>
        layers.batchNorm(parameters, name, x, { statistics, training, momentum: normMomentum })
      return tf.tidy(() => {
        const classes = parameters['dense1.weight']!.shape[0] - codeLength
        const input = tf.concat([codes, tf.cast(tf.oneHot(labels, classes), 'float32')], 1)
        const first = kernels.relu(norm('norm1', layers.dense(parameters, 'dense1', input)))
        const second = norm('norm2', layers.dense(parameters, 'dense2', first))
        const base = Math.sqrt(second.shape[1]! / channels1)
        const quarter = tf.reshape(second, [-1, base, base, channels1])
        const half = kernels.relu(enlargingConvolution(parameters, 'conv1', quarter))
        return kernels.sigmoid(enlargingConvolution(parameters, 'conv2', half))
      })
    },
  }
}
