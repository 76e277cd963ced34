/** An agent takes exactly `lanes` rows in a call: many rows in turns, the last filled up with zeros. */

export interface Turn {
  readonly from: number
  /** After the last of its rows. */
  readonly to: number
  /** Its rows of a matrix so wide, and zeros up to `lanes`. */
  take(matrix: Float32Array, width: number): Float32Array
  /** Puts what came of them into a matrix so wide, without what came of the zeros. */
  put(target: Float32Array, found: Float32Array, width: number): void
}

export function* turnsOf(lanes: number, from: number, to: number): Generator<Turn> {
  for (let start = from; start < to; start += lanes) {
    const end = Math.min(to, start + lanes)
    yield {
      from: start,
      to: end,
      take(matrix, width) {
        const rows = new Float32Array(lanes * width)
        rows.set(matrix.subarray(start * width, end * width))
        return rows
      },
      put: (target, found, width) => target.set(found.subarray(0, (end - start) * width), start * width),
    }
  }
}
