/**
 * What a file or folder is, before import: everything in it is decoded once, in one pass, and counted, measured and
 * hashed. Nothing is kept. What is broken is named and the rest is still read.
 */
import { createHash } from 'node:crypto'
import { LetheError, toErrorRecord, type ErrorRecord } from '../contract/errors.ts'
import { arrayBytes, shown, throwIfAborted } from './formats/bytes.ts'
import { ahead } from './formats/ahead.ts'
import {
  problemOf,
  warning,
  type ArraySource,
  type Dtype,
  type FormatId,
  type Part,
  type Picture,
  type PictureSource,
  type Problem,
  type ReadOptions,
} from './formats/format.ts'
import { findFormat } from './formats/index.ts'
import { decodePicture, noteTexts, type Decoded, type PictureNote } from './formats/picture.ts'
import { gather, numbers, type Statistics } from './formats/values.ts'

/** One array or picture, or several of one size stacked. What cannot be said is null. */
export interface Description {
  readonly format: FormatId | null
  /** Length of the first axis; 1 for a picture. */
  readonly items: number | null
  readonly shape: readonly number[] | null
  /** numpy's name of the element type. */
  readonly dtype: Dtype | null
  /** Distinct labels, or class folders. */
  readonly classes: number | null
  /** Smallest and largest finite value. */
  readonly range: readonly [number, number] | null
  /** Of the finite values. */
  readonly mean: number | null
  /** Of the decoded values: C order, little-endian, a boolean one byte; images HWC or NHWC in RGB, gray without a channel axis. */
  readonly sha256: string | null
  readonly problems: readonly Problem[]
}

export interface ClassCount {
  readonly label: number
  readonly name: string
  readonly count: number
}

export interface Inspection extends Description {
  readonly path: string
  /** Images of each class, by label; there where there are labels. */
  readonly histogram?: readonly ClassCount[]
  /** The several things inside, `labels` first where there are any; at most `limit`. */
  readonly parts: readonly (Description & { readonly path: string })[]
  /** How many parts there are in all. */
  readonly partCount: number
  /** Names the path and the first thing that is broken. */
  readonly error?: ErrorRecord
}

export interface InspectOptions extends ReadOptions {
  readonly as?: string | undefined
  /** Length of `parts`, at most. Default 1000. */
  readonly limit?: number | undefined
  /** For a look before import: no hashes, and no figures of arrays that are part of a set. Several times faster. */
  readonly summary?: boolean | undefined
  /** How far the pass is, in pictures or bytes of arrays. */
  readonly onProgress?: (done: number, total: number) => void
}

/**
 * Inspects `path`. Broken input is described, not thrown; thrown are `cancelled` and, for an unknown `as`, `usage`.
 */
export async function inspect(path: string, options: InspectOptions = {}): Promise<Inspection> {
  const limit = options.limit ?? 1000
  let format: FormatId | null = null
  try {
    const found = await findFormat(path, options.as)
    format = found.id
    const source = await found.open(path, options)
    try {
      return source.kind === 'arrays'
        ? await inspectArrays(source, limit, options)
        : await inspectPictures(source, limit, options)
    } finally {
      await source.close()
    }
  } catch (thrown) {
    if (thrown instanceof LetheError && (thrown.code === 'cancelled' || thrown.code === 'usage')) throw thrown
    const error = toErrorRecord(thrown)
    const problem: Problem = { path, code: error.code, message: error.message, severity: 'error' }
    return { path, ...unknown, format, parts: [], partCount: 0, problems: [problem], error }
  }
}

const unknown = {
  format: null,
  items: null,
  shape: null,
  dtype: null,
  classes: null,
  range: null,
  mean: null,
  sha256: null,
  problems: [],
} as const

/** The error of a whole inspection, from the first problem that is one. */
function firstError(path: string, problems: readonly Problem[]): { error?: ErrorRecord } {
  const broken = problems.filter((problem) => problem.severity === 'error')
  const [first] = broken
  if (!first) return {}
  // Most messages name what they are about; the source is named once.
  const whole = first.message.startsWith(path) ? '' : `${path}: `
  const where = first.message.includes(first.path) ? '' : `${shown(first.path)}: `
  const more = broken.length > 1 ? ` ${broken.length - 1} more are broken.` : ''
  const code = first.code as ErrorRecord['code']
  return {
    error: {
      code,
      message: `${whole}${where}${first.message}${more}`,
      hint: first.hint ?? 'Repair or remove what is named in the list of problems, then look again.',
    },
  }
}

/** Statistics of values that come in pieces, and their hash unless it is not wanted. */
function measure(dtype: Dtype, { summary = false }: InspectOptions) {
  const hash = summary ? null : createHash('sha256')
  const statistics = gather(dtype)
  return {
    dtype,
    add(bytes: Uint8Array) {
      hash?.update(bytes)
      statistics.add(bytes)
    },
    result(): Statistics & { sha256: string | null } {
      return { ...statistics.result(), sha256: hash?.digest('hex') ?? null }
    },
  }
}

const notFinite = (path: string, { nans, infinities }: Statistics): Problem[] =>
  nans + infinities === 0
    ? []
    : [
        warning(
          path,
          'not-finite',
          `${nans} values are not a number, ${infinities} are infinite; range and mean leave them out.`,
        ),
      ]

function countLabels(counts: Map<number, number>, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) counts.set(values[i]!, (counts.get(values[i]!) ?? 0) + 1)
}

const histogramOf = (counts: ReadonlyMap<number, number>, names: readonly string[] | null): ClassCount[] =>
  [...counts]
    .sort(([a], [b]) => a - b)
    .map(([label, count]) => ({ label, name: names?.[label] ?? String(label), count }))

// ---- arrays ------------------------------------------------------------------------------------------------------

const mostClasses = 10_000
const sizeOf = (part: Part) => part.shape.slice(1).join()
const itemsOf = (shape: readonly number[]) => shape[0] ?? 1

/** Several arrays as if one after the other, where their elements and inner axes agree. */
function stack(parts: readonly Part[], options: InspectOptions) {
  const [first] = parts
  if (!first || parts.some((part) => part.dtype !== first.dtype || sizeOf(part) !== sizeOf(first))) return null
  const shape = [parts.reduce((sum, part) => sum + part.shape[0]!, 0), ...first.shape.slice(1)]
  return { shape, ...measure(first.dtype, options) }
}

async function inspectArrays(source: ArraySource, limit: number, options: InspectOptions): Promise<Inspection> {
  const { format, path } = source
  const problems = [...source.problems]
  const images = new Set(source.splits.flatMap((split) => split.images))
  const labels = new Set(source.splits.flatMap((split) => split.labels))
  const inOrder = (members: ReadonlySet<Part>) => source.parts.filter((part) => members.has(part))
  const imageStack = stack(inOrder(images), options)
  const labelStack = stack(inOrder(labels), options)
  const counts = new Map<number, number>()
  const alone = source.parts.length === 1
  let imagesWhole = images.size > 0
  let labelsWhole = labels.size > 0
  const parts: (Description & { path: string })[] = []
  const total = source.parts.reduce((sum, part) => sum + arrayBytes(part.path, part.shape, part.dtype), 0)
  let done = 0

  for (const part of source.parts) {
    throwIfAborted(options.signal)
    const own = measure(part.dtype, options)
    // Bytes cannot be other than finite: where nothing but the whole is wanted, their part is not measured twice.
    const inWhole = images.has(part) ? imageStack : labels.has(part) ? labelStack : null
    const once = options.summary && part.dtype === 'uint8' && inWhole !== null
    const ownCounts = part.kind === 'labels' ? new Map<number, number>() : null
    try {
      for await (const chunk of part.read(options)) {
        if (!once) own.add(chunk)
        done += chunk.length
        options.onProgress?.(done, total)
        if (images.has(part)) imageStack?.add(chunk)
        if (labels.has(part)) {
          labelStack?.add(chunk)
          countLabels(counts, numbers(part.dtype, chunk))
        }
        if (ownCounts && ownCounts.size <= mostClasses) countLabels(ownCounts, numbers(part.dtype, chunk))
      }
    } catch (thrown) {
      if (!(thrown instanceof LetheError) || thrown.code === 'cancelled') throw thrown
      problems.push(problemOf(part.path, thrown))
      if (images.has(part)) imagesWhole = false
      if (labels.has(part)) labelsWhole = false
      continue
    }
    const measured = own.result()
    const isKnownGap = measured.nans === part.unknownAtEnd && measured.infinities === 0
    const oddities = isKnownGap ? [] : notFinite(part.path, measured)
    problems.push(...oddities)
    const classes = ownCounts && ownCounts.size <= mostClasses ? ownCounts.size : null
    parts.push({ path: part.path, ...describe(format, part.dtype, part.shape, classes, measured), problems: oddities })
    if (alone && classes !== null) for (const [label, count] of ownCounts!) counts.set(label, count)
  }

  const histogram = counts.size > 0 && (labelsWhole || alone) ? { histogram: histogramOf(counts, null) } : {}
  const top: Description =
    imageStack && imagesWhole
      ? describe(format, imageStack.dtype, imageStack.shape, labelsWhole ? counts.size : null, imageStack.result())
      : ((alone ? parts[0] : undefined) ?? { ...unknown, format, items: alone ? null : parts.length })
  if (labelStack && labelsWhole && !parts.some((part) => part.path === 'labels')) {
    parts.unshift({
      path: 'labels',
      ...describe(format, labelStack.dtype, labelStack.shape, counts.size, labelStack.result()),
      problems: [],
    })
  }
  const listed = alone ? [] : [...parts].sort((a, b) => Number(b.path === 'labels') - Number(a.path === 'labels'))
  return {
    ...top,
    path,
    ...histogram,
    parts: listed.slice(0, limit),
    partCount: listed.length,
    problems,
    ...firstError(path, problems),
  }
}

function describe(
  format: FormatId,
  dtype: Dtype,
  shape: readonly number[],
  classes: number | null,
  { range, mean, sha256 }: Statistics & { sha256: string | null },
): Description {
  return { format, items: itemsOf(shape), shape, dtype, classes, range, mean, sha256, problems: [] }
}

// ---- pictures ----------------------------------------------------------------------------------------------------

const bytesOf = ({ values }: Decoded) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
const shapeOf = ({ height, width, channels }: Decoded) => (channels === 1 ? [height, width] : [height, width, channels])
const dtypeOf = ({ depth }: Decoded) => (depth === 16 ? 'uint16' : 'uint8')

async function inspectPictures(source: PictureSource, limit: number, options: InspectOptions): Promise<Inspection> {
  const { format, path, classNames } = source
  const problems = [...source.problems]
  const parts: (Description & { path: string })[] = []
  const notes = new Map<PictureNote, number>()
  const labels: number[] = []
  const counts = new Map<number, number>()
  const single = format === 'png' || format === 'jpeg'
  let first: { decoded: Pick<Decoded, 'height' | 'width' | 'channels' | 'depth'>; picture: Picture } | undefined
  let odd: Picture | undefined
  const stacked = { uint8: measure('uint8', options), uint16: measure('uint16', options) }
  let read = 0
  let seen = 0

  const settle = async (picture: Picture) => {
    try {
      return await picture.bytes(options)
    } catch (thrown) {
      if (thrown instanceof LetheError) return thrown
      throw thrown
    }
  }
  for await (const { item: picture, value } of ahead(source.pictures, settle, (one) => one.size, options)) {
    options.onProgress?.(++seen, source.pictures.length)
    let decoded: Decoded
    try {
      if (value instanceof LetheError) throw value
      decoded = decodePicture(single ? path : shown(picture.path), value)
    } catch (thrown) {
      if (!(thrown instanceof LetheError) || thrown.code === 'cancelled') throw thrown
      problems.push(problemOf(picture.path, thrown))
      continue
    }
    const bytes = bytesOf(decoded)
    const shape = shapeOf(decoded)
    const dtype = dtypeOf(decoded)
    if (!first) {
      const { height, width, channels, depth } = decoded
      first = { decoded: { height, width, channels, depth }, picture }
    } else if (shape.join() !== shapeOf(first.decoded as Decoded).join() || dtype !== dtypeOf(first.decoded as Decoded))
      odd ??= picture
    stacked[dtype].add(bytes)
    read++
    for (const note of decoded.notes) notes.set(note, (notes.get(note) ?? 0) + 1)
    labels.push(picture.label ?? -1)
    if (picture.label !== null) countLabels(counts, [picture.label])
    // One place is kept for the labels.
    if (parts.length < limit - (classNames ? 1 : 0)) {
      const own = measure(dtype, options)
      own.add(bytes)
      parts.push({ path: picture.path, ...describe(decoded.format, dtype, shape, null, own.result()), items: 1 })
    }
  }
  for (const [note, count] of notes) {
    problems.push(
      warning(
        path,
        note,
        single ? `${path}: ${noteTexts[note]}.` : `${count} of ${read} pictures: ${noteTexts[note]}.`,
      ),
    )
  }
  if (odd && first) {
    const message = `The pictures are not of one kind: ${shown(odd.path)} differs from ${shown(first.picture.path)} in size, colour or depth.`
    problems.push(warning(path, 'mixed-sizes', message))
  }
  const classes = classNames ? (format === 'folders' ? classNames.length : counts.size) : null
  const top = summary(format, path, read, first?.decoded as Decoded | undefined, odd !== undefined, stacked, single)
  const labelled = classNames ? [labelPart(format, labels, counts.size)] : []
  const total = single ? 0 : read + labelled.length
  return {
    path,
    ...top,
    classes,
    ...(classNames ? { histogram: histogramOf(counts, classNames) } : {}),
    parts: single ? [] : [...labelled, ...parts].slice(0, limit),
    partCount: total,
    problems,
    ...firstError(path, problems),
  }
}

function summary(
  format: FormatId,
  path: string,
  count: number,
  first: Decoded | undefined,
  mixed: boolean,
  stacked: Record<'uint8' | 'uint16', ReturnType<typeof measure>>,
  single: boolean,
): Description {
  if (!first) return { ...unknown, format, items: single ? null : 0 }
  const results = { uint8: stacked.uint8.result(), uint16: stacked.uint16.result() }
  const dtype = dtypeOf(first)
  if (!mixed)
    return {
      ...describe(format, dtype, single ? shapeOf(first) : [count, ...shapeOf(first)], null, results[dtype]),
      items: count,
    }
  const { uint8, uint16 } = results
  const present = [uint8, uint16].filter((one) => one.count > 0)
  const values = uint8.count + uint16.count
  return {
    ...unknown,
    format,
    items: count,
    dtype: present.length === 1 ? dtype : null,
    range: [Math.min(...present.map((one) => one.range![0])), Math.max(...present.map((one) => one.range![1]))],
    mean: present.reduce((sum, one) => sum + one.mean! * (one.count / values), 0),
  }
}

/** Labels of pictures as numpy would make an array of them: int64, −1 where a picture has none. */
function labelPart(format: FormatId, labels: readonly number[], classes: number): Description & { path: string } {
  const own = measure('int64', {})
  const values = BigInt64Array.from(labels, BigInt)
  own.add(new Uint8Array(values.buffer))
  return { path: 'labels', ...describe(format, 'int64', [labels.length], classes, own.result()) }
}
