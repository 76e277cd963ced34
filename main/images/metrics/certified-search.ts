/**
 * Which rows of a reference set come closest to each query, fast and yet exactly.
 *
 * One float32 matrix product gives every squared distance, but with the rounding of |x|² + |y|² − 2 x·y. So the product
 * is asked for something it can promise: a bound that no pair can beat. Two extra columns carry the worst case of the
 * rounding (Higham, "Accuracy and stability of numerical algorithms", 2002, §3.1: a dot product of length n errs by at
 * most γₙ |x|·|y|). The few best pairs of each query are then measured in float64 by direct differences, and the
 * answer stands as soon as it beats the bound of the first pair that was not measured; if it does not, more are measured.
 */
import { tf } from '../../tensor/tf.ts'
import type { Features } from './features.ts'

export interface SearchOptions {
  /** For each reference row, added to minus the squared distance before ranking (a squared radius); default 0. */
  readonly bonus?: Float64Array
  /** Pairs measured at first for each query. */
  readonly candidates: number
  /**
   * Called with the reference rows to measure, best first. Every other row j has `bonus[j] − distance² ≤ bound`.
   * Returns true where that settles the query; else it is asked again with more rows (finally all, bound −∞).
   */
  readonly settle: (query: number, candidates: Int32Array, bound: number) => boolean
}

/** Scores in memory at once, in float32: 40 MB. */
const scoresAtOnce = 10_000_000

export function certifiedSearch(queries: Features, reference: Features, options: SearchOptions): void {
  const center = centerOf(reference)
  const { rows, columns } = reference
  // γ, with some more for the rounding of the inputs and of the extra columns.
  const slack = (columns + 16) * 2 ** -24
  const known = augment(reference, center, null, (normSquared, row) => {
    const offset = normSquared - (options.bonus?.[row] ?? 0)
    return [Math.sqrt(normSquared), slack * (Math.abs(offset) + normSquared) - offset]
  })
  const referenceTensor = tf.tensor2d(known.data, [rows, known.width])
  try {
    let pending: Int32Array | null = null
    for (let count = Math.min(rows, options.candidates); ; count = Math.min(rows, 8 * count)) {
      const total: number = pending ? pending.length : queries.rows
      const unsettled: number[] = []
      const step = Math.max(1, Math.floor(scoresAtOnce / rows))
      for (let start = 0; start < total; start += step) {
        const size = Math.min(step, total - start)
        const asked = Int32Array.from({ length: size }, (_, i) => (pending ? pending[start + i]! : start + i))
        const block = augment(queries, center, asked, (normSquared) => [2 * slack * Math.sqrt(normSquared), 1])
        const { values, indices } = tf.tidy(() => {
          const scores = tf.matMul(tf.tensor2d(block.data, [size, known.width]), referenceTensor, false, true)
          return tf.topk(scores, count, true)
        })
        const scores = values.dataSync()
        const found = indices.dataSync() as Int32Array
        tf.dispose([values, indices])
        for (let i = 0; i < size; i++) {
          const query = asked[i]!
          const last = scores[(i + 1) * count - 1]!
          const bound = count === rows ? -Infinity : last - (1 - slack) * block.normsSquared[i]!
          if (!options.settle(query, found.subarray(i * count, (i + 1) * count), bound)) unsettled.push(query)
        }
      }
      if (unsettled.length === 0) return
      pending = Int32Array.from(unsettled)
    }
  } finally {
    referenceTensor.dispose()
  }
}

/** Squared Euclidean distance of row i of `a` and row j of `b`, in float64; the same whichever comes first. */
export function squaredDistance(a: Features, i: number, b: Features, j: number): number {
  const { columns } = a
  const [x, y] = [a.data, b.data]
  let [p, q] = [i * columns, j * columns]
  const end = p + columns
  // Two sums at a time: each addition waits for the one before it.
  let even = 0
  let odd = 0
  for (; p + 1 < end; p += 2, q += 2) {
    const first = x[p]! - y[q]!
    const second = x[p + 1]! - y[q + 1]!
    even += first * first
    odd += second * second
  }
  if (p < end) even += (x[p]! - y[q]!) ** 2
  return even + odd
}

/** Centred rows in float32 with two more columns; rows are padded to a width that matrix kernels like. */
function augment(
  { data, rows, columns }: Features,
  center: Float64Array,
  which: Int32Array | null,
  extra: (normSquared: number, row: number) => [number, number],
): { data: Float32Array; width: number; normsSquared: Float64Array } {
  const width = 16 * Math.ceil((columns + 2) / 16)
  const count = which ? which.length : rows
  const result = new Float32Array(count * width)
  const normsSquared = new Float64Array(count)
  // Reference rows carry y, queries 2 x: doubling is exact.
  const factor = which ? 2 : 1
  for (let i = 0; i < count; i++) {
    const row = which ? which[i]! : i
    const [from, to] = [row * columns, i * width]
    let sum = 0
    for (let c = 0; c < columns; c++) {
      const value = data[from + c]! - center[c]!
      sum += value * value
      result[to + c] = factor * value
    }
    normsSquared[i] = sum
    result.set(extra(sum, row), to + columns)
  }
  return { data: result, width, normsSquared }
}

/** A common shift that makes norms, and so the rounding, small: about the mean, from some of the rows. */
function centerOf({ data, rows, columns }: Features): Float64Array {
  const center = new Float64Array(columns)
  const step = Math.ceil(rows / 256)
  const used = Math.ceil(rows / step)
  for (let row = 0; row < rows; row += step)
    for (let c = 0; c < columns; c++) center[c]! += data[row * columns + c]! / used
  return center
}
