/**
 * JPEG decoding: baseline, extended and progressive Huffman frames of 8 bits; gray, YCbCr, RGB, CMYK and YCCK.
 * Source: ITU-T T.81 (the sections named below), T.871 (JFIF colours), Adobe TN 5116 (the APP14 marker). Rounding is
 * that of the integer transform and of triangle ("fancy") chroma upsampling which nearly every decoder uses, so that
 * pixels equal Pillow's bit for bit.
 *
 * Deviation: a stream that ends early or is out of step is an error, where viewers would show what they have.
 */
import { LetheError } from '../../contract/errors.ts'
import { fileName, malformed } from './bytes.ts'
import { exifOrientation } from './exif.ts'
import type { Format, PictureSource } from './format.ts'
import type { Decoded, PictureHeader, PictureNote } from './picture.ts'
import { singlePicture } from './picture-source.ts'

export const isJpeg = (head: Uint8Array) => head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff

// ---- markers (T.81 annex B) --------------------------------------------------------------------------------------

interface Component {
  readonly id: number
  /** Sampling factors. */
  readonly h: number
  readonly v: number
  readonly tableNumber: number
  /** Size in samples that carry picture, then in blocks: those of the picture, and those stored (whole MCUs). */
  readonly width: number
  readonly height: number
  readonly blocksWide: number
  readonly blocksHigh: number
  readonly stored: number
  /** Quantisation table, latched at the component's first scan. */
  quantisation: Int32Array | undefined
  /** Progressive: all coefficients, 64 a block. */
  coefficients: Int16Array | undefined
  /** Decoded samples, `stored`·8 a line. */
  samples: Uint8Array | undefined
  prediction: number
}

interface Frame {
  readonly width: number
  readonly height: number
  readonly progressive: boolean
  readonly components: readonly Component[]
  readonly highestH: number
  readonly highestV: number
}

interface Huffman {
  /** For the next 9 bits: length << 8 | symbol, or 0 where the code is longer. */
  readonly fast: Uint16Array
  /** By code length: one past the last code (left-aligned to 16 bits), and symbol index minus first code. */
  readonly limit: Int32Array
  readonly offset: Int32Array
  readonly symbols: Uint8Array
}

interface State {
  readonly name: string
  readonly bytes: Uint8Array
  readonly notes: Set<PictureNote>
  readonly quantisation: (Int32Array | undefined)[]
  readonly dc: (Huffman | undefined)[]
  readonly ac: (Huffman | undefined)[]
  frame: Frame | undefined
  restart: number
  jfif: boolean
  /** Colour transform of an Adobe marker; −1 without one. */
  adobe: number
}

// Position in a block of the k-th coefficient of a scan (T.81 figure A.6): diagonals, up and down by turns.
const zigzag = (() => {
  const order: number[] = []
  for (let diagonal = 0; diagonal < 15; diagonal++) {
    for (let i = 0; i <= diagonal; i++) {
      const [row, column] = diagonal % 2 === 0 ? [diagonal - i, i] : [i, diagonal - i]
      if (row < 8 && column < 8) order.push(row * 8 + column)
    }
  }
  return Uint8Array.from(order)
})()

const unsupportedFrames: Record<number, string> = {
  0xc3: 'lossless',
  0xc5: 'hierarchical',
  0xc6: 'hierarchical',
  0xc7: 'hierarchical',
  0xc9: 'arithmetic-coded',
  0xca: 'arithmetic-coded',
  0xcb: 'arithmetic-coded',
  0xcd: 'arithmetic-coded',
  0xce: 'arithmetic-coded',
  0xcf: 'arithmetic-coded',
}

const unsupported = (name: string, what: string) =>
  new LetheError('format-unsupported', `${name}: ${what} JPEG is not read.`, 'Convert it to PNG.')

/** Walks marker segments until `visit` says stop. Null where the bytes end before that. */
function walk(
  state: State,
  visit: (marker: number, segment: Uint8Array, end: number) => 'stop' | number | undefined,
): true | null {
  const { bytes, name } = state
  for (let at = 2; ;) {
    // Between segments nothing but fill bytes belongs; some writers leave others, which every decoder skips.
    while (at < bytes.length && bytes[at] !== 0xff) at++
    while (at < bytes.length && bytes[at] === 0xff) at++
    if (at >= bytes.length) return null
    const marker = bytes[at++]!
    if (marker === 0 || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) continue
    if (marker === 0xd9) {
      if (visit(marker, bytes.subarray(at, at), at) === 'stop') return true
      continue
    }
    if (at + 2 > bytes.length) return null
    const length = (bytes[at]! << 8) | bytes[at + 1]!
    if (length < 2) throw malformed(name, `a JPEG segment at byte ${at} declares ${length} bytes.`)
    if (at + length > bytes.length) return null
    const next = visit(marker, bytes.subarray(at + 2, at + length), at + length)
    if (next === 'stop') return true
    at = next ?? at + length
  }
}

function newState(name: string, bytes: Uint8Array): State {
  return {
    name,
    bytes,
    notes: new Set(),
    quantisation: [],
    dc: [],
    ac: [],
    frame: undefined,
    restart: 0,
    jfif: false,
    adobe: -1,
  }
}

/** Segments that matter before and between scans. */
function apply(state: State, marker: number, segment: Uint8Array): void {
  const { name } = state
  const text = (count: number) => String.fromCharCode(...segment.subarray(0, count))
  if (marker === 0xe0 && text(5) === 'JFIF\0') state.jfif = true
  else if (marker === 0xe1 && text(6) === 'Exif\0\0' && exifOrientation(segment.subarray(6)) !== 1)
    state.notes.add('orientation-ignored')
  else if (marker === 0xee && text(5) === 'Adobe' && segment.length >= 12) state.adobe = segment[11]!
  else if (marker === 0xdb) readQuantisation(state, segment)
  else if (marker === 0xc4) readHuffman(state, segment)
  else if (marker === 0xdd) {
    if (segment.length !== 2) throw malformed(name, 'its restart segment is not two bytes long.')
    state.restart = (segment[0]! << 8) | segment[1]!
  } else if (marker >= 0xc0 && marker <= 0xc2) {
    if (state.frame) throw malformed(name, 'has a second frame.')
    state.frame = readFrame(state, segment, marker === 0xc2)
  } else if (unsupportedFrames[marker]) throw unsupported(name, unsupportedFrames[marker])
}

function readFrame({ name, notes }: State, segment: Uint8Array, progressive: boolean): Frame {
  const [bits = 0, highY = 0, lowY = 0, highX = 0, lowX = 0, count = 0] = segment
  const height = (highY << 8) | lowY
  const width = (highX << 8) | lowX
  if (segment.length !== 6 + 3 * count) throw malformed(name, 'the length of its frame header does not fit.')
  if (bits !== 8) throw unsupported(name, `${bits}-bit`)
  if (height === 0) throw unsupported(name, 'a height that follows the pixels: such a')
  if (width === 0) throw malformed(name, 'declares a width of 0.')
  if (![1, 3, 4].includes(count)) throw unsupported(name, `${count}-component`)
  const declared = Array.from({ length: count }, (_, i) => {
    const [id = 0, sampling = 0, tableNumber = 0] = segment.subarray(6 + 3 * i)
    const [h, v] = [sampling >> 4, sampling & 15]
    if (h < 1 || h > 4 || v < 1 || v > 4 || tableNumber > 3)
      throw malformed(name, `component ${id} has sampling ${h}×${v} and table ${tableNumber}.`)
    // A lone component is never subsampled, whatever it says (T.81 A.2.2).
    return count === 1 ? { id, h: 1, v: 1, tableNumber } : { id, h, v, tableNumber }
  })
  if (new Set(declared.map((one) => one.id)).size !== count) throw malformed(name, 'names one component twice.')
  const highestH = Math.max(...declared.map((one) => one.h))
  const highestV = Math.max(...declared.map((one) => one.v))
  if (declared.some((one) => highestH % one.h !== 0 || highestV % one.v !== 0))
    throw unsupported(name, 'fractionally sampled')
  const across = Math.ceil(width / (8 * highestH))
  const components = declared.map(({ id, h, v, tableNumber }): Component => {
    const [wide, high] = [Math.ceil((width * h) / highestH), Math.ceil((height * v) / highestV)]
    return {
      ...{ id, h, v, tableNumber, width: wide, height: high },
      ...{ blocksWide: Math.ceil(wide / 8), blocksHigh: Math.ceil(high / 8), stored: across * h },
      ...{ quantisation: undefined, coefficients: undefined, samples: undefined, prediction: 0 },
    }
  })
  if (count === 4) notes.add('cmyk-converted')
  return { width, height, progressive, components, highestH, highestV }
}

function readQuantisation({ name, quantisation }: State, segment: Uint8Array): void {
  for (let at = 0; at < segment.length;) {
    const [precision, number] = [segment[at]! >> 4, segment[at]! & 15]
    const size = precision === 0 ? 64 : 128
    if (precision > 1 || number > 3 || at + 1 + size > segment.length)
      throw malformed(name, 'a quantisation table is broken.')
    const table = new Int32Array(64)
    for (let k = 0; k < 64; k++) {
      const from = at + 1 + k * (precision + 1)
      table[zigzag[k]!] = precision === 0 ? segment[from]! : (segment[from]! << 8) | segment[from + 1]!
    }
    quantisation[number] = table
    at += 1 + size
  }
}

function readHuffman({ name, dc, ac }: State, segment: Uint8Array): void {
  for (let at = 0; at < segment.length;) {
    const [kind, number] = [segment[at]! >> 4, segment[at]! & 15]
    const counts = segment.subarray(at + 1, at + 17)
    const total = counts.reduce((sum, one) => sum + one, 0)
    if (kind > 1 || number > 3 || counts.length < 16 || total > 256 || at + 17 + total > segment.length)
      throw malformed(name, 'a Huffman table is broken.')
    ;(kind === 0 ? dc : ac)[number] = buildHuffman(name, counts, segment.slice(at + 17, at + 17 + total))
    at += 17 + total
  }
}

/** Canonical codes from the number of codes of each length (T.81 annex C). */
function buildHuffman(name: string, counts: Uint8Array, symbols: Uint8Array): Huffman {
  const fast = new Uint16Array(512)
  const limit = new Int32Array(18)
  const offset = new Int32Array(17)
  let code = 0
  let index = 0
  for (let length = 1; length <= 16; length++) {
    offset[length] = index - code
    for (let i = 0; i < counts[length - 1]!; i++, code++, index++) {
      if (code >= 1 << length) throw malformed(name, 'a Huffman table has more codes than fit.')
      if (length <= 9) fast.fill((length << 8) | symbols[index]!, code << (9 - length), (code + 1) << (9 - length))
    }
    limit[length] = code << (16 - length)
    code <<= 1
  }
  limit[17] = 0x10000
  return { fast, limit, offset, symbols }
}

// ---- entropy-coded data (T.81 annexes F and G) -------------------------------------------------------------------

/** Bits of a scan, most significant first, with stuffed zeros removed. */
interface Bits {
  readonly name: string
  readonly bytes: Uint8Array
  at: number
  held: number
  count: number
  /** How many of the held bits, at their end, are not from the stream. */
  padding: number
}

/**
 * Makes at least 16 bits available. Where the data of the scan or interval ends, zeros follow: a look ahead may meet
 * them, but taking one means that the stream is too short (see `checkSpent`).
 */
function refill(bits: Bits): void {
  const { bytes } = bits
  while (bits.count <= 16) {
    const byte = bits.at < bytes.length ? bytes[bits.at]! : 0xff
    const marker = byte === 0xff && bytes[bits.at + 1] !== 0
    if (marker) {
      bits.held <<= 16
      bits.count += 16
      bits.padding += 16
      return
    }
    bits.at += byte === 0xff ? 2 : 1
    bits.held = (bits.held << 8) | byte
    bits.count += 8
  }
}

function checkSpent(bits: Bits): void {
  if (bits.padding > 0 && bits.count < bits.padding)
    throw malformed(bits.name, `is truncated: the pixel data ends at byte ${bits.at}.`)
}

function take(bits: Bits, count: number): number {
  if (count === 0) return 0
  if (bits.count < count) refill(bits)
  bits.count -= count
  return (bits.held >> bits.count) & ((1 << count) - 1)
}

/** A value of `size` bits in JPEG's signed form (T.81 F.2.2.1, EXTEND). */
function receive(bits: Bits, size: number): number {
  if (size === 0) return 0
  const value = take(bits, size)
  return value < 1 << (size - 1) ? value - (1 << size) + 1 : value
}

function symbol(bits: Bits, table: Huffman): number {
  if (bits.count < 16) refill(bits)
  const next = (bits.held >> (bits.count - 16)) & 0xffff
  const quick = table.fast[next >> 7]!
  if (quick !== 0) {
    bits.count -= quick >> 8
    return quick & 255
  }
  let length = 10
  while (length <= 16 && next >= table.limit[length]!) length++
  if (length > 16) throw malformed(bits.name, `a code near byte ${bits.at} is in no Huffman table.`)
  bits.count -= length
  return table.symbols[table.offset[length]! + (next >> (16 - length))]!
}

type BlockDecoder = (component: Component, block: number) => void

/** One scan: reads its header, decodes its blocks, returns where its data ends. */
function readScan(state: State, segment: Uint8Array, start: number): number {
  const { name, frame } = state
  if (!frame) throw malformed(name, 'its pixel data comes before its frame header.')
  const count = segment[0] ?? 0
  if (count < 1 || count > 4 || segment.length !== 4 + 2 * count) throw malformed(name, 'a scan header is broken.')
  const [first = 0, last = 0, approximation = 0] = segment.subarray(1 + 2 * count)
  const [high, low] = [approximation >> 4, approximation & 15]
  const tables = new Map<Component, { dc: number; ac: number }>()
  for (let i = 0; i < count; i++) {
    const component = frame.components.find((one) => one.id === segment[1 + 2 * i])
    const selected = segment[2 + 2 * i]!
    if (!component || tables.has(component))
      throw malformed(name, 'a scan names a component that is not there, or one twice.')
    tables.set(component, { dc: selected >> 4, ac: selected & 15 })
  }
  const inScan = [...tables.keys()]
  if (frame.progressive) {
    const dcScan = first === 0 && last === 0
    const acScan = first >= 1 && first <= last && last <= 63 && count === 1
    if (!(dcScan || acScan) || low > 13 || (high !== 0 && high !== low + 1))
      throw malformed(name, 'a scan names coefficients that cannot be.')
  } else if (first !== 0 || last !== 63 || approximation !== 0)
    throw malformed(name, 'a scan of a sequential frame must hold whole blocks.')

  for (const component of inScan) prepare(state, frame, component)
  const bits: Bits = { name, bytes: state.bytes, at: start, held: 0, count: 0, padding: 0 }
  const huffman = (kind: 'dc' | 'ac') => (component: Component) => {
    const table = state[kind][tables.get(component)![kind]]
    if (!table)
      throw malformed(
        name,
        `a scan uses ${kind.toUpperCase()} table ${tables.get(component)![kind]}, which is not there.`,
      )
    return table
  }
  const run = { left: 0 }
  const decode = frame.progressive
    ? progressiveDecoder(bits, huffman, run, inScan, { first, last, high, low })
    : sequentialDecoder(bits, huffman, inScan)

  const [lone] = count === 1 ? inScan : []
  const across = lone ? lone.blocksWide : Math.ceil(frame.width / (8 * frame.highestH))
  const down = lone ? lone.blocksHigh : Math.ceil(frame.height / (8 * frame.highestV))
  for (let unit = 0; unit < across * down; unit++) {
    if (state.restart > 0 && unit > 0 && unit % state.restart === 0) {
      nextInterval(bits, (unit / state.restart - 1) & 7)
      run.left = 0
      for (const component of inScan) component.prediction = 0
    }
    const row = Math.floor(unit / across)
    const column = unit % across
    if (lone) decode(lone, row * lone.stored + column)
    else {
      for (const component of inScan) {
        for (let y = 0; y < component.v; y++) {
          const line = (row * component.v + y) * component.stored + column * component.h
          for (let x = 0; x < component.h; x++) decode(component, line + x)
        }
      }
    }
    checkSpent(bits)
  }
  return bits.at
}

/** Memory of a component, at its first scan; the bytes at hand must be able to fill it, at a bit or more a block. */
function prepare({ name, bytes, quantisation }: State, frame: Frame, component: Component): void {
  component.prediction = 0
  if (component.quantisation) {
    if (!frame.progressive) throw malformed(name, `component ${component.id} comes in two scans.`)
    return
  }
  const table = quantisation[component.tableNumber]
  if (!table) throw malformed(name, `quantisation table ${component.tableNumber} is not there.`)
  component.quantisation = table
  const blocks = component.stored * Math.ceil(frame.height / (8 * frame.highestV)) * component.v
  if (blocks > 8 * bytes.length)
    throw malformed(name, `is truncated: ${bytes.length} bytes cannot hold ${frame.width} × ${frame.height} pixels.`)
  component.samples = new Uint8Array(blocks * 64)
  if (frame.progressive) component.coefficients = new Int16Array(blocks * 64)
}

function nextInterval(bits: Bits, expected: number): void {
  const { bytes } = bits
  let { at } = bits
  while (at < bytes.length && !(bytes[at] === 0xff && bytes[at + 1] !== 0 && bytes[at + 1] !== 0xff)) at++
  if (bytes[at + 1] !== 0xd0 + expected)
    throw malformed(bits.name, `expected restart marker ${expected} at byte ${at}.`)
  bits.at = at + 2
  bits.held = bits.count = bits.padding = 0
}

type Tables = (kind: 'dc' | 'ac') => (component: Component) => Huffman

const byComponent = (components: readonly Component[], table: (component: Component) => Huffman) =>
  new Map(components.map((one) => [one, table(one)]))

/** Baseline and extended frames (T.81 F.2): a whole block at a time, transformed at once. */
function sequentialDecoder(bits: Bits, tables: Tables, components: readonly Component[]): BlockDecoder {
  const dcTables = byComponent(components, tables('dc'))
  const acTables = byComponent(components, tables('ac'))
  const block = new Int32Array(64)
  return (component, index) => {
    const ac = acTables.get(component)!
    const quantisation = component.quantisation!
    component.prediction += receive(bits, magnitude(bits, symbol(bits, dcTables.get(component)!)))
    block[0] = component.prediction * quantisation[0]!
    let last = 0
    for (let k = 1; k < 64; k++) {
      const code = symbol(bits, ac)
      const size = code & 15
      if (size === 0) {
        if (code !== 0xf0) break
        k += 15
        continue
      }
      k += code >> 4
      if (k > 63) throw outside(bits)
      const to = zigzag[k]!
      block[to] = receive(bits, size) * quantisation[to]!
      last = k
    }
    inverseTransform(block, last === 0, component, index)
    block.fill(0)
  }
}

const outside = (bits: Bits) => malformed(bits.name, `a run of coefficients leaves its block near byte ${bits.at}.`)

function magnitude(bits: Bits, size: number): number {
  if (size > 15) throw malformed(bits.name, `a difference of ${size} bits near byte ${bits.at}.`)
  return size
}

/** Progressive frames (T.81 G.1.2 and G.2): one band of coefficients, or one more bit of it, a scan. */
function progressiveDecoder(
  bits: Bits,
  tables: Tables,
  run: { left: number },
  components: readonly Component[],
  scan: { first: number; last: number; high: number; low: number },
): BlockDecoder {
  const { first, last, high, low } = scan
  if (first === 0 && high === 0) {
    const dcTables = byComponent(components, tables('dc'))
    return (component, block) => {
      component.prediction += receive(bits, magnitude(bits, symbol(bits, dcTables.get(component)!)))
      component.coefficients![block * 64] = component.prediction << low
    }
  }
  if (first === 0) {
    return (component, block) => {
      if (take(bits, 1)) component.coefficients![block * 64]! |= 1 << low
    }
  }
  const ac = tables('ac')(components[0]!)
  if (high === 0) {
    return (component, block) => {
      if (run.left > 0) {
        run.left--
        return
      }
      for (let k = first; k <= last; k++) {
        const code = symbol(bits, ac)
        const [zeros, size] = [code >> 4, code & 15]
        if (size === 0 && zeros < 15) {
          run.left = (1 << zeros) - 1 + take(bits, zeros)
          return
        }
        k += zeros
        if (size === 0) continue
        if (k > last) throw outside(bits)
        component.coefficients![block * 64 + zigzag[k]!] = receive(bits, size) * (1 << low)
      }
    }
  }
  const bit = 1 << low
  return (component, block) => {
    const coefficients = component.coefficients!
    const base = block * 64
    /** One more bit for a coefficient that is already non-zero. */
    const refine = (at: number) => {
      const value = coefficients[at]!
      if (take(bits, 1) && (value & bit) === 0) coefficients[at] = value + (value > 0 ? bit : -bit)
    }
    let k = first
    while (k <= last && run.left === 0) {
      const code = symbol(bits, ac)
      let zeros = code >> 4
      if ((code & 15) === 0 && zeros < 15) {
        run.left = (1 << zeros) + take(bits, zeros)
        break
      }
      if ((code & 15) > 1) throw malformed(bits.name, `a refinement of more than one bit near byte ${bits.at}.`)
      const value = (code & 15) === 0 ? 0 : take(bits, 1) ? bit : -bit
      for (; k <= last; k++) {
        const at = base + zigzag[k]!
        if (coefficients[at] !== 0) refine(at)
        else if (zeros-- === 0) {
          coefficients[at] = value
          break
        }
      }
      if (k > last && value !== 0) throw outside(bits)
      k++
    }
    if (run.left > 0) {
      for (; k <= last; k++) if (coefficients[base + zigzag[k]!] !== 0) refine(base + zigzag[k]!)
      run.left--
    }
  }
}

// ---- inverse transform -------------------------------------------------------------------------------------------
// C. Loeffler, A. Ligtenberg, G. Moschytz: Practical fast 1-D DCT algorithms with 11 multiplications, ICASSP 1989,
// in integers: constants of 13 fraction bits, two extra bits kept between the passes, halves rounded up.

const fractionBits = 13
const keptBits = 2
/** √2·cos(kπ/16). */
const c = (k: number) => Math.SQRT2 * Math.cos((k * Math.PI) / 16)
const fixed = (value: number) => Math.round(value * (1 << fractionBits))
const even = { z: fixed(c(6)), two: fixed(c(2) - c(6)), six: fixed(-c(2) - c(6)) }
const odd = {
  z: fixed(c(3)),
  seven: fixed(-c(1) + c(3) + c(5) - c(7)),
  five: fixed(c(1) + c(3) - c(5) + c(7)),
  three: fixed(c(1) + c(3) + c(5) - c(7)),
  one: fixed(c(1) + c(3) - c(5) - c(7)),
  outer: fixed(c(7) - c(3)),
  inner: fixed(-c(1) - c(3)),
  falling: fixed(-c(3) - c(5)),
  rising: fixed(c(5) - c(3)),
}

/** Eight values, `step` apart, transformed in place and divided by 2^shift. */
function transformEight(w: Int32Array, at: number, step: number, shift: number): void {
  const [i1, i2, i3, i4] = [at + step, at + 2 * step, at + 3 * step, at + 4 * step]
  const [i5, i6, i7] = [at + 5 * step, at + 6 * step, at + 7 * step]
  const [x1, x2, x3, x5, x6, x7] = [w[i1]!, w[i2]!, w[i3]!, w[i5]!, w[i6]!, w[i7]!]
  const sum = (w[at]! + w[i4]!) << fractionBits
  const difference = (w[at]! - w[i4]!) << fractionBits
  const z = Math.imul(x2 + x6, even.z)
  const e2 = z + Math.imul(x6, even.six)
  const e3 = z + Math.imul(x2, even.two)
  const round = 1 << (shift - 1)
  const a0 = sum + e3 + round
  const a3 = sum - e3 + round
  const a1 = difference + e2 + round
  const a2 = difference - e2 + round
  const both = Math.imul(x7 + x3 + x5 + x1, odd.z)
  const falling = both + Math.imul(x7 + x3, odd.falling)
  const rising = both + Math.imul(x5 + x1, odd.rising)
  const outer = Math.imul(x7 + x1, odd.outer)
  const inner = Math.imul(x5 + x3, odd.inner)
  const b0 = Math.imul(x7, odd.seven) + outer + falling
  const b1 = Math.imul(x5, odd.five) + inner + rising
  const b2 = Math.imul(x3, odd.three) + inner + falling
  const b3 = Math.imul(x1, odd.one) + outer + rising
  w[at] = (a0 + b3) >> shift
  w[i7] = (a0 - b3) >> shift
  w[i1] = (a1 + b2) >> shift
  w[i6] = (a1 - b2) >> shift
  w[i2] = (a2 + b1) >> shift
  w[i5] = (a2 - b1) >> shift
  w[i3] = (a3 + b0) >> shift
  w[i4] = (a3 - b0) >> shift
}

/** A dequantised block into the component's samples, level-shifted and clamped. Overwrites `block`. */
function inverseTransform(block: Int32Array, flat: boolean, component: Component, index: number): void {
  const samples = component.samples!
  const stride = component.stored * 8
  const start = Math.floor(index / component.stored) * 8 * stride + (index % component.stored) * 8
  if (flat) {
    const level = clamp(128 + ((block[0]! + 4) >> 3))
    for (let y = 0; y < 8; y++) samples.fill(level, start + y * stride, start + y * stride + 8)
    return
  }
  for (let x = 0; x < 8; x++) transformEight(block, x, 8, fractionBits - keptBits)
  for (let y = 0; y < 8; y++) {
    transformEight(block, 8 * y, 1, fractionBits + keptBits + 3)
    for (let x = 0; x < 8; x++) samples[start + y * stride + x] = clamp(128 + block[8 * y + x]!)
  }
}

const clamp = (value: number) => (value < 0 ? 0 : value > 255 ? 255 : value)

function transformAll(component: Component): void {
  const { coefficients, quantisation } = component
  if (!coefficients || !quantisation) return
  const block = new Int32Array(64)
  for (let index = 0; index * 64 < coefficients.length; index++) {
    for (let i = 0; i < 64; i++) block[i] = coefficients[index * 64 + i]! * quantisation[i]!
    inverseTransform(block, false, component, index)
  }
  component.coefficients = undefined
}

// ---- upsampling and colour ---------------------------------------------------------------------------------------

/** Writes line `y` of the picture from a component, at full width. Halved axes are interpolated 3 : 1, others repeated. */
function upsampler(frame: Frame, component: Component): (y: number, line: Uint8Array) => void {
  const samples = component.samples!
  const stride = component.stored * 8
  const [across, down] = [frame.highestH / component.h, frame.highestV / component.v]
  const { width, height } = component
  if (down === 2 && (across === 1 || (across === 2 && width > 2))) {
    const mixed = new Uint16Array(width)
    return (y, line) => {
      const near = (y >> 1) * stride
      const far = Math.min(height - 1, Math.max(0, (y >> 1) + (y & 1 ? 1 : -1))) * stride
      for (let x = 0; x < width; x++) mixed[x] = 3 * samples[near + x]! + samples[far + x]!
      // Rounding errs up and down by turns, so that no shade is favoured.
      if (across === 1) for (let x = 0; x < width; x++) line[x] = (mixed[x]! + (y & 1 ? 2 : 1)) >> 2
      else widen(mixed, 0, width, line, 4)
    }
  }
  if (down === 1 && across === 2 && width > 2) return (y, line) => widen(samples, y * stride, width, line, 2)
  return (y, line) => {
    const from = Math.floor(y / down) * stride
    if (across === 1) line.set(samples.subarray(from, from + width))
    else for (let x = 0; x < frame.width; x++) line[x] = samples[from + Math.floor(x / across)]!
  }
}

/** Doubles a line: each new sample lies a quarter from one old and three quarters from the next. Divides by 2^shift. */
function widen(from: Uint8Array | Uint16Array, start: number, width: number, line: Uint8Array, shift: number): void {
  const before = shift === 2 ? 1 : 8
  const behind = shift === 2 ? 2 : 7
  for (let x = 0; x < width; x++) {
    const here = from[start + x]!
    const left = x > 0 ? from[start + x - 1]! : here
    const right = x < width - 1 ? from[start + x + 1]! : here
    line[2 * x] = (3 * here + left + before) >> shift
    line[2 * x + 1] = (3 * here + right + behind) >> shift
  }
}

/** How three components mean colours: stated by a marker, else told by their ids. */
function isYcc({ jfif, adobe, frame }: State): boolean {
  const ids = frame!.components.map((one) => one.id).join()
  if (frame!.components.length === 4) return adobe === 2
  if (jfif) return true
  if (adobe >= 0) return adobe !== 0
  return ids !== [...'RGB'].map((letter) => letter.charCodeAt(0)).join()
}

// T.871: R = Y + 1.402 Cr, G = Y − 0.34414 Cb − 0.71414 Cr, B = Y + 1.772 Cb, in 16 fraction bits.
const sixteen = (value: number) => Math.round(value * 65536)
const shade = (weight: number) =>
  Int32Array.from({ length: 256 }, (_, value) => (sixteen(weight) * (value - 128) + 32768) >> 16)
const redOfCr = shade(1.402)
const blueOfCb = shade(1.772)
const greenOfCr = Int32Array.from({ length: 256 }, (_, value) => -sixteen(0.71414) * (value - 128))
const greenOfCb = Int32Array.from({ length: 256 }, (_, value) => -sixteen(0.34414) * (value - 128) + 32768)

function toRgb(lines: readonly Uint8Array[], width: number, out: Uint8Array, at: number): void {
  const [luma, cb, cr] = lines as [Uint8Array, Uint8Array, Uint8Array]
  for (let x = 0, to = at; x < width; x++, to += 3) {
    const level = luma[x]!
    out[to] = clamp(level + redOfCr[cr[x]!]!)
    out[to + 1] = clamp(level + ((greenOfCb[cb[x]!]! + greenOfCr[cr[x]!]!) >> 16))
    out[to + 2] = clamp(level + blueOfCb[cb[x]!]!)
  }
}

function colours(state: State): Uint8Array {
  const frame = state.frame!
  const { width, height, components } = frame
  const channels = components.length === 1 ? 1 : 3
  const values = new Uint8Array(width * height * channels)
  const ycc = isYcc(state)
  const lines = components.map(() => new Uint8Array(width + 8))
  const fillers = components.map((component) => upsampler(frame, component))
  for (let y = 0; y < height; y++) {
    fillers.forEach((fill, i) => fill(y, lines[i]!))
    const at = y * width * channels
    if (channels === 1) values.set(lines[0]!.subarray(0, width), at)
    else if (components.length === 3 && ycc) toRgb(lines, width, values, at)
    else {
      for (let x = 0; x < width; x++) for (let i = 0; i < 3; i++) values[at + 3 * x + i] = lines[i]![x]!
      if (components.length === 4) withBlack(lines, ycc, width, values, at)
    }
  }
  return values
}

/**
 * Four inks, stored inverted as Adobe does: a value is how much light the ink lets through. Light is what all inks
 * leave, k − (255 − c)·k/255 with Pillow's rounding. YCCK holds its first three inks as YCbCr, inverted once more.
 */
function withBlack(lines: readonly Uint8Array[], ycc: boolean, width: number, values: Uint8Array, at: number): void {
  if (ycc) toRgb(lines, width, values, at)
  const black = lines[3]!
  for (let x = 0; x < width; x++) {
    for (let i = at + 3 * x; i < at + 3 * x + 3; i++) {
      const ink = ycc ? values[i]! : 255 - values[i]!
      const product = ink * black[x]! + 128
      values[i] = clamp(black[x]! - (((product >> 8) + product) >> 8))
    }
  }
}

// ---- the two ways in ---------------------------------------------------------------------------------------------

/** What a JPEG declares before its pixels; null where `bytes` ends before that. */
export function jpegHeader(name: string, bytes: Uint8Array): PictureHeader | null {
  const state = newState(name, bytes)
  const done = walk(state, (marker, segment) => {
    if (marker === 0xda || marker === 0xd9) return 'stop'
    apply(state, marker, segment)
    return undefined
  })
  if (!done) return null
  if (!state.frame) throw malformed(name, 'holds no picture.')
  return describe(state)
}

function describe({ frame, notes }: State): PictureHeader {
  return {
    format: 'jpeg',
    width: frame!.width,
    height: frame!.height,
    channels: frame!.components.length === 1 ? 1 : 3,
    depth: 8,
    notes: [...notes],
  }
}

export function decodeJpeg(name: string, bytes: Uint8Array): Decoded {
  const state = newState(name, bytes)
  const done = walk(state, (marker, segment, end) => {
    if (marker === 0xd9) return 'stop'
    if (marker === 0xda) return readScan(state, segment, end)
    apply(state, marker, segment)
    return undefined
  })
  if (!done) throw malformed(name, 'is truncated: its end marker is missing.')
  const { frame } = state
  if (!frame || frame.components.some((one) => !one.samples))
    throw malformed(name, 'ends before all of its components are there.')
  frame.components.forEach(transformAll)
  return { ...describe(state), values: colours(state) }
}

export const jpeg: Format = {
  id: 'jpeg',
  title: 'JPEG picture',
  match: (probe) => probe.kind === 'file' && isJpeg(probe.head),
  open: (path): Promise<PictureSource> => singlePicture('jpeg', path, fileName(path)),
}
