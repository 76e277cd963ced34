import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { JobEvent, RunContext } from '../contract/job.ts'
import { openData } from '../data/catalogue.ts'
import { rootStream } from '../math/random.ts'
import { loadBackend } from '../tensor/backend.ts'
import { tf } from '../tensor/tf.ts'
import { smallProject, type SmallProject } from '../testing/small-project.ts'
import type { ImageSet } from './method.ts'
import { balancedLoss } from './methods/dp-merf.ts'
import { describeMethod, methodOf, methods, type AnyMethod } from './methods.ts'

/** Every method of the registry keeps the promises of `method.ts`. Small settings are its own `tiny` preset, cut further. */
let small: SmallProject
beforeAll(async () => {
  await loadBackend()
  small = await smallProject(600)
})
afterAll(() => small.remove())

const tiny: Record<string, Record<string, unknown>> = {
  'dp-merf': { features: 64, featuresPerStep: 32, steps: 6, batch: 20, images: 40 },
}

async function contextOf(
  checkpoint: RunContext['checkpoint'] = null,
  signal = new AbortController().signal,
): Promise<RunContext & { releases: string[] }> {
  const releases: string[] = []
  const root = rootStream(11)
  return {
    run: 'test',
    signal,
    mode: 'research',
    stream: (name) => root.fork(name),
    data: await openData(small.folder, 'digits'),
    mechanisms: {
      // Small noise and no ledger: here only what is asked of the mechanisms counts.
      async gaussian(stage, compute) {
        releases.push(stage)
        const noise = rootStream(12).fork(stage)
        return (await compute()).map((value) => value + 0.01 * noise.normal())
      },
      reportNoisyMax: () => Promise.reject(new Error('not for methods')),
      noisyCount: () => Promise.reject(new Error('not for methods')),
      nonPrivateRead: () => Promise.reject(new Error('a method may not read without noise')),
    },
    checkpoint,
    cache: { read: () => Promise.resolve(null), write: () => Promise.resolve() },
    artifact: () => Promise.resolve(null),
    releases,
  }
}

async function drain(running: AsyncGenerator<JobEvent, ImageSet>): Promise<{ events: JobEvent[]; images: ImageSet }> {
  const events: JobEvent[] = []
  for (;;) {
    const next = await running.next()
    if (next.done) return { events, images: next.value }
    events.push(next.value)
  }
}

for (const method of methods as unknown as readonly AnyMethod[]) {
  describe(method.title, () => {
    const config = () => method.config.parse({ ...method.presets.tiny, ...tiny[method.id] })

    test('describes every field, and every preset fits', () => {
      const schema = describeMethod(method).configSchema as {
        properties: Record<string, { description?: string; default?: unknown; type?: string; enum?: unknown[] }>
      }
      for (const [field, { type, enum: choices }] of Object.entries(schema.properties))
        expect(choices ? 'choice' : type, `${field} has a control in the window's form`).toMatch(
          /^(choice|integer|number|boolean)$/,
        )
      for (const [field, { description }] of Object.entries(schema.properties)) expect(description, field).toBeTruthy()
      for (const preset of Object.values(method.presets)) expect(() => method.config.parse(preset)).not.toThrow()
      expect(method.config.safeParse({ unknown: 1 }).success).toBe(false)
      expect(z.toJSONSchema(method.config, { io: 'input' })).toBeTruthy()
    })

    test('releases exactly what its plan declares', async () => {
      const context = await contextOf()
      await drain(method.run(context, config()))
      const { stages } = method.plan(config(), context.data.dataset, { epsilon: 1, delta: 1e-5 })
      expect(context.releases).toEqual(stages.map((stage) => stage.id))
      for (const stage of stages) expect(stage.sensitivity).toBeGreaterThan(0)
    })

    test('makes the images asked for, in equal classes, the same ones every time, and leaves no tensor behind', async () => {
      const { images: first } = await drain(method.run(await contextOf(), config()))
      const before = tf.memory().numTensors
      const { images: second } = await drain(method.run(await contextOf(), config()))
      expect(tf.memory().numTensors).toBe(before)
      expect(second).toEqual(first)
      expect(first).toMatchObject({ height: 28, width: 28, channels: 1 })
      expect(first.images.length).toBe(first.count * 784)
      expect(new Set(first.labels).size).toBe(10)
      expect(new Set(first.images).size).toBeGreaterThan(20)
    })

    test('goes on from its checkpoint to the same images', async () => {
      const { events, images } = await drain(method.run(await contextOf(), { ...config(), steps: 250 }))
      const checkpoint = events.find((event) => event.kind === 'checkpoint')
      if (checkpoint?.kind !== 'checkpoint') throw new Error('no checkpoint was made')
      expect(checkpoint.checkpoint.step).toBeLessThan(250)
      const resumed = await drain(method.run(await contextOf(checkpoint.checkpoint), { ...config(), steps: 250 }))
      expect(resumed.images).toEqual(images)
    })

    test('stopped after any step it frees everything', async () => {
      await drain(method.run(await contextOf(), config()))
      const before = tf.memory().numTensors
      const running = method.run(await contextOf(), config())
      for (let pulls = 0; pulls < 5; pulls++) await running.next()
      await running.return(undefined as never)
      expect(tf.memory().numTensors).toBe(before)
    })
  })
}

test('an unknown method is named in the error', () => {
  expect(() => methodOf('dp-nothing')).toThrow(/dp-nothing.*known: dp-merf/)
})

describe('DP-MERF', () => {
  test('the published variant runs, and pays for the replace-one bound', async () => {
    const method = methodOf('dp-merf')
    const config = method.config.parse({ ...tiny['dp-merf'], variant: 'published' })
    const context = await contextOf()
    expect((await drain(method.run(context, config))).images.count).toBe(40)
    const [stage] = method.plan(config, context.data.dataset, { epsilon: 1, delta: 1e-5 }).stages
    expect(stage!.sensitivity).toBe(2)
    const [other] = method.plan(
      method.config.parse({}),
      { ...context.data.dataset, relation: 'replace-one' },
      { epsilon: 1, delta: 1e-5 },
    ).stages
    expect(other!.sensitivity).toBe(2)
  })

  test('what could not be made is refused by the plan, before anything is charged', async () => {
    const method = methodOf('dp-merf')
    const { dataset } = (await contextOf()).data
    const target = { epsilon: 1, delta: 1e-5 }
    const plan = (change: object) => () => method.plan(method.config.parse({}), { ...dataset, ...change }, target)
    expect(plan({ height: 30, width: 30 })).toThrow(/multiple of 4, found 30 × 30/)
    expect(plan({ classNames: ['all'] })).toThrow(/2 to 256 classes/)
    await expect(
      small.lab.createSynthesis({
        method: 'dp-merf',
        data: 'digits',
        epsilon: 1,
        set: { features: 100_000, images: 1_000_000_000 },
      }),
    ).rejects.toMatchObject({ code: 'config-invalid' })
  })

  test('the hand-written gradient is that of the loss', () => {
    const stream = rootStream(21)
    const random = (rows: number, columns: number) =>
      tf.tensor2d(
        Float32Array.from({ length: rows * columns }, () => stream.normal()),
        [rows, columns],
      )
    const [classes, each, pixels, width] = [3, 4, 5, 7]
    const block = { transposed: random(pixels, width), target: random(classes, 2 * width) }
    const images = random(classes * each, pixels)
    const plain = (x: tf.Tensor): tf.Scalar => {
      const projected = tf.matMul(x, block.transposed)
      const features = tf.reshape(tf.concat([tf.cos(projected), tf.sin(projected)], 1), [classes, each, 2 * width])
      const sum = tf.sum(features, 1)
      // All pairs of different images of a class, written out: (‖Σφ‖² − Σ‖φ‖²) / (n(n−1)), and ‖[cos, sin]‖² = width.
      const pairs = tf.sub(tf.sum(tf.square(sum)), classes * each * width)
      const cross = tf.sum(tf.mul(tf.div(sum, each), block.target))
      return tf.div<tf.Scalar>(
        tf.add(tf.sub(tf.div(pairs, each * (each - 1)), tf.mul(cross, 2)), tf.sum(tf.square(block.target))),
        width,
      )
    }
    const expected = tf.valueAndGrad(plain)(images)
    const found = tf.valueAndGrad((x) => balancedLoss(x as tf.Tensor2D, block))(images)
    const difference = tf.max(tf.abs(tf.sub(expected.grad, found.grad))).dataSync()[0]!
    expect(difference).toBeLessThan(1e-5)
    // The diagonal that the loss leaves in is constant: classes · n · width / (n (n−1)) / width.
    expect(found.value.dataSync()[0]! - expected.value.dataSync()[0]!).toBeCloseTo(classes / (each - 1), 4)
  })

  test('one record moves the released sum by at most its sensitivity', async () => {
    const method = methodOf('dp-merf')
    const config = method.config.parse(tiny['dp-merf'])
    const release = async (change: (images: Uint8Array, labels: Uint8Array) => void): Promise<Float64Array> => {
      const context = await contextOf()
      const train = await context.data.split('train')
      const images = Uint8Array.from(train.images)
      const labels = Uint8Array.from(train.labels)
      change(images, labels)
      const data = { ...context.data, split: () => Promise.resolve({ count: train.count, images, labels }) }
      let exact = new Float64Array(0)
      const gaussian = async (_stage: string, compute: () => Promise<Float64Array>) =>
        (exact = Float64Array.from(await compute()))
      await drain(method.run({ ...context, data, mechanisms: { ...context.mechanisms, gaussian } }, config))
      return exact
    }
    const distance = (a: Float64Array, b: Float64Array): number =>
      Math.sqrt(a.reduce((sum, value, index) => sum + (value - b[index]!) ** 2, 0))
    const base = await release(() => undefined)
    // Replacing one record by any other moves the sum by at most twice the norm of one contribution.
    const draw = rootStream(3).fork('records')
    for (let trial = 0; trial < 5; trial++) {
      const other = await release((images, labels) => {
        const record = draw.integer(labels.length)
        for (let pixel = 0; pixel < 784; pixel++) images[record * 784 + pixel] = trial === 0 ? 255 : draw.integer(256)
        labels[record] = (labels[record]! + trial) % 10
      })
      expect(distance(base, other)).toBeLessThanOrEqual(2)
      if (trial > 0) expect(distance(base, other)).toBeGreaterThan(1.2)
    }
  })
})
