import { promises as fs } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { encodePng } from './formats/png.ts'
import { rawIdx, rawZip, temporaryFolder } from './formats/testing.ts'
import { preview } from './preview.ts'

const folder = temporaryFolder()
const picture = (index: number, side = 5): Buffer =>
  encodePng({ width: side, height: side, channels: 1, values: new Uint8Array(side * side).fill(index) })

function classFolders(name: string, count: number): string {
  for (let index = 0; index < count; index++)
    folder.write(`${name}/${index % 2 ? 'cat' : 'dog'}/${1000 + index}.png`, picture(index))
  return folder.path(name)
}

describe('preview', () => {
  test('class folders: what would become of them, and pictures from all over the set', async () => {
    const { found, prospect, refusal, tiles } = await preview(classFolders('pets', 60))
    expect(found).toMatchObject({ format: 'folders', items: 60, range: [0, 59] })
    expect(found.histogram).toEqual([
      { label: 0, name: 'cat', count: 30 },
      { label: 1, name: 'dog', count: 30 },
    ])
    expect(refusal).toBeNull()
    expect(prospect).toEqual({
      height: 5,
      width: 5,
      channels: 1,
      classNames: ['cat', 'dog'],
      splits: { train: 45, validation: 5, test: 10 },
      hasTestSet: false,
    })
    expect(tiles).toHaveLength(24)
    expect(new Set(tiles.map(({ caption }) => caption))).toEqual(new Set(['cat', 'dog']))
    for (const { pixels } of tiles) expect(new Set(pixels).size).toBe(1) // each is one picture of the source, unchanged
    expect(new Set(tiles.map(({ pixels }) => pixels[0])).size).toBe(24)
  })

  test('IDX with a test set keeps it; its tiles are its pixels', async () => {
    for (const [prefix, count] of [
      ['train', 120],
      ['t10k', 20],
    ] as const) {
      folder.write(
        `idx/${prefix}-images-idx3-ubyte`,
        rawIdx(
          0x08,
          [count, 2, 2],
          Uint8Array.from({ length: 4 * count }, (_, i) => i >> 2),
        ),
      )
      folder.write(`idx/${prefix}-labels-idx1-ubyte`, rawIdx(0x08, [count], new Uint8Array(count).fill(3)))
    }
    const { prospect, tiles } = await preview(folder.path('idx'))
    expect(prospect).toMatchObject({ splits: { train: 110, validation: 10, test: 20 }, hasTestSet: true })
    expect([...tiles[1]!.pixels]).toEqual(new Array(4).fill(Math.floor(140 / 24)))
    expect(tiles[0]!.caption).toBe('3')
  })

  test('a truncated IDX says where and what was expected; nothing is thrown', async () => {
    const whole = rawIdx(0x08, [30, 4, 4], new Uint8Array(480))
    const file = folder.write('cut-images-idx3-ubyte', whole.subarray(0, 200))
    const { found, refusal, prospect } = await preview(file)
    expect(prospect).toBeNull()
    expect(refusal).toMatchObject({ code: 'file-malformed', message: expect.stringContaining('480') as string })
    expect(refusal!.message).toContain(file)
    expect(found.problems).toHaveLength(1)
  })

  test('one broken picture among good ones is named, and the good ones are shown', async () => {
    const source = classFolders('bruised', 40)
    await fs.truncate(path.join(source, 'cat', '1001.png'), 30)
    const { found, refusal, tiles } = await preview(source)
    expect(found.items).toBe(39)
    expect(refusal!.message).toContain('1001.png')
    expect(tiles.length).toBeGreaterThan(20)
  })

  test.each([
    ['too few', () => classFolders('few', 8), '8 labelled images'],
    ['an empty folder', () => path.dirname(folder.write('empty/.keep', '')), 'nothing in it'],
    ['not data', () => folder.write('note.txt', 'Dear all'), 'not recognised'],
    [
      'two sizes',
      () => {
        const source = classFolders('sizes', 30)
        folder.write('sizes/cat/9999.png', picture(1, 7))
        return source
      },
      '7 × 7',
    ],
    [
      'labels for some',
      () =>
        folder.write(
          'some.zip',
          rawZip([
            ...Array.from({ length: 20 }, (_, index) => ({ name: `${index}.png`, data: picture(index) })),
            { name: 'dataset.json', data: JSON.stringify({ labels: [['3.png', 1]] }) },
          ]),
        ),
      'some images have a label',
    ],
  ])('refuses %s before anything is copied', async (_, make, words) => {
    const { refusal, prospect } = await preview(make())
    expect(refusal?.message).toContain(words)
    expect(refusal?.hint).not.toBe('')
    expect(prospect).toBeNull()
  })

  test('cancelled, it stops and says so', async () => {
    const stop = new AbortController()
    const seen: number[] = []
    const onProgress = (done: number): void => {
      seen.push(done)
      if (done === 10) stop.abort()
    }
    const source = classFolders('many', 400)
    await expect(preview(source, { signal: stop.signal, onProgress })).rejects.toMatchObject({ code: 'cancelled' })
    expect(Math.max(...seen)).toBeLessThan(60)
  })
})
