/**
 * Zip archives, read with suspicion. The directory is checked as a whole before anything is inflated: names stay
 * inside, no name comes twice, entries are plain files that lie side by side in the file and declare sizes that can
 * be. What is inflated is held to the declared size and checksum. Source: PKWARE APPNOTE 6.3.10; the overlapping
 * archives of D. Fifield, A better zip bomb, WOOT 2019.
 */
import { createReadStream } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { createInflateRaw, inflateRawSync } from 'node:zlib'
import { openPromise, type Entry as RawEntry } from 'yauzl'
import { LetheError } from '../../contract/errors.ts'
import { crc32, limits, malformed, onSystem, openRegular, shown, throwIfAborted, tooLarge } from './bytes.ts'
import type { ReadOptions } from './format.ts'

export interface Entry {
  /** Path inside the archive, with `/`. */
  readonly path: string
  /** Bytes when inflated, as declared. */
  readonly size: number
  readonly packed: number
  readonly deflated: boolean
  readonly crc: number
  readonly offset: number
  /** The name's bytes as they must stand before the data again. */
  readonly rawName: Buffer
}

export interface Archive {
  readonly path: string
  /** Files in the order of the directory. */
  readonly entries: readonly Entry[]
  /** A small entry, whole; of a stored one only the first `most` bytes, unchecked. */
  bytes(entry: Entry, most?: number): Promise<Uint8Array>
  /** A large entry, piece by piece. */
  stream(entry: Entry, options?: ReadOptions): AsyncGenerator<Uint8Array>
  readonly close: () => Promise<void>
}

export interface ArchiveLimits {
  readonly entries: number
  /** Inflated to packed, for entries over 1 MiB. Deflate itself ends at 1032. */
  readonly ratio: number
}

const totalBytes = 64 * 2 ** 30
const localHeader = 30

export const isZip = (head: Uint8Array) =>
  head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6))

export async function openArchive(path: string, allowed: ArchiveLimits): Promise<Archive> {
  const entries = await readDirectory(path, allowed)
  const { handle, size } = await openRegular(path)
  const last = entries.reduce(
    (end, entry) => Math.max(end, entry.offset + localHeader + entry.rawName.length + entry.packed),
    0,
  )
  if (last > size) {
    await handle.close()
    throw malformed(path, 'is truncated: an entry ends beyond the file.')
  }
  return {
    path,
    entries,
    bytes: (entry, most) => readEntry(path, handle, entry, most),
    stream: (entry, options) => streamEntry(path, handle, entry, options),
    close: () => handle.close(),
  }
}

/** yauzl walks the directory, zip64 included; every entry is then judged here. */
async function readDirectory(path: string, allowed: ArchiveLimits): Promise<Entry[]> {
  const entries: Entry[] = []
  const names = new Set<string>()
  let total = 0
  await (await openRegular(path)).handle.close()
  let file
  try {
    file = await openPromise(path, { autoClose: false, strictFileNames: true, validateEntrySizes: false })
    if (file.entryCount > allowed.entries) {
      throw new LetheError(
        'file-too-large',
        `${path}: holds ${file.entryCount} entries, more than the limit of ${allowed.entries}.`,
        'Split it.',
      )
    }
    for await (const raw of file.eachEntry()) {
      const entry = judge(path, raw, allowed)
      if (names.has(raw.fileName.normalize('NFC')))
        throw malformed(path, `holds two entries named ${shown(raw.fileName)}.`)
      names.add(raw.fileName.normalize('NFC'))
      total += raw.uncompressedSize
      if (total > totalBytes) throw tooLarge(path, total, totalBytes)
      if (entry) entries.push(entry)
    }
  } catch (thrown) {
    if (thrown instanceof LetheError) throw thrown
    throw malformed(path, `the zip archive is broken: ${shown((thrown as Error).message).replace(/\.$/, '')}.`)
  } finally {
    file?.close()
  }
  const inOrder = [...entries].sort((a, b) => a.offset - b.offset)
  inOrder.forEach((entry, i) => {
    const next = inOrder[i + 1]
    if (next && entry.offset + localHeader + entry.rawName.length + entry.packed > next.offset) {
      throw malformed(
        path,
        `the entries ${shown(entry.path)} and ${shown(next.path)} overlap.`,
        'Such archives are made to exhaust memory; do not use it.',
      )
    }
  })
  return entries
}

/** One entry of the directory: null for a folder. */
function judge(path: string, raw: RawEntry, allowed: ArchiveLimits): Entry | null {
  const name = raw.fileName
  const refused = (what: string) => malformed(path, `entry ${shown(name)} ${what}.`, 'Pack the files again.')
  const parts = name.split('/')
  if (
    name === '' ||
    name.startsWith('/') ||
    /^[A-Za-z]:/.test(name) ||
    parts.includes('..') ||
    parts.includes('.') ||
    name.includes('\0')
  ) {
    throw refused('has a name that leads elsewhere')
  }
  const type = (raw.externalFileAttributes >>> 16) & 0o170000
  if (type === 0o120000) throw refused('is a symbolic link')
  if (![0, 0o100000, 0o040000].includes(type)) throw refused('is a device or pipe')
  if (raw.isEncrypted())
    throw new LetheError(
      'format-unsupported',
      `${path}: entry ${shown(name)} is encrypted.`,
      'Pack the files again without a password.',
    )
  if (raw.compressionMethod !== 0 && raw.compressionMethod !== 8) {
    throw new LetheError(
      'format-unsupported',
      `${path}: entry ${shown(name)} has compression method ${raw.compressionMethod}.`,
      'Pack the files again, stored or deflated.',
    )
  }
  const { uncompressedSize: size, compressedSize: packed } = raw
  if (raw.compressionMethod === 0 && size !== packed)
    throw refused(`is stored and declares two sizes, ${packed} and ${size}`)
  if (size > 1032 * packed + 1024) throw refused(`declares ${size} bytes out of ${packed}, which deflate cannot do`)
  if (size > 1 << 20 && size > allowed.ratio * packed) {
    throw new LetheError(
      'file-too-large',
      `${path}: entry ${shown(name)} would inflate ${packed} bytes to ${size}.`,
      'Such archives are made to exhaust memory; do not use it.',
    )
  }
  if (name.endsWith('/')) return null
  return {
    ...{ path: name, size, packed, deflated: raw.compressionMethod === 8, crc: raw.crc32 },
    ...{ offset: raw.relativeOffsetOfLocalHeader, rawName: Buffer.from(raw.fileNameRaw) },
  }
}

/** Where the data of an entry begins, from the header before it, which must name the same file. */
function dataStart(path: string, entry: Entry, header: Buffer): number {
  if (header.length < localHeader || header.readUInt32LE(0) !== 0x04034b50)
    throw malformed(path, `no entry begins where ${shown(entry.path)} should.`)
  const nameLength = header.readUInt16LE(26)
  if (!header.subarray(localHeader, localHeader + nameLength).equals(entry.rawName)) {
    throw malformed(path, `the entry ${shown(entry.path)} has another name before its data.`)
  }
  return localHeader + nameLength + header.readUInt16LE(28)
}

async function readAt(path: string, handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  const { bytesRead } = await onSystem(path, () => handle.read(bytes, 0, length, at))
  return bytes.subarray(0, bytesRead)
}

async function readEntry(path: string, handle: FileHandle, entry: Entry, most = Infinity): Promise<Uint8Array> {
  const name = `${path}: ${shown(entry.path)}`
  if (entry.size > limits.pictureBytes || entry.packed > limits.pictureBytes)
    throw tooLarge(name, entry.size, limits.pictureBytes)
  // One read for header and data; extra fields are rarely longer than this.
  const wanted = entry.deflated ? entry.packed : Math.min(entry.packed, most)
  const guess = localHeader + entry.rawName.length + 64 + wanted
  let bytes = await readAt(path, handle, entry.offset, guess)
  const start = dataStart(path, entry, bytes)
  if (start + wanted > guess) bytes = await readAt(path, handle, entry.offset, start + wanted)
  const packed = bytes.subarray(start, start + wanted)
  if (packed.length < wanted) throw malformed(name, 'is truncated.')
  if (wanted < entry.packed) return packed
  let data: Buffer
  try {
    data = entry.deflated ? inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.size) }) : packed
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    throw malformed(
      name,
      code === 'ERR_BUFFER_TOO_LARGE'
        ? `inflates to more than the ${entry.size} bytes declared.`
        : `cannot be inflated (${message}).`,
    )
  }
  if (data.length !== entry.size) throw malformed(name, `inflates to ${data.length} bytes; ${entry.size} are declared.`)
  if (crc32(data) !== entry.crc) throw malformed(name, 'its checksum is wrong.')
  return data
}

async function* streamEntry(
  path: string,
  handle: FileHandle,
  entry: Entry,
  options: ReadOptions = {},
): AsyncGenerator<Uint8Array> {
  const name = `${path}: ${shown(entry.path)}`
  const header = await readAt(path, handle, entry.offset, localHeader + entry.rawName.length)
  const start = entry.offset + dataStart(path, entry, header)
  if (entry.packed === 0) {
    if (entry.size > 0) throw malformed(name, 'is truncated.')
    return
  }
  const file = createReadStream(path, { start, end: start + entry.packed - 1, highWaterMark: 256 << 10 })
  const inflate = entry.deflated ? createInflateRaw({ chunkSize: 256 << 10 }) : null
  if (inflate) {
    file.on('error', (error) => inflate.destroy(error))
    file.pipe(inflate)
  }
  let seen = 0
  let crc = 0
  try {
    for await (const piece of inflate ?? file) {
      throwIfAborted(options.signal)
      const bytes = piece as Buffer
      seen += bytes.length
      if (seen > entry.size) throw malformed(name, `inflates to more than the ${entry.size} bytes declared.`)
      crc = crc32(bytes, crc)
      yield bytes
    }
  } catch (thrown) {
    if (thrown instanceof LetheError) throw thrown
    throw malformed(name, `cannot be inflated (${(thrown as Error).message}).`)
  } finally {
    file.destroy()
    inflate?.destroy()
  }
  if (seen !== entry.size) throw malformed(name, `inflates to ${seen} bytes; ${entry.size} are declared.`)
  if (crc !== entry.crc) throw malformed(name, 'its checksum is wrong.')
}
