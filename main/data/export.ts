/** A data set of the project as files other tools read: NPZ per split, a StyleGAN/DPImageBench zip, or class folders. */
import { createWriteStream, promises as fs } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { LetheError } from '../contract/errors.ts'
import type { DataView, SplitView } from '../contract/job.ts'
import { writeFolder } from '../files/atomic.ts'
import { openData } from './catalogue.ts'
import { encodeNpz } from './formats/npz.ts'
import { encodePng } from './formats/png.ts'

/**
 * Writes below `target`, which must not exist yet and appears whole or not at all. Returns the files made. Errors:
 * `usage` for a target that exists, `cancelled`, `dataset-corrupt`.
 */
export async function exportDataset(
  project: string,
  id: string,
  target: string,
  format: 'npz' | 'zip' | 'folders',
  signal?: AbortSignal,
): Promise<string[]> {
  const data = await openData(project, id)
  const folder = path.resolve(target)
  await claim(folder)
  const files: string[] = []
  await writeFolder(folder, async (temporary) => {
    for (const name of ['train', 'validation', 'test'] as const) {
      if (!data.dataset.splits[name]) continue
      const file = format === 'folders' ? name : `${name}.${format}`
      await writers[format](data, await data.split(name), path.join(temporary, file), () => {
        if (signal?.aborted) throw new LetheError('cancelled', 'The export was cancelled; nothing was kept.')
      })
      files.push(path.join(folder, file))
    }
  }).catch(async (error: unknown) => {
    await fs.rmdir(folder).catch(() => undefined)
    throw error
  })
  return files
}

/** Makes the empty folder that is to be filled. Errors: `usage` where something stands, `file-missing`, `folder-read-only`. */
async function claim(folder: string): Promise<void> {
  try {
    await fs.mkdir(folder, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST')
      throw new LetheError('usage', `${folder} exists already.`, 'Name a folder that does not exist.')
    if (code === 'ENOENT')
      throw new LetheError(
        'file-missing',
        `${folder} cannot be made: the folder it is to lie in does not exist.`,
        'Make that folder first, or name another.',
      )
    if (code === 'EROFS')
      throw new LetheError(
        'folder-read-only',
        `${folder} cannot be made: its disk is read-only.`,
        'Name another folder.',
      )
    throw error
  }
}

type Write = (data: DataView, split: SplitView, file: string, check: () => void) => Promise<void>

const npz: Write = async ({ dataset }, { count, images, labels }, file, check) => {
  check()
  const bytes = await encodeNpz({
    images: { dtype: 'uint8', shape: [count, dataset.height, dataset.width, dataset.channels], data: images },
    labels: { dtype: labels instanceof Uint16Array ? 'uint16' : 'uint8', shape: [count], data: labels },
  })
  await fs.writeFile(file, bytes, { mode: 0o600 })
}

function picture({ dataset }: DataView, { images }: SplitView, index: number): Buffer {
  const { height, width, channels } = dataset
  const pixels = height * width * channels
  return encodePng({
    width,
    height,
    channels: channels as 1 | 3,
    values: images.subarray(index * pixels, (index + 1) * pixels),
  })
}

const folders: Write = async (data, split, folder, check) => {
  const names = folderNames(data.dataset.classNames)
  for (const name of names) await fs.mkdir(path.join(folder, name), { recursive: true, mode: 0o700 })
  for (let index = 0; index < split.count; index++) {
    check()
    await fs.writeFile(
      path.join(folder, names[split.labels[index]!]!, `${String(index).padStart(8, '0')}.png`),
      picture(data, split, index),
      { mode: 0o600 },
    )
  }
}

const zip: Write = async (data, split, file, check) => {
  const archive = new ZipFile()
  const written = pipeline(archive.outputStream, createWriteStream(file, { mode: 0o600 }))
  written.catch(() => undefined) // awaited below
  const labels: [string, number][] = []
  for (let index = 0; index < split.count; index++) {
    if (index % 1000 === 0) {
      await new Promise((resolve) => setImmediate(resolve)) // lets a signal in
      check()
    }
    const entry = `${String(Math.floor(index / 1000)).padStart(5, '0')}/img${String(index).padStart(8, '0')}.png`
    archive.addBuffer(picture(data, split, index), entry, { compress: false })
    labels.push([entry, split.labels[index]!])
  }
  archive.addBuffer(Buffer.from(JSON.stringify({ labels })), 'dataset.json', { compress: false })
  archive.end()
  await written
}

const writers = { npz, zip, folders } as const

/** Class names as folder names: no separators, no leading dot, none twice. */
function folderNames(classNames: readonly string[]): string[] {
  const safe = classNames.map((name) => name.replace(/[/\\\0]/g, '_').replace(/^\./, '_') || '_')
  return safe.map((name, index) => (safe.indexOf(name) === index ? name : `${name}-${index}`))
}
