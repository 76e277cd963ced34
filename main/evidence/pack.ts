/**
 * The zip of a bundle, in one form only: entries stored, never deflated, in a given order, with one fixed time. The same contents
 * are the same bytes on every machine, and whoever checks a bundle packs its contents again and compares: a byte changed, cut
 * or added anywhere in the file is noticed, also where no checksum of the zip format looks.
 */
import { randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream, promises as fs } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'

export interface Packed {
  readonly path: string
  readonly bytes: number
  /** Whole up to `wholeBytes`, a stream beyond. */
  readonly content: Uint8Array | (() => Readable)
}

/** Up to here an entry is written whole, its checksum before it; beyond in a stream, its checksum after it. */
export const wholeBytes = 4 << 20

/** Midnight wherever it is written: the format's own time has no zone. */
const options = { compress: false, mtime: new Date(1980, 0, 1), forceDosTimestamp: true, mode: 0o100600 } as const

/** The bytes of the zip, as they are read. */
export function pack(entries: readonly Packed[]): Readable {
  const zip = new ZipFile()
  const out = zip.outputStream as Readable
  zip.on('error', (error: Error) => out.destroy(error))
  for (const { path, bytes, content } of entries) {
    if (content instanceof Uint8Array)
      zip.addBuffer(Buffer.from(content.buffer, content.byteOffset, content.byteLength), path, options)
    else
      zip.addReadStreamLazy(path, { ...options, size: bytes }, (give) => {
        const stream = content()
        out.once('close', () => stream.destroy()) // where the writing ended before it did
        stream.on('error', (error) => out.destroy(error))
        give(null, stream)
      })
  }
  zip.end()
  return out
}

export const fromFile = (path: string, file: string, bytes: number): Packed => ({
  path,
  bytes,
  content: () => createReadStream(file),
})

/** Bytes in memory, in the form that their number asks for. */
export const fromBytes = (path: string, content: Uint8Array): Packed => ({
  path,
  bytes: content.length,
  content: content.length <= wholeBytes ? content : () => Readable.from(pieces(content)),
})

function* pieces(content: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < content.length; at += 64 << 10) yield content.subarray(at, at + (64 << 10))
}

/** Writes the zip whole or not at all, also where it is stopped. Returns its size. */
export async function writePacked(target: string, entries: readonly Packed[], signal?: AbortSignal): Promise<number> {
  const temporary = `${target}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`
  try {
    const file = createWriteStream(temporary, { flags: 'wx', mode: 0o600 })
    await pipeline(pack(entries), file, { ...(signal ? { signal } : {}) })
    const handle = await fs.open(temporary, 'r+')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (signal?.aborted) throw new Error('It was stopped.')
    await fs.rename(temporary, target)
  } catch (error) {
    await fs.rm(temporary, { force: true })
    throw error
  }
  return (await fs.stat(target)).size
}

/** Whether the file holds exactly the bytes of the zip. */
export async function isPacked(file: string, entries: readonly Packed[]): Promise<boolean> {
  const handle = await fs.open(file, 'r')
  const packed = pack(entries)
  try {
    let position = 0
    for await (const piece of packed) {
      const wanted = piece as Buffer
      const found = Buffer.alloc(wanted.length)
      const { bytesRead } = await handle.read(found, 0, wanted.length, position)
      if (bytesRead < wanted.length || !found.equals(wanted)) return false
      position += wanted.length
    }
    return (await handle.stat()).size === position
  } finally {
    packed.destroy()
    await handle.close()
  }
}
