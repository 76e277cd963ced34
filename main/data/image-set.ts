/**
 * Any source as a labelled image set: uint8 images of one size in NHWC order with class indices, split by split, as
 * a stream. This is what the importer reads.
 *
 * Values become uint8 by one rule for the whole set, found in a pass of its own where the numbers are not uint8:
 *   whole numbers within 0 … 255   as they are
 *   real numbers within 0 … 1      round(255·v)
 *   real numbers within −1 … 1     round(127.5·(v + 1))
 *   booleans                       0 and 255
 *   16-bit pictures                their high byte, as Pillow does
 * Anything else is refused. A gray picture in a set that has colour is repeated on three channels.
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { LetheError } from '../contract/errors.ts'
import { chunkBytes, malformed, shown, throwIfAborted } from './formats/bytes.ts'
import {
  brokenSource,
  dtypeBytes,
  warning,
  type ArraySource,
  type ArraySplit,
  type FormatId,
  type Part,
  type Picture,
  type PictureSource,
  type Problem,
  type ReadOptions,
  type Split,
} from './formats/format.ts'
import { openSource } from './formats/index.ts'
import { decodePicture, noteTexts, pictureHeader, type PictureHeader, type PictureNote } from './formats/picture.ts'
import { ahead } from './formats/ahead.ts'
import { gather, numbers } from './formats/values.ts'

export interface ImageChunk {
  readonly count: number
  /** count × height × width × channels, NHWC, RGB or gray. */
  readonly images: Uint8Array
  /** Class indices 0 … classes−1; −1 where an image has no label. */
  readonly labels: Int32Array
}

export interface ImageSplit {
  readonly name: Split
  readonly count: number
  /** Chunks of about 4 MiB, in order. May be read again. */
  read(options?: ReadOptions): AsyncGenerator<ImageChunk>
}

export interface ImageSet {
  readonly format: FormatId
  readonly path: string
  readonly height: number
  readonly width: number
  readonly channels: 1 | 3
  /** Number of classes; 0 where the set has no labels. */
  readonly classes: number
  readonly classNames: readonly string[]
  readonly splits: readonly ImageSplit[]
  readonly problems: readonly Problem[]
  readonly close: () => Promise<void>
}

const highestClass = 9_999

/**
 * Opens `path` as an image set. Throws `format-unsupported` for sources that hold no images or images of several
 * sizes (naming the first odd one), `file-malformed` for broken ones. Errors inside single pictures come on reading.
 */
export async function openImageSet(
  path: string,
  options: ReadOptions & { readonly as?: string | undefined } = {},
): Promise<ImageSet> {
  const source = await openSource(path, options)
  try {
    const broken = source.problems.find((problem) => problem.severity === 'error')
    if (broken) throw brokenSource(path, broken, 'Repair or remove it, then try again.')
    return source.kind === 'arrays' ? await arraySet(source, options) : await pictureSet(source, options)
  } catch (thrown) {
    await source.close()
    throw thrown
  }
}

// ---- arrays ------------------------------------------------------------------------------------------------------

async function arraySet(source: ArraySource, options: ReadOptions): Promise<ImageSet> {
  const found = source.splits.length > 0 ? source.splits : await alone(source)
  const first = found[0]?.images[0]
  if (!first) {
    const parts = source.parts.map((part) => `${part.path} (${part.dtype}, ${part.shape.join('×')})`).join(', ')
    throw new LetheError(
      'format-unsupported',
      `${source.path}: holds no images, but ${shown(parts)}.`,
      'Name the arrays images and labels, or x and y.',
    )
  }
  const [, height = 0, width = 0, channels = 1] = first.shape
  if (channels !== 1 && channels !== 3) {
    throw new LetheError(
      'format-unsupported',
      `${source.path}: ${first.path} has shape ${first.shape.join('×')}; expected N×H×W, N×H×W×1 or N×H×W×3.`,
      'Transpose it so that the colour channels come last.',
    )
  }
  if (height === 0 || width === 0) throw malformed(source.path, `images of ${height}×${width} pixels.`)
  const all = found.flatMap((split) => split.images)
  const odd = all.find((part) => part.shape.slice(1).join() !== first.shape.slice(1).join())
  if (odd) {
    throw new LetheError(
      'format-unsupported',
      `${source.path}: ${odd.path} holds images of ${odd.shape.slice(1).join('×')}, ${first.path} of ${first.shape.slice(1).join('×')}.`,
      'Bring all images to one size.',
    )
  }
  const convert = await conversion(source.path, all, options)
  let classes = 0
  const splits: ImageSplit[] = []
  for (const { name, images, labels: labelParts } of found) {
    const count = images.reduce((sum, part) => sum + part.shape[0]!, 0)
    const labels =
      labelParts.length > 0 ? await readLabels(source.path, labelParts, count, options) : new Int32Array(count).fill(-1)
    for (const label of labels) if (label >= classes) classes = label + 1
    splits.push({
      name,
      count,
      read: (reading) => readArrays(images, labels, height * width * channels, convert, reading),
    })
  }
  const classNames = Array.from({ length: classes }, (_, index) => String(index))
  return {
    format: source.format,
    path: source.path,
    height,
    width,
    channels,
    classes,
    classNames,
    splits,
    problems: source.problems,
    close: source.close,
  }
}

/** A lone array of images, with the labels that lie beside it where its name is one of an IDX set. */
async function alone(source: ArraySource): Promise<ArraySplit[]> {
  const [images] = source.parts
  if (source.parts.length !== 1 || !images || (images.shape.length !== 3 && images.shape.length !== 4)) return []
  const name = images.path.replace(/images([-.])idx[34]/, 'labels$1idx1')
  if (source.format !== 'idx' || name === images.path) return [{ name: 'train', images: [images], labels: [] }]
  const beside = [name, name.replace(/\.gz$/, ''), `${name}.gz`].map((one) => join(dirname(source.path), one))
  const found = beside.find((path) => existsSync(path))
  const labels = found ? await openSource(found, { as: 'idx' }) : null
  return [{ name: 'train', images: [images], labels: labels?.kind === 'arrays' ? labels.parts : [] }]
}

type Convert = (values: ArrayLike<number>, target: Uint8Array) => void

/** The rule of the header for images of another type than uint8. */
async function conversion(path: string, parts: readonly Part[], options: ReadOptions): Promise<Convert> {
  if (parts.every((part) => part.dtype === 'uint8')) return (values, target) => target.set(values)
  if (parts.every((part) => part.dtype === 'bool')) return scaled((value) => (value ? 255 : 0))
  let low = Infinity
  let high = -Infinity
  let whole = true
  for (const part of parts) {
    const statistics = gather(part.dtype)
    for await (const chunk of part.read(options)) statistics.add(chunk)
    const { range, nans, infinities, whole: these } = statistics.result()
    if (nans + infinities > 0) {
      throw new LetheError(
        'format-unsupported',
        `${path}: ${part.path} holds ${nans + infinities} values that are not finite.`,
        'Replace them first.',
      )
    }
    if (range) [low, high] = [Math.min(low, range[0]), Math.max(high, range[1])]
    whole &&= these
  }
  const floating = parts.some((part) => part.dtype.startsWith('float'))
  if (floating && low >= 0 && high <= 1) return scaled((value) => Math.round(255 * value))
  if (floating && low >= -1 && high <= 1) return scaled((value) => Math.round(127.5 * (value + 1)))
  if (whole && low >= 0 && high <= 255) return scaled((value) => value)
  throw new LetheError(
    'format-unsupported',
    `${path}: image values lie in ${low} … ${high}; expected whole numbers in 0 … 255 or real ones in 0 … 1 or −1 … 1.`,
    'Scale the values first.',
  )
}

const scaled =
  (rule: (value: number) => number): Convert =>
  (values, target) => {
    for (let i = 0; i < values.length; i++) target[i] = rule(values[i]!)
  }

async function readLabels(
  path: string,
  parts: readonly Part[],
  count: number,
  options: ReadOptions,
): Promise<Int32Array> {
  const total = parts.reduce((sum, part) => sum + part.shape.reduce((product, size) => product * size, 1), 0)
  if (total !== count) throw malformed(path, `${parts[0]!.path} holds ${total} labels for ${count} images.`)
  const labels = new Int32Array(count)
  let filled = 0
  for (const part of parts) {
    if (part.dtype.startsWith('float')) {
      throw new LetheError(
        'format-unsupported',
        `${path}: labels in ${part.path} are ${part.dtype}; expected whole numbers.`,
        'Store class indices as integers.',
      )
    }
    for await (const chunk of part.read(options)) {
      const values = numbers(part.dtype, chunk)
      for (let i = 0; i < values.length; i++) {
        const label = values[i]!
        if (label < 0 || label > highestClass) {
          throw new LetheError(
            'format-unsupported',
            `${path}: label ${label} in ${part.path} is not in 0 … ${highestClass}.`,
            'Number the classes from 0.',
          )
        }
        labels[filled++] = label
      }
    }
  }
  return labels
}

/** Cuts the parts' chunks, which end anywhere, into whole images. */
async function* readArrays(
  parts: readonly Part[],
  labels: Int32Array,
  pixels: number,
  convert: Convert,
  options: ReadOptions = {},
): AsyncGenerator<ImageChunk> {
  const most = Math.max(1, Math.floor(chunkBytes / pixels))
  let first = 0
  let images = new Uint8Array(Math.min(most, labels.length) * pixels)
  let filled = 0
  for (const part of parts) {
    const width = dtypeBytes[part.dtype]
    for await (const chunk of part.read(options)) {
      for (let start = 0; start < chunk.length;) {
        const step = Math.min((chunk.length - start) / width, images.length - filled)
        convert(
          numbers(part.dtype, chunk.subarray(start, start + step * width)),
          images.subarray(filled, filled + step),
        )
        start += step * width
        filled += step
        if (filled < images.length) continue
        const count = filled / pixels
        yield { count, images, labels: labels.slice(first, first + count) }
        throwIfAborted(options.signal)
        first += count
        images = new Uint8Array(Math.min(most, labels.length - first) * pixels)
        filled = 0
      }
    }
  }
}

// ---- pictures ----------------------------------------------------------------------------------------------------

/** Enough for the header of most pictures, then of nearly every one; the rest are read whole. */
const headerBytes = [1 << 10, 64 << 10, Infinity]

async function readHeader(picture: Picture, options: ReadOptions): Promise<PictureHeader> {
  let header: PictureHeader | null = null
  for (const most of headerBytes) {
    if (!header && (most < Infinity || picture.size > headerBytes[1]!))
      header = pictureHeader(picture.path, await picture.bytes({ ...options, most }))
  }
  if (!header) throw malformed(picture.path, 'is truncated before its size is declared.')
  return header
}

async function pictureSet(source: PictureSource, options: ReadOptions): Promise<ImageSet> {
  const notes = new Map<PictureNote | 'sixteen-bit', number>()
  let first: PictureHeader | undefined
  let channels: 1 | 3 = 1
  for await (const { item: picture, value: header } of ahead(
    source.pictures,
    (one) => readHeader(one, options),
    (one) => Math.min(one.size, 64 << 10),
    options,
  )) {
    first ??= header
    if (header.width !== first.width || header.height !== first.height) {
      throw new LetheError(
        'format-unsupported',
        `${source.path}: ${shown(picture.path)} has ${header.width} × ${header.height} pixels, ${shown(source.pictures[0]!.path)} has ${first.width} × ${first.height}.`,
        'Bring all pictures to one size.',
      )
    }
    if (header.channels === 3) channels = 3
    for (const note of header.notes) notes.set(note, (notes.get(note) ?? 0) + 1)
    if (header.depth === 16) notes.set('sixteen-bit', (notes.get('sixteen-bit') ?? 0) + 1)
  }
  if (!first)
    throw new LetheError(
      'format-unsupported',
      `${source.path}: holds no pictures.`,
      'Name a folder or archive of PNG or JPEG pictures.',
    )
  const { height, width } = first
  const problems = [...source.problems]
  for (const [note, count] of notes) {
    const text = note === 'sixteen-bit' ? '16 bits are reduced to their high byte' : noteTexts[note]
    problems.push(warning(source.path, note, `${count} of ${source.pictures.length} pictures: ${text}.`))
  }
  const splits = (['train', 'test'] as const)
    .map((name) => ({ name, pictures: source.pictures.filter((picture) => picture.split === name) }))
    .filter((split) => split.pictures.length > 0)
    .map(({ name, pictures }): ImageSplit => {
      return {
        name,
        count: pictures.length,
        read: (reading) => readPictures(pictures, height, width, channels, reading),
      }
    })
  const classNames = source.classNames ?? []
  return {
    format: source.format,
    path: source.path,
    height,
    width,
    channels,
    classes: classNames.length,
    classNames,
    splits,
    problems,
    close: source.close,
  }
}

async function* readPictures(
  pictures: readonly Picture[],
  height: number,
  width: number,
  channels: 1 | 3,
  options: ReadOptions = {},
): AsyncGenerator<ImageChunk> {
  const pixels = height * width * channels
  const most = Math.max(1, Math.floor(chunkBytes / pixels))
  let first = 0
  let count = 0
  let images = new Uint8Array(Math.min(most, pictures.length) * pixels)
  for await (const { item: picture, value: bytes } of ahead(
    pictures,
    (one) => one.bytes(options),
    (one) => one.size,
    options,
  )) {
    const decoded = decodePicture(picture.path, bytes)
    if (decoded.width !== width || decoded.height !== height || decoded.channels > channels) {
      throw malformed(picture.path, 'changed while it was read.', 'Import again while nothing writes to the source.')
    }
    const target = images.subarray(count * pixels, (count + 1) * pixels)
    const { values } = decoded
    const shift = decoded.depth === 16 ? 8 : 0
    const repeat = channels / decoded.channels
    if (shift === 0 && repeat === 1) target.set(values)
    else for (let i = 0; i < pixels; i++) target[i] = values[repeat === 1 ? i : Math.floor(i / 3)]! >> shift
    count++
    if (count * pixels < images.length) continue
    const labels = Int32Array.from(pictures.slice(first, first + count), (one) => one.label ?? -1)
    yield { count, images, labels }
    throwIfAborted(options.signal)
    first += count
    count = 0
    images = new Uint8Array(Math.min(most, pictures.length - first) * pixels)
  }
}

// ---- tiles -------------------------------------------------------------------------------------------------------

export interface Tile {
  readonly height: number
  readonly width: number
  readonly channels: 1 | 3
  readonly split: Split
  /** −1 where there is none. */
  readonly label: number
  /** height × width × channels. */
  readonly pixels: Uint8Array
}

/**
 * At most `count` images, evenly spaced over the set, for a look before import. Larger ones are reduced by averaging
 * whole blocks until no side is longer than `side` pixels. Reads up to the last one it needs.
 */
export async function tiles(
  set: ImageSet,
  count: number,
  options: ReadOptions & { readonly side?: number } = {},
): Promise<Tile[]> {
  const { side = 96, ...reading } = options
  const total = set.splits.reduce((sum, split) => sum + split.count, 0)
  const wanted = Math.min(count, total)
  const found: Tile[] = []
  let seen = 0
  const next = () => Math.floor((found.length * total) / wanted)
  for (const split of set.splits) {
    const end = seen + split.count
    for await (const chunk of split.read(reading)) {
      while (found.length < wanted && next() < seen + chunk.count)
        found.push(tile(set, split.name, chunk, next() - seen, side))
      seen += chunk.count
      if (found.length === wanted || next() >= end) break
    }
    seen = end
    if (found.length === wanted) break
  }
  return found
}

function tile(
  { height, width, channels }: ImageSet,
  split: Split,
  chunk: ImageChunk,
  index: number,
  side: number,
): Tile {
  const size = height * width * channels
  const image = chunk.images.subarray(index * size, (index + 1) * size)
  return { ...reduced({ height, width, channels, pixels: image }, side), split, label: chunk.labels[index]! }
}

/** A copy of a picture, of which whole blocks are averaged until no side is longer than `side`. */
export function reduced(
  { height, width, channels, pixels: image }: Pick<Tile, 'height' | 'width' | 'channels' | 'pixels'>,
  side: number,
): Pick<Tile, 'height' | 'width' | 'channels' | 'pixels'> {
  const block = Math.ceil(Math.max(height, width) / side)
  if (block === 1) return { height, width, channels, pixels: image.slice() }
  const [high, wide] = [Math.ceil(height / block), Math.ceil(width / block)]
  const pixels = new Uint8Array(high * wide * channels)
  for (let to = 0; to < pixels.length; to++) {
    const channel = to % channels
    const left = (Math.floor(to / channels) % wide) * block
    const top = Math.floor(to / channels / wide) * block
    let sum = 0
    let area = 0
    for (let y = top; y < Math.min(top + block, height); y++) {
      for (let x = left; x < Math.min(left + block, width); x++, area++)
        sum += image[(y * width + x) * channels + channel]!
    }
    pixels[to] = Math.round(sum / area)
  }
  return { height: high, width: wide, channels, pixels }
}
