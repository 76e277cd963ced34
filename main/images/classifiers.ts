/**
 * The classifiers that measure utility: trained on synthetic images, tested on real ones. Small enough for two cores,
 * hence not comparable with the published leaderboard, whose ResNet, WideResNet and ResNeXt train for hours.
 */
import type { RandomStream } from '../contract/job.ts'
import type { Stream } from '../math/random.ts'
import { convReluPool, crossEntropy, dense, initialConv2d, initialDense, type Parameters } from '../tensor/layers.ts'
import { relu } from '../tensor/kernels.ts'
import { adam, disposeOptimiser, update, valueAndGradients } from '../tensor/optimiser.ts'
import { tf } from '../tensor/tf.ts'
import { gatherPixels } from './pixels.ts'

export interface LabelledImages {
  readonly count: number
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly images: Uint8Array
  readonly labels: ArrayLike<number>
}

export interface Classifier {
  readonly id: string
  readonly title: string
  readonly epochs: number
  readonly batch: number
  readonly learningRate: number
  initial(stream: Stream, shape: { height: number; width: number; channels: number; classes: number }): Parameters
  /** Pictures [B, H, W, C] with values from 0 to 1 → logits [B, classes]. */
  forward(parameters: Parameters, pictures: tf.Tensor4D): tf.Tensor
}

const flatten = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [x.shape[0], -1])

export const classifiers: readonly Classifier[] = [
  {
    id: 'logistic',
    title: 'Logistic regression',
    epochs: 5,
    batch: 128,
    learningRate: 1e-3,
    initial: (stream, { height, width, channels, classes }) =>
      initialDense(stream, 'out', height * width * channels, classes),
    forward: (parameters, pictures) => dense(parameters, 'out', flatten(pictures)),
  },
  {
    id: 'mlp',
    title: 'MLP (128)',
    epochs: 5,
    batch: 128,
    learningRate: 1e-3,
    initial: (stream, { height, width, channels, classes }) => ({
      ...initialDense(stream, 'hidden', height * width * channels, 128),
      ...initialDense(stream, 'out', 128, classes),
    }),
    forward: (parameters, pictures) => dense(parameters, 'out', relu(dense(parameters, 'hidden', flatten(pictures)))),
  },
  {
    id: 'cnn',
    title: 'Small CNN (16, 32, 128)',
    epochs: 5,
    batch: 128,
    learningRate: 1e-3,
    initial: (stream, { height, width, channels, classes }) => ({
      ...initialConv2d(stream, 'conv1', 3, channels, 16),
      ...initialConv2d(stream, 'conv2', 3, 16, 32),
      ...initialDense(stream, 'hidden', Math.floor(height / 4) * Math.floor(width / 4) * 32, 128),
      ...initialDense(stream, 'out', 128, classes),
    }),
    forward: (parameters, pictures) => {
      const half = convReluPool(parameters, 'conv1', pictures, { padding: 'same' })
      const quarter = convReluPool(parameters, 'conv2', half, { padding: 'same' })
      return dense(parameters, 'out', relu(dense(parameters, 'hidden', flatten(quarter))))
    },
  },
]

/** The pictures at `indices`, as floats from 0 to 1. */
function pictures(set: LabelledImages, indices: ArrayLike<number>): tf.Tensor4D {
  const { height, width, channels } = set
  const values = gatherPixels(set.images, height * width * channels, indices)
  return tf.tensor4d(values, [indices.length, height, width, channels])
}

/**
 * Trains from scratch; yields after every step (`done` of `total`) and, at the end of an epoch, hands over a copy of the
 * weights, which is the caller's to dispose.
 */
export function* trainClassifier(
  classifier: Classifier,
  set: LabelledImages,
  classes: number,
  stream: RandomStream,
): Generator<{ readonly done: number; readonly total: number; readonly weights: Parameters | null }> {
  const parameters = classifier.initial(stream.fork('weights'), { ...set, classes })
  const optimiser = adam(parameters)
  const shuffle = stream.fork('shuffle')
  const steps = Math.ceil(set.count / classifier.batch)
  const total = steps * classifier.epochs
  try {
    for (let epoch = 0; epoch < classifier.epochs; epoch++) {
      const order = shuffle.permutation(set.count)
      for (let step = 0; step < steps; step++) {
        const indices = order.subarray(step * classifier.batch, (step + 1) * classifier.batch)
        tf.tidy(() => {
          const batch = pictures(set, indices)
          const labels = tf.tensor1d(
            Int32Array.from(indices, (index) => set.labels[index]!),
            'int32',
          )
          const { gradients } = valueAndGradients(
            () => crossEntropy(classifier.forward(parameters, batch), labels),
            parameters,
          )
          update(optimiser, parameters, gradients, classifier.learningRate)
        })
        const last = step === steps - 1
        const weights = last
          ? Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, tf.clone(value)]))
          : null
        yield { done: epoch * steps + step + 1, total, weights }
      }
    }
  } finally {
    tf.dispose(parameters)
    disposeOptimiser(optimiser)
  }
}

/** How many of `set` the weights classify correctly. */
export function countCorrect(classifier: Classifier, weights: Parameters, set: LabelledImages): number {
  let correct = 0
  for (let start = 0; start < set.count; start += 1000) {
    const indices = Uint32Array.from({ length: Math.min(1000, set.count - start) }, (_, i) => start + i)
    const predicted = tf.tidy(() => tf.argMax(classifier.forward(weights, pictures(set, indices)), 1))
    const classes = predicted.dataSync()
    predicted.dispose()
    indices.forEach((index, i) => void (classes[i] === set.labels[index] && correct++))
  }
  return correct
}
