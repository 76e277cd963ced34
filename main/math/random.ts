import { createHash } from 'node:crypto'
import { LetheError } from '../contract/errors.ts'

/**
 * Named random streams. A stream is a counter-based generator, Philox4x32 with 10 rounds (Salmon, Moraes, Dror, Shaw:
 * "Parallel random numbers: as easy as 1, 2, 3", SC 2011): the n-th word depends on the key and n alone. The key is a hash
 * of the root seed and the path of names, so adding, removing or reordering draws elsewhere never shifts a stream.
 *
 * For training, initial weights, shuffles, previews. Not for privacy noise of a release: a seed that can be guessed undoes it.
 */
export interface Stream {
  /** The stream of this name below this one. Does not advance this stream; the same name gives the same stream. */
  fork(name: string): Stream
  /** Uniform over the integers 0 … 2³² − 1. */
  uint32(): number
  /** Uniform over [0, 1), on the grid of 2⁻⁵³. */
  uniform(): number
  /** Standard normal. */
  normal(): number
  /** Uniform over the integers 0 … n − 1, without bias; n from 1 to 2⁵³. */
  integer(n: number): number
  /** A uniform random order of 0 … n − 1; n at most 2³². */
  permutation(n: number): Uint32Array
  /** A fresh pair of seeds for a native stateless kernel. */
  key(): [number, number]
  /** Where the stream stands, as plain data for a checkpoint. */
  state(): StreamState
  /** Continues from a state of this same stream. */
  restore(state: StreamState): void
}

export interface StreamState {
  /** 128 bits that identify the stream, as 32 hexadecimal digits. */
  readonly key: string
  /** How many 32-bit words have been drawn. */
  readonly counter: number
}

/** The root of all streams of a run. `seed` is an integer from 0 to 2⁶⁴ − 1. */
export function rootStream(seed: bigint | number): Stream {
  const whole = typeof seed === 'bigint' || Number.isSafeInteger(seed) ? BigInt(seed) : -1n
  if (whole < 0n || whole >= 1n << 64n) {
    throw new LetheError(
      'config-invalid',
      `seed: expected an integer from 0 to 2^64 − 1, found ${seed}`,
      'Give a whole number.',
    )
  }
  return streamOf(createHash('sha256').update(`lethe seed ${whole}`).digest('hex').slice(0, 32))
}

/** The stream that `state` was taken from, at the place where it stood. */
export function restoreStream(state: StreamState): Stream {
  checkState(state)
  const stream = streamOf(state.key)
  stream.restore(state)
  return stream
}

function streamOf(key: string): Stream {
  const words = new Uint32Array([0, 8, 16, 24].map((start) => parseInt(key.slice(start, start + 8), 16)))
  const block = new Uint32Array(4)
  let counter = 0
  let loaded = -1

  function uint32(): number {
    const index = Math.floor(counter / 4)
    if (index !== loaded) {
      // Half of the key is Philox's key, half the upper half of its counter; the lower half counts the blocks.
      block[0] = index % 2 ** 32
      block[1] = Math.floor(index / 2 ** 32)
      block[2] = words[2]!
      block[3] = words[3]!
      philox4x32(block, words[0]!, words[1]!)
      loaded = index
    }
    return block[counter++ % 4]!
  }

  function uniform(): number {
    const high = uint32() >>> 5
    const low = uint32() >>> 6
    return (high * 2 ** 26 + low) / 2 ** 53
  }

  // Marsaglia's polar method: logarithm and square root round the same way in every JavaScript engine we run on, sine and
  // cosine do not. The second value of each pair is dropped so that the counter is the whole state.
  function normal(): number {
    for (;;) {
      const x = 2 * uniform() - 1
      const y = 2 * uniform() - 1
      const square = x * x + y * y
      if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square)
    }
  }

  function integer(n: number): number {
    if (!Number.isSafeInteger(n - 1) || n < 1) {
      throw new LetheError('internal', `integer(n): expected n from 1 to 2^53, found ${n}`)
    }
    const range = n <= 2 ** 32 ? 2 ** 32 : 2 ** 53
    const limit = range - (range % n)
    for (;;) {
      const draw = range === 2 ** 32 ? uint32() : uniform() * 2 ** 53
      if (draw < limit) return draw % n
    }
  }

  function permutation(n: number): Uint32Array {
    const order = new Uint32Array(n)
    for (let i = 0; i < n; i++) {
      const j = integer(i + 1)
      order[i] = order[j]!
      order[j] = i
    }
    return order
  }

  return {
    fork: (name) => streamOf(createHash('sha256').update(`lethe fork ${key} ${name}`).digest('hex').slice(0, 32)),
    uint32,
    uniform,
    normal,
    integer,
    permutation,
    key: () => [uint32() | 0, uint32() | 0],
    state: () => ({ key, counter }),
    restore(state) {
      checkState(state)
      if (state.key !== key)
        throw new LetheError('checkpoint-corrupt', `random stream: expected key ${key}, found ${state.key}`)
      counter = state.counter
    },
  }
}

function checkState(state: StreamState): void {
  if (/^[0-9a-f]{32}$/.test(state.key) && Number.isSafeInteger(state.counter) && state.counter >= 0) return
  throw new LetheError(
    'checkpoint-corrupt',
    `random stream: expected a key of 32 hexadecimal digits and a counter from 0, found ${JSON.stringify(state)}`,
    'Resume from an earlier checkpoint.',
  )
}

/**
 * One block of Philox4x32-10, in place: `block` holds the counter on entry and four random words on return.
 * Constants and rounds as in the paper, section 3.3.
 */
export function philox4x32(block: Uint32Array, key0: number, key1: number): void {
  let [c0, c1, c2, c3] = block as unknown as [number, number, number, number]
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0)
    const high1 = multiplyHigh(0xcd9e8d57, c2)
    const low0 = Math.imul(0xd2511f53, c0)
    const low1 = Math.imul(0xcd9e8d57, c2)
    c0 = (high1 ^ c1 ^ key0) >>> 0
    c1 = low1 >>> 0
    c2 = (high0 ^ c3 ^ key1) >>> 0
    c3 = low0 >>> 0
    key0 = (key0 + 0x9e3779b9) >>> 0
    key1 = (key1 + 0xbb67ae85) >>> 0
  }
  block[0] = c0
  block[1] = c1
  block[2] = c2
  block[3] = c3
}

/** The upper 32 bits of the 64-bit product of two unsigned words. */
function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff
  const a1 = a >>> 16
  const b0 = b & 0xffff
  const b1 = b >>> 16
  const middle = a1 * b0 + ((a0 * b0) >>> 16)
  const carry = a0 * b1 + (middle & 0xffff)
  return (a1 * b1 + Math.floor(middle / 2 ** 16) + Math.floor(carry / 2 ** 16)) >>> 0
}
