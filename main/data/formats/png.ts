/**
 * PNG: decoding every colour type, depth and both interlace methods; encoding gray and RGB of 8 bits.
 * Source: PNG specification, third edition (W3C). Ours rather than a native library's, because the one at hand
 * shares symbols with Electron's own; and because every refusal can then say why.
 */
import { deflateSync, inflateSync } from 'node:zlib'
import { LetheError } from '../../contract/errors.ts'
import { crc32, fileName, malformed } from './bytes.ts'
import { exifOrientation } from './exif.ts'
import type { Format, PictureSource } from './format.ts'
import type { Decoded, PictureHeader, PictureNote } from './picture.ts'
import { singlePicture } from './picture-source.ts'

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

export const isPng = (head: Uint8Array) => head.length >= 8 && signature.equals(head.subarray(0, 8))

/** Colour type → samples per pixel as stored, and the depths allowed. */
const colourTypes: Record<number, { samples: number; depths: readonly number[] }> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
}

interface Chunk {
  readonly type: string
  readonly data: Uint8Array
}

interface Layout {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly colour: number
  readonly interlaced: boolean
}

/** Chunks in order. Ends early, without an error, where the bytes end between or inside chunks. */
function* chunks(name: string, bytes: Uint8Array): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = signature.length; at + 12 <= bytes.length;) {
    const length = view.getUint32(at)
    const end = at + 8 + length
    if (length > 0x7fffffff) throw malformed(name, `a PNG chunk at byte ${at} declares ${length} bytes.`)
    if (end + 4 > bytes.length) return
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    if (!/^[A-Za-z]{4}$/.test(type)) throw malformed(name, `no PNG chunk begins at byte ${at}.`)
    // Upper case marks a critical chunk: one that must be right and must be understood.
    const critical = type.charCodeAt(0) < 97
    if (critical && crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) {
      throw malformed(name, `the checksum of its ${type} chunk at byte ${at} is wrong.`)
    }
    yield { type, data: bytes.subarray(at + 8, end) }
    at = end + 4
  }
}

function parseLayout(name: string, chunk: Chunk): Layout {
  if (chunk.type !== 'IHDR' || chunk.data.length !== 13)
    throw malformed(name, 'does not begin with a PNG header chunk.')
  const view = new DataView(chunk.data.buffer, chunk.data.byteOffset, 13)
  const width = view.getUint32(0)
  const height = view.getUint32(4)
  const [depth, colour, compression, filter, interlace] = chunk.data.subarray(8) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ]
  if (width === 0 || height === 0 || width > 0x7fffffff || height > 0x7fffffff)
    throw malformed(name, `declares ${width} × ${height} pixels.`)
  if (!colourTypes[colour]?.depths.includes(depth))
    throw malformed(name, `declares colour type ${colour} with ${depth} bits.`)
  if (compression !== 0 || filter !== 0 || interlace > 1)
    throw malformed(name, 'declares a compression, filter or interlacing that PNG does not have.')
  return { width, height, depth, colour, interlaced: interlace === 1 }
}

const describe = (layout: Layout, notes: ReadonlySet<PictureNote>): PictureHeader => ({
  format: 'png',
  width: layout.width,
  height: layout.height,
  channels: layout.colour === 0 || layout.colour === 4 ? 1 : 3,
  depth: layout.depth === 16 ? 16 : 8,
  notes: [...notes],
})

function note(notes: Set<PictureNote>, chunk: Chunk): void {
  if (chunk.type === 'tRNS') notes.add('alpha-dropped')
  if (chunk.type === 'eXIf' && exifOrientation(chunk.data) !== 1) notes.add('orientation-ignored')
}

/** What a PNG declares before its pixels; null where `bytes` ends before them. */
export function pngHeader(name: string, bytes: Uint8Array): PictureHeader | null {
  const notes = new Set<PictureNote>()
  let layout: Layout | undefined
  for (const chunk of chunks(name, bytes)) {
    layout ??= parseLayout(name, chunk)
    note(notes, chunk)
    if (chunk.type === 'IDAT') break
  }
  if (!layout) return null
  if (layout.colour >= 4) notes.add('alpha-dropped')
  return describe(layout, notes)
}

export function decodePng(name: string, bytes: Uint8Array): Decoded {
  const notes = new Set<PictureNote>()
  const data: Uint8Array[] = []
  let layout: Layout | undefined
  let palette: Uint8Array | undefined
  let last = ''
  for (const chunk of chunks(name, bytes)) {
    const { type } = chunk
    if (!layout) layout = parseLayout(name, chunk)
    else if (type === 'IHDR') throw malformed(name, 'has a second PNG header chunk.')
    else if (type === 'PLTE') {
      if (data.length > 0 || palette) throw malformed(name, 'has a palette out of place.')
      if (chunk.data.length === 0 || chunk.data.length % 3 !== 0 || chunk.data.length > 768)
        throw malformed(name, `has a palette of ${chunk.data.length} bytes.`)
      palette = chunk.data
    } else if (type === 'IDAT') {
      if (data.length > 0 && last !== 'IDAT') throw malformed(name, 'has pixel data in two places.')
      data.push(chunk.data)
    } else if (type.charCodeAt(0) < 97 && type !== 'IEND')
      throw malformed(name, `has an unknown critical chunk ${type}.`)
    note(notes, chunk)
    last = type
    if (type === 'IEND') break
  }
  if (!layout) throw malformed(name, 'is truncated inside its PNG header.')
  if (last !== 'IEND') throw malformed(name, `is truncated${last ? ` after its ${last} chunk` : ''}.`)
  if (data.length === 0) throw malformed(name, 'holds no pixel data.')
  if (layout.colour === 3 && !palette) throw malformed(name, 'has colours by number and no palette.')
  if (layout.colour >= 4) notes.add('alpha-dropped')

  const passes = layout.interlaced
    ? adam7(layout)
    : [{ x: 0, y: 0, dx: 1, dy: 1, width: layout.width, height: layout.height }]
  const bits = colourTypes[layout.colour]!.samples * layout.depth
  const rowBytes = (width: number) => Math.ceil((width * bits) / 8)
  const expected = passes.reduce((sum, pass) => sum + pass.height * (1 + rowBytes(pass.width)), 0)
  // Deflate packs at most 1032 to 1: what cannot hold the declared pixels is refused before they are allocated.
  const packed = data.reduce((sum, one) => sum + one.length, 0)
  if (expected > 1032 * packed + 1024)
    throw malformed(name, `is truncated: ${packed} bytes cannot hold ${layout.width} × ${layout.height} pixels.`)
  const raw = inflate(name, data.length === 1 ? data[0]! : Buffer.concat(data), expected)

  const header = describe(layout, notes)
  const count = layout.width * layout.height * header.channels
  const values = header.depth === 16 ? new Uint16Array(count) : new Uint8Array(count)
  let at = 0
  for (const pass of passes) {
    const stride = rowBytes(pass.width)
    unfilter(name, raw, at, pass.height, stride, Math.max(1, bits >> 3))
    for (let row = 0; row < pass.height; row++) {
      const line = raw.subarray(at + 1, at + 1 + stride)
      const start = ((pass.y + row * pass.dy) * layout.width + pass.x) * header.channels
      unpack(name, line, pass.width, layout, palette, values, start, pass.dx * header.channels)
      at += 1 + stride
    }
  }
  return { ...header, values }
}

function inflate(name: string, packed: Uint8Array, expected: number): Buffer {
  let raw: Buffer
  try {
    raw = inflateSync(packed, { maxOutputLength: expected })
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE') throw malformed(name, 'holds more pixel data than its header declares.')
    throw malformed(name, `the pixel data cannot be inflated (${message}).`)
  }
  if (raw.length < expected)
    throw malformed(name, `is truncated: ${expected} bytes of pixel data expected, ${raw.length} found.`)
  return raw
}

/** The seven passes of Adam7, empty ones left out: first column and row, steps, size. */
function adam7({ width, height }: Layout) {
  const grid = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ] as const
  return grid
    .map(([x, y, dx, dy]) => ({
      x,
      y,
      dx,
      dy,
      width: Math.ceil((width - x) / dx),
      height: Math.ceil((height - y) / dy),
    }))
    .filter((pass) => pass.width > 0 && pass.height > 0)
}

/** Undoes the filters of `rows` lines in place (specification §9). `step` is the distance of the pixel to the left. */
function unfilter(name: string, raw: Uint8Array, start: number, rows: number, stride: number, step: number): void {
  for (let row = 0; row < rows; row++) {
    const head = start + row * (stride + 1)
    const line = head + 1
    const above = line - stride - 1
    const end = line + stride
    const filter = raw[head]!
    if (filter === 0) continue
    if (filter === 1) {
      for (let i = line + step; i < end; i++) raw[i]! += raw[i - step]!
    } else if (filter === 2) {
      if (row > 0) for (let i = line, j = above; i < end; i++, j++) raw[i]! += raw[j]!
    } else if (filter === 3) {
      for (let i = line, j = above; i < end; i++, j++) {
        const left = i >= line + step ? raw[i - step]! : 0
        raw[i]! += (left + (row > 0 ? raw[j]! : 0)) >> 1
      }
    } else if (filter === 4) {
      for (let i = line, j = above; i < end; i++, j++) {
        const inside = i >= line + step
        const a = inside ? raw[i - step]! : 0
        const b = row > 0 ? raw[j]! : 0
        const c = inside && row > 0 ? raw[j - step]! : 0
        const toA = Math.abs(b - c)
        const toB = Math.abs(a - c)
        const toC = Math.abs(a + b - 2 * c)
        raw[i]! += toA <= toB && toA <= toC ? a : toB <= toC ? b : c
      }
    } else throw malformed(name, `line ${row} has filter ${filter}, which PNG does not have.`)
  }
}

/** One line of stored samples into values, `step` apart from `start` on. */
function unpack(
  name: string,
  line: Uint8Array,
  width: number,
  { depth, colour }: Layout,
  palette: Uint8Array | undefined,
  values: Uint8Array | Uint16Array,
  start: number,
  step: number,
): void {
  const samples = colourTypes[colour]!.samples
  const channels = colour === 0 || colour === 4 ? 1 : 3
  if (depth === 8 && step === samples && colour !== 3) return values.set(line, start)
  if (depth === 16) {
    for (let x = 0, to = start; x < width; x++, to += step) {
      for (let c = 0; c < channels; c++) {
        const from = 2 * (x * samples + c)
        values[to + c] = (line[from]! << 8) | line[from + 1]!
      }
    }
    return
  }
  if (depth === 8 && colour !== 3) {
    for (let x = 0, to = start; x < width; x++, to += step) {
      for (let c = 0; c < channels; c++) values[to + c] = line[x * samples + c]!
    }
    return
  }
  // One sample a pixel, of 1, 2, 4 or 8 bits, the first in the high bits: a gray level or a number in the palette.
  const mask = (1 << depth) - 1
  const level = 255 / mask
  for (let x = 0, to = start; x < width; x++, to += step) {
    const bit = x * depth
    const sample = (line[bit >> 3]! >> (8 - depth - (bit & 7))) & mask
    if (!palette || colour === 0) {
      values[to] = sample * level
      continue
    }
    if (3 * sample >= palette.length)
      throw malformed(name, `names colour ${sample} of a palette of ${palette.length / 3}.`)
    values[to] = palette[3 * sample]!
    values[to + 1] = palette[3 * sample + 1]!
    values[to + 2] = palette[3 * sample + 2]!
  }
}

/** A gray (H×W) or RGB (H×W×3) picture of 8 bits as PNG. The same values give the same bytes under one zlib. */
export function encodePng(
  picture: { width: number; height: number; channels: 1 | 3; values: Uint8Array },
  level = 6,
): Buffer {
  const { width, height, channels, values } = picture
  const stride = width * channels
  if (values.length !== height * stride || width < 1 || height < 1) {
    throw new LetheError(
      'internal',
      `A PNG of ${width} × ${height} × ${channels} was to be made of ${values.length} values.`,
    )
  }
  const raw = Buffer.alloc(height * (stride + 1))
  for (let row = 0; row < height; row++)
    raw.set(values.subarray(row * stride, (row + 1) * stride), row * (stride + 1) + 1)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, channels === 1 ? 0 : 2, 0, 0, 0], 8)
  return Buffer.concat([
    signature,
    encodeChunk('IHDR', header),
    encodeChunk('IDAT', deflateSync(raw, { level })),
    encodeChunk('IEND', Buffer.alloc(0)),
  ])
}

function encodeChunk(type: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(12 + data.length)
  chunk.writeUInt32BE(data.length, 0)
  chunk.write(type, 4, 'latin1')
  chunk.set(data, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length)
  return chunk
}

/**
 * A contact sheet: `count` images of height × width × channels, one after the other in `images`, row by row on a grid.
 * Empty cells and the `gap` between cells (pixels) are `background`.
 */
export function encodeGrid(
  images: Uint8Array,
  size: { count: number; height: number; width: number; channels: 1 | 3 },
  options: { columns?: number; gap?: number; background?: number; level?: number } = {},
): Buffer {
  const { count, height, width, channels } = size
  const { columns = Math.ceil(Math.sqrt(count)), gap = 0, background = 255, level } = options
  const rows = Math.ceil(count / columns)
  const sheet = { width: columns * (width + gap) - gap, height: rows * (height + gap) - gap, channels }
  const values = new Uint8Array(sheet.width * sheet.height * channels).fill(background)
  for (let i = 0; i < count; i++) {
    const left = (i % columns) * (width + gap)
    const top = Math.floor(i / columns) * (height + gap)
    for (let row = 0; row < height; row++) {
      const from = (i * height + row) * width * channels
      values.set(images.subarray(from, from + width * channels), ((top + row) * sheet.width + left) * channels)
    }
  }
  return encodePng({ ...sheet, values }, level)
}

export const png: Format = {
  id: 'png',
  title: 'PNG picture',
  match: (probe) => probe.kind === 'file' && isPng(probe.head),
  open: (path): Promise<PictureSource> => singlePicture('png', path, fileName(path)),
}
