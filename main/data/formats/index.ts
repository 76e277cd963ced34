/** The registry of formats, in the order in which they are tried, and recognition by bytes. */
import { readdir, stat } from 'node:fs/promises'
import { LetheError } from '../../contract/errors.ts'
import { byName, notRegular, onSystem, readHead, shown } from './bytes.ts'
import type { Format, FormatId, Probe, ReadOptions, Source } from './format.ts'
import { cifar10 } from './cifar10.ts'
import { d4rl } from './d4rl.ts'
import { folders } from './folders.ts'
import { hdf5 } from './hdf5.ts'
import { idx } from './idx.ts'
import { jpeg } from './jpeg.ts'
import { minari } from './minari.ts'
import { npy } from './npy.ts'
import { npz } from './npz.ts'
import { png } from './png.ts'
import { zip } from './zip.ts'

export const formats: readonly Format[] = [png, jpeg, npy, npz, zip, hdf5, d4rl, minari, idx, cifar10, folders]

/** The first look: what kind of thing a path is and how it begins. */
export async function probe(path: string): Promise<Probe> {
  const found = await onSystem(path, () => stat(path))
  // Opening a device can already do something; look at its kind first.
  if (!found.isDirectory() && !found.isFile()) throw notRegular(path, false)
  if (found.isFile()) return { path, kind: 'file', head: await readHead(path, 512), size: found.size, names: [] }
  const names = await onSystem(path, () => readdir(path))
  return {
    path,
    kind: 'folder',
    head: new Uint8Array(0),
    size: 0,
    names: names.filter((name) => !name.startsWith('.')).sort(byName),
  }
}

/** The format of a path, by sniffing or as told. Throws `format-unknown` with what was found. */
export async function findFormat(path: string, as?: string): Promise<Format> {
  const titles = formats.map((format) => format.id).join(', ')
  if (as !== undefined) {
    const told = formats.find((format) => format.id === as)
    if (!told)
      throw new LetheError(
        'usage',
        `"${shown(as)}" is not a format. Known are ${titles}.`,
        'Leave it out to recognise the format by its bytes.',
      )
    return told
  }
  const seen = await probe(path)
  const format = formats.find((one) => one.match(seen))
  if (format) return format
  const what =
    seen.kind === 'folder'
      ? `a folder with ${seen.names.length === 0 ? 'nothing in it' : `${shown(seen.names.slice(0, 3).join(', '))}${seen.names.length > 3 ? ', …' : ''}`}`
      : seen.head.length === 0
        ? 'an empty file'
        : `a file that begins with ${Buffer.from(seen.head.subarray(0, 8)).toString('hex')}`
  throw new LetheError(
    'format-unknown',
    `${path}: ${what}; not recognised as one of ${titles}.`,
    'Name the format if you know it; see the help on data formats.',
  )
}

/** Recognises and opens. Close the source when done. */
export async function openSource(
  path: string,
  options: ReadOptions & { readonly as?: FormatId | string | undefined } = {},
): Promise<Source> {
  return (await findFormat(path, options.as)).open(path, options)
}
