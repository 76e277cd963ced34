/**
 * One PNG or JPEG picture as numbers: H×W for gray, H×W×3 for RGB, as Pillow's `convert('L')` and `convert('RGB')`
 * give them. Palettes are expanded, transparency is dropped, CMYK becomes RGB, no colour profile and no orientation
 * tag is applied. 16-bit PNGs keep their 16 bits.
 */
import { LetheError } from '../../contract/errors.ts'
import { isJpeg, decodeJpeg, jpegHeader } from './jpeg.ts'
import { isPng, decodePng, pngHeader } from './png.ts'
import { limits, malformed } from './bytes.ts'

export interface PictureHeader {
  readonly format: 'png' | 'jpeg'
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  readonly depth: 8 | 16
  /** What decoding leaves out or does not apply: tolerable, but worth a word. */
  readonly notes: readonly PictureNote[]
}

export type PictureNote = 'alpha-dropped' | 'orientation-ignored' | 'cmyk-converted'

export const noteTexts: Record<PictureNote, string> = {
  'alpha-dropped': 'transparency is dropped; the colours under it are kept',
  'orientation-ignored': 'an orientation tag is there and is not applied; pixels are as stored',
  'cmyk-converted': 'CMYK is converted to RGB without a colour profile',
}

export interface Decoded extends PictureHeader {
  /** Height × width × channels, row by row. */
  readonly values: Uint8Array | Uint16Array
}

export const isPicture = (head: Uint8Array) => isPng(head) || isJpeg(head)

/** What a picture declares, or null where `bytes` ends before it does. Throws for what cannot be decoded. */
export function pictureHeader(name: string, bytes: Uint8Array): PictureHeader | null {
  const header = isPng(bytes) ? pngHeader(name, bytes) : isJpeg(bytes) ? jpegHeader(name, bytes) : notOne(name, bytes)
  if (header && header.width * header.height > limits.picturePixels) {
    throw new LetheError(
      'file-too-large',
      `${name}: ${header.width} × ${header.height} pixels, more than the limit of ${limits.picturePixels}.`,
      'Make the picture smaller.',
    )
  }
  return header
}

/** Decodes a whole picture. Throws `file-malformed` with the reason, `format-unsupported`, or `file-too-large`. */
export function decodePicture(name: string, bytes: Uint8Array): Decoded {
  const header = pictureHeader(name, bytes)
  if (!header) throw malformed(name, 'is truncated before its size is declared.')
  return isPng(bytes) ? decodePng(name, bytes) : decodeJpeg(name, bytes)
}

function notOne(name: string, bytes: Uint8Array): never {
  if (bytes.length === 0) throw malformed(name, 'is empty.')
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1')
  const other = start.startsWith('GIF8')
    ? 'GIF'
    : start.startsWith('BM')
      ? 'BMP'
      : start.startsWith('RIFF') && start.endsWith('WEBP')
        ? 'WebP'
        : /^(II\*\0|MM\0\*)/.test(start)
          ? 'TIFF'
          : null
  if (other) throw new LetheError('format-unsupported', `${name}: is a ${other} picture.`, 'Convert it to PNG.')
  throw malformed(name, `is neither PNG nor JPEG; it begins with ${Buffer.from(bytes.subarray(0, 8)).toString('hex')}.`)
}
