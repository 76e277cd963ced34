/** The value of what an agent would do along a trajectory, as the audit compares it (TrajAuditor; constants of the released code). */

export interface Windows {
  /** Transitions in a window; the last may be shorter. */
  readonly length: number
  /** Discount within a window, 0 … 1. */
  readonly gamma: number
}

const releasedWindows: Windows = { length: 128, gamma: 0.99 }

/**
 * In each window the values are summed from its end backwards, c_t = q_t + γ c_{t+1}, and stand in that order: the last step first.
 * @param values q_t, one for each transition
 * @returns as many
 */
export function discountedSums(values: ArrayLike<number>, { length, gamma }: Windows = releasedWindows): Float64Array {
  const sums = new Float64Array(values.length)
  for (let begin = 0; begin < values.length; begin += length) {
    const end = Math.min(begin + length, values.length)
    let sum = 0
    for (let t = end - 1; t >= begin; t--) {
      sum = values[t]! + gamma * sum
      sums[begin + end - 1 - t] = sum
    }
  }
  return sums
}

/** Element by element. All of one length. */
export function meanSequence(sequences: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array(sequences[0]?.length ?? 0)
  for (const sequence of sequences) for (let i = 0; i < mean.length; i++) mean[i]! += sequence[i]! / sequences.length
  return mean
}

/**
 * The Wasserstein-1 distance of two samples of numbers, each of equal weights; their order does not matter.
 * The area between the two distribution functions; for equal lengths the mean difference of the sorted samples.
 */
export function wasserstein1(a: Float64Array, b: Float64Array): number {
  const [left, right] = [a.slice().sort(), b.slice().sort()]
  // Sorting puts what is not a number last.
  if (Number.isNaN(left[left.length - 1]) || Number.isNaN(right[right.length - 1])) return NaN
  let sum = 0
  if (left.length === right.length) {
    for (let i = 0; i < left.length; i++) sum += Math.abs(left[i]! - right[i]!)
    return sum / left.length
  }
  let [i, j] = [0, 0]
  let at = Math.min(left[0] ?? NaN, right[0] ?? NaN)
  while (i < left.length || j < right.length) {
    const next = Math.min(left[i] ?? Infinity, right[j] ?? Infinity)
    sum += Math.abs(i / left.length - j / right.length) * (next - at)
    at = next
    while (left[i] === at) i++
    while (right[j] === at) j++
  }
  return sum
}
