import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Features } from '../main/images/metrics/features.ts'
import { nearestNeighbours } from '../main/images/metrics/nearest-neighbours.ts'
import { precisionRecall } from '../main/images/metrics/precision-recall.ts'
import { rootStream } from '../main/math/random.ts'
import { loadBackend } from '../main/tensor/backend.ts'
import { statelessUniform } from '../main/tensor/kernels.ts'
import { milliseconds, paired, startPeer } from './harness.ts'

/**
 * The nearest of 10,000 candidates for each of 5,000 queries in 2048 dimensions, beside the faster of faiss and PyTorch; and
 * precision and recall of 5,000 a side beside PyTorch. Both sides read the same vectors.
 */
const columns = 2048

async function main(): Promise<void> {
  await loadBackend()
  const [queries, candidates] = [makeFeatures(5000, 1), makeFeatures(10_000, 2)]
  const half: Features = { ...candidates, rows: 5000, data: candidates.data.subarray(0, 5000 * columns) }
  const folder = mkdtempSync(path.join(tmpdir(), 'lethe-bench-'))
  try {
    const files = [queries, candidates].map(({ data }, i) => {
      const file = path.join(folder, `${i}.f32`)
      writeFileSync(file, new Uint8Array(data.buffer))
      return file
    })
    const peer = await startPeer('the faster of faiss and PyTorch', 'neighbours.py', [...files, String(columns)])
    const figures: Record<string, () => void> = {
      'nearest of 10,000 for 5,000': () => nearestNeighbours(candidates, queries, 1),
      'precision and recall, 5,000 a side': () => precisionRecall(half, queries, 3),
    }
    for (const [figure, work] of Object.entries(figures))
      await paired({
        name: 'neighbours',
        figure,
        unit: 'ms',
        lethe: () => milliseconds(work),
        peer,
        rounds: 5,
        warmUp: 1,
      })
    peer?.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function makeFeatures(rows: number, seed: number): Features {
  const values = statelessUniform([rows, columns], rootStream(seed).key())
  const data = values.dataSync() as Float32Array
  values.dispose()
  return { data, rows, columns }
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
