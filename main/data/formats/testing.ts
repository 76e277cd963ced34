/** For the tests beside: temporary folders, and hand-made files that no library would write. */
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { afterAll } from 'vitest'
import { crc32 } from './bytes.ts'

/** A folder that goes when the tests of the file are done. */
export function temporaryFolder(): {
  path(name: string): string
  write(name: string, bytes: Uint8Array | string): string
} {
  const root = mkdtempSync(join(tmpdir(), 'lethe-data-'))
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  return {
    path: (name) => join(root, name),
    write(name, bytes) {
      const path = join(root, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, bytes)
      return path
    },
  }
}

export interface RawEntry {
  readonly name: string
  readonly data: Uint8Array | string
  readonly deflate?: boolean
  /** Lies, where they differ from what is true. */
  readonly crc?: number
  readonly size?: number
  readonly packed?: number
  readonly method?: number
  readonly flags?: number
  readonly localName?: string
  /** Unix mode, in the upper half of the external attributes. */
  readonly mode?: number
  /** The directory points at the data of this earlier entry. */
  readonly sameAs?: number
  readonly offset?: number
}

/** A zip archive with whatever its directory is to say. */
export function rawZip(
  entries: readonly RawEntry[],
  lies: { count?: number; directoryOffset?: number; comment?: string } = {},
): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  const offsets: number[] = []
  let at = 0
  for (const entry of entries) {
    const data = Buffer.from(entry.data as Uint8Array)
    const packed = entry.deflate ? deflateRawSync(data) : data
    const fields = (name: string) => {
      const fixed = Buffer.alloc(26)
      fixed.writeUInt16LE(20, 0)
      fixed.writeUInt16LE(entry.flags ?? 0x800, 2)
      fixed.writeUInt16LE(entry.method ?? (entry.deflate ? 8 : 0), 4)
      fixed.writeUInt32LE(entry.crc ?? crc32(data), 10)
      fixed.writeUInt32LE(entry.packed ?? packed.length, 14)
      fixed.writeUInt32LE(entry.size ?? data.length, 18)
      fixed.writeUInt16LE(Buffer.byteLength(name), 22)
      return fixed
    }
    const localName = entry.localName ?? entry.name
    offsets.push(entry.sameAs === undefined ? at : offsets[entry.sameAs]!)
    if (entry.sameAs === undefined) {
      const body = Buffer.concat([
        Buffer.from('PK\x03\x04', 'latin1'),
        fields(localName),
        Buffer.from(localName),
        packed,
      ])
      bodies.push(body)
      at += body.length
    }
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 6)
    tail.writeUInt32LE(entry.offset ?? offsets[offsets.length - 1]!, 10)
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), fields(entry.name), tail, Buffer.from(entry.name)]),
    )
  }
  const listing = Buffer.concat(directory)
  const comment = Buffer.from(lies.comment ?? '')
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(lies.count ?? entries.length, 8)
  end.writeUInt16LE(lies.count ?? entries.length, 10)
  end.writeUInt32LE(listing.length, 12)
  end.writeUInt32LE(lies.directoryOffset ?? at, 16)
  end.writeUInt16LE(comment.length, 20)
  return Buffer.concat([...bodies, listing, end, comment])
}

/** A PNG chunk with its checksum. */
export function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const chunk = Buffer.alloc(8 + body.length)
  chunk.writeUInt32BE(data.length, 0)
  body.copy(chunk, 4)
  chunk.writeUInt32BE(crc32(body), 4 + body.length)
  return chunk
}

/** An IDX file with whatever its header is to say. */
export function rawIdx(type: number, shape: readonly number[], data: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length)
  header.set([0, 0, type, shape.length])
  shape.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis))
  return Buffer.concat([header, data])
}
/** An NPY file with whatever its header is to say. */
export function rawNpy(text: string, data: Uint8Array, version = 1): Buffer {
  const header = Buffer.from(text, 'latin1')
  const start = Buffer.alloc(version === 1 ? 10 : 12)
  start.write('\x93NUMPY', 'latin1')
  start[6] = version
  if (version === 1) start.writeUInt16LE(header.length, 8)
  else start.writeUInt32LE(header.length, 8)
  return Buffer.concat([start, header, data])
}
