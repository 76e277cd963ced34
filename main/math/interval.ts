/** How far a mean may be from the truth. */
import { studentQuantile } from './special.ts'

export interface MeanInterval {
  readonly n: number
  readonly mean: number
  /** Half the width: mean ± half. */
  readonly half: number
}

/**
 * The mean with Student's t interval; it takes the values to be draws from one normal distribution, so with few of them it is wide, and
 * with equal ones it is too narrow. Null for fewer than two, which tell nothing about their spread.
 * @param level 0 … 1
 */
export function meanInterval(values: readonly number[], level = 0.95): MeanInterval | null {
  const n = values.length
  if (n < 2) return null
  const mean = values.reduce((sum, value) => sum + value / n, 0)
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)
  return { n, mean, half: studentQuantile((1 - level) / 2, n - 1) * Math.sqrt(variance / n) }
}
