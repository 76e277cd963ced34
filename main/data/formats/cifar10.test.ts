import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openImageSet } from '../image-set.ts'
import { inspect } from '../inspect.ts'
import { temporaryFolder } from './testing.ts'

const folder = temporaryFolder()

/** Records whose pixel (row, column, channel) of image `i` is a known number, and the same as NHWC. */
function batch(labels: readonly number[]): { bytes: Uint8Array; nhwc: Uint8Array } {
  const bytes = new Uint8Array(labels.length * 3073)
  const nhwc = new Uint8Array(labels.length * 3072)
  labels.forEach((label, i) => {
    bytes[i * 3073] = label
    for (let pixel = 0; pixel < 1024; pixel++) {
      for (let channel = 0; channel < 3; channel++) {
        const value = (i * 7 + pixel * 3 + channel * 85) & 255
        bytes[i * 3073 + 1 + channel * 1024 + pixel] = value
        nhwc[i * 3072 + pixel * 3 + channel] = value
      }
    }
  })
  return { bytes, nhwc }
}
const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const train = batch(Array.from({ length: 1500 }, (_, i) => i % 10))
const test = batch([9, 9, 3])

describe('CIFAR-10', () => {
  it('reads one batch as NHWC', async () => {
    const found = await inspect(folder.write('data_batch_1.bin', train.bytes))
    expect(found).toMatchObject({
      format: 'cifar10',
      items: 1500,
      shape: [1500, 32, 32, 3],
      dtype: 'uint8',
      classes: 10,
      problems: [],
    })
    expect(found.sha256).toBe(sha(train.nhwc))
    expect(found.parts.map((part) => part.path)).toEqual(['labels', 'data_batch_1.bin'])
    expect(found.parts[0]).toMatchObject({ dtype: 'uint8', shape: [1500], mean: 4.5 })
  })

  it('reads a folder as one set of two splits', async () => {
    folder.write('set/data_batch_1.bin', train.bytes)
    folder.write('set/data_batch_2.bin', test.bytes)
    folder.write('set/test_batch.bin', test.bytes)
    folder.write('set/batches.meta.txt', 'airplane')
    const found = await inspect(folder.path('set'))
    expect(found).toMatchObject({ items: 1506, shape: [1506, 32, 32, 3], classes: 10 })
    expect(found.sha256).toBe(sha(Buffer.concat([train.nhwc, test.nhwc, test.nhwc])))
    expect(found.problems.map((problem) => problem.code)).toEqual(['batches-missing'])
    const set = await openImageSet(folder.path('set'))
    expect(set.splits.map(({ name, count }) => [name, count])).toEqual([
      ['train', 1503],
      ['test', 3],
    ])
    const images: Uint8Array[] = []
    const labels: number[] = []
    for await (const chunk of set.splits[0]!.read()) {
      images.push(chunk.images)
      labels.push(...chunk.labels)
    }
    expect(sha(Buffer.concat(images))).toBe(sha(Buffer.concat([train.nhwc, test.nhwc])))
    expect(labels.slice(-4)).toEqual([9, 9, 9, 3])
  })

  it('recognises records without a telling name', async () => {
    expect(await inspect(folder.write('mine.bin', test.bytes))).toMatchObject({ format: 'cifar10', items: 3 })
  })

  const bad: [string, string, Uint8Array, string, RegExp][] = [
    ['half a record', 'test_batch.bin', test.bytes.subarray(0, 4000), 'file-malformed', /4000 bytes/],
    ['nothing', 'test_batch.bin', new Uint8Array(0), 'file-malformed', /0 bytes/],
    ['a label of 10', 'test_batch.bin', batch([1, 10]).bytes, 'file-malformed', /label 10/],
    [
      'the Python version',
      'data_batch_1',
      Buffer.from('8002 7d71 00', 'latin1').fill(0x80, 0, 1).fill(2, 1, 2),
      'format-unsupported',
      /pickle/,
    ],
    ['any pickle', 'x.pkl', Buffer.from([0x80, 4, 0x95, 0, 0]), 'format-unsupported', /pickle/],
  ]
  it.each(bad)('refuses %s', async (name, file, bytes, code, message) => {
    const path = folder.write(`bad ${name}/${file}`, bytes)
    const found = await inspect(path)
    expect(found.error).toMatchObject({ code, message: expect.stringMatching(message) as string })
  })

  it('refuses a folder of pickles with help', async () => {
    folder.write('pickles/data_batch_1', Buffer.from([0x80, 2]))
    expect((await inspect(folder.path('pickles'))).error).toMatchObject({
      code: 'format-unsupported',
      hint: expect.stringMatching(/binary version/) as string,
    })
  })
})
