import { LetheError } from '../../contract/errors.ts'
import type { Stream } from '../../math/random.ts'
import * as kernels from '../../tensor/kernels.ts'
import * as layers from '../../tensor/layers.ts'
import type { Parameters } from '../../tensor/layers.ts'
import { tf } from '../../tensor/tf.ts'
import { normMomentum, squareSide, type GeneratorNetwork } from './generator.ts'

/**
 * The class-conditional generator that DPImageBench gives to every generator-network method: BigGAN (Brock, Donahue and
 * Simonyan, ICLR 2019) with 2 up-sampling blocks at 28 px, 3 at 32, 64 and 128, all 4 · width channels wide.
 *
 *   code = chunk 0 ‖ chunk 1 ‖ …           one chunk for the stem and one for each block
 *   stem    chunk 0 → dense → [b, b, 4 · width], b = side / 2^blocks
 *   block i cBN → ReLU → nearest ×2 → conv 3×3 → cBN → ReLU → conv 3×3,  plus nearest ×2 → conv 1×1 of the input
 *           cBN: batch norm, then × (1 + gain) + shift, both dense without bias from (class embedding ‖ chunk i)
 *   after block 2: self-attention (Zhang, Goodfellow, Metaxas and Odena: SAGAN, ICML 2019), its share learned from 0
 *   head    batch norm → ReLU → conv 3×3 → tanh → (0, 1)
 *
 * Every dense, convolution and embedding weight W is orthogonal at first and divided by its largest singular value
 * (spectral normalisation: Miyato, Kataoka, Koyama and Yoshida, ICLR 2018), followed by one power iteration a training step.
 *
 * Two steps are taken in a cheaper order with the same result: conv 1×1 before enlarging, and nearest ×2 with conv 3×3 as one
 * transposed convolution.
 */
export interface ConditionalGeneratorOptions {
  /** To be divided evenly between the stem and the blocks: by 3 at 28 px, by 4 at 32, 64 and 128. */
  readonly codeLength?: number
  readonly embedding?: number
  /** A quarter of the channels. By default 41 with 2 blocks (28 px), 60 with 3; about 10 trains on a desk computer. */
  readonly width?: number
}

const epsilon = 1e-4

/** Makes square pictures: 3 blocks where the side is a multiple of 8, 2 where it is one of 4 only. */
export function conditionalGenerator(options: ConditionalGeneratorOptions = {}): GeneratorNetwork {
  const { codeLength = 60, embedding = 128 } = options
  return {
    id: 'conditional',
    title: 'Conditional generator (BigGAN)',
    codeLength,

    initial(stream, shape) {
      const side = squareSide(shape)
      const blocks = side % 8 === 0 ? 3 : 2
      const { width = blocks === 2 ? 41 : 60 } = options
      if (!Number.isInteger(width) || width < 2) {
        throw new LetheError('config-invalid', `width: expected a whole number from 2, found ${width}`, 'Try 10.')
      }
      if (codeLength % (blocks + 1)) {
        throw new LetheError(
          'config-invalid',
          `codeLength: at ${side} px expected a multiple of ${blocks + 1}, found ${codeLength}`,
          'Use 60.',
        )
      }
      const chunk = codeLength / (blocks + 1)
      const base = side / 2 ** blocks
      const channels = 4 * width

      const parameters: Parameters = {}
      const statistics: Parameters = {}
      const weight = (name: string, size: number[], { bias = true } = {}) => {
        Object.assign(parameters, initialOrthogonal(stream, name, size, bias))
        Object.assign(statistics, initialDirection(stream, name, size[size.length - 1]!))
      }
      const conditionalNorm = (name: string) => {
        for (const part of ['gain', 'shift']) weight(`${name}.${part}`, [embedding + chunk, channels], { bias: false })
        Object.assign(statistics, layers.initialStatistics(name, channels))
      }
      weight('embedding', [shape.classes, embedding], { bias: false })
      weight('stem', [chunk, base * base * channels])
      for (let block = 1; block <= blocks; block++) {
        conditionalNorm(`block${block}.norm1`)
        weight(`block${block}.conv1`, [3, 3, channels, channels])
        conditionalNorm(`block${block}.norm2`)
        weight(`block${block}.conv2`, [3, 3, channels, channels])
        weight(`block${block}.skip`, [1, 1, channels, channels])
      }
      const key = Math.floor(channels / 8)
      const value = Math.floor(channels / 2)
      weight('attention.query', [1, 1, channels, key], { bias: false })
      weight('attention.key', [1, 1, channels, key], { bias: false })
      weight('attention.value', [1, 1, channels, value], { bias: false })
      weight('attention.output', [1, 1, value, channels], { bias: false })
      parameters['attention.share'] = tf.zeros([1])
      Object.assign(parameters, layers.initialNorm('head.norm', channels))
      Object.assign(statistics, layers.initialStatistics('head.norm', channels))
      weight('head.conv', [3, 3, channels, shape.channels])
      return { parameters, statistics }
    },

    forward(parameters, statistics, codes, labels, training) {
      const norm = { statistics, training, momentum: normMomentum, epsilon }

      return tf.tidy(() => {
        const weights = normalisedWeights(parameters, statistics, training)
        const blocks = Object.keys(parameters).filter((name) => /^block\d+\.skip\.weight$/.test(name)).length
        const [first, ...chunks] = tf.split(codes, blocks + 1, 1)
        const label = layers.embedding(weights, 'embedding', labels)
        const channels = parameters['head.norm.scale']!.size
        const stem = layers.dense(weights, 'stem', first!)
        const base = Math.sqrt(stem.shape[1]! / channels)

        let x: tf.Tensor = tf.reshape(stem, [-1, base, base, channels])
        chunks.forEach((chunk, index) => {
          const name = `block${index + 1}`
          const condition = tf.concat([label, chunk], 1)
          const activated = (input: tf.Tensor, part: string) => {
            const linear = (map: string) =>
              tf.reshape(layers.dense(weights, `${part}.${map}`, condition), [-1, 1, 1, channels])
            const normal = layers.batchNorm(layers.initialNorm(part, channels), part, input, norm)
            return kernels.relu(tf.add(tf.mul(normal, tf.add(linear('gain'), 1)), linear('shift')))
          }
          const enlarged = nearestConvolution(weights, `${name}.conv1`, activated(x, `${name}.norm1`))
          const long = layers.conv2d(weights, `${name}.conv2`, activated(enlarged, `${name}.norm2`))
          const short = layers.upsampleNearest(layers.conv2d(weights, `${name}.skip`, x))
          x = tf.add(long, short)
          if (index + 1 === 2) x = tf.add(x, tf.mul(attention(weights, x), weights['attention.share']!))
        })
        const head = kernels.relu(layers.batchNorm(parameters, 'head.norm', x, norm))
        const picture = kernels.tanh(layers.conv2d(weights, 'head.conv', head))
        return tf.mul(tf.add(picture, 1), 0.5)
      })
    },
  }
}

/** What every pixel reads from all the others: softmax(query · keyᵀ) · value, key and value on the picture at half its size. */
function attention(weights: Parameters, x: tf.Tensor): tf.Tensor {
  const [batch, height, width] = x.shape as [number, number, number, number]
  const map = (part: string) => layers.conv2d(weights, `attention.${part}`, x)
  const rows = (picture: tf.Tensor) => tf.reshape(picture, [batch, -1, picture.shape[3]!])
  const scores = tf.matMul(rows(map('query')), rows(kernels.maxPool(map('key'), 2)), false, true)
  const read = tf.matMul(tf.softmax(scores), rows(kernels.maxPool(map('value'), 2)))
  return layers.conv2d(weights, 'attention.output', tf.reshape(read, [batch, height, width, -1]))
}

/**
 * conv 3×3 of the picture enlarged ×2 by repeating pixels, bias added. Along one axis, output y reads pixel i by those taps t
 * with ⌊(y + t − 1) / 2⌋ = i, that is by tap k = y − 2 i + 1 of a transposed convolution with stride 2 whose four taps
 * are sums of the three: w₂, w₁ + w₂, w₀ + w₁, w₀. Takes 16 products for each pair of channels and pixel where the plain way takes 36.
 */
function nearestConvolution(weights: Parameters, name: string, x: tf.Tensor): tf.Tensor {
  const filter = weights[`${name}.weight`]!
  const [, , inputs, outputs] = filter.shape as [number, number, number, number]
  const [batch, height, width] = x.shape as [number, number, number, number]
  const sums = [
    [0, 0, 1],
    [0, 1, 1],
    [1, 1, 0],
    [1, 0, 0],
  ]
  const pairs = sums.flatMap((a) => sums.map((b) => a.flatMap((p) => b.map((q) => p * q))))
  const flat = tf.reshape(tf.transpose(filter, [0, 1, 3, 2]), [9, -1])
  const taps = tf.reshape(tf.matMul(tf.tensor2d(pairs), flat), [4, 4, outputs, inputs])
  const size: [number, number, number, number] = [batch, 2 * height, 2 * width, outputs]
  const result = tf.conv2dTranspose(x as tf.Tensor4D, taps as tf.Tensor4D, size, 2, 'same')
  return kernels.biasAdd(result, weights[`${name}.bias`]!)
}

// Weights: orthogonal at first, spectrally normalised in use. As a matrix a weight is [all other axes, outputs].

/** A uniformly random semi-orthogonal weight, the polar factor of a Gaussian matrix, and a bias of 0. */
function initialOrthogonal(stream: Stream, name: string, size: number[], bias: boolean): Parameters {
  const outputs = size[size.length - 1]!
  const weight = tf.tidy(() => {
    const total = tf.util.sizeFromShape(size)
    const gauss = kernels.statelessNormal([total / outputs, outputs], stream.fork(`${name}.weight`).key())
    const { u, v } = kernels.svd(gauss)
    return tf.reshape(tf.matMul(u, v, false, true), size)
  })
  return { [`${name}.weight`]: weight, ...(bias ? { [`${name}.bias`]: tf.zeros([outputs]) } : {}) }
}

/** Where the power iteration starts: a random unit vector [outputs, 1]. */
function initialDirection(stream: Stream, name: string, outputs: number): Parameters {
  const start = () => unit(kernels.statelessNormal([outputs, 1], stream.fork(`${name}.direction`).key()))
  return { [`${name}.direction`]: tf.tidy(start) }
}

const unit = (vector: tf.Tensor) => tf.div(vector, tf.add(tf.norm(vector), 1e-6))

/** The parameters with every weight that has a direction divided by its largest singular value. */
function normalisedWeights(parameters: Parameters, statistics: Parameters, training: boolean): Parameters {
  const weights = { ...parameters }
  for (const name of Object.keys(statistics).filter((name) => name.endsWith('.direction'))) {
    const weight = name.replace(/direction$/, 'weight')
    weights[weight] = spectralNormalise(parameters[weight]!, statistics, name, training)
  }
  return weights
}

/**
 * W / σ with σ = leftᵀ W right. In training, one power iteration from the stored right vector replaces it; else σ = |W right|.
 * The vectors are constants to the gradient, so dW = (dy − ⟨dy, W / σ⟩ · left rightᵀ) / σ.
 */
function spectralNormalise(weight: tf.Tensor, statistics: Parameters, name: string, training: boolean): tf.Tensor {
  return tf.customGrad((...inputs) => {
    const [matrix, save] = [tf.reshape(inputs[0] as tf.Tensor, [-1, weight.shape[weight.rank - 1]!]), inputs[1]]
    let right = statistics[name]!
    const left = unit(tf.matMul(matrix, right))
    if (training) {
      right.dispose()
      right = statistics[name] = tf.keep(unit(tf.matMul(matrix, left, true)))
    }
    const sigma = tf.sum(tf.mul(left, tf.matMul(matrix, right)))
    const value = tf.div(weight, sigma)
    ;(save as tf.GradSaveFunc)([value, left, right.clone(), sigma])
    const gradFunc = (dy: tf.Tensor | tf.Tensor[], [value, left, right, sigma]: tf.Tensor[]) => {
      const along = tf.sum(tf.mul(dy as tf.Tensor, value!))
      const direction = tf.reshape(tf.matMul(tf.mul(left!, along), right!, false, true), weight.shape)
      return tf.div(tf.sub(dy as tf.Tensor, direction), sigma!)
    }
    return { value, gradFunc }
  })(weight)
}
