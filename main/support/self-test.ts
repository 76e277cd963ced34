/** Does what is installed compute and keep what it should? Small trials, each with what was found; nothing of the user's is read. */
import { createHash, randomBytes } from 'node:crypto'
import { promises as fs } from 'node:fs'
import path from 'node:path'
import type { Check } from '../contract/calls/lab.ts'
import { writeAtomic } from '../files/atomic.ts'
import { rootStream } from '../math/random.ts'
import { releaseNoise, researchNoise } from '../privacy/noise.ts'

/** `project` undefined: without the trial of its disk. `engine`: TensorFlow is loaded and multiplies. */
export async function selfTest(options: { readonly project?: string; readonly engine: boolean }): Promise<Check[]> {
  const trials = [
    trial(
      'noise',
      'Noise for release',
      tryReleaseNoise,
      'The system’s generator is not to be trusted: release nothing.',
    ),
    trial(
      'seeds',
      'Same seed, same noise',
      trySeeds,
      'Runs cannot be repeated on this machine. Tell whoever looks after Lethe here.',
    ),
  ]
  if (options.engine) trials.push(trial('product', 'Product of matrices', tryEngine, 'Run: npm run setup'))
  const { project } = options
  if (project !== undefined)
    trials.push(
      trial(
        'write',
        'Writing',
        () => tryDisk(project),
        'Look at the disk; until then nothing of worth should be made here.',
      ),
    )
  return Promise.all(trials)
}

/** `probe` gives what it found, and throws what is wrong. */
async function trial(id: string, title: string, probe: () => string | Promise<string>, hint: string): Promise<Check> {
  try {
    return { id, title, sign: 'good', found: await probe(), hint: '' }
  } catch (error) {
    return { id, title, sign: 'bad', found: (error as Error).message, hint }
  }
}

/** Normals of the system's generator: their mean and variance within six standard errors, and never the same twice. */
function tryReleaseNoise(): string {
  const count = 20_000
  const values = releaseNoise().gaussian(count)
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1)
  const found = `mean ${mean.toFixed(3)}, variance ${variance.toFixed(3)} of ${count.toLocaleString('en')} draws`
  if (!(Math.abs(mean) < 6 / Math.sqrt(count) && Math.abs(variance - 1) < 6 * Math.sqrt(2 / count)))
    throw new Error(`${found}: not standard normal`)
  if (releaseNoise().gaussian(1)[0] === values[0]) throw new Error('two sources gave the same first draw')
  return found
}

/** SHA-256 of a thousand seeded normals, as every machine must have it. */
const seededHash = '4c39a1e5b571a107cf07b81895554c3b5f3d8e92e4c2cba32dfc05588118791d'

function trySeeds(): string {
  const values = researchNoise(rootStream(1).fork('self-test')).gaussian(1000)
  const hash = createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex')
  if (hash !== seededHash) throw new Error(`hash ${hash.slice(0, 12)}…, expected ${seededHash.slice(0, 12)}…`)
  return `1,000 draws as expected, ${hash.slice(0, 12)}…`
}

async function tryEngine(): Promise<string> {
  const { loadBackend } = await import('../tensor/backend.ts')
  const { tf } = await import('../tensor/tf.ts')
  const { name } = await loadBackend()
  const size = 64
  const stream = rootStream(1).fork('product')
  const [left, right] = [0, 1].map(() => Float32Array.from({ length: size * size }, () => 2 * stream.uniform() - 1))
  const product = tf.tidy(() =>
    tf.matMul(tf.tensor2d(left!, [size, size]), tf.tensor2d(right!, [size, size])).dataSync(),
  )
  let largest = 0
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      let sum = 0
      for (let k = 0; k < size; k++) sum += left![row * size + k]! * right![k * size + column]!
      largest = Math.max(largest, Math.abs(sum - product[row * size + column]!))
    }
  const found = `${name}: ${size} × ${size} differ from plain sums by at most ${largest.toExponential(1)}`
  if (!(largest < 1e-4)) throw new Error(found)
  return found
}

/** As results are kept: written beside, flushed, renamed; read again; removed. */
async function tryDisk(project: string): Promise<string> {
  const file = path.join(project, `.self-test-${process.pid}-${randomBytes(4).toString('hex')}`)
  const bytes = randomBytes(1 << 20)
  try {
    await writeAtomic(file, bytes)
    if (!bytes.equals(await fs.readFile(file))) throw new Error('what was read is not what was written')
  } finally {
    await fs.rm(file, { force: true })
  }
  return '1 MiB written, flushed, renamed and read back'
}
