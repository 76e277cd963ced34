/** The stored images of a data set in pieces: a few for a look, or all of them one chunk after the other, checked against their hash. */
import { createHash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import path from 'node:path'
import type { Dataset, SplitName } from '../contract/dataset.ts'
import { LetheError } from '../contract/errors.ts'
import { takeTurns } from '../files/turns.ts'
import { dataFolder, splitFile } from './catalogue.ts'
import { parseNpy, parseNpyHeader } from './formats/npy.ts'

/** Bytes read at once, about. */
const mostBytes = 4 << 20

type Labels = Uint8Array | Uint16Array

export const pixelsOf = ({ height, width, channels }: Dataset): number => height * width * channels

/** Our own headers are far shorter than this. */
const headBytes = 4096

/** Where the values of a stored split begin. Errors: `dataset-corrupt` where the header is not the one that was written. */
async function openImages(project: string, dataset: Dataset, split: SplitName) {
  const file = path.join(dataFolder(project, dataset.id), splitFile(split, 'images'))
  const handle = await fs.open(file, 'r')
  try {
    const head = new Uint8Array(headBytes)
    const { bytesRead } = await handle.read(head, 0, headBytes, 0)
    const { dtype, shape, start } = parseNpyHeader(file, head.subarray(0, bytesRead))
    const { count } = splitOf(dataset, split)
    const { height, width, channels } = dataset
    if (dtype !== 'uint8' || shape.join() !== [count, height, width, channels].join())
      throw corrupt(file, `holds ${dtype} ${shape.join(' × ')}, not what was imported`)
    return { file, handle, start }
  } catch (error) {
    await handle.close()
    throw error
  }
}

export function splitOf(dataset: Dataset, split: SplitName): NonNullable<Dataset['splits'][SplitName]> {
  const found = dataset.splits[split]
  if (!found)
    throw new LetheError('dataset-missing', `Data set ${dataset.id} has no ${split} split.`, 'Choose another split.')
  return found
}

const corrupt = (file: string, what: string): LetheError =>
  new LetheError('dataset-corrupt', `${file} ${what}.`, 'Import the data again; its ledger goes on.')

export async function readLabels(project: string, dataset: Dataset, split: SplitName): Promise<Labels> {
  const file = path.join(dataFolder(project, dataset.id), splitFile(split, 'labels'))
  const { data } = parseNpy(await fs.readFile(file), file)
  if (!(data instanceof Uint8Array || data instanceof Uint16Array) || data.length !== splitOf(dataset, split).count)
    throw corrupt(file, 'does not hold one label for each image')
  return data
}

/** The pixels of some images, in the order asked for (ascending places). Reads no more of the file than lies between them. */
export async function readImages(
  project: string,
  dataset: Dataset,
  split: SplitName,
  places: ArrayLike<number>,
): Promise<Uint8Array> {
  const pixels = pixelsOf(dataset)
  const images = new Uint8Array(places.length * pixels)
  if (places.length === 0) return images
  const { file, handle, start } = await openImages(project, dataset, split)
  const read = async (target: Uint8Array, image: number): Promise<void> => {
    const { bytesRead } = await handle.read(target, 0, target.length, start + image * pixels)
    if (bytesRead !== target.length) throw corrupt(file, 'is shorter than its header says')
  }
  try {
    const first = places[0]!
    const span = (places[places.length - 1]! - first + 1) * pixels
    if (span <= mostBytes) {
      const stretch = new Uint8Array(span)
      await read(stretch, first)
      for (let i = 0; i < places.length; i++)
        images.set(stretch.subarray((places[i]! - first) * pixels, (places[i]! - first + 1) * pixels), i * pixels)
    } else {
      for (let i = 0; i < places.length; i++) await read(images.subarray(i * pixels, (i + 1) * pixels), places[i]!)
    }
    return images
  } finally {
    await handle.close()
  }
}

export interface StoredChunk {
  /** Place of the first image in the split. */
  readonly first: number
  readonly count: number
  readonly images: Uint8Array
  readonly labels: Labels
}

/** A whole split in order. After the last chunk it throws `dataset-corrupt` if the bytes were not those that were imported. */
export async function* readStored(
  project: string,
  dataset: Dataset,
  split: SplitName,
): AsyncGenerator<StoredChunk, void> {
  const { count, imagesSha256, labelsSha256 } = splitOf(dataset, split)
  const labels = await readLabels(project, dataset, split)
  const { file, handle, start } = await openImages(project, dataset, split)
  const turn = takeTurns()
  const hash = createHash('sha256')
  const pixels = pixelsOf(dataset)
  const most = Math.max(1, Math.floor(mostBytes / pixels))
  try {
    for (let first = 0; first < count; first += most) {
      const images = new Uint8Array(Math.min(most, count - first) * pixels)
      const { bytesRead } = await handle.read(images, 0, images.length, start + first * pixels)
      if (bytesRead !== images.length) throw corrupt(file, 'is shorter than its header says')
      hash.update(images)
      const size = images.length / pixels
      yield { first, count: size, images, labels: labels.subarray(first, first + size) }
      await turn()
    }
  } finally {
    await handle.close()
  }
  const labelHash = createHash('sha256').update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength))
  if (hash.digest('hex') !== imagesSha256 || labelHash.digest('hex') !== labelsSha256)
    throw corrupt(file, 'or its labels were changed after the import: the bytes no longer match their hash')
}
