/**
 * The job "make a private synthetic set": a method makes the images, the protocol measures what they are worth, metrics say how
 * close they look. In release mode only what is private is computed at all.
 */
import { z } from 'zod'
import type { Dataset } from '../contract/dataset.ts'
import type { Checkpoint, Job, JobEvent, Outcome, RunContext } from '../contract/job.ts'
import { privacyModeSchema } from '../contract/privacy.ts'
import { encodeGrid } from '../data/formats/png.ts'
import { encodeNpz } from '../data/formats/npz.ts'
import { loadBackend } from '../tensor/backend.ts'
import { readSafetensors, writeSafetensors } from '../tensor/safetensors.ts'
import { measureFidelity, fidelitySteps, type Fidelity } from './fidelity.ts'
import type { ImageSet } from './method.ts'
import { methodOf } from './methods.ts'
import { measureUtility, protocolStages, protocolSteps, type Utility } from './protocol.ts'

export const synthesizeConfigSchema = z.strictObject({
  method: z.string().describe('id of the method'),
  data: z.string().describe('id of the data set'),
  epsilon: z.number().positive().max(1e4).describe('target epsilon of the run'),
  delta: z.number().positive().lt(1).describe('delta, by default that of the data set'),
  seed: z
    .number()
    .int()
    .nonnegative()
    .default(1)
    .describe('root of all randomness; in release mode of all but the noise'),
  mode: privacyModeSchema
    .default('research')
    .describe('research: reproducible, not for release; release: noise from the operating system'),
  preset: z.enum(['desk', 'paper', 'tiny']).default('desk'),
  score: z.boolean().default(true).describe('measure utility and fidelity'),
  parameters: z.record(z.string(), z.unknown()).describe("the method's own configuration"),
})
export type SynthesizeConfig = z.infer<typeof synthesizeConfigSchema>

/** The method's last checkpoint is kept beside ours until its images are made. */
const imagesPart = 'synthetic.safetensors'

async function* run(context: RunContext, config: SynthesizeConfig): AsyncGenerator<JobEvent, Outcome> {
  await loadBackend()
  const method = methodOf(config.method)
  const parameters = method.config.parse(config.parameters)
  const saved = context.checkpoint?.parts ?? {}
  let step = context.checkpoint?.step ?? 0

  let synthetic: ImageSet
  if (saved[imagesPart]) {
    synthetic = unpack(saved[imagesPart], context.data.dataset)
  } else {
    const making = method.run(context, parameters)
    for (;;) {
      const next = await making.next()
      if (next.done) {
        synthetic = next.value
        break
      }
      if (next.value.kind === 'checkpoint') step = next.value.checkpoint.step
      yield next.value
    }
    yield* keepImages(synthetic, context.data.dataset)
  }
  const packed = pack(synthetic)
  const checkpoint = (parts: Record<string, Uint8Array>): JobEvent => ({
    kind: 'checkpoint',
    checkpoint: { step: ++step, state: {}, parts: { [imagesPart]: packed, ...parts } } satisfies Checkpoint,
  })
  if (!saved[imagesPart]) yield checkpoint({})

  let utility: Utility | null = null
  let fidelity: Fidelity | null = null
  if (config.score) {
    utility = yield* measureUtility(context, synthetic, checkpoint, saved)
    if (context.mode === 'research') fidelity = yield* measureFidelity(context, synthetic)
  }
  return {
    method: method.id,
    images: synthetic.count,
    file: 'artifacts/synthetic.npz',
    ...(utility ?? {}),
    ...(fidelity ? { fidelity } : {}),
  }
}

/** The set as a file other tools read, and a picture of it. */
async function* keepImages(set: ImageSet, dataset: Dataset): AsyncGenerator<JobEvent, void> {
  const { count, height, width, images, labels } = set
  const channels = set.channels as 1 | 3
  yield {
    kind: 'artifact',
    name: 'synthetic.npz',
    bytes: await encodeNpz({
      images: { dtype: 'uint8', shape: [count, height, width, channels], data: images },
      labels: { dtype: 'uint8', shape: [count], data: labels },
    }),
  }
  const columns = Math.min(10, dataset.classNames.length)
  const byClass = Array.from({ length: columns }, () => [] as number[])
  for (let index = 0; index < count && byClass.some((row) => row.length < 10); index++)
    byClass[labels[index]!]?.push(index)
  const shown = byClass.flatMap((row) => row.slice(0, 10))
  const pixels = height * width * channels
  const grid = new Uint8Array(shown.length * pixels)
  shown.forEach((index, place) => grid.set(images.subarray(index * pixels, (index + 1) * pixels), place * pixels))
  const png = encodeGrid(grid, { count: shown.length, height, width, channels }, { columns: 10, gap: 2, background: 0 })
  yield { kind: 'artifact', name: 'samples-final.png', bytes: png }
}

const pack = (set: ImageSet): Uint8Array =>
  writeSafetensors(
    new Map([
      [
        'images',
        {
          dtype: 'U8',
          shape: [set.count, set.height, set.width, set.channels],
          data: set.images as Uint8Array<ArrayBuffer>,
        },
      ],
      ['labels', { dtype: 'U8', shape: [set.count], data: set.labels as Uint8Array<ArrayBuffer> }],
    ]),
  )

function unpack(bytes: Uint8Array, { height, width, channels }: Dataset): ImageSet {
  const { tensors } = readSafetensors(bytes, imagesPart)
  const images = tensors.get('images')!.data as Uint8Array
  const labels = tensors.get('labels')!.data as Uint8Array
  return { count: labels.length, height, width, channels, images, labels }
}

export const synthesizeJob: Job<SynthesizeConfig> = {
  kind: 'images.synthesize',
  subject: 'images',
  config: synthesizeConfigSchema,
  title: (config, { dataset }) => `${methodOf(config.method).title} on ${dataset.name}, ε = ${config.epsilon}`,
  data: (config) => config.data,
  seed: (config) => config.seed,
  mode: (config) => config.mode,
  plan(config, { dataset }) {
    const method = methodOf(config.method)
    const parameters = method.config.parse(config.parameters)
    const target = { epsilon: config.epsilon, delta: config.delta }
    const own = method.plan(parameters, dataset, target)
    const research = config.mode === 'research'
    const count = Number(parameters['images'] ?? 60_000)
    const train = dataset.splits.train?.count ?? 0
    const scored = config.score
      ? [
          ...protocolSteps(count, 'synthetic'),
          ...(research ? [...protocolSteps(train, 'reference'), ...fidelitySteps(count, train)] : []),
        ]
      : []
    return {
      steps: [...own.steps, ...scored],
      memoryBytes: own.memoryBytes,
      privacy: {
        targetEpsilon: target.epsilon,
        delta: target.delta,
        stages: [...own.stages, ...(config.score ? protocolStages(target.epsilon) : [])],
      },
      nonPrivateReads:
        config.score && research
          ? [
              'accuracy on the test images',
              'reference line trained on the real images',
              'Fréchet distance, precision and recall against training images',
            ]
          : [],
    }
  },
  run,
}
