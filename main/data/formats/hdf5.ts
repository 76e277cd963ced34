/**
 * HDF5, read by h5wasm in a throw-away thread (hdf5-worker.ts). Every numeric data set is a part. Refused are links, virtual and
 * external storage, and filters the library lacks, for which it would answer garbage instead of an error. A thread serves one
 * file and is ended by its first failure; the next read starts a new one.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { LetheError } from '../../contract/errors.ts'
import { installationFolder, packageFile } from '../../resources.ts'
import { arrayBytes, chunkBytes, malformed, openRegular, shown, throwIfAborted } from './bytes.ts'
import {
  dtypeBytes,
  problemOf,
  warning,
  type ArraySource,
  type Dtype,
  type Format,
  type Part,
  type Problem,
  type ReadOptions,
} from './format.ts'
import { columnProblems, holdsTransitions } from './transitions.ts'
import type { Answer, DatasetHeader, GroupContent, Listing, Request } from './hdf5-messages.ts'

const magic = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1')
export const isHdf5 = (head: Uint8Array) => head.length >= 8 && magic.equals(head.subarray(0, 8))

/** Those of HDF5 itself: deflate, shuffle, fletcher32, szip, nbit, scaleoffset. */
const knownFilters = new Set([1, 2, 3, 4, 5, 6])
const mostChunkBytes = 64 << 20
const mostFileBytes = 64 * 2 ** 30
/** A thread that is silent for so long hangs in a broken file. */
const patienceMs = 120_000

export interface Hdf5File {
  readonly listing: Listing
  /** Values of whole rows, little-endian whatever the file's order is. */
  read(header: DatasetHeader, start: number, count: number): Promise<Uint8Array>
  attributes(group: string): Promise<Record<string, string | number>>
  close(): Promise<void>
}

type Ask = Request extends infer One ? (One extends Request ? Omit<One, 'id'> : never) : never

/** Opens and lists a file. Errors: `file-malformed`, `file-too-large`, those of the file system. */
export async function openHdf5(file: string): Promise<Hdf5File> {
  const { handle, size } = await openRegular(file)
  await handle.close()
  if (size > mostFileBytes)
    throw new LetheError('file-too-large', `${file}: ${size} bytes, more than ${mostFileBytes}.`, 'Split the file.')
  let thread: Thread | undefined
  const begin = async (): Promise<Listing> => {
    const begun = startThread()
    try {
      const { listing } = await begun.ask({ kind: 'open', path: path.resolve(file) })
      thread = begun
      return listing!
    } catch (thrown) {
      await begun.end()
      throw thrown
    }
  }
  const ask = async (request: Ask): Promise<Omit<Answer, 'id'>> => {
    if (!thread) await begin()
    const mine = thread!
    try {
      return await mine.ask(request)
    } catch (thrown) {
      if (thread === mine) thread = undefined
      await mine.end()
      throw thrown
    }
  }
  const listing = await begin().catch((thrown: unknown) => {
    throw malformed(file, `is not a whole HDF5 file (${(thrown as Error).message}).`)
  })
  return {
    listing,
    async read(header, start, count) {
      const shape = header.shape ?? []
      const bytes = header.size * shape.slice(1).reduce((product, length) => product * length, count)
      const answer = await ask({ kind: 'read', path: header.path, shape, start, count, bytes }).catch(
        (thrown: unknown) => {
          throw malformed(`${file}: ${shown(header.path)}`, `its values cannot be read (${(thrown as Error).message}).`)
        },
      )
      return answer.bytes!
    },
    attributes: async (group) => (await ask({ kind: 'attributes', path: group })).attributes!,
    close: async () => thread?.end(),
  }
}

interface Thread {
  ask(request: Ask): Promise<Omit<Answer, 'id'>>
  end(): Promise<void>
}

/** The bundle of hdf5-worker.ts: beside this bundle, also inside an archive, which threads cannot read; in a test below the clone. */
function workerText(): string {
  const folders = [__dirname, path.dirname(__dirname), path.join(installationFolder(), 'build')]
  const file = folders.map((folder) => path.join(folder, 'hdf5-worker.cjs')).find((one) => existsSync(one))
  if (file) return readFileSync(file, 'utf8')
  throw new LetheError('internal', 'The reader of HDF5 files, hdf5-worker.cjs, is not built.', 'Run `npm run setup`.')
}

function startThread(): Thread {
  const library = (name: string): string => pathToFileURL(packageFile('h5wasm', 'dist', name, 'hdf5_hl.js')).href
  const worker = new Worker(workerText(), {
    eval: true,
    workerData: { reader: library('esm'), writer: library('node') },
    stdout: true,
    stderr: true,
  })
  const waiting = new Map<
    number,
    { resolve(answer: Answer): void; reject(error: Error): void; timer: NodeJS.Timeout }
  >()
  let asked = 0
  const settle = (id: number) => {
    const one = waiting.get(id)
    waiting.delete(id)
    clearTimeout(one?.timer)
    if (waiting.size === 0) worker.unref()
    return one
  }
  const fail = (error: Error) => [...waiting.keys()].forEach((id) => settle(id)?.reject(error))
  worker.on('message', (answer: Answer) => {
    const one = settle(answer.id)
    if (answer.error === undefined) one?.resolve(answer)
    else one?.reject(new Error(answer.error))
  })
  worker.on('error', fail)
  worker.on('exit', () => fail(new Error('the reader ended')))
  worker.unref()
  return {
    ask(request) {
      const id = asked++
      worker.ref()
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => settle(id)?.reject(new Error('the reader hung')), patienceMs)
        waiting.set(id, { resolve, reject, timer })
        worker.postMessage({ id, ...request })
      })
    },
    end: async () => void (await worker.terminate()),
  }
}

export interface Hdf5Writer {
  write(content: GroupContent): Promise<void>
  /** Closes the file; without it the file is not whole. */
  finish(): Promise<void>
  /** Ends the thread, whatever it does. */
  end(): Promise<void>
}

/** Makes a new file; its folder exists. Groups that a path passes through must be written before. */
export async function createHdf5(file: string): Promise<Hdf5Writer> {
  const thread = startThread()
  const ask = async (request: Ask): Promise<void> => {
    await thread.ask(request).catch((thrown: unknown) => {
      throw new LetheError('internal', `${file} could not be written (${(thrown as Error).message}).`)
    })
  }
  await ask({ kind: 'create', path: path.resolve(file) })
  return {
    write: (content) => ask({ kind: 'write', ...content }),
    finish: () => ask({ kind: 'finish' }),
    end: thread.end,
  }
}

/** The element type under numpy's name; null for text, records and the like. */
export function dtypeOf({ class: type, size, signed, isBoolean }: DatasetHeader): Dtype | null {
  if (isBoolean) return 'bool'
  const name = type === 0 ? `${signed ? '' : 'u'}int${8 * size}` : type === 1 ? `float${8 * size}` : ''
  return name in dtypeBytes ? (name as Dtype) : null
}

/** A data set as a part. Errors: `format-unsupported` for what would be read wrongly, `file-too-large`. */
export function partOf(file: Hdf5File, source: string, header: DatasetHeader, dtype: Dtype): Part {
  const name = `${source}: ${shown(header.path)}`
  const unsupported = (what: string, hint: string) => new LetheError('format-unsupported', `${name}: ${what}`, hint)
  if (header.isVirtual)
    throw unsupported('is a view of other files, which are not followed.', 'Copy the values into the file.')
  const strange = header.filters.find(({ id }) => !knownFilters.has(id))
  if (strange)
    throw unsupported(
      `is compressed with ${shown(strange.name) || 'a filter'} (filter ${strange.id}), which is not read.`,
      'Write it again with gzip compression or none.',
    )
  const shape = header.shape ?? [0]
  const total = arrayBytes(name, shape, dtype)
  const rows = shape[0] ?? 1
  const rowBytes = rows > 0 ? total / rows : 0
  const chunkRows = header.chunks?.[0] ?? 1
  if (
    chunkRows * rowBytes > mostChunkBytes &&
    (header.chunks ?? []).reduce((p, n) => p * n, header.size) > mostChunkBytes
  )
    throw unsupported('is stored in pieces above 64 MiB.', 'Write it again with smaller chunks.')
  // Whole bands of chunks, so that none is inflated twice, but no more than a chunk needs.
  const band = Math.max(1, Math.floor(chunkBytes / Math.max(1, rowBytes)))
  const step =
    band > chunkRows ? band - (band % chunkRows) : Math.min(chunkRows, Math.floor(mostChunkBytes / rowBytes) || 1)
  return {
    path: header.path,
    kind: 'array',
    dtype,
    shape,
    async *read(options: ReadOptions = {}) {
      for (let start = 0; start < rows && total > 0; start += step) {
        throwIfAborted(options.signal)
        const bytes = await file.read(header, start, Math.min(step, rows - start))
        for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.slice(at, at + chunkBytes)
      }
    },
  }
}

/** All numeric data sets, in the file's order, and what is wrong or left out. */
export function partsOf(file: Hdf5File, source: string): { parts: Part[]; problems: Problem[] } {
  const parts: Part[] = []
  const problems: Problem[] = file.listing.links.map(({ path: place, target, outside }) => ({
    path: place,
    code: 'format-unsupported',
    message: `${shown(place)} is a link to ${outside ? 'another file, ' : ''}${shown(target)}; links are not followed.`,
    severity: 'error',
  }))
  for (const header of file.listing.datasets) {
    const dtype = dtypeOf(header)
    if (dtype === null) {
      problems.push(warning(header.path, 'not-numeric', `${shown(header.path)} holds no numbers and is left out.`))
      continue
    }
    try {
      parts.push(partOf(file, source, header, dtype))
    } catch (thrown) {
      if (!(thrown instanceof LetheError)) throw thrown
      problems.push(problemOf(header.path, thrown))
    }
  }
  return { parts, problems }
}

export const hdf5: Format = {
  id: 'hdf5',
  title: 'HDF5',
  match: (probe) => probe.kind === 'file' && isHdf5(probe.head),
  async open(source): Promise<ArraySource> {
    const file = await openHdf5(source)
    const { parts, problems } = partsOf(file, source)
    const isD4rl = holdsTransitions({ parts, problems })
    return {
      kind: 'arrays',
      format: isD4rl ? 'd4rl' : 'hdf5',
      path: source,
      problems: isD4rl ? [...problems, ...columnProblems({ parts, problems })] : problems,
      parts,
      splits: [],
      close: file.close,
    }
  },
}
