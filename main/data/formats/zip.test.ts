import { writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openImageSet } from '../image-set.ts'
import { inspect } from '../inspect.ts'
import { encodePng } from './png.ts'
import { rawZip, temporaryFolder, type RawEntry } from './testing.ts'

const folder = temporaryFolder()
const picture = (value: number, channels: 1 | 3 = 3, width = 2) =>
  encodePng({
    width,
    height: 2,
    channels,
    values: Uint8Array.from({ length: 2 * width * channels }, (_, i) => (value + i) & 255),
  })
const pixels = (...values: number[]) =>
  Buffer.concat(values.map((value) => Buffer.from(Array.from({ length: 12 }, (_, i) => value + i))))
const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const labels = (list: unknown) => ({ name: 'dataset.json', data: JSON.stringify({ labels: list }) })
const png = (name: string, value = 1) => ({ name, data: picture(value) })

describe('zip of pictures', () => {
  it('reads that of StyleGAN and DPImageBench, in the order of names', async () => {
    const path = folder.write(
      'train_28.zip',
      rawZip([
        labels([
          ['00000/img00000001.png', 1],
          ['00000/img00000000.png', 0],
          ['00000/img00000002.png', 1],
        ]),
        png('00000/img00000002.png', 50),
        png('00000/img00000000.png', 10),
        { ...png('00000/img00000001.png', 30), deflate: true },
      ]),
    )
    const found = await inspect(path)
    expect(found).toMatchObject({
      format: 'zip',
      items: 3,
      shape: [3, 2, 2, 3],
      dtype: 'uint8',
      classes: 2,
      problems: [],
      range: [10, 61],
    })
    expect(found.sha256).toBe(sha(pixels(10, 30, 50)))
    expect(found.parts[0]).toMatchObject({
      path: 'labels',
      dtype: 'int64',
      shape: [3],
      sha256: sha(Buffer.from(BigInt64Array.of(0n, 1n, 1n).buffer)),
    })
    expect(found.histogram).toEqual([
      { label: 0, name: '0', count: 1 },
      { label: 1, name: '1', count: 2 },
    ])
    const set = await openImageSet(path)
    expect(set).toMatchObject({ height: 2, width: 2, channels: 3, classes: 2, classNames: ['0', '1'] })
    for await (const chunk of set.splits[0]!.read())
      expect(chunk).toEqual({ count: 3, images: new Uint8Array(pixels(10, 30, 50)), labels: Int32Array.of(0, 1, 1) })
    await set.close()
  })

  it('reads class folders, packed bare or inside a folder', async () => {
    for (const root of ['', 'digits/', 'a/b/']) {
      const found = await inspect(
        folder.write(
          'classes.zip',
          rawZip([png(`${root}seven/1.png`, 5), png(`${root}one/2.png`, 9), { name: `${root}.DS_Store`, data: 'x' }]),
        ),
      )
      expect(found).toMatchObject({ classes: 2, problems: [], sha256: sha(pixels(9, 5)) })
      expect(found.histogram!.map((one) => one.name)).toEqual(['one', 'seven'])
    }
  })

  it('reads train and test inside one archive, or as two beside each other', async () => {
    const whole = folder.write(
      'whole.zip',
      rawZip([png('set/train/a/1.png', 1), png('set/train/b/2.png', 2), png('set/test/b/3.png', 3)]),
    )
    const labelled = (value: number, label: number) =>
      rawZip([png('00000/img00000000.png', value), labels([['00000/img00000000.png', label]])])
    folder.write('pair/train_32.zip', labelled(4, 0))
    folder.write('pair/test_32.zip', labelled(5, 2))
    for (const [path, classes] of [
      [whole, 2],
      [folder.path('pair'), 3],
    ] as const) {
      const set = await openImageSet(path)
      expect(set.splits.map((split) => split.name)).toEqual(['train', 'test'])
      expect(set.classes).toBe(classes)
      for await (const { labels: found } of set.splits[1]!.read()) expect([...found]).toEqual([classes - 1])
      await set.close()
    }
  })

  it('tolerates null labels, pictures without one, and other files', async () => {
    const one = png('00000/img00000000.png')
    const cases: [RawEntry[], string[], number | null][] = [
      [[one, labels(null)], ['labels-null'], null],
      [[one, labels([['00000/img00000000.png', null]])], ['labels-null'], null],
      [[one, png('00000/img00000001.png'), labels([['00000/img00000000.png', 3]])], ['label-missing'], 1],
      [[one, { name: 'notes.txt', data: 'hello' }], ['other-files'], null],
    ]
    for (const [entries, codes, classes] of cases) {
      const found = await inspect(folder.write('odd.zip', rawZip(entries)))
      expect(found.error).toBeUndefined()
      expect(found.problems.map((problem) => problem.code)).toEqual(codes)
      expect(found.classes).toBe(classes)
    }
  })

  it('has no stack where sizes differ, and no set', async () => {
    const path = folder.write('mixed.zip', rawZip([png('a.png'), { name: 'b.png', data: picture(1, 3, 3) }]))
    const found = await inspect(path)
    expect(found).toMatchObject({ items: 2, shape: null, sha256: null, dtype: 'uint8' })
    expect(found.error).toBeUndefined()
    expect(found.problems).toMatchObject([{ code: 'mixed-sizes', severity: 'warning' }])
    await expect(openImageSet(path)).rejects.toMatchObject({
      code: 'format-unsupported',
      message: expect.stringMatching(/b\.png has 3 × 2/) as string,
    })
  })

  const good = picture(1)
  const zeros = Buffer.alloc(3 << 20)
  const bad: [string, Buffer, string, RegExp][] = [
    ['an archive cut short', rawZip([png('a/1.png')]).subarray(0, 90), 'file-malformed', /zip archive is broken/],
    ['a name that climbs out', rawZip([png('../evil.png')]), 'file-malformed', /broken|leads elsewhere/],
    ['a name that climbs in the middle', rawZip([png('a/../../evil.png')]), 'file-malformed', /broken|leads elsewhere/],
    ['an absolute name', rawZip([png('/etc/evil.png')]), 'file-malformed', /broken|leads elsewhere/],
    ['a drive letter', rawZip([png('C:/evil.png')]), 'file-malformed', /broken|leads elsewhere/],
    ['backslashes', rawZip([png('a\\evil.png')]), 'file-malformed', /broken|leads elsewhere/],
    ['a zero in a name', rawZip([png('a\0.png')]), 'file-malformed', /leads elsewhere/],
    [
      'a symbolic link',
      rawZip([{ name: 'a.png', data: '/etc/passwd', mode: 0o120777 }]),
      'file-malformed',
      /symbolic link/,
    ],
    ['a device', rawZip([{ name: 'a.png', data: '', mode: 0o020666 }]), 'file-malformed', /device/],
    ['a name twice', rawZip([png('a.png'), png('a.png', 2)]), 'file-malformed', /two entries/],
    [
      'a name twice, written differently',
      rawZip([png('\u00e9.png'), png('e\u0301.png', 2)]),
      'file-malformed',
      /two entries/,
    ],
    ['overlapping entries', rawZip([png('a.png'), { ...png('b.png'), sameAs: 0 }]), 'file-malformed', /overlap/],
    [
      'an entry beyond the file',
      rawZip([{ ...png('a.png'), offset: 1 << 30 }]),
      'file-malformed',
      /beyond the file|broken/,
    ],
    [
      'another name before the data',
      rawZip([{ ...png('a.png'), localName: 'b.png' }]),
      'file-malformed',
      /another name/,
    ],
    ['two sizes of a stored entry', rawZip([{ ...png('a.png'), size: 5 }]), 'file-malformed', /two sizes|broken/],
    [
      'a size that deflate cannot do',
      rawZip([{ name: 'a.png', data: good, deflate: true, size: 1 << 30 }]),
      'file-malformed',
      /cannot do/,
    ],
    ['a bomb', rawZip([{ name: 'a.png', data: zeros, deflate: true }]), 'file-too-large', /inflate/],
    [
      'more than declared',
      rawZip([{ name: 'a.png', data: good, deflate: true, size: 20 }]),
      'file-malformed',
      /more than the 20/,
    ],
    [
      'less than declared',
      rawZip([{ name: 'a.png', data: good, deflate: true, size: good.length + 1 }]),
      'file-malformed',
      /inflates to/,
    ],
    ['a wrong checksum', rawZip([{ name: 'a.png', data: good, crc: 7 }]), 'file-malformed', /checksum/],
    ['an encrypted entry', rawZip([{ ...png('a.png'), flags: 1 }]), 'format-unsupported', /encrypted/],
    ['bzip2', rawZip([{ ...png('a.png'), method: 12 }]), 'format-unsupported', /method 12/],
    ['a count that is too high', rawZip([png('a.png')], { count: 3 }), 'file-malformed', /broken/],
    ['a directory elsewhere', rawZip([png('a.png')], { directoryOffset: 3 }), 'file-malformed', /broken/],
    ['no pictures', rawZip([{ name: 'a.txt', data: 'x' }]), 'format-unknown', /no PNG or JPEG/],
    ['nothing', rawZip([]), 'format-unknown', /no PNG or JPEG/],
    [
      'a broken picture',
      rawZip([{ name: 'a.png', data: good.subarray(0, 50) }]),
      'file-malformed',
      /a\.png.*truncated/,
    ],
    ['a picture that is text', rawZip([{ name: 'a.png', data: 'text' }]), 'file-malformed', /a\.png.*neither/],
    [
      'a WebP picture',
      rawZip([{ name: 'a.webp', data: 'RIFF....WEBP' }, png('b.png')]),
      'format-unsupported',
      /a\.webp/,
    ],
    [
      'labels that are not JSON',
      rawZip([png('a.png'), { name: 'dataset.json', data: '{' }]),
      'file-malformed',
      /not JSON/,
    ],
    ['labels of the wrong form', rawZip([png('a.png'), labels([1, 2])]), 'file-malformed', /pair/],
    ['no labels', rawZip([png('a.png'), { name: 'dataset.json', data: '{}' }]), 'file-malformed', /no list of labels/],
    ['vectors for labels', rawZip([png('a.png'), labels([['a.png', [0, 1]]])]), 'format-unsupported', /vector/],
    ['half a label', rawZip([png('a.png'), labels([['a.png', 0.5]])]), 'file-malformed', /0\.5/],
    ['a negative label', rawZip([png('a.png'), labels([['a.png', -1]])]), 'file-malformed', /-1/],
    [
      'a label for what is not there',
      rawZip([png('a.png'), labels([['b.png', 1]])]),
      'file-malformed',
      /b\.png.*not there/,
    ],
    [
      'two labels for one picture',
      rawZip([
        png('a.png'),
        labels([
          ['a.png', 1],
          ['a.png', 2],
        ]),
      ]),
      'file-malformed',
      /twice/,
    ],
  ]
  it.each(bad)('refuses %s', async (name, bytes, code, message) => {
    const path = folder.write(`bad/${name}.zip`, bytes)
    const found = await inspect(path, { as: 'zip' })
    expect(found.error).toMatchObject({ code, message: expect.stringMatching(message) as string })
    expect(found.error!.message).toContain(path)
    await expect(openImageSet(path, { as: 'zip' }).then((set) => drain(set))).rejects.toMatchObject({
      name: 'LetheError',
    })
  })

  it('names every broken picture and reads the others', async () => {
    const path = folder.write(
      'some.zip',
      rawZip([
        png('a/1.png', 1),
        { name: 'a/2.png', data: good.subarray(0, 40) },
        { name: 'b/3.png', data: 'x' },
        png('b/4.png', 7),
      ]),
    )
    const found = await inspect(path)
    expect(found.problems.map((problem) => problem.path)).toEqual(['a/2.png', 'b/3.png'])
    expect(found.error!.message).toMatch(/some\.zip.*a\/2\.png.*1 more/)
    expect(found).toMatchObject({ items: 2, sha256: sha(pixels(1, 7)) })
  })

  it('mutated archives are read or refused, never worse', { timeout: 60_000 }, async () => {
    const seeds = [
      rawZip([
        png('00000/img00000000.png'),
        { ...png('00000/img00000001.png'), deflate: true },
        labels([['00000/img00000000.png', 1]]),
      ]),
      rawZip([png('train/a/1.png'), png('test/b/2.png')], { comment: 'a comment' }),
    ]
    const change = fc.tuple(fc.nat(1000), fc.integer({ min: 0, max: 255 }))
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.option(fc.nat(700), { freq: 4 }),
        async (seed, changes, cut) => {
          const mutant = Buffer.from(seeds[seed]!)
          for (const [at, value] of changes) mutant[at % mutant.length] = value
          writeFileSync(folder.path('mutant.zip'), cut === null ? mutant : mutant.subarray(0, cut))
          const found = await inspect(folder.path('mutant.zip'), { as: 'zip' })
          if (found.error)
            expect(['file-malformed', 'format-unsupported', 'format-unknown', 'file-too-large']).toContain(
              found.error.code,
            )
        },
      ),
      { numRuns: 1500 },
    )
  })
})

async function drain(set: Awaited<ReturnType<typeof openImageSet>>): Promise<void> {
  try {
    for (const split of set.splits) for await (const chunk of split.read()) expect(chunk.count).toBeGreaterThan(0)
  } finally {
    await set.close()
  }
}
