import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { buildSync } from 'esbuild'
import { beforeAll, describe, expect, test } from 'vitest'
import { deviceMemory } from './backend.ts'

/** One engine lives in a process for good, so each case runs in a process of its own, from a bundle as the application does. */
const bundle = path.join(__dirname, '../../build/test/backend-probe.cjs')

beforeAll(() => {
  buildSync({
    stdin: { contents: probe, resolveDir: __dirname, loader: 'ts' },
    bundle: true,
    platform: 'node',
    target: 'node16',
    format: 'cjs',
    packages: 'external',
    outfile: bundle,
    logLevel: 'error',
  })
})

/** Loads the backend with the options it is given, trains if asked to, and prints what came of it. */
const probe = `
import { createHash } from 'node:crypto'
import { toErrorRecord } from '../contract/errors.ts'
import { rootStream } from '../math/random.ts'
import { loadBackend } from './backend.ts'
import { relu, statelessInteger, statelessNormal } from './kernels.ts'
import { batchNorm, convReluPool, crossEntropy, dense, dropout, initialConv2d, initialDense, initialNorm, initialStatistics } from './layers.ts'
import { adam, update, valueAndGradients } from './optimiser.ts'
import { encodeParameters } from './safetensors.ts'
import { tf } from './tf.ts'

async function main() {
  const { train, ...options } = JSON.parse(process.argv[2]!)
  const [backend, again] = await Promise.all([loadBackend(options), loadBackend(options)])
  if (backend !== again) throw new Error('loaded twice')
  return { backend, hash: train === undefined ? null : weights(train), environment: process.env.TF_NUM_INTRAOP_THREADS }
}

function weights(seed: number): string {
  const stream = rootStream(seed)
  const parameters = {
    ...initialConv2d(stream, 'c1', 5, 1, 16), ...initialConv2d(stream, 'c2', 3, 16, 32), ...initialNorm('n', 64),
    ...initialDense(stream, 'd1', 7 * 7 * 32, 64), ...initialDense(stream, 'd2', 64, 10),
  }
  const statistics = initialStatistics('n', 64)
  const optimiser = adam(parameters)
  for (let i = 0; i < 20; i++) tf.tidy(() => {
    const x = statelessNormal([64, 28, 28, 1], stream.key())
    const labels = statelessInteger([64], stream.key(), 0, 10)
    const { gradients } = valueAndGradients(() => {
      const picture = convReluPool(parameters, 'c2', convReluPool(parameters, 'c1', x))
      const hidden = batchNorm(parameters, 'n', dense(parameters, 'd1', tf.reshape(picture, [64, -1])), { statistics, training: true })
      return crossEntropy(dense(parameters, 'd2', dropout(relu(hidden), 0.2, stream)), labels)
    }, parameters)
    update(optimiser, parameters, gradients, 1e-3)
  })
  return createHash('sha256').update(encodeParameters({ ...parameters, ...statistics })).digest('hex')
}

main().catch((error) => ({ error: toErrorRecord(error) })).then((result) => process.stdout.write(JSON.stringify(result)))
`

interface Answer {
  readonly backend?: Record<string, unknown>
  readonly hash?: string
  readonly environment?: string
  readonly error?: { code: string; message: string; hint: string }
}

const ask = (options: object, environment: Record<string, string> = {}): Answer =>
  JSON.parse(
    execFileSync(process.execPath, [bundle, JSON.stringify(options)], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    }),
  )

describe('choice', () => {
  test('the processor', () => {
    const { backend, environment } = ask({ device: 'cpu', threads: 1 }, { TF_NUM_INTRAOP_THREADS: '7' })
    expect(backend).toMatchObject({ name: 'tensorflow-cpu', threads: 1, deterministic: true })
    expect(backend!.library).toMatch(/^2\.\d+\.\d+/)
    expect(environment).toBe('1')
    expect(ask({}, { TF_NUM_INTRAOP_THREADS: '3' })).toMatchObject({ backend: { threads: 3 }, environment: '3' })
  })
  test('a graphics card that is not there is refused with advice', async () => {
    const { error, backend } = ask({ device: 'gpu' })
    if (await deviceMemory()) return void expect(error?.code ?? backend!.name).toMatch(/backend-missing|tensorflow-gpu/)
    expect(error).toMatchObject({ code: 'backend-missing' })
    expect(error!.hint).toContain('"cpu"')
  })
  test('plain JavaScript only when asked for, and without native kernels', () => {
    expect(ask({ allowJavaScript: true }).backend).toMatchObject({ name: 'javascript', threads: 1 })
    expect(ask({ allowJavaScript: true, train: 1 }).error).toMatchObject({ code: 'backend-missing' })
  })
  test('a wrong number of threads is refused', () => {
    for (const threads of [0, 1.5, -2]) expect(ask({ threads }).error?.message).toContain('threads: expected')
  })
})

test('training gives the same bits in every process, and other bits for another seed', () => {
  const options = { device: 'cpu', threads: 2, train: 5 }
  const [first, second, other] = [ask(options), ask(options), ask({ ...options, train: 6 })]
  expect(first.hash).toMatch(/^[0-9a-f]{64}$/)
  expect(second.hash).toBe(first.hash)
  expect(other.hash).not.toBe(first.hash)
})
