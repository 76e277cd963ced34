/** How far the actions of a set reach. */

/** The policies of all algorithms end in tanh: what lies beyond ±1 no agent can do. */
export const farActions = (largest: number): string | null =>
  largest > 1.001
    ? `Actions reach ±${Number(largest.toPrecision(3))}; agents act within ±1, and can do nothing beyond. Scale the actions to ±1 and import again.`
    : null

export function largestOf(values: Float32Array): number {
  let largest = 0
  for (const value of values) largest = Math.max(largest, Math.abs(value))
  return largest
}
