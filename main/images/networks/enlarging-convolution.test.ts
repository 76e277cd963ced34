import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { rootStream } from '../../math/random.ts'
import { loadBackend } from '../../tensor/backend.ts'
import { statelessNormal } from '../../tensor/kernels.ts'
import { conv2d, initialConv2d, upsampleBilinear } from '../../tensor/layers.ts'
import { valueAndGradients } from '../../tensor/optimiser.ts'
import { tf } from '../../tensor/tf.ts'
import { enlargingConvolution } from './enlarging-convolution.ts'

beforeAll(async () => {
  await loadBackend({ device: 'cpu' })
})

test('equals enlarging, then convolving, in value and in every gradient', () => {
  const side = fc.integer({ min: 1, max: 9 })
  const channels = fc.integer({ min: 1, max: 5 })
  const taps = fc.constantFrom(1, 3, 5)
  fc.assert(
    fc.property(side, side, channels, channels, taps, (height, width, inputs, outputs, size) =>
      tf.tidy(() => {
        const parameters = initialConv2d(rootStream(1), 'conv', size, inputs, outputs)
        const x = statelessNormal([2, height, width, inputs], [1, 2])
        const pattern = statelessNormal([2, 2 * height, 2 * width, outputs], [3, 4])
        const [folded, plain] = [
          () => enlargingConvolution(parameters, 'conv', x),
          () => conv2d(parameters, 'conv', upsampleBilinear(x)),
        ].map((picture): Record<string, tf.Tensor> => {
          const loss = () => tf.sum(tf.mul(picture(), pattern))
          const { gradients } = valueAndGradients(loss, { ...parameters, x })
          return { picture: picture(), ...gradients }
        })
        for (const [name, wanted] of Object.entries(plain!)) {
          const found = folded![name]!
          expect(found.shape).toEqual(wanted.shape)
          const scale = 1 + tf.max(tf.abs(wanted)).dataSync()[0]!
          expect(tf.max(tf.abs(tf.sub(found, wanted))).dataSync()[0]! / scale, name).toBeLessThan(1e-5)
        }
      }),
    ),
    { numRuns: 40 },
  )
})
