/**
 * Where privacy noise comes from. Research: a seeded stream, reproducible, never for release. Release: the operating
 * system's generator; nothing that could replay the noise is kept.
 *
 * Normals are made by Marsaglia's polar method from 53-bit uniforms. In release mode each is the scaled sum of four, which removes
 * the structure of floating-point normals that published attacks rely on (Holohan and Braghin, 2021).
 */
import { randomFillSync } from 'node:crypto'
import type { RandomStream } from '../contract/job.ts'

export interface NoiseSource {
  /** `length` independent standard normals. */
  gaussian(length: number): Float64Array
  /** One draw from the Laplace distribution with the given scale (density exp(−|x|/scale) / 2·scale). */
  laplace(scale: number): number
  /** One draw of the two-sided geometric distribution, P(k) ∝ exp(−|k|/scale): exact for whole counts (Ghosh et al. 2012). */
  discreteLaplace(scale: number): number
}

export function researchNoise(stream: RandomStream): NoiseSource {
  return noiseFrom(() => stream.uniform(), 1)
}

export function releaseNoise(): NoiseSource {
  const words = new Uint32Array(16_384)
  let next = words.length
  const uniform = (): number => {
    if (next >= words.length) {
      randomFillSync(words)
      next = 0
    }
    const high = words[next]! >>> 5
    const low = words[next + 1]! >>> 6
    words[next] = words[next + 1] = 0 // used words are not left in memory
    next += 2
    return (high * 67_108_864 + low) / 9_007_199_254_740_992
  }
  return noiseFrom(uniform, 4)
}

function noiseFrom(uniform: () => number, summands: number): NoiseSource {
  const pair = (): [number, number] => {
    for (;;) {
      const x = 2 * uniform() - 1
      const y = 2 * uniform() - 1
      const square = x * x + y * y
      if (square === 0 || square >= 1) continue
      const scale = Math.sqrt((-2 * Math.log(square)) / square)
      return [x * scale, y * scale]
    }
  }
  const geometric = (scale: number): number => Math.floor(-Math.log(1 - uniform()) * scale)
  return {
    gaussian(length) {
      const values = new Float64Array(length)
      for (let round = 0; round < summands; round++) {
        for (let i = 0; i < length; i += 2) {
          const [first, second] = pair()
          values[i]! += first
          if (i + 1 < length) values[i + 1]! += second
        }
      }
      if (summands > 1) for (let i = 0; i < length; i++) values[i]! /= Math.sqrt(summands)
      return values
    },
    laplace(scale) {
      const u = 1 - uniform() // (0, 1]
      const magnitude = -Math.log(u) * scale
      return uniform() < 0.5 ? magnitude : -magnitude
    },
    discreteLaplace: (scale) => geometric(scale) - geometric(scale),
  }
}
