import { deflateSync, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LetheError } from '../../contract/errors.ts'
import { inspect } from '../inspect.ts'
import fixtures from './fixtures/pictures.json'
import { decodePicture, pictureHeader } from './picture.ts'
import { encodeGrid, encodePng } from './png.ts'
import { pngChunk, temporaryFolder } from './testing.ts'

const folder = temporaryFolder()
const decode = (text: string) => Buffer.from(text, 'base64')
const fixture = (name: string) => decode(fixtures.find((one) => one.name === name)!.bytes)
const rgb = fixture('rgb.png')
const jpeg = fixture('420.jpg')
const progressive = fixture('420-progressive.jpg')

describe('pictures', () => {
  it.each(fixtures)('$name decodes as Pillow decodes it', async ({ name, bytes, dtype, shape, sha256 }) => {
    const found = await inspect(folder.write(name, decode(bytes)))
    expect(found).toMatchObject({
      format: name.endsWith('.png') ? 'png' : 'jpeg',
      items: 1,
      shape,
      dtype,
      sha256,
      classes: null,
      parts: [],
    })
    expect(found.error).toBeUndefined()
  })

  const noted = {
    'rgba.png': 'alpha-dropped',
    'gray-alpha.png': 'alpha-dropped',
    'palette-clear.png': 'alpha-dropped',
    'cmyk.jpg': 'cmyk-converted',
    'turned.jpg': 'orientation-ignored',
  }
  it.each(fixtures)('$name: says what is left out', async ({ name }) => {
    const codes = (await inspect(folder.path(name))).problems.map((problem) => [problem.severity, problem.code])
    expect(codes).toEqual(name in noted ? [['warning', noted[name as keyof typeof noted]]] : [])
  })

  it('reads every interlace pass', () => {
    // One colour ramp written plainly and by Adam7, row by row of each pass.
    for (const [width, height] of [
      [1, 1],
      [2, 3],
      [5, 4],
      [8, 8],
      [9, 17],
      [13, 6],
    ] as const) {
      const value = (x: number, y: number) => (x * 31 + y * 17) & 255
      const lines: Buffer[] = []
      for (const [x0, y0, dx, dy] of [
        [0, 0, 8, 8],
        [4, 0, 8, 8],
        [0, 4, 4, 8],
        [2, 0, 4, 4],
        [0, 2, 2, 4],
        [1, 0, 2, 2],
        [0, 1, 1, 2],
      ] as const) {
        for (let y = y0; y < height; y += dy) {
          const line = [0]
          for (let x = x0; x < width; x += dx) line.push(value(x, y))
          if (line.length > 1) lines.push(Buffer.from(line))
        }
      }
      const picture = decodePicture('adam7', pngOf(width, height, 8, 0, Buffer.concat(lines), 1))
      expect([...picture.values]).toEqual(
        Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width))),
      )
    }
  })

  it('encodes what it decodes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom(1 as const, 3 as const),
        fc.nat(255),
        (width, height, channels, seed) => {
          const values = Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 37 + seed * i * i) & 255)
          const picture = decodePicture('own', encodePng({ width, height, channels, values }))
          expect(picture).toMatchObject({ width, height, channels, depth: 8, notes: [] })
          expect(picture.values).toEqual(values)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('lays images out on a grid', () => {
    const sheet = decodePicture(
      'sheet',
      encodeGrid(
        Uint8Array.of(1, 2, 3),
        { count: 3, height: 1, width: 1, channels: 1 },
        { columns: 2, gap: 1, background: 9 },
      ),
    )
    expect(sheet).toMatchObject({ width: 3, height: 3 })
    expect([...sheet.values]).toEqual([1, 9, 2, 9, 9, 9, 3, 9, 9])
  })

  it('reads a header from the first bytes alone', () => {
    for (const { name, bytes, shape } of fixtures) {
      const header = pictureHeader(name, decode(bytes).subarray(0, 2000))!
      expect([header.height, header.width]).toEqual(shape.slice(0, 2))
      expect(pictureHeader(name, decode(bytes).subarray(0, 20))).toBeNull()
    }
  })

  const idat = rgb.subarray(rgb.indexOf('IDAT') - 4)
  const ihdr = rgb.subarray(8, 33)
  const raw = inflateSync(rgb.subarray(rgb.indexOf('IDAT') + 4, rgb.length - 16))
  const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]))
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]))
  const bad: [string, Buffer, string, RegExp][] = [
    ['png: nothing but a signature', rgb.subarray(0, 8), 'file-malformed', /truncated/],
    ['png: cut in its header', rgb.subarray(0, 20), 'file-malformed', /truncated/],
    ['png: cut in its pixels', rgb.subarray(0, rgb.length >> 1), 'file-malformed', /truncated/],
    ['png: without its end', rgb.subarray(0, rgb.length - 12), 'file-malformed', /truncated after its IDAT/],
    ['png: a flipped pixel byte', flip(rgb, rgb.length - 40), 'file-malformed', /checksum of its IDAT/],
    ['png: a flipped width', flip(rgb, 18), 'file-malformed', /checksum of its IHDR/],
    ['png: no header first', Buffer.concat([rgb.subarray(0, 8), idat]), 'file-malformed', /header chunk/],
    ['png: two headers', Buffer.concat([rgb.subarray(0, 33), ihdr, idat]), 'file-malformed', /second/],
    [
      'png: no pixels',
      Buffer.concat([rgb.subarray(0, 33), rgb.subarray(rgb.length - 12)]),
      'file-malformed',
      /no pixel data/,
    ],
    ['png: no width', pngOf(0, 4, 8, 0, Buffer.alloc(8)), 'file-malformed', /0 × 4/],
    ['png: a colour type of 5', pngOf(2, 2, 8, 5, Buffer.alloc(8)), 'file-malformed', /colour type 5/],
    ['png: 4 bits of RGB', pngOf(2, 2, 4, 2, Buffer.alloc(8)), 'file-malformed', /colour type 2 with 4/],
    ['png: interlace 2', pngOf(2, 2, 8, 0, Buffer.alloc(6), 2), 'file-malformed', /interlacing/],
    ['png: filter 5', pngOf(2, 2, 8, 0, Buffer.of(0, 1, 2, 5, 3, 4)), 'file-malformed', /filter 5/],
    [
      'png: too few lines',
      pngOf(2, 3, 8, 0, Buffer.of(0, 1, 2, 0, 3, 4)),
      'file-malformed',
      /9 bytes of pixel data expected, 6/,
    ],
    ['png: too many lines', pngOf(2, 1, 8, 0, Buffer.of(0, 1, 2, 0, 3, 4)), 'file-malformed', /more pixel data/],
    ['png: colours without palette', pngOf(2, 1, 8, 3, Buffer.of(0, 1, 2)), 'file-malformed', /no palette/],
    [
      'png: a colour beyond the palette',
      withPalette(pngOf(2, 1, 8, 3, Buffer.of(0, 0, 2)), 6),
      'file-malformed',
      /colour 2 of a palette of 2/,
    ],
    [
      'png: a palette of 5 bytes',
      withPalette(pngOf(2, 1, 8, 3, Buffer.of(0, 0, 1)), 5),
      'file-malformed',
      /palette of 5 bytes/,
    ],
    ['png: 10⁹ pixels', pngOf(100_000, 10_000, 8, 0, Buffer.of(0, 1)), 'file-too-large', /limit of 67108864/],
    [
      'png: pixels that cannot be in so few bytes',
      pngOf(8000, 8000, 8, 2, Buffer.of(0, 1)),
      'file-malformed',
      /cannot hold/,
    ],
    ['png: a deflate bomb', pngOf(4, 4, 8, 0, Buffer.alloc(30 << 20)), 'file-malformed', /more pixel data/],
    [
      'png: an unknown critical chunk',
      Buffer.concat([rgb.subarray(0, 33), pngChunk('ABCD', Buffer.alloc(0)), idat]),
      'file-malformed',
      /ABCD/,
    ],
    [
      'png: a chunk longer than the file',
      Buffer.concat([rgb.subarray(0, 33), Buffer.from('7fffffff', 'hex'), Buffer.from('IDAT')]),
      'file-malformed',
      /truncated/,
    ],
    [
      'png: garbage for pixels',
      Buffer.concat([rgb.subarray(0, 33), pngChunk('IDAT', raw), pngChunk('IEND', Buffer.alloc(0))]),
      'file-malformed',
      /inflated|cannot hold/,
    ],
    ['jpeg: nothing but a start', jpeg.subarray(0, 4), 'file-malformed', /truncated/],
    ['jpeg: cut in its header', jpeg.subarray(0, frame + 6), 'file-malformed', /truncated/],
    ['jpeg: cut in its pixels', jpeg.subarray(0, (scan + jpeg.length) >> 1), 'file-malformed', /truncated/],
    ['jpeg: without its end', jpeg.subarray(0, jpeg.length - 2), 'file-malformed', /end marker is missing/],
    [
      'jpeg: an end too soon',
      Buffer.concat([jpeg.subarray(0, scan + 40), Buffer.from('ffd9', 'hex')]),
      'file-malformed',
      /truncated/,
    ],
    [
      'jpeg: no frame',
      Buffer.concat([jpeg.subarray(0, 2), jpeg.subarray(scan)]),
      'file-malformed',
      /before its frame|no picture/,
    ],
    [
      'jpeg: no pixels',
      Buffer.concat([jpeg.subarray(0, scan), Buffer.from('ffd9', 'hex')]),
      'file-malformed',
      /before all of its components/,
    ],
    [
      'jpeg: no tables',
      Buffer.concat([jpeg.subarray(0, 2), jpeg.subarray(frame, frame + 19), jpeg.subarray(scan)]),
      'file-malformed',
      /table/,
    ],
    ['jpeg: 12 bits', patch(jpeg, frame + 4, 12), 'format-unsupported', /12-bit/],
    [
      'jpeg: two components',
      Buffer.concat([
        jpeg.subarray(0, frame),
        Buffer.from('ffc0000e0800040004020122000211010000', 'hex').subarray(0, 16),
        jpeg.subarray(scan),
      ]),
      'format-unsupported',
      /2-component/,
    ],
    ['jpeg: arithmetic coding', patch(jpeg, frame + 1, 0xc9), 'format-unsupported', /arithmetic/],
    ['jpeg: lossless', patch(jpeg, frame + 1, 0xc3), 'format-unsupported', /lossless/],
    ['jpeg: no height', patch(patch(jpeg, frame + 5, 0), frame + 6, 0), 'format-unsupported', /height/],
    ['jpeg: 65535 × 65535', patch(jpeg, frame + 5, 255, 255, 255, 255), 'file-too-large', /limit/],
    [
      'jpeg: 8000 × 8000 in a kilobyte',
      patch(jpeg, frame + 5, 0x1f, 0x40, 0x1f, 0x40),
      'file-malformed',
      /cannot hold/,
    ],
    ['jpeg: sampling 0', patch(jpeg, frame + 11, 0), 'file-malformed', /sampling/],
    [
      'jpeg: progressive cut between scans',
      progressive.subarray(0, progressive.lastIndexOf(Buffer.from([0xff, 0xda]))),
      'file-malformed',
      /end marker/,
    ],
    ['an empty file', Buffer.alloc(0), 'file-malformed', /empty/],
    ['a GIF', Buffer.from('GIF89a..........'), 'format-unsupported', /GIF/],
    ['text', Buffer.from('not a picture at all'), 'file-malformed', /neither PNG nor JPEG/],
  ]
  it.each(bad)('refuses %s', async (name, bytes, code, message) => {
    const path = folder.write(`bad/${name.replace(/[:/]/g, '')}`, bytes)
    const found = await inspect(path, { as: name.startsWith('jpeg') ? 'jpeg' : 'png' })
    expect(found.error).toMatchObject({ code, message: expect.stringMatching(message) as string })
    expect(found.error!.message).toContain(path)
  })

  it('mutated pictures are read or refused, never worse', { timeout: 60_000 }, () => {
    const seeds = fixtures.map((one) => decode(one.bytes)).filter((bytes) => bytes.length < 2500)
    const change = fc.tuple(fc.nat(3000), fc.integer({ min: 0, max: 255 }))
    let refused = 0
    fc.assert(
      fc.property(
        fc.nat(seeds.length - 1),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.option(fc.nat(2500)),
        (seed, changes, cut) => {
          const mutant = Buffer.from(seeds[seed]!)
          for (const [at, value] of changes) mutant[at % mutant.length] = value
          try {
            const picture = decodePicture('mutant', cut === null ? mutant : mutant.subarray(0, cut))
            expect(picture.values).toHaveLength(picture.width * picture.height * picture.channels)
          } catch (thrown) {
            refused++
            if (!(thrown instanceof LetheError)) throw thrown
            expect(['file-malformed', 'format-unsupported', 'file-too-large']).toContain(thrown.code)
          }
        },
      ),
      { numRuns: 5000 },
    )
    expect(refused).toBeGreaterThan(1000)
  })
})

/** A PNG of one pixel stream. */
function pngOf(width: number, height: number, depth: number, colour: number, raw: Buffer, interlace = 0): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([depth, colour, 0, 0, interlace], 8)
  return Buffer.concat([
    rgb.subarray(0, 8),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(raw)),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

function withPalette(png: Buffer, bytes: number): Buffer {
  return Buffer.concat([png.subarray(0, 33), pngChunk('PLTE', Buffer.alloc(bytes)), png.subarray(33)])
}

function flip(bytes: Buffer, at: number): Buffer {
  return patch(bytes, at, bytes[at]! ^ 0x5a)
}

function patch(bytes: Buffer, at: number, ...values: number[]): Buffer {
  const copy = Buffer.from(bytes)
  copy.set(values, at)
  return copy
}
