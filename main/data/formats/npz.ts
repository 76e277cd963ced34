/**
 * NPZ: a zip of NPY arrays, stored or deflated. Arrays named like images and labels, for one split or several
 * (`images` and `labels`, `x_train` and `y_train`, `train_images` and `train_labels`, numpy's own `arr_0` and `arr_1`), are an
 * image set. Also writes it.
 */
import { ZipFile } from 'yazl'
import { malformed, shown } from './bytes.ts'
import { isZip, openArchive, type Archive } from './archive.ts'
import {
  tried,
  warning,
  type ArraySource,
  type ArraySplit,
  type Format,
  type Part,
  type Problem,
  type Split,
} from './format.ts'
import { encodeNpy, headerOf, npyPart, type NpyArray } from './npy.ts'
import { columnProblems, holdsTransitions } from './transitions.ts'

const allowed = { entries: 100_000, ratio: 1032 }
const imageWords = new Set(['x', 'image', 'images', 'img', 'imgs', 'data', 'samples', 'arr0'])
const labelWords = new Set(['y', 'label', 'labels', 'target', 'targets', 'arr1'])
const splitWords: Record<string, Split> = {
  train: 'train',
  test: 'test',
  val: 'train',
  valid: 'train',
  validation: 'train',
}

/** What a key means: `x_train` → images of train. */
function meaning(key: string): { what: 'images' | 'labels' | null; split: Split; validation: boolean } {
  const words = key
    .toLowerCase()
    .replace(/arr_(\d)/, 'arr$1')
    .split(/[^a-z0-9]+/)
  const at = words.findIndex((word) => splitWords[word] !== undefined)
  const [splitWord = ''] = at < 0 ? [] : words.splice(at, 1)
  const word = words.length === 1 ? words[0]! : ''
  const what = imageWords.has(word) ? 'images' : labelWords.has(word) ? 'labels' : null
  return { what, split: splitWords[splitWord] ?? 'train', validation: splitWord.startsWith('val') }
}

const isImages = (part: Part) => part.shape.length === 3 || part.shape.length === 4
const isLabels = (part: Part, count: number) =>
  part.shape[0] === count && (part.shape.length === 1 || (part.shape.length === 2 && part.shape[1] === 1))

function pair(path: string, parts: readonly Part[], problems: Problem[]): ArraySplit[] {
  const splits: Record<Split, { images: Part[]; labels: Part[] }> = {
    train: { images: [], labels: [] },
    test: { images: [], labels: [] },
  }
  for (const images of parts) {
    const { what, split, validation } = meaning(images.path)
    if (what !== 'images' || !isImages(images)) continue
    const labels = parts.find((part) => {
      const other = meaning(part.path)
      return (
        other.what === 'labels' &&
        other.split === split &&
        other.validation === validation &&
        isLabels(part, images.shape[0]!)
      )
    })
    splits[split].images.push(images)
    if (labels) splits[split].labels.push(labels)
    if (validation) problems.push(warning(path, 'validation-merged', `${images.path} is counted as training data.`))
  }
  return (['train', 'test'] as const)
    .map((name) => ({ name, ...splits[name] }))
    .filter((split) => split.images.length > 0)
}

async function openArrays(path: string, archive: Archive): Promise<ArraySource> {
  const problems: Problem[] = []
  const parts: Part[] = []
  for (const entry of archive.entries) {
    const key = entry.path.replace(/\.npy$/, '')
    const name = `${path}: ${shown(key)}`
    const part = await tried(key, problems, async () => {
      const header = await headerOf(name, archive.stream(entry))
      if (header.start + header.bytes !== entry.size) {
        throw malformed(
          name,
          `holds ${entry.size - header.start} bytes of values; its header declares ${header.bytes}.`,
        )
      }
      return npyPart(key, name, header, (options) => archive.stream(entry, options))
    })
    if (part) parts.push(part)
  }
  const splits = pair(path, parts, problems)
  if (holdsTransitions({ parts, problems })) problems.push(...columnProblems({ parts, problems }))
  return {
    kind: 'arrays',
    format: 'npz',
    path,
    problems,
    parts,
    splits,
    close: archive.close,
  }
}

/** Arrays by name as an NPZ file. The same arrays give the same bytes. */
export async function encodeNpz(
  arrays: Readonly<Record<string, NpyArray>>,
  options: { compress?: boolean } = {},
): Promise<Buffer> {
  const file = new ZipFile()
  // The first moment a zip can name, so that two files of the same arrays are equal.
  const mtime = new Date(1980, 0, 1)
  for (const [key, array] of Object.entries(arrays)) {
    file.addBuffer(encodeNpy(array), `${key}.npy`, { mtime, mode: 0o100644, compress: options.compress ?? true })
  }
  file.end()
  const pieces: Buffer[] = []
  for await (const piece of file.outputStream) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

export const npz: Format = {
  id: 'npz',
  title: 'NPZ arrays',
  // A zip begins with its first entry's name, at byte 30.
  match: (probe) => probe.kind === 'file' && isZip(probe.head) && firstName(probe.head).endsWith('.npy'),
  async open(path) {
    const archive = await openArchive(path, allowed)
    try {
      const other = archive.entries.find((entry) => !entry.path.endsWith('.npy'))
      if (other) throw malformed(path, `holds ${shown(other.path)} beside its NPY arrays.`)
      return await openArrays(path, archive)
    } catch (thrown) {
      await archive.close()
      throw thrown
    }
  },
}

function firstName(head: Uint8Array): string {
  const length = (head[26] ?? 0) | ((head[27] ?? 0) << 8)
  return Buffer.from(head.subarray(30, 30 + length)).toString('utf8')
}
