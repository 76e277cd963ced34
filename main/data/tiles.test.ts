import { promises as fs } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { Dataset } from '../contract/dataset.ts'
import { openData, splitFile } from './catalogue.ts'
import { exportDataset } from './export.ts'
import { encodeNpz } from './formats/npz.ts'
import { decodePicture } from './formats/picture.ts'
import { temporaryFolder } from './formats/testing.ts'
import { importImages } from './import.ts'
import { inspect } from './inspect.ts'
import { readStored } from './stored.ts'
import { makeTiles } from './tiles.ts'

const folder = temporaryFolder()
let projects = 0

async function project(channels: 1 | 3 = 3): Promise<{ root: string; dataset: Dataset }> {
  const count = 240
  const shape = channels === 3 ? [count, 4, 5, 3] : [count, 4, 5]
  const images = Uint8Array.from({ length: count * 20 * channels }, (_, at) => (at * 31 + (at >> 4)) & 255)
  const labels = Uint8Array.from({ length: count }, (_, index) => index % 3)
  const file = folder.write(
    `source-${projects}.npz`,
    await encodeNpz({
      images: { dtype: 'uint8', shape, data: images },
      labels: { dtype: 'uint8', shape: [count], data: labels },
    }),
  )
  const root = folder.path(`project-${projects++}`)
  const dataset = await importImages(root, {
    path: file,
    id: 'set',
    name: 'Set',
    sensitive: false,
    relation: 'add-remove',
    delta: () => 1e-5,
    budget: 5,
    privacyUnit: 'one image',
    licence: 'none',
    source: 'made here',
  })
  return { root, dataset }
}

/** Tile `index` of an atlas, as values. */
function tileOf(png: Buffer, index: number, columns: number, channels: number): number[] {
  const { values, width } = decodePicture('atlas', png)
  const values4 = Array.from({ length: 4 }, (_, row) => {
    const start = ((Math.floor(index / columns) * 4 + row) * width + (index % columns) * 5) * channels
    return [...values.subarray(start, start + 5 * channels)]
  })
  return values4.flat()
}

test.each([1, 3] as const)('tiles are the stored pixels, byte for byte (%i channels)', async (channels) => {
  const { root, dataset } = await project(channels)
  const tiles = makeTiles(root)
  const { images, labels } = await (await openData(root, 'set')).split('train')
  const size = 20 * channels
  const png = await tiles.atlas(dataset, { split: 'train', start: 30, count: 12, columns: 4 })
  for (let index = 0; index < 12; index++)
    expect(tileOf(png!, index, 4, channels)).toEqual([...images.subarray((30 + index) * size, (31 + index) * size)])
  const ofOne = [...labels.keys()].filter((place) => labels[place] === 1)
  const filtered = await tiles.atlas(dataset, { split: 'train', start: 5, count: 6, columns: 3, label: 1 })
  for (let index = 0; index < 6; index++) {
    const place = ofOne[5 + index]!
    expect(tileOf(filtered!, index, 3, channels)).toEqual([...images.subarray(place * size, (place + 1) * size)])
  }
  expect(await tiles.labels(dataset, 'train', 3, 4)).toEqual([...labels.subarray(3, 7)])
})

test('the last page is short, beyond it there is nothing, and too much is refused', async () => {
  const { root, dataset } = await project()
  const tiles = makeTiles(root)
  const last = await tiles.atlas(dataset, { split: 'test', start: 36, count: 10, columns: 10 })
  expect(decodePicture('atlas', last!)).toMatchObject({ width: 50, height: 4 })
  expect(await tiles.atlas(dataset, { split: 'test', start: 40, count: 10, columns: 10 })).toBeNull()
  expect(await tiles.atlas(dataset, { split: 'test', start: 0, count: 100_000_000, columns: 10 })).toBeNull()
  expect(await tiles.atlas(dataset, { split: 'test', start: 0, count: 5, columns: 0 })).toBeNull()
  const again = await tiles.atlas(dataset, { split: 'test', start: 36, count: 10, columns: 10 })
  expect(again).toBe(last) // kept
})

test.each(['npz', 'zip', 'folders'] as const)(
  'export as %s holds the same images, and can be cancelled',
  async (format) => {
    const { root, dataset } = await project(1)
    const target = folder.path(`out-${format}`)
    const seen: number[] = []
    const files = await exportDataset(root, 'set', target, format, { onProgress: (done) => seen.push(done) })
    expect(seen[seen.length - 1]).toBe(240)
    const found = await inspect(files[0]!)
    expect(found).toMatchObject({ items: 180, classes: 3 })
    if (format === 'npz')
      expect(found.parts.find(({ path: name }) => name === 'images')?.sha256).toBe(dataset.splits.train!.imagesSha256)
    const stop = new AbortController()
    stop.abort()
    await expect(exportDataset(root, 'set', `${target}-2`, format, { signal: stop.signal })).rejects.toMatchObject({
      code: 'cancelled',
    })
    expect(await fs.stat(`${target}-2`).catch(() => null)).toBeNull()
  },
)

test('bytes changed on disk are noticed at the end of a pass, and no export is left', async () => {
  const { root, dataset } = await project()
  const file = path.join(root, 'data', 'set', splitFile('train', 'images'))
  const bytes = await fs.readFile(file)
  bytes[bytes.length - 1]! ^= 1
  await fs.writeFile(file, bytes)
  const drain = async (): Promise<void> => {
    for await (const { count } of readStored(root, dataset, 'train')) expect(count).toBeGreaterThan(0)
  }
  await expect(drain()).rejects.toMatchObject({ code: 'dataset-corrupt' })
  for (const format of ['npz', 'zip', 'folders'] as const) {
    const target = folder.path(`corrupt-${format}`)
    await expect(exportDataset(root, 'set', target, format)).rejects.toMatchObject({ code: 'dataset-corrupt' })
    expect(await fs.stat(target).catch(() => null)).toBeNull()
  }
})
