/**
 * CIFAR-10, binary version: records of one label byte and 32×32 bytes each of red, green and blue.
 * `data_batch_1.bin` … `data_batch_5.bin` are the training split, `test_batch.bin` the test split.
 * Source: A. Krizhevsky, the CIFAR-10 page. The Python version is pickles, which are programs and are never run.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LetheError } from '../../contract/errors.ts'
import { byName, exactly, fileChunks, fileName, malformed, onSystem, openRegular } from './bytes.ts'
import { tried, warning, type ArraySource, type ArraySplit, type Format, type Part, type Problem } from './format.ts'

const plane = 32 * 32
const record = 1 + 3 * plane
const batchName = /^(data_batch_\d+|test_batch)\.bin$/
const pickledName = /^(data_batch_\d+|test_batch)$/

const isPickle = (head: Uint8Array) => head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5

const pickled = (path: string) =>
  new LetheError(
    'format-unsupported',
    `${path}: is a Python pickle, which is a program and is not run.`,
    'Use the binary version of CIFAR-10 (cifar-10-binary.tar.gz, files ending in .bin), or save the arrays as NPZ.',
  )

/** Whole records of one batch, in turns of at most 1,365 (4 MiB). */
async function* records(path: string, count: number, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  let rest = new Uint8Array(0)
  for await (const chunk of exactly(path, fileChunks(path), 0, count * record, { signal })) {
    const bytes = rest.length === 0 ? chunk : new Uint8Array(Buffer.concat([rest, chunk]))
    const whole = bytes.length - (bytes.length % record)
    for (let at = 0; at < whole; at += record) {
      if (bytes[at]! > 9) throw malformed(path, `has label ${bytes[at]} where CIFAR-10 has 0 … 9.`)
    }
    if (whole > 0) yield bytes.subarray(0, whole)
    rest = bytes.slice(whole)
  }
}

async function openBatch(path: string, labelsPath: string): Promise<{ images: Part; labels: Part }> {
  const { handle, size } = await openRegular(path)
  const head = new Uint8Array(2)
  try {
    await handle.read(head, 0, 2, 0)
  } finally {
    await handle.close()
  }
  if (isPickle(head)) throw pickled(path)
  if (size === 0 || size % record !== 0)
    throw malformed(path, `is ${size} bytes long, which is not a whole number of records of ${record} bytes.`)
  const count = size / record
  const images: Part = {
    path: fileName(path),
    kind: 'images',
    dtype: 'uint8',
    shape: [count, 32, 32, 3],
    async *read(options) {
      for await (const bytes of records(path, count, options?.signal)) {
        const pixels = new Uint8Array((bytes.length / record) * 3 * plane)
        let to = 0
        for (let at = 1; at < bytes.length; at += record) {
          for (let i = at; i < at + plane; i++) {
            pixels[to++] = bytes[i]!
            pixels[to++] = bytes[i + plane]!
            pixels[to++] = bytes[i + 2 * plane]!
          }
        }
        yield pixels
      }
    },
  }
  const labels: Part = {
    path: labelsPath,
    kind: 'labels',
    dtype: 'uint8',
    shape: [count],
    async *read(options) {
      for await (const bytes of records(path, count, options?.signal)) {
        yield Uint8Array.from({ length: bytes.length / record }, (_, i) => bytes[i * record]!)
      }
    },
  }
  return { images, labels }
}

export const cifar10: Format = {
  id: 'cifar10',
  title: 'CIFAR-10 (binary)',
  match: ({ kind, head, size, path, names }) =>
    kind === 'folder'
      ? names.some((name) => batchName.test(name) || pickledName.test(name))
      : isPickle(head) ||
        batchName.test(fileName(path)) ||
        (path.endsWith('.bin') && size > 0 && size % record === 0 && head[0]! <= 9),
  async open(path): Promise<ArraySource> {
    const problems: Problem[] = []
    const parts: Part[] = []
    const splits: ArraySplit[] = []
    const take = (name: ArraySplit['name'], batches: readonly { images: Part; labels: Part }[]) => {
      if (batches.length === 0) return
      splits.push({ name, images: batches.map((batch) => batch.images), labels: batches.map((batch) => batch.labels) })
      parts.push(...batches.flatMap((batch) => [batch.images, batch.labels]))
    }
    if (!(await onSystem(path, () => stat(path))).isDirectory()) take('train', [await openBatch(path, 'labels')])
    else {
      const names = await onSystem(path, () => readdir(path))
      const wanted = names.filter((name) => batchName.test(name)).sort(byName)
      if (wanted.length === 0) {
        if (names.some((name) => pickledName.test(name))) throw pickled(path)
        throw malformed(path, 'holds no data_batch_1.bin … and test_batch.bin.', 'Name the folder that holds them.')
      }
      const opened = new Map<string, { images: Part; labels: Part }>()
      for (const name of wanted) {
        const batch = await tried(name, problems, () => openBatch(join(path, name), `${name}/labels`))
        if (batch) opened.set(name, batch)
      }
      take(
        'train',
        [...opened].filter(([name]) => name.startsWith('data')).map(([, batch]) => batch),
      )
      take(
        'test',
        [...opened].filter(([name]) => name.startsWith('test')).map(([, batch]) => batch),
      )
      const missing = 6 - wanted.length
      if (missing > 0) problems.push(warning(path, 'batches-missing', `${missing} of the six batches are not there.`))
    }
    return { kind: 'arrays', format: 'cifar10', path, problems, parts, splits, close: async () => {} }
  },
}
