/**
 * The smallest x at which a decreasing function is not positive, from its safe side: regula falsi with the Illinois
 * correction (the value at an end that stays put is halved), bisection where that cannot help.
 *
 * Needs f(low) > 0 ≥ f(high). Returns an x of [low, high] with f(x) ≤ 0 that lies within `tolerance` (absolute) of a point
 * with f > 0, or has f(x) ≥ −`closeness`. NaN counts as positive. `evaluated` gives the values at the ends where known.
 */
export function decreasingRoot(
  f: (x: number) => number,
  low: number,
  high: number,
  { evaluated = [f(low), f(high)], ...options }: RootOptions & { readonly evaluated?: readonly [number, number] } = {},
): number {
  // Nothing pauses in there: the first step is the last.
  const pieces = function* (x: number): Generator<void, number> {
    return f(x)
  }
  const found = decreasingRootPieces(pieces, low, high, { ...options, evaluated }).next()
  return found.value as number
}

interface RootOptions {
  readonly tolerance?: number
  readonly closeness?: number
}

/** The same for a function that pauses between pieces of its work. */
export function* decreasingRootPieces(
  f: (x: number) => Generator<void, number>,
  low: number,
  high: number,
  { tolerance = 0, closeness = 0, evaluated }: RootOptions & { readonly evaluated: readonly [number, number] },
): Generator<void, number> {
  let [above, below] = evaluated
  let last = below
  let side = 0
  for (let step = 0; step < 200 && last < -closeness && high - low > tolerance; step++) {
    let x = (low * below - high * above) / (below - above)
    if (!(x > low && x < high) || step % 8 === 7) x = low + (high - low) / 2
    if (!(x > low && x < high)) break
    const value = yield* f(x)
    if (value <= 0) {
      high = x
      below = last = value
      if (side === 1) above /= 2
      side = 1
    } else {
      low = x
      above = Number.isNaN(value) ? Infinity : value
      if (side === -1) below /= 2
      side = -1
    }
  }
  return high
}
