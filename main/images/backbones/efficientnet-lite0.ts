/**
 * EfficientNet-Lite0, trained on ImageNet (Tan and Le, "EfficientNet: rethinking model scaling for convolutional neural
 * networks", ICML 2019; the Lite variant by Google, 2020, has ReLU6 for swish and no squeeze-and-excitation). Features are
 * the 1280 channels after the head convolution, averaged over the picture; class probabilities come from the layer behind.
 *
 * As trained: RGB, (x − 127) / 128, 224 pixels, TensorFlow's SAME padding, batch normalisation with ε = 1e-3. Here pictures
 * are scaled to 112 pixels by default, a quarter of the work, which small pictures do not miss. Enlarging is bilinear;
 * reducing is bilinear with antialiasing (Parmar et al., "On aliased resizing and surprising subtleties in GAN evaluation",
 * CVPR 2022). Normalisation is folded into the convolutions, and the stem's three channels into one for gray pictures.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { LetheError } from '../../contract/errors.ts'
import { readTorchState, type TorchTensor } from '../../data/formats/torch-pickle.ts'
import { provisionFolder } from '../../resources.ts'
import { biasAdd, conv2d, depthwiseConv2d, resizeBilinear } from '../../tensor/kernels.ts'
import { call } from '../../tensor/native.ts'
import { tf } from '../../tensor/tf.ts'
import type { Features } from '../metrics/features.ts'
import { checkImages, nextBatch, type Backbone, type FeatureOptions, type ImageBatch } from './backbone.ts'

const title = 'EfficientNet-Lite0 (ImageNet)'
const featureLength = 1280
const classes = 1000
const normEpsilon = 1e-3
const weights = {
  file: 'efficientnet-lite0-57934424.pth',
  sha256: '579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db',
}

/** Stages of inverted residual blocks; the first block of a stage has its stride and changes the channels. */
const stages = [
  { blocks: 1, kernel: 3, stride: 1, expansion: 1, outputs: 16 },
  { blocks: 2, kernel: 3, stride: 2, expansion: 6, outputs: 24 },
  { blocks: 2, kernel: 5, stride: 2, expansion: 6, outputs: 40 },
  { blocks: 3, kernel: 3, stride: 2, expansion: 6, outputs: 80 },
  { blocks: 3, kernel: 5, stride: 1, expansion: 6, outputs: 112 },
  { blocks: 4, kernel: 5, stride: 2, expansion: 6, outputs: 192 },
  { blocks: 1, kernel: 3, stride: 1, expansion: 6, outputs: 320 },
]
const stemOutputs = 32
/** So many blocks still read pictures of a quarter or half the stem's size. */
const earlyBlocks = 4

export const efficientNetLite0: Backbone = {
  id: 'efficientnet-lite0',
  title,
  licence: 'Apache-2.0',
  featureLength,
  weights,
  caution:
    'Figures on EfficientNet-Lite0 features order sets as FID does, but they are not the published FID, inception score, precision or recall, and must not be compared with those.',
  async load({ weights: file, size = 112 } = {}) {
    if (!Number.isSafeInteger(size) || size < 32 || size > 512)
      throw new LetheError(
        'config-invalid',
        `size: expected 32 to 512 pixels, found ${size}`,
        'Leave it at 112 unless you know why.',
      )
    const { network, sha256 } = await readNetwork(file)
    const pass = (images: ImageBatch, options: FeatureOptions, probabilities: Float32Array | null) =>
      run(network, images, size, options, probabilities)
    return {
      title: `${title}, ${size} px`,
      weightsSha256: sha256,
      features: (images, options = {}) => pass(images, options, null),
      async classify(images, options = {}) {
        const data = new Float32Array(images.count * classes)
        const features = await pass(images, options, data)
        return { features, probabilities: { data, rows: images.count, columns: classes } }
      },
      dispose: () => tf.dispose([...network.tensors]),
    }
  },
}

/** A convolution with its normalisation folded in. */
type Convolution = { readonly filter: tf.Tensor; readonly bias: tf.Tensor }
type Block = {
  readonly expand: Convolution | null
  readonly depthwise: Convolution
  readonly project: Convolution
  readonly stride: number
  readonly residual: boolean
}
type Network = {
  readonly stem: Convolution
  readonly grayStem: Convolution
  readonly blocks: readonly Block[]
  readonly head: Convolution
  readonly classifier: Convolution
  /** All of the above, for freeing. */
  readonly tensors: readonly tf.Tensor[]
}

// ── Inference ──

async function run(
  network: Network,
  images: ImageBatch,
  size: number,
  options: FeatureOptions,
  probabilities: Float32Array | null,
): Promise<Features> {
  checkImages(images)
  const { data, count, height, width, channels } = images
  const features = new Float32Array(count * featureLength)
  // Few pictures at a time through the wide early blocks: beyond some 10 MB an activation is memory fetched anew from the
  // system, which costs more than the work. More at a time behind, where products with few rows would waste the processor.
  const part = Math.max(1, Math.floor(8 * (112 / size) ** 2))
  const batch = 4 * part
  const pixels = height * width * channels
  for (let start = 0; start < count; start += batch) {
    await nextBatch(options, start, count)
    const number = Math.min(batch, count - start)
    const values = new Float32Array(data.subarray(start * pixels, (start + number) * pixels))
    const [rows, chances] = tf.tidy(() => {
      const pictures = tf.tensor4d(values, [number, height, width, channels])
      const early: tf.Tensor[] = []
      for (let first = 0; first < number; first += part) {
        const some = tf.slice(pictures, first, Math.min(part, number - first))
        early.push(tf.tidy(() => throughBlocks(network, throughStem(network, scaled(some, size)), 0, earlyBlocks)))
      }
      const rows = pooled(network, throughBlocks(network, tf.concat(early), earlyBlocks))
      if (!probabilities) return [rows]
      return [
        rows,
        tf.softmax(biasAdd(tf.matMul(rows, network.classifier.filter), network.classifier.bias) as tf.Tensor2D),
      ]
    })
    features.set(rows.dataSync(), start * featureLength)
    if (chances) probabilities?.set(chances.dataSync(), start * classes)
    tf.dispose([rows, chances])
  }
  options.onProgress?.(count, count)
  return { data: features, rows: count, columns: featureLength }
}

/** [batch, size, size, channels]. */
function scaled(pictures: tf.Tensor, size: number): tf.Tensor {
  const [, height, width] = pictures.shape as [number, number, number, number]
  if (height <= size && width <= size) return resizeBilinear(pictures, [size, size], { halfPixelCenters: true })
  const target = tf.tensor1d([size, size], 'int32')
  const scale = tf.tensor1d([size / height, size / width])
  return call('ScaleAndTranslate', [pictures, target, scale, tf.zeros([2])], {
    kernel_type: 'triangle',
    antialias: true,
  })[0]!
}

/** Scaled pictures, normalised and halved in size. */
function throughStem(network: Network, pictures: tf.Tensor): tf.Tensor {
  const stem = pictures.shape[3] === 1 ? network.grayStem : network.stem
  return activated(conv2d(tf.div(tf.sub(pictures, 127), 128), stem.filter, { stride: 2 }), stem)
}

function throughBlocks(network: Network, x: tf.Tensor, start: number, end?: number): tf.Tensor {
  return network.blocks.slice(start, end).reduce(
    (input, { expand, depthwise, project, stride, residual }) =>
      tf.tidy(() => {
        const wide = expand ? activated(conv2d(input, expand.filter), expand) : input
        const deep = activated(depthwiseConv2d(wide, depthwise.filter, { stride }), depthwise)
        const narrow = biasAdd(conv2d(deep, project.filter), project.bias)
        return residual ? tf.add(narrow, input) : narrow
      }),
    x,
  )
}

/** The head's channels averaged over each picture: [batch, 1280]. */
function pooled(network: Network, x: tf.Tensor): tf.Tensor2D {
  return tf.mean(activated(conv2d(x, network.head.filter), network.head), [1, 2])
}

function activated(x: tf.Tensor, { bias }: Convolution): tf.Tensor {
  return tf.relu6(biasAdd(x, bias))
}

// ── Weights ──

async function readNetwork(file: string | undefined): Promise<{ network: Network; sha256: string }> {
  const at = file ?? path.join(provisionFolder(), 'backbones', weights.file)
  const bytes = await readFile(at).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause
    const hint = file ? 'Check the path.' : 'Run "npm run setup"; it provides the weights.'
    throw new LetheError('file-missing', `${at}: the weights of EfficientNet-Lite0 are not there`, hint, { cause })
  })
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (!file && sha256 !== weights.sha256) {
    const message = `${at}: expected SHA-256 ${weights.sha256}, found ${sha256}`
    throw new LetheError('file-malformed', message, 'Delete the file and run "npm run setup".')
  }
  return { network: buildNetwork(readTorchState(bytes, at), at), sha256 }
}

function buildNetwork(state: Map<string, TorchTensor>, file: string): Network {
  const values = (name: string, ...shape: number[]): Float32Array => {
    const tensor = state.get(name)
    if (tensor && String(tensor.shape) === String(shape) && tensor.data instanceof Float32Array) return tensor.data
    throw new LetheError(
      'file-malformed',
      `${file}: expected float32 '${name}' of shape [${shape.join(', ')}], found ${tensor ? `[${tensor.shape.join(', ')}]` : 'no such tensor'}`,
      'Give the weights of EfficientNet-Lite0 in their PyTorch layout.',
    )
  }
  const made: tf.Tensor[] = []
  const keep = (data: Float32Array, shape: number[]): tf.Tensor => {
    const tensor = tf.tensor(data, shape)
    made.push(tensor)
    return tensor
  }
  /** PyTorch's [outputs, inputs, height, width] as TensorFlow's [height, width, inputs, outputs], normalisation folded in. */
  const folded = (
    name: string,
    norm: string,
    outputs: number,
    inputs: number,
    kernel: number,
    gray = false,
  ): Convolution => {
    const source = values(`${name}.weight`, outputs, inputs, kernel, kernel)
    const [gamma, beta, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map((part) =>
      values(`${norm}.${part}`, outputs),
    ) as [Float32Array, Float32Array, Float32Array, Float32Array]
    const area = kernel * kernel
    const planes = gray ? 1 : inputs
    const filter = new Float32Array(source.length / (gray ? inputs : 1))
    const bias = new Float32Array(outputs)
    for (let out = 0; out < outputs; out++) {
      const scale = gamma[out]! / Math.sqrt(variance[out]! + normEpsilon)
      bias[out] = beta[out]! - mean[out]! * scale
      for (let input = 0; input < inputs; input++) {
        const plane = gray ? 0 : input
        for (let i = 0; i < area; i++)
          filter[(i * planes + plane) * outputs + out]! += source[(out * inputs + input) * area + i]! * scale
      }
    }
    return { filter: keep(filter, [kernel, kernel, planes, outputs]), bias: keep(bias, [outputs]) }
  }
  /** Depthwise filters have one input each; TensorFlow wants [height, width, channels, 1], the same order of values. */
  const foldedDepthwise = (name: string, norm: string, channels: number, kernel: number): Convolution => {
    const { filter, bias } = folded(name, norm, channels, 1, kernel)
    const reshaped = tf.reshape(filter, [kernel, kernel, channels, 1])
    made.push(reshaped)
    return { filter: reshaped, bias }
  }
  try {
    const stem = folded('_conv_stem', '_bn0', stemOutputs, 3, 3)
    const grayStem = folded('_conv_stem', '_bn0', stemOutputs, 3, 3, true)
    let inputs = stemOutputs
    let number = 0
    const blocks: Block[] = []
    for (const { blocks: count, kernel, stride, expansion, outputs } of stages) {
      for (let i = 0; i < count; i++) {
        const name = `_blocks.${number++}`
        const wide = inputs * expansion
        blocks.push({
          expand: expansion > 1 ? folded(`${name}._expand_conv`, `${name}._bn0`, wide, inputs, 1) : null,
          depthwise: foldedDepthwise(`${name}._depthwise_conv`, `${name}._bn1`, wide, kernel),
          project: folded(`${name}._project_conv`, `${name}._bn2`, outputs, wide, 1),
          stride: i === 0 ? stride : 1,
          residual: i > 0,
        })
        inputs = outputs
      }
    }
    const classifier = values('_fc.weight', classes, featureLength)
    const transposed = new Float32Array(classifier.length)
    for (let out = 0; out < classes; out++)
      for (let input = 0; input < featureLength; input++)
        transposed[input * classes + out] = classifier[out * featureLength + input]!
    return {
      stem,
      grayStem,
      blocks,
      head: folded('_conv_head', '_bn1', featureLength, inputs, 1),
      classifier: {
        filter: keep(transposed, [featureLength, classes]),
        bias: keep(values('_fc.bias', classes).slice(), [classes]),
      },
      tensors: made,
    }
  } catch (error) {
    tf.dispose(made)
    throw error
  }
}
