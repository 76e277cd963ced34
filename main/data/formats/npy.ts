/**
 * NPY, numpy's array file, versions 1 to 3: magic, version, header length, a Python dictionary literal with `descr`,
 * `fortran_order` and `shape`, then the values. Source: NumPy enhancement proposal 1. The literal is read by a small
 * grammar and never evaluated; arrays of Python objects (pickles, which are programs) are refused.
 * Also writes it, and reads it whole from memory.
 */
import { LetheError } from '../../contract/errors.ts'
import {
  arrayBytes,
  chunkBytes,
  exactly,
  fileChunks,
  fileName,
  malformed,
  shown,
  swapBytes,
  throwIfAborted,
} from './bytes.ts'
import { dtypeBytes, type ArraySource, type Dtype, type Format, type Part, type ReadOptions } from './format.ts'
import { numbers } from './values.ts'

const magic = Buffer.from('\x93NUMPY', 'latin1')
const longestHeader = 64 << 10

export const isNpy = (head: Uint8Array) => head.length >= 6 && magic.equals(head.subarray(0, 6))

const descriptions: Record<string, Dtype> = {
  b1: 'bool',
  i1: 'int8',
  u1: 'uint8',
  i2: 'int16',
  u2: 'uint16',
  i4: 'int32',
  u4: 'uint32',
  i8: 'int64',
  u8: 'uint64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
}

export interface NpyHeader {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  readonly bigEndian: boolean
  /** First axis fastest. */
  readonly fortran: boolean
  /** Bytes before the values, and bytes of the values. */
  readonly start: number
  readonly bytes: number
}

/** The header of an array, from its first bytes: at least the first `headerLength` of them. */
export function parseNpyHeader(name: string, head: Uint8Array): NpyHeader {
  const { textStart, start } = headerExtent(name, head)
  if (head.length < start) throw malformed(name, `is truncated inside its header of ${start} bytes.`)
  const text = Buffer.from(head.subarray(textStart, start)).toString(head[6] === 3 ? 'utf8' : 'latin1')
  const fields = parseDictionary(name, text)
  const { descr, fortran_order: fortran, shape } = fields
  if (
    typeof descr !== 'string' ||
    typeof fortran !== 'boolean' ||
    !Array.isArray(shape) ||
    Object.keys(fields).length !== 3
  ) {
    throw malformed(name, 'its header does not hold exactly descr, fortran_order and shape.')
  }
  const [, order = '', kind = ''] = /^([<>|=]?)(.*)$/s.exec(descr) ?? []
  const dtype = descriptions[kind]
  if (!dtype) {
    const object = /^O/.test(kind)
    throw new LetheError(
      'format-unsupported',
      `${name}: elements of type ${shown(JSON.stringify(descr))} are not read${object ? '; they are a Python pickle, which is a program' : ''}.`,
      `Save the array as one of ${Object.values(descriptions).join(', ')}.`,
    )
  }
  if (order === '' || (order === '|' && dtypeBytes[dtype] > 1))
    throw malformed(name, `its byte order is not stated in ${descr}.`)
  return { dtype, shape, bigEndian: order === '>', fortran, start, bytes: arrayBytes(name, shape, dtype) }
}

/** Where the dictionary begins and ends. Needs 12 bytes of an array in the file. */
export function headerExtent(name: string, head: Uint8Array): { textStart: number; start: number } {
  if (!isNpy(head)) throw malformed(name, 'does not begin with the NPY magic.')
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const version = head[6]!
  const textStart = version === 1 ? 10 : 12
  if (head.length < textStart) throw malformed(name, 'is truncated inside its header.')
  if (version < 1 || version > 3 || head[7] !== 0) {
    throw new LetheError(
      'format-unsupported',
      `${name}: NPY version ${version}.${head[7]} is not known.`,
      'Save it again with a current numpy.',
    )
  }
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  if (length > longestHeader)
    throw new LetheError(
      'file-too-large',
      `${name}: declares a header of ${length} bytes.`,
      'Get the file again from its source.',
    )
  return { textStart, start: textStart + length }
}

type Literal = string | boolean | number[]

/** {'key': 'text' | True | False | (1, 2), …}: what numpy writes, and nothing else. */
function parseDictionary(name: string, text: string): Record<string, Literal> {
  const fields: Record<string, Literal> = Object.create(null) as Record<string, Literal>
  let rest = text
  const broken = () => malformed(name, `its header cannot be read at ${shown(JSON.stringify(rest.slice(0, 40)))}.`)
  const eat = (pattern: RegExp): RegExpExecArray | null => {
    const found = pattern.exec(rest)
    if (found) rest = rest.slice(found[0].length)
    return found
  }
  const must = (pattern: RegExp): RegExpExecArray => {
    const found = eat(pattern)
    if (!found) throw broken()
    return found
  }
  const quoted = /^\s*(?:'([^'\\]*)'|"([^"\\]*)")\s*/
  must(/^\s*\{/)
  while (!eat(/^\s*\}/)) {
    const [, single, double] = must(quoted)
    const key = single ?? double ?? ''
    must(/^:\s*/)
    if (key in fields) throw broken()
    const value = eat(quoted)
    const tuple = value ? null : eat(/^\(((?:\s*\d{1,20}L?\s*,)*(?:\s*\d{1,20}L?)?)\s*\)\s*/)
    if (value) fields[key] = value[1] ?? value[2] ?? ''
    else if (tuple) {
      const axes = tuple[1]!.match(/\d+/g) ?? []
      if (axes.length === 1 && !tuple[1]!.includes(',')) throw broken()
      if (axes.length > 32 || axes.some((axis) => BigInt(axis) > BigInt(Number.MAX_SAFE_INTEGER)))
        throw malformed(name, `no array has the shape (${shown(tuple[1]!)}).`)
      fields[key] = axes.map(Number)
    } else if (/^\[/.test(rest) && key === 'descr') {
      throw new LetheError(
        'format-unsupported',
        `${name}: arrays of records are not read.`,
        'Save each field as an array of its own.',
      )
    } else fields[key] = must(/^(True|False)\b\s*/)[1] === 'True'
    if (!eat(/^\s*,/) && !/^\s*\}/.test(rest)) throw broken()
  }
  if (rest.trim() !== '') throw broken()
  return fields
}

/** An array as a part of a source. `stream` gives the file's bytes from the start, as often as asked. */
export function npyPart(
  path: string,
  name: string,
  header: NpyHeader,
  stream: (options?: ReadOptions) => AsyncIterable<Uint8Array>,
): Part {
  const { dtype, shape, bigEndian, fortran, start, bytes } = header
  const integers = !dtype.startsWith('float')
  const kind = integers && shape.length === 1 ? 'labels' : shape.length === 3 || shape.length === 4 ? 'images' : 'array'
  const width = dtypeBytes[dtype]
  return {
    path,
    kind,
    dtype,
    shape,
    async *read(options) {
      const chunks = exactly(name, stream(options), start, bytes, options)
      for await (const chunk of fortran && shape.length > 1 ? reordered(chunks, shape, width, bytes) : chunks) {
        throwIfAborted(options?.signal)
        if (bigEndian) swapBytes(chunk, width)
        yield chunk
      }
    },
  }
}

/** From first axis fastest to last axis fastest. Needs the array in memory once. */
async function* reordered(
  chunks: AsyncIterable<Uint8Array>,
  shape: readonly number[],
  width: number,
  total: number,
): AsyncGenerator<Uint8Array> {
  const all = new Uint8Array(total)
  let filled = 0
  for await (const chunk of chunks) {
    all.set(chunk, filled)
    filled += chunk.length
  }
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, width))
  const index = shape.map(() => 0)
  const last = shape.length - 1
  let from = 0
  for (let done = 0; done < total;) {
    const out = new Uint8Array(Math.min(chunkBytes, total - done))
    for (let to = 0; to < out.length; to += width) {
      for (let byte = 0; byte < width; byte++) out[to + byte] = all[from + byte]!
      let axis = last
      from += strides[axis]!
      while (++index[axis]! === shape[axis] && axis > 0) {
        from -= strides[axis]! * shape[axis]!
        index[axis] = 0
        axis--
        from += strides[axis]!
      }
    }
    done += out.length
    yield out
  }
}

// ---- whole arrays in memory --------------------------------------------------------------------------------------

export type Values =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array

export interface NpyArray {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  /** Values in C order. Booleans are a Uint8Array, float16 is widened to a Float32Array. */
  readonly data: Values
}

/** An NPY file in memory as an array. Throws as reading does, naming `name`. */
export async function readNpy(bytes: Uint8Array, name: string): Promise<NpyArray> {
  const header = parseNpyHeader(name, bytes)
  async function* once() {
    yield bytes
  }
  return collect(npyPart(name, name, header, once))
}

/** All values of a part as one array. */
export async function collect(part: Part, options: ReadOptions = {}): Promise<NpyArray> {
  const all = new Uint8Array(arrayBytes(part.path, part.shape, part.dtype))
  let filled = 0
  for await (const chunk of part.read(options)) {
    all.set(chunk, filled)
    filled += chunk.length
  }
  return { dtype: part.dtype, shape: part.shape, data: valuesOf(part.dtype, all) }
}

/** The same without waiting, for arrays in C order and little-endian, as this module writes them. Shares `bytes` where aligned. */
export function parseNpy(bytes: Uint8Array, name: string): NpyArray {
  const { dtype, shape, bigEndian, fortran, start, bytes: total } = parseNpyHeader(name, bytes)
  if (bigEndian || (fortran && shape.length > 1)) {
    throw new LetheError(
      'format-unsupported',
      `${name}: is big-endian or in Fortran order.`,
      'Save it little-endian and in C order.',
    )
  }
  if (bytes.length - start !== total)
    throw malformed(name, `holds ${bytes.length - start} bytes of values; its header declares ${total}.`)
  return { dtype, shape, data: valuesOf(dtype, bytes.subarray(start)) }
}

function valuesOf(dtype: Dtype, bytes: Uint8Array): Values {
  if (dtype !== 'int64' && dtype !== 'uint64')
    return numbers(dtype, bytes) as Exclude<Values, BigInt64Array | BigUint64Array>
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % 8 === 0 ? bytes : Uint8Array.from(bytes) // a Buffer's slice would not copy
  return dtype === 'int64'
    ? new BigInt64Array(buffer, byteOffset, byteLength / 8)
    : new BigUint64Array(buffer, byteOffset, byteLength / 8)
}

/** The bytes before the values: version 1, C order, little-endian, padded to a multiple of 64 as numpy does, or to `total`. */
export function npyHeader(dtype: Dtype, shape: readonly number[], total?: number): Buffer {
  const kind = Object.keys(descriptions).find((key) => descriptions[key] === dtype)!
  const order = dtypeBytes[dtype] === 1 ? '|' : '<'
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const text = `{'descr': '${order}${kind}', 'fortran_order': False, 'shape': (${axes}), }`
  const length = (total ?? Math.ceil((10 + text.length + 1) / 64) * 64) - 10
  const header = Buffer.alloc(10 + length, ' ')
  magic.copy(header)
  header.set([1, 0, length & 255, length >> 8], 6)
  header.write(text, 10, 'latin1')
  header[header.length - 1] = 0x0a
  return header
}

/** An array as an NPY file. float16 is not written. */
export function encodeNpy({ dtype, shape, data }: NpyArray): Buffer {
  const count = shape.reduce((product, size) => product * size, 1)
  if (data.length !== count || data.BYTES_PER_ELEMENT !== dtypeBytes[dtype]) {
    throw new LetheError(
      'internal',
      `An array of ${dtype} (${shape.join(', ')}) was to be made of ${data.length} values of ${data.BYTES_PER_ELEMENT} bytes.`,
    )
  }
  return Buffer.concat([npyHeader(dtype, shape), new Uint8Array(data.buffer, data.byteOffset, data.byteLength)])
}

/** The first array header in a stream; the stream is left. */
export async function headerOf(name: string, stream: AsyncIterable<Uint8Array>): Promise<NpyHeader> {
  let head = new Uint8Array(0)
  for await (const chunk of stream) {
    head = head.length === 0 ? new Uint8Array(chunk) : new Uint8Array(Buffer.concat([head, chunk]))
    if (head.length >= 12 && head.length >= headerExtent(name, head).start) break
  }
  if (head.length === 0) throw malformed(name, 'is empty.')
  return parseNpyHeader(name, head)
}

export const npy: Format = {
  id: 'npy',
  title: 'NPY array',
  match: (probe) => probe.kind === 'file' && isNpy(probe.head),
  async open(path): Promise<ArraySource> {
    const header = await headerOf(path, fileChunks(path, 0, 64 << 10))
    const part = npyPart(fileName(path), path, header, () => fileChunks(path))
    return { kind: 'arrays', format: 'npy', path, problems: [], parts: [part], splits: [], close: async () => {} }
  },
}
