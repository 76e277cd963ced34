import path from 'node:path'
import { expect, test } from 'vitest'
import { encodeNpz } from '../data/formats/npz.ts'
import { decodePicture } from '../data/formats/picture.ts'
import { temporaryFolder } from '../data/formats/testing.ts'
import { runPaths } from './folder.ts'
import { openTiles } from './tiles.ts'

const folder = temporaryFolder()
const paths = (run: string) => runPaths(folder.path('project'), run)
const [count, height, width] = [40, 3, 2] as const
const size = height * width
const images = Uint8Array.from({ length: count * size }, (_none, at) => (at * 37) & 255)
const labels = Uint8Array.from({ length: count }, (_none, place) => [7, 2, 2][place % 3]!)
const columnsPerAtlas = 16
const nameOf = (label: number) => `class ${label}`

async function write(run: string): Promise<void> {
  const parts = {
    images: { dtype: 'uint8', shape: [count, height, width, 1], data: images },
    labels: { dtype: 'uint8', shape: [count], data: labels },
  } as const
  folder.write(path.join('project', 'runs', run, 'artifacts', 'synthetic.npz'), await encodeNpz(parts))
}

/** Picture `index` of a sheet, as values. */
function pictureOf(png: Uint8Array | null, index: number): number[] {
  const sheet = decodePicture('sheet', png!)
  const [row, column] = [Math.floor(index / columnsPerAtlas), index % columnsPerAtlas]
  return Array.from({ length: height }, (_none, y) => {
    const start = (row * height + y) * sheet.width + column * width
    return [...sheet.values.subarray(start, start + width)]
  }).flat()
}
const stored = (place: number) => [...images.subarray(place * size, (place + 1) * size)]

test('a sheet holds the pictures of the file, byte for byte, of all or of one class', async () => {
  await write('made')
  const tiles = openTiles()
  expect(await tiles.header(paths('made'), null, nameOf)).toMatchObject({
    ...{ count, width, height, labels: [...labels] },
    classes: [
      { label: 2, name: 'class 2', count: 26 },
      { label: 7, name: 'class 7', count: 14 },
    ],
  })
  const some = await tiles.page(paths('made'), null, 3, 20)
  for (let index = 0; index < 20; index++) expect(pictureOf(some, index)).toEqual(stored(3 + index))
  const sevens = [...labels.keys()].filter((place) => labels[place] === 7)
  const ofClass = await tiles.page(paths('made'), 7, 10, 100)
  for (let index = 0; index < 4; index++) expect(pictureOf(ofClass, index)).toEqual(stored(sevens[10 + index]!))
  expect(await tiles.page(paths('made'), 7, 14, 1)).toBeNull()
  expect(await tiles.header(paths('made'), 5, nameOf)).toMatchObject({ count: 0, labels: [] })
})

test('what is not there yet, or broken, is looked at again', async () => {
  const tiles = openTiles()
  expect(await tiles.header(paths('late'), null, nameOf)).toBeNull()
  folder.write(path.join('project', 'runs', 'late', 'artifacts', 'synthetic.npz'), 'half a file')
  await expect(tiles.header(paths('late'), null, nameOf)).rejects.toMatchObject({ code: expect.any(String) as string })
  await write('late')
  expect(await tiles.header(paths('late'), null, nameOf)).toMatchObject({ count })
})

test('large pictures make small pages', async () => {
  const size = 600 * 600 * 3
  const values = Uint8Array.from({ length: 6 * size }, (_none, at) => (at % size === 0 ? at / size + 1 : 0))
  const images = { dtype: 'uint8', shape: [6, 600, 600, 3], data: values } as const
  folder.write(path.join('project', 'runs', 'large', 'artifacts', 'synthetic.npz'), await encodeNpz({ images }))
  const tiles = openTiles()
  expect(await tiles.header(paths('large'), null, nameOf)).toMatchObject({ count: 6, perAtlas: 1, columnsPerAtlas: 1 })
  const page = decodePicture('page', (await tiles.page(paths('large'), null, 4, null))!)
  expect([page.width, page.height, page.values[0]]).toEqual([600, 600, 5])
  expect(await tiles.page(paths('large'), null, 0, 6)).toBeNull()
})

test('a file that would inflate beyond the bound is refused before it is inflated', async () => {
  await write('bomb')
  await expect(openTiles(250).header(paths('bomb'), null, nameOf)).rejects.toMatchObject({
    code: 'file-too-large',
    message: expect.stringMatching(/would inflate to 280 bytes; up to 250/) as string,
  })
})
