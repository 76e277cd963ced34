/**
 * DP-MERF: differentially private mean embeddings with random features (Harder, Adamczewski and Park, AISTATS 2021).
 *
 * Features (paper, section 2.2), rows w_j of W drawn from N(0, I / lengthScaleSquared):
 *   φ(x) = √(2/D) · [cos(w_j·x), sin(w_j·x)]_j ∈ R^D,   ‖φ(x)‖ = 1
 * Release, once, with the Gaussian mechanism calibrated exactly (Balle and Wang 2018):
 *   S = Σ_i [√(1−a²)·φ(x_i), a] ⊗ e_{y_i} + N(0, (σ·sensitivity)²)
 * Everything after it is post-processing: a generator is fitted so that the mean embedding of its samples, class by
 * class, meets the released one (equation 5 of the paper). More samples, other generators: no further cost.
 *
 * The proof in one line: one record adds one vector of norm 1 to S, so the L2 sensitivity is 1 under add/remove and at
 * most 2 under replace-one; W and everything drawn from seeds are independent of the data.
 *
 * Where `variant: 'lethe'` differs from the publication, and why:
 *   1. The sum is released, not the mean: no division by a private count; under add/remove the sensitivity is 1 where
 *      the published 2/N is that of replace-one. On a replace-one data set the noise is the published one.
 *   2. One coordinate carries the class counts (weight a, inside the same norm), so classes are normalised by
 *      released counts and unequal classes are met.
 *   3. The published loss ‖μ̃ − (1/B) Σ φ(G(z)) ⊗ e_y‖² is biased: the variance of the batch mean enters it, and the
 *      generator lowers it by making fewer different images. Here classes are balanced within each batch and the squared
 *      mean of the n images of a class is taken without its diagonal, n/(n−1)·‖m‖² − 2⟨μ̃, m⟩: up to constants the
 *      unbiased estimate of the squared distance (Gretton et al. 2012, equation 3; ‖φ‖ = 1 makes the diagonal constant).
 *      A step looks at a block of the features, in turn, which leaves the gradient unbiased and costs a fraction.
 *   4. The learning rate falls along a cosine; batch-norm moments are measured anew before generation.
 * `variant: 'published'` keeps 2/N, the shuffled labels, the biased loss and the stepped learning rate.
 */
import { z } from 'zod'
import type { Dataset } from '../../contract/dataset.ts'
import type { Checkpoint, JobEvent, RandomStream, RunContext, SplitView } from '../../contract/job.ts'
import { LetheError } from '../../contract/errors.ts'
import { gaussianStage, sensitivityOfSum } from '../../privacy/plan.ts'
import { statelessNormal } from '../../tensor/kernels.ts'
import {
  adam,
  disposeOptimiser,
  restoreOptimiser,
  saveOptimiser,
  update,
  valueAndGradients,
  type Optimiser,
} from '../../tensor/optimiser.ts'
import type { Parameters } from '../../tensor/layers.ts'
import { decodeParameters, encodeParameters } from '../../tensor/safetensors.ts'
import { tf } from '../../tensor/tf.ts'
import { encodeGrid } from '../../data/formats/png.ts'
import type { ImageSet, Synthesiser } from '../method.ts'
import { conditionalGenerator } from '../networks/conditional-generator.ts'
import { unitPixels } from '../pixels.ts'
import { recalibrate, squareSide, type GeneratorNetwork } from '../networks/generator.ts'
import { smallGenerator } from '../networks/small-generator.ts'

const config = z.strictObject({
  variant: z
    .enum(['lethe', 'published'])
    .default('lethe')
    .describe(
      "lethe: unbiased loss and released class counts; published: the loss, noise and schedule of the paper's code",
    ),
  features: z
    .number()
    .int()
    .min(2)
    .max(100_000)
    .multipleOf(2)
    .default(10_000)
    .describe('D, number of random features (paper: 10,000)'),
  lengthScaleSquared: z
    .number()
    .positive()
    .max(1e6)
    .default(105)
    .describe('squared length scale of the Gaussian kernel, in pixel values from 0 to 1 (paper: 105)'),
  countWeight: z
    .number()
    .min(0.01)
    .max(0.9)
    .default(0.2)
    .describe('a, share of the norm that carries the class counts (variant lethe)'),
  generator: z
    .enum(['small', 'conditional'])
    .default('small')
    .describe("small: the paper's generator; conditional: BigGAN-like, as in DPImageBench"),
  generatorWidth: z
    .number()
    .int()
    .min(4)
    .max(128)
    .default(41)
    .describe('width of the conditional generator (DPImageBench: 41 at 28 pixels, 60 at 32)'),
  batch: z.number().int().min(10).max(5000).default(100).describe('images in a step (paper: 100)'),
  steps: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(5000)
    .describe('steps of the generator (paper: 2750, 5 epochs of 550)'),
  learningRate: z.number().positive().max(1).default(0.01).describe("Adam's learning rate at the start (paper: 0.01)"),
  featuresPerStep: z
    .number()
    .int()
    .min(2)
    .max(100_000)
    .multipleOf(2)
    .default(2000)
    .describe('how many of the features a step looks at, in turn (variant lethe)'),
  images: z
    .number()
    .int()
    .min(10)
    .max(1_000_000)
    .default(60_000)
    .describe('synthetic images to make, in equal classes (DPImageBench: 60,000)'),
})
type Config = z.infer<typeof config>

const stage = 'embedding'
/** Room for rounding: features are scaled so that their float32 norm stays below 1. */
const normGuard = 1 - 1e-5
const embedBatch = 1000
/**
 * Each cosine and sine is cut toward zero to a multiple of 1/8192, which keeps ‖φ‖ ≤ 1. Sums over a batch of 1000 are then
 * whole numbers below 2²⁴, exact in float32 in any order, and batches are added in float64: taking one record away changes
 * nothing but its own term. Rounding of a running sum would change every entry a little, beyond the stated sensitivity.
 */
const quantum = 8192
const previewEvery = 100

function networkOf({ generator, generatorWidth }: Config): GeneratorNetwork {
  return generator === 'small' ? smallGenerator() : conditionalGenerator({ width: generatorWidth })
}

/** W transposed, [pixels, D/2], cut into the blocks that steps take in turn. Public randomness: independent of the data. */
function frequencies(context: RunContext, settings: Config, pixels: number): tf.Tensor2D[] {
  const half = settings.features / 2
  const block = settings.variant === 'lethe' ? Math.min(settings.featuresPerStep / 2, half) : half
  const stream = context.stream('dp-merf/frequencies')
  return Array.from({ length: Math.ceil(half / block) }, (_, index) => {
    const size = Math.min(block, half - index * block)
    return tf.tidy(() =>
      tf.div<tf.Tensor2D>(statelessNormal([pixels, size], stream.key()), Math.sqrt(settings.lengthScaleSquared)),
    )
  })
}

/** Σ_i φ(x_i) ⊗ e_{y_i}, block by block (cosines, then sines, of each class), then the class counts, as one vector. */
async function exactSum(
  split: SplitView,
  blocks: readonly tf.Tensor2D[],
  classes: number,
  featureWeight: number,
  countWeight: number,
): Promise<Float64Array> {
  const half = blocks.reduce((sum, block) => sum + block.shape[1], 0)
  const pixels = blocks[0]!.shape[0]
  const counts = new Float64Array(classes)
  const sums = blocks.map((block) => new Float64Array(classes * 2 * block.shape[1]))
  for (let start = 0; start < split.count; start += embedBatch) {
    const end = Math.min(start + embedBatch, split.count)
    const labels = Int32Array.from(split.labels.subarray(start, end))
    for (const label of labels) counts[label]!++
    // The last batch is filled up with empty rows of no class, so that every record meets kernels of the same shape.
    const pixelValues = new Float32Array(embedBatch * pixels)
    pixelValues.set(unitPixels(split.images, pixels, start, end))
    const members = new Int32Array(embedBatch).fill(-1)
    members.set(labels)
    const parts = tf.tidy(() => {
      const images = tf.tensor2d(pixelValues, [embedBatch, pixels])
      const member = tf.cast(tf.oneHot(tf.tensor1d(members, 'int32'), classes), 'float32')
      const whole = (values: tf.Tensor) => tf.cast(tf.cast(tf.mul(values, quantum), 'int32'), 'float32')
      return blocks.map((block) => {
        const projected = tf.matMul(images, block)
        return tf.concat(
          [tf.matMul(member, whole(tf.cos(projected)), true), tf.matMul(member, whole(tf.sin(projected)), true)],
          1,
        )
      })
    })
    for (const [index, part] of parts.entries()) {
      const values = await part.data()
      const sum = sums[index]!
      for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + values[i]!
    }
    tf.dispose(parts)
  }
  const total = new Float64Array(classes * (2 * half + 1))
  const scale = (featureWeight * normGuard) / (Math.sqrt(half) * quantum)
  let filled = 0
  for (const sum of sums) for (const value of sum) total[filled++] = value * scale
  for (const count of counts) total[filled++] = count * countWeight * normGuard
  return total
}

/** A block of frequencies and what was released about it. */
interface Block {
  /** [pixels, b] */
  readonly transposed: tf.Tensor2D
  /** Released mean embedding by class, [classes, 2b], in units of [cos, sin]: of each class for lethe, of (1/N) Σ · ⊗ e for published. */
  readonly target: tf.Tensor2D
}

async function releaseEmbedding(
  context: RunContext,
  settings: Config,
  transposed: readonly tf.Tensor2D[],
): Promise<Block[]> {
  const { classNames, splits } = context.data.dataset
  const classes = classNames.length
  const lethe = settings.variant === 'lethe'
  const countWeight = lethe ? settings.countWeight : 0
  const featureWeight = Math.sqrt(1 - countWeight ** 2)
  const released = await context.mechanisms.gaussian(stage, async () =>
    exactSum(await context.data.split('train'), transposed, classes, featureWeight, countWeight),
  )
  const counts = released.subarray(classes * settings.features)
  const divisors = Array.from({ length: classes }, (_, label) =>
    lethe ? Math.max(1, counts[label]! / (countWeight * normGuard)) : splits.train!.count,
  )
  const unit = Math.sqrt(settings.features / 2) / (featureWeight * normGuard)
  let start = 0
  return transposed.map((block) => {
    const width = 2 * block.shape[1]
    const target = new Float32Array(classes * width)
    for (let i = 0; i < target.length; i++) target[i] = (released[start + i]! * unit) / divisors[Math.floor(i / width)]!
    start += target.length
    return { transposed: block, target: tf.tensor2d(target, [classes, width]) }
  })
}

/**
 * Squared distance between released and generated mean embedding over the features of one block, estimated without bias up
 * to a constant, with a hand-written gradient. images [B, pixels], ordered by class, at least two of each.
 */
export function balancedLoss(images: tf.Tensor2D, { transposed, target }: Block): tf.Scalar {
  const [classes] = target.shape
  const width = transposed.shape[1]
  const each = images.shape[0] / classes
  const byClass = (values: tf.Tensor): tf.Tensor3D => tf.reshape(values, [classes, each, width])
  return tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [x, save] = inputs as [tf.Tensor2D, tf.GradSaveFunc]
    const projected = tf.matMul(x, transposed)
    const cosine = tf.cos(projected)
    const sine = tf.sin(projected)
    const mean = tf.concat([tf.mean(byClass(cosine), 1), tf.mean(byClass(sine), 1)], 1) as tf.Tensor2D
    const withoutDiagonal = tf.mul(mean, each / (each - 1))
    save([cosine, sine, tf.sub(withoutDiagonal, target)])
    const distance = tf.add(tf.mul(mean, tf.sub(withoutDiagonal, tf.mul(target, 2))), tf.square(target))
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor => {
      const [savedCosine, savedSine, savedResidual] = saved as [tf.Tensor, tf.Tensor, tf.Tensor2D]
      const [toCosine, toSine] = tf.split(savedResidual, 2, 1).map((part) => tf.reshape(part, [classes, 1, width]))
      const slope = tf.sub(tf.mul(byClass(savedCosine), toSine!), tf.mul(byClass(savedSine), toCosine!))
      const gradient = tf.matMul(tf.reshape<tf.Rank.R2>(slope, [classes * each, width]), transposed, false, true)
      return tf.mul(gradient, tf.mul(dy, 2 / (width * each)))
    }
    return { value: tf.div(tf.sum(distance), width), gradFunc: gradFunc }
  })(images) as tf.Scalar
}

/** The published loss: ‖μ̃ − (1/B) Σ φ(x) ⊗ e_y‖², labels drawn at random. */
function publishedLoss(images: tf.Tensor2D, member: tf.Tensor2D, { transposed, target }: Block): tf.Scalar {
  const projected = tf.matMul(images, transposed)
  const weights = tf.div(member, images.shape[0])
  const mean = tf.concat([tf.matMul(weights, tf.cos(projected), true), tf.matMul(weights, tf.sin(projected), true)], 1)
  return tf.div(tf.sum(tf.square(tf.sub(mean, target))), transposed.shape[1])
}

interface Training {
  step: number
  readonly parameters: Parameters
  readonly statistics: Parameters
  readonly optimiser: Optimiser
  readonly blocks: readonly Block[]
  readonly codes: RandomStream
  readonly labels: RandomStream
}

function startTraining(context: RunContext, blocks: readonly Block[], network: GeneratorNetwork): Training {
  const { height, width, channels, classNames } = context.data.dataset
  const fresh = network.initial(context.stream('dp-merf/generator'), {
    height,
    width,
    channels,
    classes: classNames.length,
  })
  const training: Training = {
    step: 0,
    ...fresh,
    optimiser: adam(fresh.parameters),
    blocks,
    codes: context.stream('dp-merf/codes'),
    labels: context.stream('dp-merf/labels'),
  }
  return context.checkpoint ? resumeTraining(training, context.checkpoint) : training
}

function resumeTraining(training: Training, checkpoint: Checkpoint): Training {
  const { state, parts } = checkpoint
  const part = (name: string): Uint8Array => {
    const bytes = parts[name]
    if (!bytes)
      throw new LetheError(
        'checkpoint-corrupt',
        `The checkpoint of step ${checkpoint.step} has no ${name}.`,
        'Remove it; the run goes on from the one before.',
      )
    return bytes
  }
  for (const [tree, name] of [
    [training.parameters, 'generator.safetensors'],
    [training.statistics, 'statistics.safetensors'],
  ] as const) {
    tf.dispose(tree)
    Object.assign(tree, decodeParameters(part(name), name).parameters)
  }
  const slots = decodeParameters(part('optimiser.safetensors'), 'optimiser.safetensors').parameters
  restoreOptimiser(training.optimiser, { step: state['optimiserStep'] as number, tensors: slots })
  tf.dispose(slots)
  training.codes.restore(state['codes'] as never)
  training.labels.restore(state['labels'] as never)
  training.step = checkpoint.step
  return training
}

function checkpointOf(training: Training): Checkpoint {
  const { step, parameters, statistics, optimiser, codes, labels } = training
  const slots = saveOptimiser(optimiser)
  const parts = {
    'generator.safetensors': encodeParameters(parameters),
    'statistics.safetensors': encodeParameters(statistics),
    'optimiser.safetensors': encodeParameters(slots.tensors),
  }
  tf.dispose(slots.tensors)
  return { step, state: { optimiserStep: slots.step, codes: codes.state(), labels: labels.state() }, parts }
}

/** One step of the generator; returns the loss as a tensor, so that nobody waits for it. */
function trainStep(training: Training, settings: Config, network: GeneratorNetwork): tf.Scalar {
  const { parameters, statistics, optimiser } = training
  const block = training.blocks[training.step % training.blocks.length]!
  const [classes] = block.target.shape
  const [pixels] = block.transposed.shape
  const lethe = settings.variant === 'lethe'
  const each = Math.max(2, Math.round(settings.batch / classes))
  const batch = lethe ? each * classes : settings.batch
  const progress = training.step / settings.steps
  const rate =
    settings.learningRate * (lethe ? 0.5 * (1 + Math.cos(Math.PI * progress)) : 0.9 ** Math.floor(progress * 5))
  const key = training.codes.key()
  const labelValues = Int32Array.from({ length: batch }, (_, index) =>
    lethe ? Math.floor(index / each) : training.labels.integer(classes),
  )
  const value = tf.tidy(() => {
    const codes = statelessNormal([batch, network.codeLength], key)
    const labels = tf.tensor1d(labelValues, 'int32')
    const loss = (): tf.Scalar => {
      const images = tf.reshape<tf.Rank.R2>(network.forward(parameters, statistics, codes, labels, true), [
        batch,
        pixels,
      ])
      if (lethe) return balancedLoss(images, block)
      return publishedLoss(images, tf.oneHot(labels, classes) as tf.Tensor2D, block)
    }
    const result = valueAndGradients(loss, parameters)
    update(optimiser, parameters, result.gradients, rate)
    return result.value
  })
  training.step++
  return value
}

/** Pixels of `count` images in equal classes, in label order 0, 1, …, 0, 1, …; yields the number made. */
async function* generate(
  training: Training,
  network: GeneratorNetwork,
  dataset: Dataset,
  stream: RandomStream,
  count: number,
): AsyncGenerator<number, ImageSet> {
  const { height, width, channels, classNames } = dataset
  const classes = classNames.length
  const draw = (size: number) => ({
    codes: statelessNormal([size, network.codeLength], stream.key()),
    labels: tf.tensor1d(
      Int32Array.from({ length: size }, (_, index) => index % classes),
      'int32',
    ),
  })
  const batch = classes * Math.max(1, Math.round(1000 / classes))
  recalibrate(network, training.parameters, training.statistics, () => draw(batch), 20)
  const images = new Uint8Array(count * height * width * channels)
  const labels = Uint8Array.from({ length: count }, (_, index) => index % classes)
  for (let start = 0; start < count; start += batch) {
    const pixels = tf.tidy(() => {
      const drawn = draw(batch)
      const made = network.forward(training.parameters, training.statistics, drawn.codes, drawn.labels, false)
      return tf.cast(tf.round(tf.mul(made, 255)), 'int32')
    })
    const bytes = Uint8Array.from(pixels.dataSync())
    pixels.dispose()
    const size = Math.min(batch, count - start)
    images.set(bytes.subarray(0, size * height * width * channels), start * height * width * channels)
    yield start + size
  }
  return { count, height, width, channels, images, labels }
}

/** A grid of ten samples a class by the generator as it is, for people to watch. Uses its own stream, so that looking changes nothing. */
async function preview(context: RunContext, training: Training, network: GeneratorNetwork): Promise<Uint8Array> {
  const { height, width, channels, classNames } = context.data.dataset
  const classes = Math.min(10, classNames.length)
  const count = 10 * classes
  const pixels = tf.tidy(() => {
    const codes = statelessNormal([count, network.codeLength], context.stream('dp-merf/preview').key())
    const labels = tf.tensor1d(
      Int32Array.from({ length: count }, (_, index) => index % classes),
      'int32',
    )
    // Batch moments, without keeping them: the running ones lag behind in training.
    const statistics = Object.fromEntries(
      Object.entries(training.statistics).map(([name, tensor]) => [name, tf.clone(tensor)]),
    )
    const made = network.forward(training.parameters, statistics, codes, labels, true)
    tf.dispose(statistics)
    return tf.cast(tf.round(tf.mul(made, 255)), 'int32')
  })
  const images = Uint8Array.from(pixels.dataSync())
  pixels.dispose()
  return encodeGrid(
    images,
    { count, height, width, channels: channels as 1 | 3 },
    { columns: classes, gap: 2, background: 0 },
  )
}

async function* run(context: RunContext, settings: Config): AsyncGenerator<JobEvent, ImageSet> {
  const { dataset } = context.data
  const pixels = dataset.height * dataset.width * dataset.channels
  const network = networkOf(settings)
  yield { kind: 'progress', phase: 'Private release', step: 0, totalSteps: 1 }
  const transposed = frequencies(context, settings, pixels)
  const blocks = await releaseEmbedding(context, settings, transposed)
  yield { kind: 'progress', phase: 'Private release', step: 1, totalSteps: 1 }

  const training = startTraining(context, blocks, network)
  try {
    let lastCheckpoint = training.step
    const checkpointEvery = Math.max(100, Math.ceil(settings.steps / 10))
    while (training.step < settings.steps) {
      const loss = trainStep(training, settings, network)
      const { step } = training
      if (step % 10 === 0 || step === settings.steps)
        yield { kind: 'metric', name: 'loss', step, value: loss.dataSync()[0]!, private: true }
      loss.dispose()
      if (step === 1 || step % previewEvery === 0 || step === settings.steps)
        yield { kind: 'preview', name: 'samples', step, png: await preview(context, training, network) }
      if (step - lastCheckpoint >= checkpointEvery || step === settings.steps) {
        lastCheckpoint = step
        yield { kind: 'checkpoint', checkpoint: checkpointOf(training) }
      }
      yield { kind: 'progress', phase: 'Training the generator', step, totalSteps: settings.steps }
    }
    yield { kind: 'artifact', name: 'generator.safetensors', bytes: encodeParameters(training.parameters) }
    const making = generate(training, network, dataset, context.stream('dp-merf/samples'), settings.images)
    for (;;) {
      const made = await making.next()
      if (made.done) return made.value
      yield { kind: 'progress', phase: 'Making images', step: made.value, totalSteps: settings.images }
    }
  } finally {
    disposeTraining(training)
  }
}

function disposeTraining(training: Training): void {
  tf.dispose([
    training.parameters,
    training.statistics,
    ...training.blocks.flatMap((block) => [block.transposed, block.target]),
  ])
  disposeOptimiser(training.optimiser)
}

export const dpMerf: Synthesiser<Config> = {
  id: 'dp-merf',
  title: 'DP-MERF',
  paper:
    'Harder, Adamczewski, Park: DP-MERF: Differentially private mean embeddings with random features for practical privacy-preserving data generation. AISTATS 2021',
  architecture: 'generator network',
  pretraining: 'none',
  mechanism: 'one Gaussian release, analytic calibration',
  noisedQuantity: 'sum of random features by class, with the class counts',
  adjacency: 'add/remove (sensitivity 1) or replace-one (2)',
  accountant: 'analytic Gaussian; RDP and PLD beside it',
  status: 'experimental',
  config,
  presets: {
    desk: {},
    paper: { variant: 'published', steps: 2750 },
    tiny: { features: 200, steps: 40, batch: 50, images: 2000 },
  },
  plan(settings, dataset, target) {
    // Whatever would stop the run later is refused here, before anything is charged.
    const classes = dataset.classNames.length
    squareSide({ ...dataset, classes })
    if (classes < 2 || classes > 256)
      throw new LetheError(
        'config-invalid',
        `DP-MERF needs 2 to 256 classes; ${dataset.name} has ${classes}.`,
        'Import the images in class folders, or with labels.',
      )
    const pixels = dataset.height * dataset.width * dataset.channels
    const published = settings.variant === 'published'
    const perStep = published ? settings.features : Math.min(settings.featuresPerStep, settings.features)
    const cost = (perStep * pixels * settings.batch) / (10_000 * 784 * 100)
    return {
      stages: [
        {
          ...gaussianStage({
            id: stage,
            account: 'train',
            noisedQuantity: published
              ? 'sum of random features by class'
              : 'sum of random features by class, with the class counts',
            // The published code always uses the replace-one bound 2/N: under add/remove that is more noise than needed.
            sensitivity: sensitivityOfSum(dataset.relation, 1),
            epsilon: target.epsilon,
            delta: target.delta,
          }),
          ...(published && dataset.relation === 'add-remove' ? { sensitivity: 2 } : {}),
        },
      ],
      steps: [
        {
          phase: 'Private release',
          steps: 1,
          weight: 1 + (5 * settings.features) / 10_000,
          note: 'the only look at the training images',
        },
        {
          phase: 'Training the generator',
          steps: settings.steps,
          weight: settings.steps * (0.01 + 0.025 * cost),
          note: 'post-processing: costs no privacy',
        },
        { phase: 'Making images', steps: settings.images, weight: settings.images / 15_000, note: 'post-processing' },
      ],
      memoryBytes:
        4 * settings.features * (pixels + 4 * settings.batch + 3 * dataset.classNames.length) +
        pixels * settings.images,
      notes: [],
    }
  },
  run,
}
