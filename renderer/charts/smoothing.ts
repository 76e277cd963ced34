/** Smoothing as TensorBoard does it: an exponential mean, freed of its bias towards the start at zero. */

/** @param weight 0 … 1, how much of the past is kept; what is no number is passed on and not remembered */
export function smoothed(values: Float64Array, weight: number): Float64Array {
  const result = new Float64Array(values.length)
  let mean = 0
  let bias = 1
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!
    if (!Number.isFinite(value)) {
      result[index] = value
      continue
    }
    mean = mean * weight + (1 - weight) * value
    bias *= weight
    result[index] = mean / (1 - bias)
  }
  return result
}
