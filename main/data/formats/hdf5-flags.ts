/**
 * Booleans as NumPy and h5py store them, an enumeration of FALSE and TRUE over one byte, which the library reads and cannot write. It
 * writes a compound of one byte under a name of ours in their place; its values are laid out alike, and its description in the file has room for
 * that of the enumeration, which is put there once the file is closed. Only in files of the earliest layout, whose headers have no checksum.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs'

/** The one member of what stands for a boolean until the end. */
export const flagMember = 'letheis'
export const flagType: [name: string, type: string][] = [[flagMember, '|b']]

const byteType = [0x10, 0x08, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0] // signed, one byte, least significant bit first
const text = (name: string): number[] => [...Buffer.from(name.padEnd(8, '\0'), 'latin1')]
const zeros = (count: number): number[] => new Array<number>(count).fill(0)

/** Version 1 of both descriptions (HDF5 File Format Specification, IV.A.2.d): class, members, size; of the compound its member at offset 0. */
const compound = Buffer.from([0x16, 1, 0, 0, 1, 0, 0, 0, ...text(flagMember), ...zeros(32), ...byteType])
const enumeration = Buffer.from([0x18, 2, 0, 0, 1, 0, 0, 0, ...byteType, ...text('FALSE'), ...text('TRUE'), 0, 1])
const description = Buffer.concat([enumeration, Buffer.alloc(compound.length - enumeration.length)])

/** Makes booleans of all stand-ins of a closed file; how many there were. */
export function turnFlags(file: string, blockBytes = 1 << 22): number {
  const handle = openSync(file, 'r+')
  try {
    const block = Buffer.alloc(blockBytes)
    let found = 0
    for (let start = 0; ;) {
      const length = readSync(handle, block, 0, blockBytes, start)
      const read = block.subarray(0, length)
      for (let at = read.indexOf(compound); at >= 0; at = read.indexOf(compound, at + compound.length)) {
        writeSync(handle, description, 0, description.length, start + at)
        found++
      }
      if (length < blockBytes) return found
      start += blockBytes - (compound.length - 1) // one may lie across
    }
  } finally {
    closeSync(handle)
  }
}
