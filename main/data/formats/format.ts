/**
 * What every format offers. A format is one file that turns bytes on disk into a `Source`: either arrays, whose dtype
 * and shape stand in a header, or encoded pictures, which are known once decoded. Nothing is read before it is pulled.
 */
import { errorCodes, LetheError } from '../../contract/errors.ts'

export type FormatId =
  'idx' | 'npy' | 'npz' | 'zip' | 'cifar10' | 'folders' | 'png' | 'jpeg' | 'hdf5' | 'd4rl' | 'minari'

/** Element types under numpy's names, with bytes per element. */
export const dtypeBytes = {
  bool: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float16: 2,
  float32: 4,
  float64: 8,
} as const

export type Dtype = keyof typeof dtypeBytes

/** The first look at a path, by which formats recognise what is theirs. */
export interface Probe {
  readonly path: string
  readonly kind: 'file' | 'folder'
  /** The first bytes of a file (inflated where it is gzip), at most 512; empty for a folder. */
  readonly head: Uint8Array
  /** Bytes of a file as stored; 0 for a folder. */
  readonly size: number
  /** Names in a folder, hidden ones left out, in order; empty for a file. */
  readonly names: readonly string[]
}

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined
}

/** An array inside a source. */
export interface Part {
  /** Name inside the source; the file's own name where it is the only one. */
  readonly path: string
  readonly kind: 'images' | 'labels' | 'array'
  readonly dtype: Dtype
  readonly shape: readonly number[]
  /** So many values at its end may be not a number, because nobody knows them. */
  readonly unknownAtEnd?: number
  /**
   * The values as bytes: C order, little-endian, a boolean one byte. Every chunk holds whole elements, at most
   * `chunkBytes`, in a buffer of its own. Together they are exactly the declared shape, or the last pull throws.
   */
  read(options?: ReadOptions): AsyncGenerator<Uint8Array>
}

/** One encoded picture inside a source. */
export interface Picture {
  readonly path: string
  readonly split: Split
  /** Index of the class; null where nothing says it. */
  readonly label: number | null
  /** Bytes of the file as stored, for bounding memory. */
  readonly size: number
  /** The stored bytes: all, or the first `most` of them. */
  bytes(options?: ReadOptions & { readonly most?: number }): Promise<Uint8Array>
}

export type Split = 'train' | 'test'

/** Images and labels that belong together, each in one array or in several that follow each other. */
export interface ArraySplit {
  readonly name: Split
  readonly images: readonly Part[]
  /** Empty where there are none. */
  readonly labels: readonly Part[]
}

export interface Problem {
  /** Inside the source, or the path of the source itself. */
  readonly path: string
  readonly code: string
  readonly message: string
  /** An error breaks the source; a warning is a tolerable oddity. */
  readonly severity: 'error' | 'warning'
  /** What to do, where it is more than to repair or remove it. */
  readonly hint?: string
}

interface SourceBase {
  readonly format: FormatId
  readonly path: string
  /** What was noticed on opening. Errors of single files are reported when they are read. */
  readonly problems: readonly Problem[]
  readonly close: () => Promise<void>
}

export interface ArraySource extends SourceBase {
  readonly kind: 'arrays'
  readonly parts: readonly Part[]
  /** Image sets found among the parts; empty where the arrays are not labelled images. */
  readonly splits: readonly ArraySplit[]
}

export interface PictureSource extends SourceBase {
  readonly kind: 'pictures'
  readonly pictures: readonly Picture[]
  /** Names of the classes 0 … K−1; null where there are no labels. */
  readonly classNames: readonly string[] | null
}

export type Source = ArraySource | PictureSource

export interface Format {
  readonly id: FormatId
  readonly title: string
  /** By bytes and listings, never by a file's extension alone. */
  match(probe: Probe): boolean
  open(path: string, options?: ReadOptions): Promise<Source>
}

/** An error of one file inside a source, as a line of the source's problems. Only a refused variant can be written otherwise. */
export function problemOf(path: string, { code, message, hint }: LetheError): Problem {
  return { path, code, message, severity: 'error', ...(code === 'format-unsupported' && hint ? { hint } : {}) }
}

/** What breaks a source, as the error that ends the work on it. `source` is named once. */
export function brokenSource(source: string, { code, message, hint }: Problem, otherwise: string): LetheError {
  const known = errorCodes.find((one) => one === code) ?? 'file-malformed'
  return new LetheError(known, message.startsWith(source) ? message : `${source}: ${message}`, hint ?? otherwise)
}

/** For a source of many files: one that cannot be opened is a problem, and the others go on. Cancelling is thrown. */
export async function tried<T>(path: string, problems: Problem[], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (thrown) {
    if (!(thrown instanceof LetheError) || thrown.code === 'cancelled') throw thrown
    problems.push(problemOf(path, thrown))
    return undefined
  }
}

export function warning(path: string, code: string, message: string): Problem {
  return { path, code, message, severity: 'warning' }
}
