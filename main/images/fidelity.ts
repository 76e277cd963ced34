/**
 * How close synthetic images look to real ones, on the features of a named backbone. All of it reads private data without
 * noise, hence research mode only, logged, and never in a release.
 */
import type { JobEvent, RunContext } from '../contract/job.ts'
import { rootStream } from '../math/random.ts'
import type { Plan } from '../contract/run.ts'
import type { LoadedBackbone } from './backbones/backbone.ts'
import { backboneOf } from './backbones/index.ts'
import type { ImageSet } from './method.ts'
import type { Features } from './metrics/features.ts'
import { scoreFeatures } from './metrics/score-features.ts'

export interface Fidelity {
  readonly backbone: string
  readonly images: number
  readonly frechet: number
  readonly precision: number
  readonly recall: number
  readonly kid: number
}

const backboneId = 'efficientnet-lite0'
const sideCount = 10_000
const phases = {
  real: 'Features of real images',
  synthetic: 'Features of synthetic images',
  compare: 'Comparing features',
} as const

const metricNames = {
  frechet: 'Fréchet distance',
  precision: 'precision',
  recall: 'recall',
  kid: 'kernel distance',
} as const

export function fidelitySteps(synthetic: number, real: number): Plan['steps'] {
  const side = Math.min(sideCount, synthetic, real)
  return [
    { phase: phases.synthetic, steps: side, weight: side / 330 + 0.1, note: 'at most 10,000 images' },
    {
      phase: phases.real,
      steps: side,
      weight: side / 330 + 0.1,
      note: 'not private; kept for the next run on this data',
    },
    {
      phase: phases.compare,
      steps: 1,
      weight: 8,
      note: 'Fréchet distance, precision and recall (k = 3), kernel distance',
    },
  ]
}

export type Pixels = Pick<ImageSet, 'count' | 'height' | 'width' | 'channels' | 'images'>

export async function* extractFeatures(
  backbone: LoadedBackbone,
  set: Pixels,
  phase: string,
): AsyncGenerator<JobEvent, Features> {
  const pixels = set.height * set.width * set.channels
  const { height, width, channels } = set
  const parts: Features[] = []
  const batch = 100
  for (let start = 0; start < set.count; start += batch) {
    const count = Math.min(batch, set.count - start)
    parts.push(
      await backbone.features({
        data: set.images.subarray(start * pixels, (start + count) * pixels),
        count,
        height,
        width,
        channels,
      }),
    )
    yield { kind: 'progress', phase, step: start + count, totalSteps: set.count }
  }
  const columns = parts[0]?.columns ?? 0
  const data = new Float32Array(set.count * columns)
  parts.reduce((at, part) => (data.set(part.data, at), at + part.data.length), 0)
  return { data, rows: set.count, columns }
}

export const fidelityBackbone = (): Promise<LoadedBackbone> => backboneOf(backboneId).load()

/** `count` of the images, chosen by a fixed stream. */
function choose(set: Pixels, count: number, name: string): Pixels {
  if (count >= set.count) return set
  const pixels = set.height * set.width * set.channels
  const chosen = rootStream(0).fork(`fidelity/${name}`).permutation(set.count).subarray(0, count)
  const images = new Uint8Array(count * pixels)
  chosen.forEach((index, place) =>
    images.set(set.images.subarray(index * pixels, (index + 1) * pixels), place * pixels),
  )
  return { ...set, count, images }
}

export async function* measureFidelity(context: RunContext, synthetic: ImageSet): AsyncGenerator<JobEvent, Fidelity> {
  const { dataset } = context.data
  await context.mechanisms.nonPrivateRead(
    'Fréchet distance, precision, recall and kernel distance against training images',
    'train',
  )
  const train = await context.data.split('train')
  const count = Math.min(sideCount, synthetic.count, train.count)
  const backbone = await fidelityBackbone()
  try {
    const fake = yield* extractFeatures(backbone, choose(synthetic, count, 'synthetic'), phases.synthetic)
    const key = `features-${backboneId}-${count}-${context.data.hash}.f32`
    const cached = await context.cache.read(key)
    let real: Features
    if (cached?.length === count * fake.columns * 4) {
      real = { data: new Float32Array(Uint8Array.from(cached).buffer), rows: count, columns: fake.columns }
    } else {
      const { height, width, channels } = dataset
      real = yield* extractFeatures(
        backbone,
        choose({ height, width, channels, count: train.count, images: train.images }, count, 'real'),
        phases.real,
      )
      await context.cache.write(key, new Uint8Array(real.data.buffer, real.data.byteOffset, real.data.byteLength))
    }
    yield { kind: 'progress', phase: phases.compare, step: 0, totalSteps: 1 }
    const scores = await scoreFeatures(real, fake, { signal: context.signal })
    for (const [id, name] of Object.entries(metricNames))
      yield { kind: 'metric', name, step: 0, value: scores[id as keyof typeof scores], private: false }
    yield { kind: 'progress', phase: phases.compare, step: 1, totalSteps: 1 }
    return { backbone: backbone.title, images: count, ...scores }
  } finally {
    backbone.dispose()
  }
}
