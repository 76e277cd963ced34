import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Features } from '../main/images/metrics/features.ts'
import { fitGaussian, frechetBetween, frechetDistance } from '../main/images/metrics/frechet.ts'
import { rootStream } from '../main/math/random.ts'
import { loadBackend } from '../main/tensor/backend.ts'
import { statelessNormal } from '../main/tensor/kernels.ts'
import { tf } from '../main/tensor/tf.ts'
import { milliseconds, paired, startPeer } from './harness.ts'

/**
 * The Fréchet distance of two sets of 10,000 × 2048 features, whole and in its parts, beside NumPy's covariances and the two
 * symmetric eigendecompositions of SciPy or PyTorch, whichever is faster here. Both sides read the same features.
 */
const rows = 10_000
const columns = 2048

async function main(): Promise<void> {
  await loadBackend()
  const [real, fake] = [makeFeatures(1, 0.1, 0.4), makeFeatures(2, 0.11, 0.42)]
  const folder = mkdtempSync(path.join(tmpdir(), 'lethe-bench-'))
  try {
    const files = [real, fake].map(({ data }, i) => {
      const file = path.join(folder, `${i}.f32`)
      writeFileSync(file, new Uint8Array(data.buffer))
      return file
    })
    const peer = await startPeer('NumPy covariance, two symmetric eigendecompositions', 'frechet.py', [
      ...files,
      String(columns),
    ])
    if (peer) {
      const [ours, theirs] = [frechetDistance(real, fake), await peer.measure('value')]
      if (!(Math.abs(ours / theirs - 1) < 1e-6)) throw new Error(`frechet: expected ${theirs}, found ${ours}`)
    }
    const [a, b] = [fitGaussian(real), fitGaussian(fake)]
    const figures: Record<string, () => void> = {
      'fit a Gaussian': () => fitGaussian(real),
      'distance of fitted Gaussians': () => frechetBetween(a, b),
      whole: () => frechetDistance(real, fake),
    }
    for (const [figure, work] of Object.entries(figures))
      await paired({ name: 'frechet', figure, unit: 'ms', lethe: () => milliseconds(work), peer, rounds: 3, warmUp: 1 })
    peer?.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Correlated, rectified, with a falling spectrum, as pooled activations are. */
function makeFeatures(seed: number, spread: number, shift: number): Features {
  const mixing = rootStream(0)
  const stream = rootStream(seed)
  const values = tf.tidy(() => {
    const falling = tf.rsqrt(tf.range(1, columns + 1))
    const mixed = tf.matMul(statelessNormal([columns, columns], mixing.key()), tf.diag(falling))
    const features = tf.matMul(statelessNormal([rows, columns], stream.key()), mixed, false, true)
    return tf.relu(tf.add(tf.mul(features, spread), shift))
  })
  const data = values.dataSync() as Float32Array
  values.dispose()
  return { data, rows, columns }
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
