/** A data set of the project as files other tools read: NPZ per split, a StyleGAN/DPImageBench zip, or class folders. */
import { createWriteStream, promises as fs } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { LetheError } from '../contract/errors.ts'
import { openData } from './catalogue.ts'
import { encodeNpz } from './formats/npz.ts'
import { encodePng } from './formats/png.ts'

/** Writes below `target`, which must not exist yet. Returns the files made. */
export async function exportDataset(project: string, id: string, target: string, format: 'npz' | 'zip' | 'folders'): Promise<string[]> {
  const data = await openData(project, id)
  const { height, width, channels, classNames } = data.dataset
  const folder = path.resolve(target)
  if (await fs.stat(folder).catch(() => null)) throw new LetheError('usage', `${folder} exists already.`, 'Name a folder that does not exist.')
  await fs.mkdir(folder, { mode: 0o700 }) // not recursive: a parent that does not exist is more likely a slip
  const files: string[] = []
  const png = (values: Uint8Array): Buffer => encodePng({ width, height, channels: channels as 1 | 3, values })

  for (const name of ['train', 'validation', 'test'] as const) {
    const split = data.dataset.splits[name] && (await data.split(name))
    if (!split) continue
    const image = (index: number): Uint8Array => split.images.subarray(index * height * width * channels, (index + 1) * height * width * channels)
    if (format === 'npz') {
      const file = path.join(folder, `${name}.npz`)
      const shape = [split.count, height, width, channels]
      const bytes = await encodeNpz({
        images: { dtype: 'uint8', shape, data: split.images },
        labels: { dtype: split.labels instanceof Uint16Array ? 'uint16' : 'uint8', shape: [split.count], data: split.labels },
      })
      await fs.writeFile(file, bytes, { mode: 0o600 })
      files.push(file)
    } else if (format === 'folders') {
      for (const className of classNames) await fs.mkdir(path.join(folder, name, safeName(className)), { recursive: true, mode: 0o700 })
      for (let index = 0; index < split.count; index++)
        await fs.writeFile(path.join(folder, name, safeName(classNames[split.labels[index]!]!), `${String(index).padStart(8, '0')}.png`), png(image(index)), { mode: 0o600 })
      files.push(path.join(folder, name))
    } else {
      const file = path.join(folder, `${name}.zip`)
      const zip = new ZipFile()
      const labels: [string, number][] = []
      for (let index = 0; index < split.count; index++) {
        const entry = `${String(Math.floor(index / 1000)).padStart(5, '0')}/img${String(index).padStart(8, '0')}.png`
        zip.addBuffer(png(image(index)), entry, { compress: false })
        labels.push([entry, split.labels[index]!])
      }
      zip.addBuffer(Buffer.from(JSON.stringify({ labels })), 'dataset.json', { compress: false })
      zip.end()
      await pipeline(zip.outputStream, createWriteStream(file, { mode: 0o600 }))
      files.push(file)
    }
  }
  return files
}

/** A class name as one folder name: no separators, no leading dot. */
const safeName = (name: string): string => name.replace(/[/\\\0]/g, '_').replace(/^\./, '_')
