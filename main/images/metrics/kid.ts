/**
 * Kernel distance between feature sets, the KID of
 * Bińkowski et al., "Demystifying MMD GANs", ICLR 2018, §3: the squared maximum mean discrepancy under the kernel
 *   k(x, y) = (xᵀy / D + 1)³
 * by its unbiased estimate (Gretton et al., 2012, eq. 3), so it may come out slightly below zero.
 *
 * Deviation: published packages average 50 or 100 random subsets of 1,000 rows; this is the one estimate from all rows, which
 * has the same expectation, less variance and no seed. It is the published figure only on Inception-v3 features.
 * Products are float32, their sums float64: expect about 1e-10 of absolute error for features of unit size.
 */
import { tf } from '../../tensor/tf.ts'
import { checkPair, rowsOf, type Features } from './features.ts'

/** Rows of a product in memory at once: 2000² scores are 16 MB. */
const blockRows = 2000

export function kernelDistance(real: Features, fake: Features): number {
  checkPair(real, fake, 2)
  const realBlocks = upload(real)
  const fakeBlocks = upload(fake)
  try {
    return (
      within(realBlocks, real) +
      within(fakeBlocks, fake) -
      (2 * between(realBlocks, fakeBlocks)) / (real.rows * fake.rows)
    )
  } finally {
    tf.dispose([realBlocks, fakeBlocks])
  }
}

function upload(features: Features): tf.Tensor2D[] {
  const { rows, columns } = features
  const blocks: tf.Tensor2D[] = []
  for (let start = 0; start < rows; start += blockRows) {
    const end = Math.min(rows, start + blockRows)
    blocks.push(tf.tensor2d(new Float32Array(rowsOf(features, start, end)), [end - start, columns]))
  }
  return blocks
}

/** Mean of the kernel over ordered pairs of different rows. */
function within(blocks: readonly tf.Tensor2D[], { data, rows, columns }: Features): number {
  let sum = 0
  blocks.forEach((a, i) => blocks.slice(i).forEach((b, j) => (sum += (j === 0 ? 1 : 2) * kernelSum(a, b))))
  for (let row = 0; row < rows; row++) {
    let square = 0
    for (let c = row * columns; c < (row + 1) * columns; c++) square += data[c]! ** 2
    sum -= (square / columns + 1) ** 3
  }
  return sum / (rows * (rows - 1))
}

function between(a: readonly tf.Tensor2D[], b: readonly tf.Tensor2D[]): number {
  let sum = 0
  for (const left of a) for (const right of b) sum += kernelSum(left, right)
  return sum
}

/** Sum of the kernel over all pairs. */
function kernelSum(a: tf.Tensor2D, b: tf.Tensor2D): number {
  const products = tf.matMul(a, b, false, true)
  const values = products.dataSync()
  products.dispose()
  const scale = 1 / a.shape[1]
  let sum = 0
  for (let i = 0; i < values.length; i++) {
    const argument = values[i]! * scale + 1
    sum += argument * argument * argument
  }
  return sum
}
