/**
 * Fréchet distance between Gaussians fitted to two feature sets.
 *
 * Heusel et al., "GANs trained by a two time-scale update rule converge to a local Nash equilibrium", NeurIPS 2017, eq. 6:
 *   d² = ‖μ₁ − μ₂‖² + Tr(Σ₁ + Σ₂ − 2 (Σ₁ Σ₂)^½)
 * with the unbiased covariances (N − 1). It is called FID only on the Inception-v3 features of that paper; here it carries
 * the name of its backbone, and figures of different backbones cannot be compared.
 *
 * Instead of the root of a product, which is not symmetric and badly conditioned, take any roots RᵢᵀRᵢ = Σᵢ: then
 * Tr (Σ₁ Σ₂)^½ is the sum of the singular values of R₁ R₂ᵀ. The root is the Cholesky factor, or the centred rows themselves
 * where there are fewer of them than features, so that singular covariances lose nothing. All in float64.
 */
import { LetheError } from '../../contract/errors.ts'
import {
  cholesky,
  matMul,
  singularValues,
  symmetricEigen,
  symmetricEigenvalues,
  withDoubles,
  type Double,
  type Doubles,
  type Matrix,
} from '../../tensor/double.ts'
import { checkFeatures, rowsOf, type Features } from './features.ts'

/** What the distance needs to know of a set; made once for a reference set and kept. */
export interface Gaussian {
  readonly mean: Float64Array
  /** Trace of the covariance. */
  readonly trace: number
  /** RᵀR = covariance; as many columns as there are features. */
  readonly root: Matrix
}

/** Rows handled at once: bounds the float64 copy to 64 MB at 2048 features. */
const blockRows = 4096
/** Width of the panels by which only the upper half of a covariance is computed. */
const panelColumns = 256

/** Fits a Gaussian. Throws `file-malformed` for fewer than two rows or values that are not finite. */
export function fitGaussian(features: Features, name = 'features'): Gaussian {
  if (features.rows > features.columns) {
    const { mean, covariance } = covarianceOf(features, name)
    let trace = 0
    for (let i = 0; i < features.columns; i++) trace += covariance.data[i * features.columns + i]!
    return { mean, trace, root: rootOf(covariance) }
  }
  checkFeatures(features, name, 2)
  const { rows, columns } = features
  return withDoubles((doubles) => {
    const mean = columnMeans(doubles, features)
    const values = doubles.upload(features.data, [rows, columns])
    const data = doubles.download(doubles.subtract(values, doubles.upload(mean, [1, columns])))
    const scale = 1 / Math.sqrt(rows - 1)
    let trace = 0
    for (let i = 0; i < data.length; i++) trace += (data[i]! *= scale) ** 2
    return { mean, trace, root: { data, rows, columns } }
  })
}

/** The distance (squared, as usual) between fitted Gaussians; ≥ 0. */
export function frechetBetween(a: Gaussian, b: Gaussian): number {
  if (a.mean.length !== b.mean.length)
    throw new LetheError(
      'file-malformed',
      `expected features of one length, found ${a.mean.length} and ${b.mean.length}`,
    )
  let distance = a.trace + b.trace
  for (let i = 0; i < a.mean.length; i++) distance += (a.mean[i]! - b.mean[i]!) ** 2
  return Math.max(0, distance - 2 * nuclearNorm(matMul(a.root, b.root, { transposeB: true })))
}

/** The distance between two feature sets. */
export function frechetDistance(real: Features, fake: Features): number {
  return frechetBetween(fitGaussian(real, 'real'), fitGaussian(fake, 'fake'))
}

/** The sum of singular values. */
function nuclearNorm(matrix: Matrix): number {
  const small = Math.min(matrix.rows, matrix.columns)
  if (small <= 512) return singularValues(matrix).reduce((sum, value) => sum + value, 0)
  const gram = matMul(matrix, matrix, matrix.rows <= matrix.columns ? { transposeB: true } : { transposeA: true })
  return symmetricEigenvalues(gram).reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0)
}

/** A root of a covariance of full or deficient rank. */
function rootOf(covariance: Matrix): Matrix {
  const size = covariance.rows
  const factor = cholesky(covariance)
  if (factor) return { ...factor, data: transpose(factor.data, size) }
  const { values, vectors } = symmetricEigen(covariance)
  // Below this an eigenvalue is rounding of the others.
  const negligible = (values[size - 1] ?? 0) * size * Number.EPSILON
  const root = transpose(vectors.data, size)
  for (let i = 0; i < size; i++) {
    const value = values[i]!
    const scale = value > negligible ? Math.sqrt(value) : 0
    for (let j = 0; j < size; j++) root[i * size + j] = root[i * size + j]! * scale
  }
  return { data: root, rows: size, columns: size }
}

function columnMeans(doubles: Doubles, features: Features): Float64Array {
  const mean = new Float64Array(features.columns)
  for (const [start, end] of blocks(features.rows)) {
    const rows = doubles.upload(rowsOf(features, start, end), [end - start, features.columns])
    const sums = doubles.columnSums(rows)
    const values = doubles.download(sums)
    doubles.release(rows, sums)
    for (let i = 0; i < mean.length; i++) mean[i] = mean[i]! + values[i]! / features.rows
  }
  return mean
}

/**
 * Mean and unbiased covariance (N − 1) in float64, one block of rows after the other, in two passes: centred first, then
 * multiplied. Throws as `fitGaussian` does.
 */
export function covarianceOf(
  features: Features,
  name = 'features',
): { readonly mean: Float64Array; readonly covariance: Matrix } {
  checkFeatures(features, name, 2)
  const size = features.columns
  return withDoubles((doubles) => {
    const mean = columnMeans(doubles, features)
    const center = doubles.upload(mean, [1, size])
    const panels: (Double | undefined)[] = []
    for (const [start, end] of blocks(features.rows)) {
      const rows = doubles.upload(rowsOf(features, start, end), [end - start, size])
      const centered = doubles.subtract(rows, center)
      doubles.release(rows)
      for (let panel = 0, from = 0; from < size; panel++, from += panelColumns) {
        const left = doubles.columns(centered, from, Math.min(size, from + panelColumns))
        const right = doubles.columns(centered, from, size)
        const product = doubles.matMul(left, right, { transposeA: true })
        doubles.release(left, right)
        const before = panels[panel]
        panels[panel] = before ? doubles.add(before, product) : product
        if (before) doubles.release(before, product)
      }
      doubles.release(centered)
    }
    const data = new Float64Array(size * size)
    panels.forEach((panel, index) => {
      const values = doubles.download(panel as Double)
      const from = index * panelColumns
      for (let row = from; row < Math.min(size, from + panelColumns); row++) {
        for (let column = row; column < size; column++) {
          const value = values[(row - from) * (size - from) + column - from]! / (features.rows - 1)
          data[row * size + column] = value
          data[column * size + row] = value
        }
      }
    })
    return { mean, covariance: { data, rows: size, columns: size } }
  })
}

function* blocks(rows: number): Generator<[start: number, end: number]> {
  for (let start = 0; start < rows; start += blockRows) yield [start, Math.min(rows, start + blockRows)]
}

function transpose(data: Float64Array, size: number): Float64Array {
  const result = new Float64Array(data.length)
  for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) result[j * size + i] = data[i * size + j]!
  return result
}
