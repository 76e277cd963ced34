import { loadBackend } from '../main/tensor/backend.ts'
import { relu, statelessInteger, statelessNormal } from '../main/tensor/kernels.ts'
import { convReluPool, crossEntropy, dense, initialConv2d, initialDense } from '../main/tensor/layers.ts'
import { sgd, update, valueAndGradients } from '../main/tensor/optimiser.ts'
import { tf } from '../main/tensor/tf.ts'
import { rootStream } from '../main/math/random.ts'
import { milliseconds, paired, startPeer } from './harness.ts'

/** One training step (forward, backward, SGD) of a LeNet-size network on 28 × 28 pictures, beside PyTorch. */
async function main(): Promise<void> {
  await loadBackend()
  const peer = await startPeer('PyTorch', 'cnn_step.py')
  for (const batch of [64, 256]) {
    const step = makeStep(batch)
    const lethe = () => milliseconds(() => [step(), step()], 2)
    await paired({ name: 'cnn-step', figure: `batch ${batch}`, unit: 'ms', lethe, peer, rounds: 15 })
  }
  peer?.close()
}

function makeStep(batch: number): () => void {
  const stream = rootStream(0)
  const parameters = {
    ...initialConv2d(stream, 'conv1', 5, 1, 32),
    ...initialConv2d(stream, 'conv2', 5, 32, 64),
    ...initialDense(stream, 'fc1', 3136, 128),
    ...initialDense(stream, 'fc2', 128, 10),
  }
  const x = statelessNormal([batch, 28, 28, 1], stream.key())
  const labels = statelessInteger([batch], stream.key(), 0, 10)
  const optimiser = sgd(parameters)
  const network = () => {
    const picture = convReluPool(parameters, 'conv2', convReluPool(parameters, 'conv1', x))
    return dense(parameters, 'fc2', relu(dense(parameters, 'fc1', tf.reshape(picture, [batch, -1]))))
  }
  return () =>
    tf.tidy(() => {
      const { gradients } = valueAndGradients(() => crossEntropy(network(), labels), parameters)
      update(optimiser, parameters, gradients, 0.1)
    })
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
