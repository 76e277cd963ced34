import { rootStream } from '../main/math/random.ts'
import { loadBackend } from '../main/tensor/backend.ts'
import { statelessNormal } from '../main/tensor/kernels.ts'
import { tf } from '../main/tensor/tf.ts'
import { milliseconds, paired, startPeer } from './harness.ts'

/** Square matrix products in float32, beside PyTorch. */
async function main(): Promise<void> {
  await loadBackend()
  const peer = await startPeer('PyTorch', 'matmul.py')
  const stream = rootStream(0)
  for (const [size, repeats] of [
    [512, 20],
    [1024, 5],
    [2048, 1],
  ] as const) {
    const [a, b] = [0, 1].map(() => statelessNormal([size, size], stream.key()) as tf.Tensor2D) as [
      tf.Tensor2D,
      tf.Tensor2D,
    ]
    const product = () => tf.matMul(a, b).dispose()
    const lethe = () => (2 * size ** 3) / 1e6 / milliseconds(() => Array.from({ length: repeats }, product), repeats)
    await paired({ name: 'matmul', figure: `${size}²`, unit: 'GFLOP/s', lethe, peer, rate: true, rounds: 15 })
  }
  peer?.close()
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
