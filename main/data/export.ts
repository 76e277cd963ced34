/** A data set of the project as files other tools read: NPZ per split, a StyleGAN/DPImageBench zip, or class folders. */
import { createWriteStream, promises as fs } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import type { Dataset, SplitName } from '../contract/dataset.ts'
import { LetheError } from '../contract/errors.ts'
import { writeFolder } from '../files/atomic.ts'
import { takeTurns } from '../files/turns.ts'
import { readDataset } from './catalogue.ts'
import { npyHeader } from './formats/npy.ts'
import { encodePng } from './formats/png.ts'
import { readStored, type StoredChunk } from './stored.ts'

export interface ExportProgress {
  readonly signal?: AbortSignal | undefined
  /** In images. */
  readonly onProgress?: (done: number, total: number) => void
  /** Awaited once the target is ours and before anything is read: a place to note that it will be. */
  readonly beforeReading?: (dataset: Dataset) => Promise<void>
}

/**
 * Writes below `target`, which must not exist yet and appears whole or not at all. Returns the files made. Errors:
 * `usage` for a target that exists, `cancelled`, `dataset-corrupt`.
 */
export async function exportDataset(
  project: string,
  id: string,
  target: string,
  format: 'npz' | 'zip' | 'folders',
  { signal, onProgress, beforeReading }: ExportProgress = {},
): Promise<string[]> {
  const dataset = await readDataset(project, id)
  const folder = path.resolve(target)
  await claim(folder)
  const splits = (['train', 'validation', 'test'] as const).filter((name) => dataset.splits[name])
  const total = splits.reduce((sum, name) => sum + dataset.splits[name]!.count, 0)
  let before = 0
  const files: string[] = []
  await writeFolder(folder, async (temporary) => {
    await beforeReading?.(dataset)
    for (const name of splits) {
      const file = format === 'folders' ? name : `${name}.${format}`
      async function* chunks(): AsyncGenerator<StoredChunk, void> {
        for await (const chunk of readStored(project, dataset, name)) {
          if (signal?.aborted) throw new LetheError('cancelled', 'The export was cancelled; nothing was kept.')
          yield chunk
          onProgress?.(before + chunk.first + chunk.count, total)
        }
      }
      await writers[format](dataset, name, chunks(), path.join(temporary, file))
      before += dataset.splits[name]!.count
      files.push(path.join(folder, file))
    }
  }).catch(async (error: unknown) => {
    await fs.rmdir(folder).catch(() => undefined)
    throw error
  })
  return files
}

const nowhere = (folder: string): LetheError =>
  new LetheError(
    'file-missing',
    `${folder} cannot be made: the folder it is to lie in does not exist.`,
    'Make that folder first, or name another.',
  )

/** What is exported makes no other folder than its own. Errors: `file-missing`. */
export async function requireParent(target: string): Promise<void> {
  const folder = path.resolve(target)
  if (!(await fs.stat(path.dirname(folder)).catch(() => null))) throw nowhere(folder)
}

/** Makes the empty folder that is to be filled. Errors: `usage` where something stands, `file-missing`, `folder-read-only`. */
async function claim(folder: string): Promise<void> {
  try {
    await fs.mkdir(folder, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST')
      throw new LetheError('usage', `${folder} exists already.`, 'Name a folder that does not exist.')
    if (code === 'ENOENT') throw nowhere(folder)
    if (code === 'EROFS')
      throw new LetheError(
        'folder-read-only',
        `${folder} cannot be made: its disk is read-only.`,
        'Name another folder.',
      )
    throw error
  }
}

type Write = (
  dataset: Dataset,
  split: SplitName,
  chunks: AsyncGenerator<StoredChunk, void>,
  file: string,
) => Promise<void>

/** Into an archive that is written as it is filled; an error on either side ends both. */
async function archived(file: string, fill: (archive: ZipFile) => Promise<void>): Promise<void> {
  const archive = new ZipFile()
  const written = pipeline(archive.outputStream, createWriteStream(file, { mode: 0o600 }))
  written.catch(() => undefined) // awaited below
  archive.on('error', () => undefined) // the same error is thrown by `fill`
  try {
    await fill(archive)
    archive.end()
  } catch (error) {
    ;(archive.outputStream as Readable).destroy()
    await written.catch(() => undefined)
    throw error
  }
  await written
}

/** The first moment a zip can name, so that two files of the same arrays are equal. */
const mtime = new Date(1980, 0, 1)

const npz: Write = async (dataset, split, chunks, file) => {
  const { height, width, channels, splits } = dataset
  const { count } = splits[split]!
  const labels: Uint8Array[] = []
  let wide = false
  async function* images(): AsyncGenerator<Uint8Array> {
    yield npyHeader('uint8', [count, height, width, channels])
    for await (const chunk of chunks) {
      wide ||= chunk.labels instanceof Uint16Array
      labels.push(new Uint8Array(chunk.labels.buffer, chunk.labels.byteOffset, chunk.labels.byteLength))
      yield chunk.images
    }
  }
  await archived(file, async (archive) => {
    const pixels = Readable.from(images(), { objectMode: false })
    archive.addReadStream(pixels, 'images.npy', { mtime, mode: 0o100644 })
    await finished(pixels)
    const bytes = Buffer.concat([npyHeader(wide ? 'uint16' : 'uint8', [count]), ...labels])
    archive.addBuffer(bytes, 'labels.npy', { mtime, mode: 0o100644 })
  })
}

/** One chunk's images as PNG, one after the other, with turns for others between them. */
async function* pictures(
  { height, width, channels }: Dataset,
  { first, count, images, labels }: StoredChunk,
): AsyncGenerator<{ place: number; label: number; bytes: Buffer }> {
  const turn = takeTurns()
  const pixels = height * width * channels
  for (let index = 0; index < count; index++) {
    const values = images.subarray(index * pixels, (index + 1) * pixels)
    const bytes = encodePng({ width, height, channels: channels as 1 | 3, values })
    yield { place: first + index, label: labels[index]!, bytes }
    await turn()
  }
}

const folders: Write = async (dataset, _split, chunks, folder) => {
  const names = folderNames(dataset.classNames)
  for (const name of names) await fs.mkdir(path.join(folder, name), { recursive: true, mode: 0o700 })
  for await (const chunk of chunks)
    for await (const { place, label, bytes } of pictures(dataset, chunk))
      await fs.writeFile(path.join(folder, names[label]!, `${String(place).padStart(8, '0')}.png`), bytes, {
        mode: 0o600,
      })
}

const zip: Write = (dataset, _split, chunks, file) =>
  archived(file, async (archive) => {
    const labels: [string, number][] = []
    for await (const chunk of chunks)
      for await (const { place, label, bytes } of pictures(dataset, chunk)) {
        const entry = `${String(Math.floor(place / 1000)).padStart(5, '0')}/img${String(place).padStart(8, '0')}.png`
        archive.addBuffer(bytes, entry, { compress: false })
        labels.push([entry, label])
      }
    archive.addBuffer(Buffer.from(JSON.stringify({ labels })), 'dataset.json', { compress: false })
  })

const writers = { npz, zip, folders } as const

/** Class names as folder names: no separators, no leading dot, none twice. */
function folderNames(classNames: readonly string[]): string[] {
  const safe = classNames.map((name) => name.replace(/[/\\\0]/g, '_').replace(/^\./, '_') || '_')
  return safe.map((name, index) => (safe.indexOf(name) === index ? name : `${name}-${index}`))
}
