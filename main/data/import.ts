/**
 * Import: stream the source once, decide for every record its split, write each split as NPY, hash on the way. The
 * split depends on a record's place and the seed alone, never on content. A data set appears whole or not at all.
 */
import { createHash, type Hash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { LetheError } from '../contract/errors.ts'
import type { Dataset, SplitName } from '../contract/dataset.ts'
import type { Relation } from '../contract/privacy.ts'
import { writeFolder, writeJson } from '../files/atomic.ts'
import { withLock } from '../files/lock.ts'
import { takeTurns } from '../files/turns.ts'
import { rootStream } from '../math/random.ts'
import { dataFolder, splitFile } from './catalogue.ts'
import { npyHeader } from './formats/npy.ts'
import { openImageSet, type ImageSet } from './image-set.ts'

export interface ImportOptions {
  readonly path: string
  readonly as?: string | undefined
  readonly id: string
  readonly name: string
  readonly sensitive: boolean
  readonly relation: Relation
  readonly delta: (trainCount: number) => number
  readonly budget: number
  readonly privacyUnit: string
  readonly licence: string
  readonly source: string
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (done: number, total: number) => void
  /** Called when all is written and nothing is visible yet; throwing takes everything back. */
  readonly beforePublish?: (dataset: Dataset) => Promise<void>
}

/** One in twelve training records is held out for the private choice of classifiers (MNIST: 55,000 and 5,000). */
const validationShare = 1 / 12
/** Where the source brings no test set: one in six. */
const testShare = 1 / 6

interface Writer {
  readonly images: fs.FileHandle
  readonly labels: fs.FileHandle
  readonly imagesHash: Hash
  readonly labelsHash: Hash
  readonly classCounts: number[]
}

/** Errors: those of the formats, `dataset-exists`, `cancelled`, `disk-full`. */
export async function importImages(project: string, options: ImportOptions): Promise<Dataset> {
  const set = await openImageSet(options.path, { as: options.as, signal: options.signal })
  try {
    await fs.mkdir(path.join(project, 'data'), { recursive: true, mode: 0o700 })
    const folder = dataFolder(project, options.id)
    return await withLock(`${folder}.lock`, `Data set ${options.id}`, 0, async () => {
      if (await fs.stat(folder).catch(() => null))
        throw new LetheError(
          'dataset-exists',
          `There is already a data set ${options.id}.`,
          'Choose another name, or remove it first.',
        )
      await sweep(folder)
      let dataset: Dataset | undefined
      await writeFolder(folder, async (temporary) => {
        dataset = await writeSplits(set, temporary, options)
        await writeJson(path.join(temporary, 'manifest.json'), dataset)
        await options.beforePublish?.(dataset)
      })
      return dataset!
    })
  } finally {
    await set.close()
  }
}

/** Removes what a killed import of the same id left behind. Only for the owner of its lock. */
async function sweep(folder: string): Promise<void> {
  const parent = path.dirname(folder)
  for (const name of await fs.readdir(parent))
    if (name.startsWith(`${path.basename(folder)}.`) && name.endsWith('.tmp'))
      await fs.rm(path.join(parent, name), { recursive: true, force: true })
}

const names = ['train', 'validation', 'test'] as const satisfies readonly SplitName[]

/** How many images of a source each split will hold: known before anything is read. */
export function splitCounts(splits: readonly { name: 'train' | 'test'; count: number }[]): Record<SplitName, number> {
  const counts = { train: 0, validation: 0, test: 0 }
  const hasTest = splits.some((split) => split.name === 'test')
  for (const { name, count } of splits) {
    const { validation, test } = shares(name, count, hasTest)
    counts.train += count - validation - test
    counts.validation += validation
    counts.test += test
  }
  return counts
}

/** Of one source split, how many go to validation and to test; the rest is for training. */
function shares(name: 'train' | 'test', count: number, hasTest: boolean): { validation: number; test: number } {
  if (name === 'test') return { validation: 0, test: count }
  return { validation: Math.floor(count * validationShare), test: hasTest ? 0 : Math.floor(count * testShare) }
}

export const tooFew = (path: string, total: number): LetheError =>
  new LetheError(
    'file-malformed',
    `${path} holds ${total} labelled images; at least 12 are needed to make a train, a validation and a test split.`,
    'Bring more images.',
  )

export const mixedLabels = (path: string): LetheError =>
  new LetheError(
    'file-malformed',
    `${path}: some images have a label and some have none.`,
    'Give every image a label, or none.',
  )

/** For each record of each source split the split it goes to. */
function assign(set: ImageSet): { source: ImageSet['splits'][number]; target: Uint8Array }[] {
  const hasTest = set.splits.some((split) => split.name === 'test')
  return set.splits.map((source) => {
    const target = new Uint8Array(source.count)
    const { validation, test } = shares(source.name, source.count, hasTest)
    if (source.name === 'test') return { source, target: target.fill(names.indexOf('test')) }
    const order = rootStream(0).fork(`split/${source.name}`).permutation(source.count)
    order.forEach((record, place) => {
      target[record] = place < validation ? 1 : place < validation + test ? 2 : 0
    })
    return { source, target }
  })
}

async function writeSplits(set: ImageSet, folder: string, options: ImportOptions): Promise<Dataset> {
  const assigned = assign(set)
  const made = splitCounts(set.splits)
  const counts = names.map((name) => made[name])
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (counts.some((count) => count === 0)) throw tooFew(options.path, total)
  const { height, width, channels } = set
  const classNames = set.classes === 0 ? ['unlabelled'] : set.classNames
  const labelType = classNames.length <= 256 ? 'uint8' : 'uint16'
  const pixels = height * width * channels

  const content = bagHash()
  const writers: Writer[] = []
  try {
    for (const [index, name] of names.entries()) {
      const images = await fs.open(path.join(folder, splitFile(name, 'images')), 'wx', 0o600)
      const labels = await fs.open(path.join(folder, splitFile(name, 'labels')), 'wx', 0o600)
      await images.writeFile(npyHeader('uint8', [counts[index]!, height, width, channels]))
      await labels.writeFile(npyHeader(labelType, [counts[index]!]))
      writers.push({
        images,
        labels,
        imagesHash: createHash('sha256'),
        labelsHash: createHash('sha256'),
        classCounts: new Array<number>(classNames.length).fill(0),
      })
    }
    let done = 0
    const turn = takeTurns()
    for (const { source, target } of assigned) {
      let record = 0
      for await (const chunk of source.read({ signal: options.signal })) {
        if (options.signal?.aborted) throw new LetheError('cancelled', 'The import was cancelled; nothing was kept.')
        if (set.classes > 0 && chunk.labels.includes(-1)) throw mixedLabels(options.path)
        for (const [index, writer] of writers.entries())
          await writeChunk(writer, index, chunk, target.subarray(record), pixels, labelType)
        content.add(chunk.images, pixels)
        record += chunk.labels.length
        done += chunk.labels.length
        options.onProgress?.(done, total)
        await turn()
      }
    }
    for (const writer of writers) {
      await writer.images.sync()
      await writer.labels.sync()
    }
  } finally {
    for (const writer of writers) {
      await writer.images.close()
      await writer.labels.close()
    }
  }
  return {
    schema: 'lethe.dataset/1',
    id: options.id,
    name: options.name,
    kind: 'images',
    created: new Date().toISOString(),
    source: options.source,
    licence: options.licence,
    sensitive: options.sensitive,
    privacyUnit: options.privacyUnit,
    relation: options.relation,
    delta: options.delta(counts[0]!),
    budget: options.budget,
    height,
    width,
    channels,
    classNames: [...classNames],
    splits: Object.fromEntries(
      names.map((name, index) => [
        name,
        {
          count: counts[index]!,
          classCounts: writers[index]!.classCounts,
          imagesSha256: writers[index]!.imagesHash.digest('hex'),
          labelsSha256: writers[index]!.labelsHash.digest('hex'),
        },
      ]),
    ),
    contentHash: content.digest(),
    splitRule:
      'By place in the source and a fixed seed: one in twelve training records to validation; one in six to test where the source has no test set.',
    problems: set.problems.map((problem) => problem.message),
  }
}

/** A hash of images that does not depend on their order: the sum of their SHA-256, cut to 128 bits each, modulo 2^128. */
function bagHash(): { add(images: Uint8Array, pixels: number): void; digest(): string } {
  let sum = 0n
  return {
    add(images, pixels) {
      for (let start = 0; start < images.length; start += pixels) {
        const image = images.subarray(start, start + pixels)
        sum += BigInt(`0x${createHash('sha256').update(image).digest('hex').slice(0, 32)}`)
      }
      sum &= (1n << 128n) - 1n
    },
    digest: () => sum.toString(16).padStart(32, '0'),
  }
}

/** Copies the records of a chunk that belong to one split, in order. */
async function writeChunk(
  writer: Writer,
  split: number,
  chunk: { images: Uint8Array; labels: ArrayLike<number> },
  target: Uint8Array,
  pixels: number,
  labelType: 'uint8' | 'uint16',
): Promise<void> {
  const records: number[] = []
  for (let i = 0; i < chunk.labels.length; i++) if (target[i] === split) records.push(i)
  if (records.length === 0) return
  const images = new Uint8Array(records.length * pixels)
  const labels = labelType === 'uint8' ? new Uint8Array(records.length) : new Uint16Array(records.length)
  records.forEach((record, place) => {
    images.set(chunk.images.subarray(record * pixels, (record + 1) * pixels), place * pixels)
    labels[place] = Math.max(0, chunk.labels[record]!) // a set without labels is one class
    writer.classCounts[labels[place]]!++
  })
  const labelBytes = new Uint8Array(labels.buffer)
  writer.imagesHash.update(images)
  writer.labelsHash.update(labelBytes)
  await writer.images.writeFile(images)
  await writer.labels.writeFile(labelBytes)
}
