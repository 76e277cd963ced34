import { LetheError } from '../contract/errors.ts'
import type { Parameters } from './layers.ts'
import { tf } from './tf.ts'

/**
 * Safetensors (huggingface/safetensors, format of version 0.4): eight bytes of header length, a JSON header
 * {"name": {"dtype", "shape", "data_offsets"}, "__metadata__": {…}}, then the tensors, little-endian, without gaps.
 * Files come from strangers: everything the header claims is checked before it is used.
 */

const elementTypes = {
  F64: { size: 8, array: Float64Array },
  F32: { size: 4, array: Float32Array },
  F16: { size: 2, array: Uint16Array },
  BF16: { size: 2, array: Uint16Array },
  I64: { size: 8, array: BigInt64Array },
  U64: { size: 8, array: BigUint64Array },
  I32: { size: 4, array: Int32Array },
  U32: { size: 4, array: Uint32Array },
  I16: { size: 2, array: Int16Array },
  U16: { size: 2, array: Uint16Array },
  I8: { size: 1, array: Int8Array },
  U8: { size: 1, array: Uint8Array },
  BOOL: { size: 1, array: Uint8Array },
} as const

export type ElementType = keyof typeof elementTypes

export interface StoredTensor {
  readonly dtype: ElementType
  readonly shape: readonly number[]
  /** The elements; F16 and BF16 as their bits. */
  readonly data:
    | Float64Array
    | Float32Array
    | BigInt64Array
    | BigUint64Array
    | Int32Array
    | Uint32Array
    | Int16Array
    | Uint16Array
    | Int8Array
    | Uint8Array
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  readonly metadata: Readonly<Record<string, string>>
}

const headerLimit = 100_000_000

/** Reads a whole file. `source` names it in errors. */
export function readSafetensors(bytes: Uint8Array, source = 'safetensors'): Safetensors {
  const { header, start } = readHeader(bytes, source)
  const metadata = readMetadata(header.get('__metadata__'), source)
  const entries = [...header]
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => readEntry(name, entry, source))
  const tensors = new Map<string, StoredTensor>()
  let end = 0
  for (const { name, dtype, shape, begin, length } of [...entries].sort(
    (a, b) => a.begin - b.begin || a.length - b.length,
  )) {
    if (begin !== end) {
      throw malformed(
        source,
        `tensor "${name}": expected to begin at byte ${end} of the data, where the one before it ends, found ${begin}`,
      )
    }
    end += length
    if (end > bytes.length - start) {
      throw malformed(
        source,
        `tensor "${name}": ends at byte ${end} of the data, but the file holds only ${bytes.length - start}`,
      )
    }
    const { array } = elementTypes[dtype]
    // A copy, since the offset need not suit the element's alignment.
    tensors.set(name, {
      dtype,
      shape,
      data: new array(Uint8Array.from(bytes.subarray(start + begin, start + end)).buffer),
    })
  }
  if (end !== bytes.length - start) {
    throw malformed(
      source,
      `expected the tensors to fill the file, found ${bytes.length - start - end} bytes after the last`,
    )
  }
  return { tensors, metadata }
}

function readHeader(bytes: Uint8Array, source: string): { header: Map<string, unknown>; start: number } {
  if (bytes.length < 8) throw malformed(source, `expected at least 8 bytes, found ${bytes.length}`)
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  if (length > headerLimit) {
    throw new LetheError(
      'file-too-large',
      `${source}: header of ${length} bytes, at most ${headerLimit} are read`,
      'Check that this is a safetensors file.',
    )
  }
  if (length > bytes.length - 8) throw malformed(source, `header of ${length} bytes in a file of ${bytes.length}`)
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length))
    const value: unknown = JSON.parse(text)
    if (!isObject(value) || !text.startsWith('{')) throw new Error('it is not an object')
    const twice = repeatedKey(text)
    if (twice !== null) throw new Error(`the name "${twice}" appears twice`)
    return { header: new Map(Object.entries(value)), start: 8 + length }
  } catch (cause) {
    throw malformed(source, `header: ${(cause as Error).message}`, cause)
  }
}

function readMetadata(value: unknown, source: string): Record<string, string> {
  if (value === undefined) return {}
  const strings = isObject(value) && Object.values(value).every((entry) => typeof entry === 'string')
  if (!strings) throw malformed(source, 'header: expected __metadata__ to map names to strings')
  return value as Record<string, string>
}

interface Entry {
  readonly name: string
  readonly dtype: ElementType
  readonly shape: number[]
  readonly begin: number
  readonly length: number
}

function readEntry(name: string, entry: unknown, source: string): Entry {
  const { dtype, shape, data_offsets: offsets } = isObject(entry) ? entry : {}
  if (typeof dtype !== 'string' || !Object.hasOwn(elementTypes, dtype)) {
    throw new LetheError(
      'format-unsupported',
      `${source}: tensor "${name}": expected one of ${Object.keys(elementTypes).join(', ')}, found ${JSON.stringify(dtype)}`,
      'Save the file again in one of these types.',
    )
  }
  if (!isCounts(shape))
    throw malformed(source, `tensor "${name}": expected a shape of whole numbers, found ${JSON.stringify(shape)}`)
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw malformed(source, `tensor "${name}": expected two offsets, found ${JSON.stringify(offsets)}`)
  }
  const [begin, end] = offsets as [number, number]
  const expected = shape.reduce((product, size) => product * size, elementTypes[dtype as ElementType].size)
  if (end - begin !== expected) {
    throw malformed(
      source,
      `tensor "${name}": expected ${expected} bytes for ${dtype} [${shape}], found ${end - begin}`,
    )
  }
  return { name, dtype: dtype as ElementType, shape, begin, length: expected }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && entry >= 0)

const malformed = (source: string, message: string, cause?: unknown) =>
  new LetheError(
    'file-malformed',
    `${source}: ${message}`,
    'The file is damaged, or not safetensors: fetch or save it again.',
    { cause },
  )

/** The first key that one object of this valid JSON text holds twice, or null. JSON.parse would keep the last and say nothing. */
function repeatedKey(text: string): string | null {
  const open: Set<string>[] = []
  // Strings as wholes, then the braces between them; a string before a colon is a key.
  for (const [token, , colon] of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}]/g)) {
    if (token === '{') open.push(new Set())
    else if (token === '}') open.pop()
    else if (colon) {
      const key = JSON.parse(token.slice(0, token.length - colon.length)) as string
      const keys = open[open.length - 1]!
      if (keys.has(key)) return key
      keys.add(key)
    }
  }
  return null
}

/** Writes a file; the same tensors and metadata give the same bytes, whatever their order. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const sizeOf = ([, { dtype }]: [string, StoredTensor]) => elementTypes[dtype].size
  // Larger elements first, then by name, as the reference implementation does: every tensor is then aligned.
  const sorted = [...tensors].sort((a, b) => sizeOf(b) - sizeOf(a) || (a[0] < b[0] ? -1 : 1))
  const header: [string, unknown][] = []
  const names = Object.keys(metadata).sort()
  if (names.length) header.push(['__metadata__', Object.fromEntries(names.map((name) => [name, metadata[name]]))])
  let end = 0
  for (const [name, { dtype, shape, data }] of sorted) {
    const begin = end
    end += data.byteLength
    const expected = shape.reduce((product, size) => product * size, elementTypes[dtype].size)
    if (expected !== data.byteLength || name === '__metadata__') {
      throw new LetheError(
        'internal',
        `tensor "${name}": expected ${expected} bytes for ${dtype} [${shape}], found ${data.byteLength}`,
      )
    }
    header.push([name, { dtype, shape, data_offsets: [begin, end] }])
  }
  const json = `{${header.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`).join()}}`
  const text = new TextEncoder().encode(json)
  const start = 8 + Math.ceil(text.length / 8) * 8
  const bytes = new Uint8Array(start + end).fill(0x20, 8, start)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true)
  bytes.set(text, 8)
  let offset = start
  for (const [, { data }] of sorted) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset)
    offset += data.byteLength
  }
  return bytes
}

// Parameter trees.

/** A tree of float32 and int32 tensors as a file. Waits for the tensors' values. */
export function encodeParameters(parameters: Parameters, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const stored = Object.entries(parameters).map(([name, tensor]): [string, StoredTensor] => {
    if (tensor.dtype !== 'float32' && tensor.dtype !== 'int32') {
      throw new LetheError('internal', `${name}: expected float32 or int32, found ${tensor.dtype}`)
    }
    return [
      name,
      {
        dtype: tensor.dtype === 'float32' ? 'F32' : 'I32',
        shape: tensor.shape,
        data: tensor.dataSync(),
      },
    ]
  })
  return writeSafetensors(new Map(stored), metadata)
}

/** The tensors of a file as a tree: floating types become float32, integers int32, booleans 0 and 1. */
export function decodeParameters(
  bytes: Uint8Array,
  source?: string,
): { parameters: Parameters; metadata: Readonly<Record<string, string>> } {
  const { tensors, metadata } = readSafetensors(bytes, source)
  const numbers = [...tensors].map(([name, { dtype, shape, data }]): [string, number[], Float32Array | Int32Array] => {
    return [
      name,
      [...shape],
      dtype.includes('F') ? toFloat32(dtype, data) : toInt32(data, `${source ?? 'safetensors'}: tensor "${name}"`),
    ]
  })
  return {
    parameters: Object.fromEntries(numbers.map(([name, shape, data]) => [name, tf.tensor(data, shape)])),
    metadata,
  }
}

function toFloat32(dtype: ElementType, data: StoredTensor['data']): Float32Array {
  if (data instanceof Float32Array) return data
  if (dtype === 'BF16') return new Float32Array(Uint32Array.from(data as Uint16Array, (bits) => bits << 16).buffer)
  if (dtype === 'F16') return Float32Array.from(data as Uint16Array, halfToNumber)
  return Float32Array.from(data as Float64Array)
}

/** IEEE 754 half precision: sign, five bits of exponent, ten of fraction. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction ? NaN : sign * Infinity
  return exponent ? sign * 2 ** (exponent - 15) * (1 + fraction / 1024) : sign * 2 ** -24 * fraction
}

function toInt32(data: StoredTensor['data'], where: string): Int32Array {
  const values = Int32Array.from(data as Iterable<number | bigint>, Number)
  for (let i = 0; i < values.length; i++) {
    if (Number(data[i]) !== values[i]) {
      throw new LetheError(
        'format-unsupported',
        `${where}: expected values within 32 bits, found ${data[i]}`,
        'Save it as float32 or int32.',
      )
    }
  }
  return values
}
