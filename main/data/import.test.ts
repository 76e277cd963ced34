import { createHash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Dataset } from '../contract/dataset.ts'
import { openData, splitFile } from './catalogue.ts'
import { encodeNpy, npyHeader, readNpy } from './formats/npy.ts'
import { encodeNpz } from './formats/npz.ts'
import { encodePng } from './formats/png.ts'
import { rawIdx, rawZip, temporaryFolder, type RawEntry } from './formats/testing.ts'
import { importImages, type ImportOptions } from './import.ts'

const folder = temporaryFolder()
const splits = ['train', 'validation', 'test'] as const
const side = 4
const pixels = side * side

/** Image `index` of any source here: no two are alike, and the first pixels tell which it is. */
const image = (index: number): Uint8Array =>
  Uint8Array.from({ length: pixels }, (_, at) => [index & 255, index >> 8][at] ?? (7 * index + 31 * at) & 255)
const images = (count: number, first = 0): Uint8Array =>
  Buffer.concat(Array.from({ length: count }, (_, index) => image(first + index)))
const labels = (count: number, first = 0): Uint8Array =>
  Uint8Array.from({ length: count }, (_, index) => (first + index) % 3)
const png = (index: number): Buffer => encodePng({ width: side, height: side, channels: 1, values: image(index) })

let projects = 0
async function take(
  source: string,
  change: Partial<ImportOptions> = {},
): Promise<{ project: string; dataset: Dataset }> {
  const project = folder.path(`project-${projects++}`)
  const dataset = await importImages(project, {
    path: source,
    id: 'set',
    name: 'Set',
    sensitive: true,
    relation: 'add-remove',
    delta: (count) => 1 / (10 * count),
    budget: 5,
    privacyUnit: 'one image',
    licence: 'none',
    source: 'made here',
    ...change,
  })
  return { project, dataset }
}

/** Which images of the source a split holds, in order; checks that each kept its pixels and its label. */
async function members(project: string, split: (typeof splits)[number], labelled = true): Promise<number[]> {
  const view = await (await openData(project, 'set')).split(split)
  return Array.from({ length: view.count }, (_, place) => {
    const found = view.images.subarray(place * pixels, (place + 1) * pixels)
    const index = found[0]! + 256 * found[1]!
    expect(Uint8Array.from(found)).toEqual(image(index))
    expect(view.labels[place]).toBe(labelled ? index % 3 : 0)
    return index
  })
}
const counts = ({ splits: made }: Dataset) => splits.map((name) => made[name]!.count)

function idxFolder(name: string): string {
  for (const [prefix, count, first] of [
    ['train', 240, 0],
    ['t10k', 60, 240],
  ] as const) {
    folder.write(`${name}/${prefix}-images-idx3-ubyte`, rawIdx(0x08, [count, side, side], images(count, first)))
    folder.write(`${name}/${prefix}-labels-idx1-ubyte`, rawIdx(0x08, [count], labels(count, first)))
  }
  return folder.path(name)
}

function classFolders(name: string, count: number): string {
  for (let index = 0; index < count; index++) folder.write(`${name}/class ${index % 3}/${1000 + index}.png`, png(index))
  return folder.path(name)
}

function pictureZip(name: string, count: number, labelOf: (index: number) => number | null): string {
  const entries: RawEntry[] = Array.from({ length: count }, (_, index) => ({
    name: `00000/img${1000 + index}.png`,
    data: png(index),
  }))
  const labelling = entries.map((entry, index) => [entry.name, labelOf(index)])
  return folder.write(name, rawZip([...entries, { name: 'dataset.json', data: JSON.stringify({ labels: labelling }) }]))
}

const npz = async (name: string, count: number): Promise<string> =>
  folder.write(
    name,
    await encodeNpz({
      images: { dtype: 'uint8', shape: [count, side, side], data: images(count) },
      labels: { dtype: 'uint8', shape: [count], data: labels(count) },
    }),
  )

describe('import', () => {
  test('IDX with a test set: one in twelve of train is held out, the test set stays as it is', async () => {
    const { project, dataset } = await take(idxFolder('idx'))
    expect(counts(dataset)).toEqual([220, 20, 60])
    expect(await members(project, 'test')).toEqual(Array.from({ length: 60 }, (_, index) => 240 + index))
    const [train, validation] = [await members(project, 'train'), await members(project, 'validation')]
    expect([...train, ...validation].sort((a, b) => a - b)).toEqual(Array.from({ length: 240 }, (_, index) => index))
    expect(train).toEqual([...train].sort((a, b) => a - b)) // order of the source
  })

  test.each([
    ['NPZ', () => npz('set.npz', 120)],
    ['zip', () => Promise.resolve(pictureZip('set.zip', 120, (index) => index % 3))],
    ['class folders', () => Promise.resolve(classFolders('classes', 120))],
  ])('%s without a test set: one in six is test, every record in one split', async (_, make) => {
    const { project, dataset } = await take(await make())
    expect(counts(dataset)).toEqual([90, 10, 20])
    expect(dataset).toMatchObject({ height: side, width: side, channels: 1, delta: 1 / 900, budget: 5 })
    const all = (await Promise.all(splits.map((name) => members(project, name)))).flat()
    expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: 120 }, (__, index) => index))
  })

  test('the split depends on places alone: same again, same for other pixels, same for zip and NPZ', async () => {
    const first = await take(await npz('a.npz', 120))
    const again = await take(folder.path('a.npz'))
    expect(again.dataset.splits).toEqual(first.dataset.splits)
    expect((await take(pictureZip('a.zip', 120, (index) => index % 3))).dataset.splits).toEqual(first.dataset.splits)
    const blank = folder.write(
      'blank.npz',
      await encodeNpz({
        images: { dtype: 'uint8', shape: [120, side, side], data: new Uint8Array(120 * pixels).fill(9) },
        labels: { dtype: 'uint8', shape: [120], data: labels(120) },
      }),
    )
    const { project } = await take(blank)
    const view = await (await openData(project, 'set')).split('test')
    expect([...view.labels]).toEqual((await members(first.project, 'test')).map((index) => index % 3))
  })

  test('the manifest tells the truth about the bytes', async () => {
    const { project, dataset } = await take(await npz('truth.npz', 120))
    for (const name of splits) {
      const manifest = dataset.splits[name]!
      const values = async (what: 'images' | 'labels') => {
        const file = path.join(project, 'data', 'set', splitFile(name, what))
        const { data, shape } = await readNpy(await fs.readFile(file), file)
        expect(shape).toEqual(what === 'images' ? [manifest.count, side, side, 1] : [manifest.count])
        return data as Uint8Array
      }
      const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
      expect(hash(await values('images'))).toBe(manifest.imagesSha256)
      const stored = await values('labels')
      expect(hash(stored)).toBe(manifest.labelsSha256)
      expect(manifest.classCounts).toEqual([0, 1, 2].map((label) => stored.filter((one) => one === label).length))
    }
    expect(JSON.parse(await fs.readFile(path.join(project, 'data', 'set', 'manifest.json'), 'utf8'))).toEqual(dataset)
  })

  test('no labels are one class; some without a label are refused', async () => {
    const { project, dataset } = await take(pictureZip('unlabelled.zip', 60, () => null))
    expect(dataset.classNames).toEqual(['unlabelled'])
    expect(dataset.splits.train!.classCounts).toEqual([45])
    expect(await members(project, 'train', false)).toHaveLength(45)
    const mixed = pictureZip('mixed.zip', 60, (index) => (index === 33 ? null : index % 3))
    await expect(take(mixed)).rejects.toMatchObject({
      code: 'file-malformed',
      message: expect.stringContaining(mixed) as string,
    })
    const negative = folder.write(
      'negative.npz',
      await encodeNpz({
        images: { dtype: 'uint8', shape: [60, side, side], data: images(60) },
        labels: {
          dtype: 'int8',
          shape: [60],
          data: Int8Array.from({ length: 60 }, (_, index) => (index === 5 ? -1 : 0)),
        },
      }),
    )
    await expect(take(negative)).rejects.toMatchObject({ message: expect.stringContaining('label -1') as string })
  })

  test('more than 256 classes are stored as uint16', async () => {
    const data = Uint16Array.from({ length: 600 }, (_, index) => index)
    const many = folder.write(
      'many.npz',
      await encodeNpz({
        images: { dtype: 'uint8', shape: [600, side, side], data: images(600) },
        labels: { dtype: 'uint16', shape: [600], data },
      }),
    )
    const { project, dataset } = await take(many)
    expect(dataset.classNames).toHaveLength(600)
    const view = await (await openData(project, 'set')).split('test')
    expect(view.labels).toBeInstanceOf(Uint16Array)
    view.labels.forEach((label, place) =>
      expect(label).toBe(view.images[place * pixels]! + 256 * view.images[place * pixels + 1]!),
    )
  })

  test('too few images, and pixels broken halfway, leave nothing', async () => {
    const few = await npz('few.npz', 11)
    await expect(take(few)).rejects.toMatchObject({
      code: 'file-malformed',
      message: expect.stringContaining('11') as string,
    })
    const source = classFolders('broken', 60)
    await fs.truncate(path.join(source, 'class 1', '1040.png'), 60)
    await expect(take(source)).rejects.toMatchObject({
      code: 'file-malformed',
      message: expect.stringContaining('1040.png') as string,
    })
    for (const project of [projects - 2, projects - 1])
      expect(await fs.readdir(path.join(folder.path(`project-${project}`), 'data')).catch(() => [])).toEqual([])
  })

  test('a set that is there, a refusal before publishing, two imports at once', async () => {
    const source = await npz('once.npz', 60)
    const project = folder.path('shared')
    const into = (id: string, change: Partial<ImportOptions> = {}) =>
      importImages(project, { ...base, path: source, id, ...change })
    const base = {
      name: 'Set',
      sensitive: true,
      relation: 'add-remove',
      delta: () => 1e-5,
      budget: 5,
      privacyUnit: 'one image',
      licence: 'none',
      source: 'x',
    } as const
    const refuse = () => Promise.reject(new Error('refused'))
    await expect(into('set', { beforePublish: refuse })).rejects.toThrow('refused')
    expect(await fs.readdir(path.join(project, 'data'))).toEqual([])
    const both = await Promise.allSettled([into('set'), into('set')])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await expect(into('set')).rejects.toMatchObject({ code: 'dataset-exists' })
    expect(await fs.readdir(path.join(project, 'data'))).toEqual(['set'])
  })

  // 300 images of 1 MiB as a file with a hole: quick to make, and far more than is held at a time.
  const large = async (): Promise<string> => {
    const file = folder.write('large.npy', npyHeader('uint8', [300, 1024, 1024]))
    await fs.truncate(file, (await fs.stat(file)).size + 300 * 2 ** 20)
    return file
  }

  test('streams: memory stays far below the size of the set', async () => {
    const before = process.memoryUsage().rss
    let peak = 0
    let calls = 0
    const { dataset } = await take(await large(), {
      onProgress: () => {
        calls++
        peak = Math.max(peak, process.memoryUsage().rss - before)
      },
    })
    expect(counts(dataset)).toEqual([225, 25, 50])
    expect(calls).toBeGreaterThan(10)
    expect(peak / 2 ** 20).toBeLessThan(150)
  }, 60_000)

  test('cancelled halfway: an error says so, and nothing is left', async () => {
    const stop = new AbortController()
    let seen = 0
    const onProgress = (done: number, total: number): void => {
      seen = done / total
      if (seen > 0.3) stop.abort()
    }
    await expect(take(await large(), { signal: stop.signal, onProgress })).rejects.toMatchObject({ code: 'cancelled' })
    expect(seen).toBeLessThan(0.6)
    expect(await fs.readdir(path.join(folder.path(`project-${projects - 1}`), 'data'))).toEqual([])
  })

  test('bytes changed after the import are noticed', async () => {
    const { project } = await take(await npz('later.npz', 60))
    const file = path.join(project, 'data', 'set', splitFile('test', 'images'))
    await fs.writeFile(file, encodeNpy({ dtype: 'uint8', shape: [10, side, side, 1], data: images(10) }))
    const data = await openData(project, 'set')
    await expect(data.split('test')).rejects.toMatchObject({
      code: 'dataset-corrupt',
      message: expect.stringContaining(file) as string,
    })
    await expect(data.split('train')).resolves.toMatchObject({ count: 45 })
  })
})
