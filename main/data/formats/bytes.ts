/** Files and streams with limits: regular files only, bounded reads, exact counts, cancellation. */
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { createGunzip, gunzipSync, constants as zlib } from 'node:zlib'
import { LetheError, toErrorRecord } from '../../contract/errors.ts'
import { dtypeBytes, type Dtype, type ReadOptions } from './format.ts'

/** Decoded bytes in one chunk, at most. A multiple of every element size. */
export const chunkBytes = 4 << 20

/** Limits on hostile input. */
export const limits = {
  arrayBytes: 4 * 2 ** 30,
  pictureBytes: 256 * 2 ** 20,
  picturePixels: 64 * 2 ** 20,
  files: 2_000_000,
  depth: 32,
} as const

export const malformed = (path: string, what: string, hint = 'Get the file again from its source.') =>
  new LetheError('file-malformed', `${path}: ${what}`, hint)

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new LetheError('cancelled', 'Reading was cancelled.')
}

/** Runs a system call and turns its error into ours, naming the path once. */
export async function onSystem<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    if (thrown instanceof LetheError) throw thrown
    const { code, hint } = toErrorRecord(thrown)
    const system = (thrown as NodeJS.ErrnoException).code ?? ''
    const what: Record<string, string> = {
      ENOENT: 'there is no such file or folder',
      ENOTDIR: 'a part of the path is a file, not a folder',
      EACCES: 'may not be read',
      EPERM: 'may not be read',
      ELOOP: 'is a symbolic link, which is not followed',
      ENAMETOOLONG: 'the name is too long',
    }
    const known = what[system]
    if (!known)
      throw new LetheError('file-unreadable', `${path}: ${String(thrown)}`, 'Check the disk.', { cause: thrown })
    const missing = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(system)
    throw new LetheError(
      missing ? 'file-missing' : 'file-unreadable',
      `${path}: ${known}.`,
      code === 'internal' ? 'Check the path.' : hint,
    )
  }
}

/**
 * A regular file, open for reading. Devices, pipes and sockets are refused before they can block. A link is followed
 * only where `link` says so: for the path a person named, never for what lies inside a folder.
 */
export async function openRegular(
  path: string,
  link: 'follow' | 'refuse' = 'follow',
): Promise<{ handle: FileHandle; size: number }> {
  return onSystem(path, async () => {
    const handle = await open(
      path,
      constants.O_RDONLY | constants.O_NONBLOCK | (link === 'refuse' ? constants.O_NOFOLLOW : 0),
    )
    try {
      const opened = await handle.stat()
      if (!opened.isFile()) throw notRegular(path, opened.isDirectory())
      return { handle, size: opened.size }
    } catch (thrown) {
      await handle.close()
      throw thrown
    }
  })
}

export const notRegular = (path: string, folder: boolean) =>
  new LetheError(
    'file-unreadable',
    `${path}: is ${folder ? 'a folder' : 'a device, pipe or socket'}, not a regular file.`,
    'Name a regular file.',
  )

/** A whole file in memory, or its first `most` bytes. Refused where it is larger than `limit`. */
export async function readWhole(
  path: string,
  limit: number,
  link: 'follow' | 'refuse' = 'follow',
  most = Infinity,
): Promise<Uint8Array> {
  const { handle, size } = await openRegular(path, link)
  try {
    if (size > limit) throw tooLarge(path, size, limit)
    const bytes = new Uint8Array(Math.min(size, most))
    const filled = await onSystem(path, () => fill(handle, bytes, 0))
    return bytes.subarray(0, filled)
  } finally {
    await handle.close()
  }
}

export const tooLarge = (path: string, size: number | bigint, limit: number) =>
  new LetheError(
    'file-too-large',
    `${path}: ${size} bytes, more than the limit of ${limit}.`,
    'Split it into smaller files.',
  )

async function fill(handle: FileHandle, target: Uint8Array, position: number): Promise<number> {
  let filled = 0
  while (filled < target.length) {
    const { bytesRead } = await handle.read(target, filled, target.length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return filled
}

/** The bytes of a file from `start` on, in chunks of their own; closed when done, failed or left. */
export async function* fileChunks(path: string, start = 0, size = chunkBytes): AsyncGenerator<Uint8Array> {
  const { handle } = await openRegular(path)
  try {
    for (let position = start; ;) {
      const chunk = new Uint8Array(size)
      const filled = await onSystem(path, () => fill(handle, chunk, position))
      if (filled > 0) yield chunk.subarray(0, filled)
      if (filled < size) return
      position += filled
    }
  } finally {
    await handle.close()
  }
}

export const isGzip = (head: Uint8Array) => head[0] === 0x1f && head[1] === 0x8b

/** The first `count` bytes of a file, inflated where it is gzip. */
export async function readHead(path: string, count: number): Promise<Uint8Array> {
  const { handle } = await openRegular(path)
  try {
    const raw = new Uint8Array(Math.max(count, 4096))
    const head = raw.subarray(0, await onSystem(path, () => fill(handle, raw, 0)))
    if (!isGzip(head)) return head.subarray(0, count)
    try {
      return gunzipSync(head, { finishFlush: zlib.Z_SYNC_FLUSH, maxOutputLength: 8 << 20 }).subarray(0, count)
    } catch {
      return head.subarray(0, count)
    }
  } finally {
    await handle.close()
  }
}

/** The bytes of a file, inflated where it is gzip. How much is inflated is up to whoever pulls. */
export async function* inflatedChunks(path: string): AsyncGenerator<Uint8Array> {
  const { handle } = await openRegular(path)
  const magic = new Uint8Array(2)
  try {
    await onSystem(path, () => fill(handle, magic, 0))
  } finally {
    await handle.close()
  }
  if (!isGzip(magic)) {
    yield* fileChunks(path)
    return
  }
  const source = Readable.from(fileChunks(path, 0, 256 << 10))
  const inflate = createGunzip({ chunkSize: 256 << 10 })
  source.on('error', (error) => inflate.destroy(error))
  source.pipe(inflate)
  try {
    for await (const chunk of inflate) yield chunk as Uint8Array
  } catch (thrown) {
    if (thrown instanceof LetheError) throw thrown
    throw malformed(path, `the gzip stream is broken (${(thrown as Error).message}).`)
  } finally {
    source.destroy()
    inflate.destroy()
  }
}

/**
 * Cuts a byte stream into chunks of whole elements after skipping `skip` bytes, and holds it to exactly `total` bytes
 * after those: the first byte too many, or an end too soon, is an error, so no stream can inflate beyond its header.
 */
export async function* exactly(
  name: string,
  stream: AsyncIterable<Uint8Array>,
  skip: number,
  total: number,
  options: ReadOptions = {},
): AsyncGenerator<Uint8Array> {
  let toSkip = skip
  let seen = 0
  let chunk = new Uint8Array(Math.min(total, chunkBytes))
  let filled = 0
  for await (let piece of stream) {
    throwIfAborted(options.signal)
    if (toSkip > 0) {
      const step = Math.min(toSkip, piece.length)
      toSkip -= step
      piece = piece.subarray(step)
    }
    if (seen + piece.length > total) {
      throw malformed(name, `holds more than the ${total} bytes of values that its header declares.`)
    }
    seen += piece.length
    while (piece.length > 0) {
      const step = Math.min(piece.length, chunk.length - filled)
      chunk.set(piece.subarray(0, step), filled)
      piece = piece.subarray(step)
      filled += step
      if (filled === chunk.length) {
        yield chunk
        throwIfAborted(options.signal)
        chunk = new Uint8Array(Math.min(total - seen + piece.length, chunkBytes))
        filled = 0
      }
    }
  }
  if (seen < total) {
    throw malformed(name, `is truncated: its header declares ${total} bytes of values, ${seen} are there.`)
  }
}

/** Turns big-endian elements into little-endian ones, in place. */
export function swapBytes(bytes: Uint8Array, width: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (width === 2) buffer.swap16()
  else if (width === 4) buffer.swap32()
  else if (width === 8) buffer.swap64()
}

/**
 * Bytes of an array, checked before anything is allocated.
 * The product runs in BigInt, so that no shape can wrap around.
 */
export function arrayBytes(name: string, shape: readonly number[], dtype: Dtype): number {
  const bytes = shape.reduce((product, size) => product * BigInt(size), BigInt(dtypeBytes[dtype]))
  if (bytes > BigInt(limits.arrayBytes)) throw tooLarge(name, bytes, limits.arrayBytes)
  return Number(bytes)
}

/** A name fit for a message: control characters shown as escapes, no longer than a line. */
export function shown(name: string): string {
  const clean = name.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  return clean.length > 200 ? `${clean.slice(0, 90)}…${clean.slice(-90)}` : clean
}

export const fileName = (path: string) => basename(path)

/** Order of Unicode code points, as Python sorts strings. */
export function byName(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b))
}

const crcTable = Int32Array.from({ length: 256 }, (_, n) => {
  let value = n
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

/** CRC-32 of ISO 3309, as PNG and zip use it. `crc32(b, crc32(a))` continues. */
export function crc32(bytes: Uint8Array, previous = 0): number {
  let value = ~previous
  for (let i = 0; i < bytes.length; i++) value = crcTable[(value ^ bytes[i]!) & 0xff]! ^ (value >>> 8)
  return ~value >>> 0
}
