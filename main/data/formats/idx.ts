/**
 * IDX, the format of MNIST and its relatives, plain or gzip. Two zero bytes, a type byte, the rank, one big-endian
 * uint32 per axis, then the values in C order, big-endian. Source: the description on the MNIST page of Y. LeCun.
 * A folder with `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-…` (each plain or `.gz`) is an image set.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { LetheError } from '../../contract/errors.ts'
import {
  arrayBytes,
  byName,
  exactly,
  fileName,
  inflatedChunks,
  malformed,
  onSystem,
  readHead,
  swapBytes,
} from './bytes.ts'
import {
  dtypeBytes,
  tried,
  type ArraySource,
  type ArraySplit,
  type Dtype,
  type Format,
  type Part,
  type Problem,
  type Split,
} from './format.ts'

const types: Record<number, Dtype> = {
  0x08: 'uint8',
  0x09: 'int8',
  0x0b: 'int16',
  0x0c: 'int32',
  0x0d: 'float32',
  0x0e: 'float64',
}
const highestRank = 8
const fileInSet = /^(.*?)[-_.]?(images|labels)[-.]idx[134]-ubyte(\.gz)?$/

function isIdx(head: Uint8Array): boolean {
  const rank = head[3] ?? 0
  return head[0] === 0 && head[1] === 0 && types[head[2] ?? 0] !== undefined && rank >= 1 && rank <= highestRank
}

/** The header of one IDX file, checked against the limits. `head` holds its first bytes, inflated. */
function parseHeader(path: string, head: Uint8Array): { dtype: Dtype; shape: number[]; start: number } {
  if (head.length < 4) throw malformed(path, `is ${head.length} bytes long, too short for an IDX header.`)
  const [zero, zeroToo, type, rank] = head as unknown as [number, number, number, number]
  if (zero !== 0 || zeroToo !== 0) throw malformed(path, 'does not begin with the two zero bytes of IDX.')
  const dtype = types[type]
  if (!dtype) throw malformed(path, `0x${type.toString(16).padStart(2, '0')} is not an element type of IDX.`)
  if (rank < 1 || rank > highestRank) throw malformed(path, `rank ${rank} is not between 1 and ${highestRank}.`)
  const start = 4 + 4 * rank
  if (head.length < start) throw malformed(path, `is truncated inside its header of ${start} bytes.`)
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  return { dtype, shape, start }
}

async function openPart(path: string): Promise<Part> {
  const { dtype, shape, start } = parseHeader(path, await readHead(path, 4 + 4 * highestRank))
  const total = arrayBytes(path, shape, dtype)
  const width = dtypeBytes[dtype]
  const integers = !dtype.startsWith('float')
  const kind = integers && shape.length === 1 ? 'labels' : shape.length === 3 || shape.length === 4 ? 'images' : 'array'
  return {
    path: fileName(path),
    kind,
    dtype,
    shape,
    async *read(options) {
      for await (const chunk of exactly(path, inflatedChunks(path), start, total, options)) {
        swapBytes(chunk, width)
        yield chunk
      }
    },
  }
}

/** Images and labels of one split, by the words in their names. */
function pair(path: string, parts: readonly Part[]): ArraySplit[] {
  const splits: ArraySplit[] = []
  for (const images of parts) {
    const found = fileInSet.exec(images.path)
    if (found?.[2] !== 'images') continue
    const name: Split = /t10k|test/i.test(found[1]!) ? 'test' : 'train'
    if (splits.some((split) => split.name === name)) {
      throw new LetheError(
        'format-unsupported',
        `${path}: holds more than one ${name} split.`,
        'Put each set into a folder of its own.',
      )
    }
    const labels = parts.find((part) => {
      const other = fileInSet.exec(part.path)
      return other?.[2] === 'labels' && other[1] === found[1]
    })
    splits.push({ name, images: [images], labels: labels ? [labels] : [] })
  }
  return splits.sort((a, b) => byName(b.name, a.name)) // train before test
}

export const idx: Format = {
  id: 'idx',
  title: 'IDX (MNIST)',
  match: (probe) => (probe.kind === 'file' ? isIdx(probe.head) : probe.names.some((name) => fileInSet.test(name))),
  async open(path): Promise<ArraySource> {
    const names = await onSystem(path, () => readdir(path)).catch((error: unknown) => {
      if (error instanceof LetheError && error.code === 'file-missing') return null
      throw error
    })
    const parts: Part[] = []
    const problems: Problem[] = []
    if (names === null) parts.push(await openPart(path))
    else {
      // Where a file lies there both plain and packed, one of them is enough.
      const wanted = names.filter(
        (name) => fileInSet.test(name) && !(name.endsWith('.gz') && names.includes(name.slice(0, -3))),
      )
      for (const name of wanted.sort(byName)) {
        const part = await tried(name, problems, () => openPart(join(path, name)))
        if (part) parts.push(part)
      }
    }
    const splits = names ? pair(path, parts) : []
    return { kind: 'arrays', format: 'idx', path, problems, parts, splits, close: async () => {} }
  },
}
