/** Pixels between their stored form, bytes, and the networks' form, floats from 0 to 1. Plain loops: typed-array `from` is many times slower. */

/** Images number `start` to `end` (exclusive) as floats from 0 to 1; `pixels` values each. */
export function unitPixels(images: Uint8Array, pixels: number, start: number, end: number): Float32Array {
  const from = start * pixels
  const values = new Float32Array((end - start) * pixels)
  for (let i = 0; i < values.length; i++) values[i] = images[from + i]! / 255
  return values
}

/** The images at `indices`, in that order. */
export function gatherPixels(images: Uint8Array, pixels: number, indices: ArrayLike<number>): Float32Array {
  const values = new Float32Array(indices.length * pixels)
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i]! * pixels
    for (let pixel = 0; pixel < pixels; pixel++) values[i * pixels + pixel] = images[from + pixel]! / 255
  }
  return values
}
