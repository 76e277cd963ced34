/** The one thing of EXIF that changes how a picture looks: its orientation. Source: EXIF 2.3, TIFF 6.0 §2. */

/** Orientation 1 … 8 from an EXIF block that begins with its TIFF header; 1 where none is stated or it is broken. */
export function exifOrientation(block: Uint8Array): number {
  if (block.length < 8) return 1
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength)
  const little = view.getUint16(0) === 0x4949
  const directory = view.getUint32(4, little)
  if (directory + 2 > block.length) return 1
  const entries = view.getUint16(directory, little)
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i
    if (entry + 12 > block.length) return 1
    if (view.getUint16(entry, little) === 0x0112) {
      const value = view.getUint16(entry + 8, little)
      return value >= 1 && value <= 8 ? value : 1
    }
  }
  return 1
}
