import { LetheError } from '../../contract/errors.ts'
import type { Stream } from '../../math/random.ts'
import type { Parameters } from '../../tensor/layers.ts'
import { tf } from '../../tensor/tf.ts'

/** What a method that trains a generator by a loss on its pictures needs of it. Pictures are [batch, height, width, channels]. */

/** The pictures to make, in pixels, and the number of their classes. */
export interface GeneratorShape {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly classes: number
}

export interface GeneratorNetwork {
  readonly id: 'small' | 'conditional'
  readonly title: string
  /** Length of the code that one picture is made from. */
  readonly codeLength: number
  /**
   * Fresh weights, and what belongs to the network but is not trained: running moments of batch normalisation, directions of
   * spectral normalisation. The tensors are the caller's. Throws `config-invalid` for a shape the network cannot make.
   */
  initial(stream: Stream, shape: GeneratorShape): { parameters: Parameters; statistics: Parameters }
  /**
   * Codes [batch, codeLength], standard normal, and labels, int32 [batch], to pictures within [0, 1]. In training, batch
   * normalisation goes by the batch's own moments and the tensors in `statistics` are replaced; else nothing changes.
   */
  forward(
    parameters: Parameters,
    statistics: Parameters,
    codes: tf.Tensor,
    labels: tf.Tensor,
    training: boolean,
  ): tf.Tensor
}

/** Share of a batch's own moments in the running ones after a training step: PyTorch's default, used by every generator here. */
export const normMomentum = 0.1

/**
 * Replaces the running moments of batch normalisation by their mean over `batches` fresh batches: while weights move fast, the
 * moving averages lag behind, and pictures made with them are off. Meant for the end of training, before pictures are made.
 * Directions of spectral normalisation stay. `draw` gives one batch's codes and labels, which are disposed after use.
 */
export function recalibrate(
  network: GeneratorNetwork,
  parameters: Parameters,
  statistics: Parameters,
  draw: () => { codes: tf.Tensor; labels: tf.Tensor },
  batches: number,
): void {
  if (!Number.isInteger(batches) || batches < 1) {
    throw new LetheError('config-invalid', `batches: expected a whole number from 1, found ${batches}`, 'Try 20.')
  }
  const isMoment = (name: string) => /\.(mean|variance)$/.test(name)
  for (let k = 0; k < batches; k++) {
    // A training pass that starts from moments of zero leaves momentum · (the batch's own moments).
    const own: Parameters = Object.fromEntries(
      Object.entries(statistics).map(([name, tensor]) => [
        name,
        isMoment(name) ? tf.zerosLike(tensor) : tensor.clone(),
      ]),
    )
    tf.tidy(() => {
      const { codes, labels } = draw()
      network.forward(parameters, own, codes, labels, true)
    })
    for (const name of Object.keys(statistics).filter(isMoment)) {
      const [old, batch] = [statistics[name]!, own[name]!]
      const mean = () => tf.add(tf.mul(old, k / (k + 1)), tf.div(batch, normMomentum * (k + 1)))
      statistics[name] = tf.keep(tf.tidy(mean))
      old.dispose()
    }
    tf.dispose(own)
  }
}

/** `config-invalid` unless the pictures are squares whose side is a multiple of 4; gives the side. */
export function squareSide({ height, width }: GeneratorShape): number {
  if (height === width && height >= 4 && height % 4 === 0) return height
  throw new LetheError(
    'config-invalid',
    `picture size: a generator makes squares whose side is a multiple of 4, found ${height} × ${width}`,
    'Resize the pictures first, for example to 28 × 28 or 32 × 32.',
  )
}
