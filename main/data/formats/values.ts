/** Typed views of a part's bytes, and their statistics in one pass. */
import type { Dtype } from './format.ts'

/** Value of an IEEE 754 binary16, by its bits. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? NaN : sign * Infinity
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
const halves = new Float32Array(65536).map((_, bits) => half(bits))

/** Numbers behind a chunk of little-endian bytes. 64-bit integers become the nearest double. */
export function numbers(dtype: Dtype, bytes: Uint8Array): ArrayLike<number> {
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % 8 === 0 ? bytes : Uint8Array.from(bytes) // a Buffer's slice would not copy
  switch (dtype) {
    case 'bool':
    case 'uint8':
      return bytes
    case 'int8':
      return new Int8Array(buffer, byteOffset, byteLength)
    case 'int16':
      return new Int16Array(buffer, byteOffset, byteLength / 2)
    case 'uint16':
      return new Uint16Array(buffer, byteOffset, byteLength / 2)
    case 'int32':
      return new Int32Array(buffer, byteOffset, byteLength / 4)
    case 'uint32':
      return new Uint32Array(buffer, byteOffset, byteLength / 4)
    case 'float32':
      return new Float32Array(buffer, byteOffset, byteLength / 4)
    case 'float64':
      return new Float64Array(buffer, byteOffset, byteLength / 8)
    case 'float16':
      return Float32Array.from(new Uint16Array(buffer, byteOffset, byteLength / 2), (bits) => halves[bits]!)
    case 'int64':
      return Float64Array.from(new BigInt64Array(buffer, byteOffset, byteLength / 8), Number)
    case 'uint64':
      return Float64Array.from(new BigUint64Array(buffer, byteOffset, byteLength / 8), Number)
  }
}

export interface Statistics {
  /** Of the finite values; null where there are none. */
  readonly range: readonly [number, number] | null
  readonly mean: number | null
  readonly count: number
  readonly nans: number
  readonly infinities: number
  /** Every finite value is a whole number. */
  readonly whole: boolean
}

/** Elements summed plainly; such a sum of bytes or 32-bit integers is exact. */
const block = 4096

/** Running statistics. Blocks are summed in double precision, then added with Neumaier's compensation. */
export function gather(dtype: Dtype): { add(bytes: Uint8Array): void; result(): Statistics } {
  const state = { low: Infinity, high: -Infinity, sum: 0, lost: 0, count: 0, finite: 0, nans: 0, whole: true }
  const addBlock = dtype.startsWith('float') ? addReals : dtype === 'uint8' || dtype === 'bool' ? addBytes : addIntegers
  return {
    add(bytes) {
      const values = numbers(dtype, bytes)
      state.count += values.length
      for (let start = 0; start < values.length; start += block) {
        const part = addBlock(state, values as Uint8Array, start, Math.min(values.length, start + block))
        const next = state.sum + part
        state.lost += Math.abs(state.sum) >= Math.abs(part) ? state.sum - next + part : part - next + state.sum
        state.sum = next
      }
    },
    result() {
      const { low, high, sum, lost, count, finite, nans, whole } = state
      const mean = finite > 0 ? (sum + lost) / finite : null
      return { range: finite > 0 ? [low, high] : null, mean, count, nans, infinities: count - finite - nans, whole }
    },
  }
}

interface Running {
  low: number
  high: number
  finite: number
  nans: number
  whole: boolean
}

// One function for each kind of loop: each then sees few array types and stays fast.

function addBytes(state: Running, values: Uint8Array, start: number, end: number): number {
  let sum = 0
  let low = 255
  let high = 0
  for (let i = start; i < end; i++) {
    const value = values[i]!
    sum += value
    if (value < low) low = value
    if (value > high) high = value
  }
  state.finite += end - start
  state.low = Math.min(state.low, low)
  state.high = Math.max(state.high, high)
  return sum
}

function addIntegers(state: Running, values: ArrayLike<number>, start: number, end: number): number {
  let sum = 0
  for (let i = start; i < end; i++) {
    const value = values[i]!
    sum += value
    if (value < state.low) state.low = value
    if (value > state.high) state.high = value
  }
  state.finite += end - start
  return sum
}

function addReals(state: Running, values: ArrayLike<number>, start: number, end: number): number {
  let sum = 0
  for (let i = start; i < end; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) {
      if (Number.isNaN(value)) state.nans++
      continue
    }
    state.finite++
    sum += value
    if (value < state.low) state.low = value
    if (value > state.high) state.high = value
    if (state.whole && value !== Math.round(value)) state.whole = false
  }
  return sum
}
