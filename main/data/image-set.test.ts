import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { encodeNpy, type NpyArray } from './formats/npy.ts'
import { encodeNpz } from './formats/npz.ts'
import { encodePng } from './formats/png.ts'
import { pngChunk, rawIdx, temporaryFolder } from './formats/testing.ts'
import { openImageSet, tiles, type ImageSet } from './image-set.ts'

const folder = temporaryFolder()

async function whole(set: ImageSet, split = 0): Promise<{ images: number[]; labels: number[] }> {
  const images: number[] = []
  const labels: number[] = []
  for await (const chunk of set.splits[split]!.read()) {
    images.push(...chunk.images)
    labels.push(...chunk.labels)
  }
  return { images, labels }
}

const npy = (name: string, array: NpyArray) => folder.write(name, encodeNpy(array))
const shape = [2, 1, 3] as const

describe('image sets from arrays', () => {
  const rules: [string, NpyArray, number[]][] = [
    ['bytes', { dtype: 'uint8', shape, data: Uint8Array.of(0, 1, 2, 3, 4, 255) }, [0, 1, 2, 3, 4, 255]],
    [
      'reals in 0 … 1',
      { dtype: 'float32', shape, data: Float32Array.of(0, 0.25, 0.5, 0.75, 0.002, 1) },
      [0, 64, 128, 191, 1, 255],
    ],
    [
      'reals in −1 … 1',
      { dtype: 'float64', shape, data: Float64Array.of(-1, -0.5, 0, 0.5, 0.996, 1) },
      [0, 64, 128, 191, 254, 255],
    ],
    [
      'reals that are bytes',
      { dtype: 'float32', shape, data: Float32Array.of(0, 1, 2, 3, 4, 255) },
      [0, 1, 2, 3, 4, 255],
    ],
    [
      'integers that are bytes',
      { dtype: 'int64', shape, data: BigInt64Array.of(0n, 1n, 2n, 3n, 4n, 255n) },
      [0, 1, 2, 3, 4, 255],
    ],
    ['integers of 0 and 1', { dtype: 'int32', shape, data: Int32Array.of(0, 1, 1, 0, 1, 0) }, [0, 1, 1, 0, 1, 0]],
    ['booleans', { dtype: 'bool', shape, data: Uint8Array.of(0, 1, 1, 0, 1, 0) }, [0, 255, 255, 0, 255, 0]],
  ]
  it.each(rules)('%s become uint8 by the rule', async (name, array, expected) => {
    const set = await openImageSet(npy(`${name}.npy`, array))
    expect(set).toMatchObject({ height: 1, width: 3, channels: 1, classes: 0, classNames: [] })
    expect(await whole(set)).toEqual({ images: expected, labels: [-1, -1] })
  })

  const refused: [string, NpyArray, RegExp][] = [
    ['reals beyond', { dtype: 'float32', shape, data: Float32Array.of(0, 0.5, 2, 3, 4, 5) }, /0 … 5/],
    ['integers beyond', { dtype: 'int16', shape, data: Int16Array.of(0, 1, 2, 3, 4, 256) }, /0 … 256/],
    ['no numbers', { dtype: 'float32', shape, data: Float32Array.of(0, NaN, 0, 0, 0, 0) }, /not finite/],
    ['a matrix', { dtype: 'uint8', shape: [2, 3], data: new Uint8Array(6) }, /no images/],
    ['four channels', { dtype: 'uint8', shape: [1, 1, 1, 4], data: new Uint8Array(4) }, /1×1×1×4/],
  ]
  it.each(refused)('refuses %s', async (name, array, message) => {
    await expect(openImageSet(npy(`${name}.npy`, array))).rejects.toMatchObject({
      code: 'format-unsupported',
      message: expect.stringMatching(message) as string,
    })
  })

  const archive = async (name: string, arrays: Record<string, NpyArray>) =>
    openImageSet(folder.write(name, await encodeNpz(arrays)))
  const bytes = (count: number): NpyArray => ({
    dtype: 'uint8',
    shape: [count, 1, 1, 3],
    data: Uint8Array.from({ length: 3 * count }, (_, i) => i),
  })
  const classes = (...data: number[]): NpyArray => ({
    dtype: 'int32',
    shape: [data.length],
    data: Int32Array.from(data),
  })

  it('pairs images and labels by their names', async () => {
    const set = await archive('keras.npz', {
      x_train: bytes(3),
      y_train: classes(0, 4, 2),
      x_test: bytes(1),
      y_test: classes(1),
    })
    expect(set).toMatchObject({ channels: 3, classes: 5, classNames: ['0', '1', '2', '3', '4'] })
    expect((await whole(set)).labels).toEqual([0, 4, 2])
    expect(await whole(set, 1)).toEqual({ images: [0, 1, 2], labels: [1] })
    const column = { ...classes(1, 0), shape: [2, 1] }
    const medical = await archive('medical.npz', {
      train_images: bytes(2),
      train_labels: column,
      val_images: bytes(2),
      val_labels: column,
      test_images: bytes(1),
      test_labels: classes(1),
    })
    expect(medical.splits.map(({ name, count }) => [name, count])).toEqual([
      ['train', 4],
      ['test', 1],
    ])
    expect((await whole(medical)).labels).toEqual([1, 0, 1, 0])
    expect(medical.problems.map((problem) => problem.code)).toEqual(['validation-merged'])
    const bare = await archive('bare.npz', { arr_0: bytes(2), arr_1: classes(1, 0) })
    expect((await whole(bare)).labels).toEqual([1, 0])
    for (const one of [set, medical, bare]) await one.close()
  })

  it('refuses labels that are no classes', async () => {
    await expect(archive('negative.npz', { x: bytes(2), y: classes(0, -1) })).rejects.toMatchObject({
      message: expect.stringMatching(/label -1/) as string,
    })
    await expect(
      archive('real.npz', { x: bytes(1), y: { dtype: 'float32', shape: [1], data: Float32Array.of(0) } }),
    ).rejects.toMatchObject({ code: 'format-unsupported' })
  })

  it('finds the labels beside a lone IDX file', async () => {
    const images = folder.write('idx/mine-images-idx3-ubyte.gz', gzipSync(rawIdx(8, [2, 1, 1], Uint8Array.of(5, 6))))
    expect((await openImageSet(images)).classes).toBe(0)
    folder.write('idx/mine-labels-idx1-ubyte', rawIdx(8, [2], Uint8Array.of(1, 0)))
    expect(await whole(await openImageSet(images))).toEqual({ images: [5, 6], labels: [1, 0] })
  })

  it('cuts large arrays into chunks of whole images', async () => {
    const count = 70
    const side = 300
    const data = Uint8Array.from({ length: count * side * side }, (_, i) => (i * 31) & 255)
    const set = await openImageSet(npy('large.npy', { dtype: 'uint8', shape: [count, side, side], data }))
    const chunks: Uint8Array[] = []
    for await (const chunk of set.splits[0]!.read()) {
      expect(chunk.images).toHaveLength(chunk.count * side * side)
      chunks.push(chunk.images)
    }
    expect(chunks.length).toBeGreaterThan(1)
    expect(Buffer.concat(chunks).equals(data)).toBe(true)
  })
})

describe('image sets from pictures', () => {
  it('repeats gray where the set has colour, and takes the high byte of 16 bits', async () => {
    folder.write('mixed/1.png', encodePng({ width: 1, height: 1, channels: 1, values: Uint8Array.of(7) }))
    folder.write('mixed/2.png', encodePng({ width: 1, height: 1, channels: 3, values: Uint8Array.of(1, 2, 3) }))
    expect((await whole(await openImageSet(folder.path('mixed')))).images).toEqual([7, 7, 7, 1, 2, 3])
    folder.write('deep/1.png', sixteen(0x1234))
    const deep = await openImageSet(folder.path('deep'))
    expect((await whole(deep)).images).toEqual([0x12])
    expect(deep.problems).toMatchObject([{ code: 'sixteen-bit', severity: 'warning' }])
  })
})

describe('tiles', () => {
  it('are evenly spaced and small', async () => {
    const data = Uint8Array.from({ length: 10 * 4 * 4 }, (_, i) => Math.floor(i / 16) * 10 + (i % 2))
    const set = await openImageSet(npy('tiles.npy', { dtype: 'uint8', shape: [10, 4, 4], data }))
    const found = await tiles(set, 5, { side: 2 })
    expect(found.map((tile) => [tile.height, tile.width, tile.split, tile.label])).toEqual(
      Array(5).fill([2, 2, 'train', -1]),
    )
    // Blocks of 10k and 10k + 1 in equal parts: the mean rounds up.
    expect(found.map((tile) => [...tile.pixels])).toEqual([0, 20, 40, 60, 80].map((value) => Array(4).fill(value + 1)))
    expect(await tiles(set, 99)).toHaveLength(10)
    expect((await tiles(set, 1))[0]).toMatchObject({ height: 4, width: 4 })
  })

  it('come from every split', async () => {
    for (const name of ['train/a', 'test/a']) {
      for (let i = 0; i < 4; i++)
        folder.write(`pair/${name}/${i}.png`, encodePng({ width: 1, height: 1, channels: 1, values: Uint8Array.of(i) }))
    }
    const found = await tiles(await openImageSet(folder.path('pair')), 4)
    expect(found.map((tile) => [tile.split, tile.pixels[0]])).toEqual([
      ['train', 0],
      ['train', 2],
      ['test', 0],
      ['test', 2],
    ])
  })
})

/** A one-pixel gray PNG of 16 bits. */
function sixteen(value: number): Buffer {
  const plain = encodePng({ width: 2, height: 1, channels: 1, values: Uint8Array.of(value >> 8, value & 255) })
  // Two gray bytes are one 16-bit sample: only the header differs.
  const header = Buffer.from('00000001000000011000000000', 'hex')
  return Buffer.concat([plain.subarray(0, 8), pngChunk('IHDR', header), plain.subarray(33)])
}
