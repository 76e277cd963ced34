import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { openImageSet } from '../image-set.ts'
import { inspect } from '../inspect.ts'
import { encodePng } from './png.ts'
import { temporaryFolder } from './testing.ts'

const folder = temporaryFolder()
const values = (value: number) => Uint8Array.of(value, value + 1, value + 2, value + 3)
const png = (value: number) => encodePng({ width: 2, height: 2, channels: 1, values: values(value) })
const sha = (...all: number[]) =>
  createHash('sha256')
    .update(Buffer.concat(all.map(values)))
    .digest('hex')
const openFiles = () => readdirSync('/proc/self/fd').length

describe('folders', () => {
  it('numbers class folders by name', async () => {
    for (const [name, value] of [
      ['dog/b', 2],
      ['dog/a', 1],
      ['cat/z', 9],
      ['cat/deep/er', 5],
    ] as const)
      folder.write(`classes/${name}.png`, png(value))
    folder.write('classes/.hidden/x.png', 'not looked at')
    const found = await inspect(folder.path('classes'))
    expect(found).toMatchObject({
      format: 'folders',
      items: 4,
      shape: [4, 2, 2],
      dtype: 'uint8',
      classes: 2,
      problems: [],
      range: [1, 12],
    })
    expect(found.sha256).toBe(sha(5, 9, 1, 2))
    expect(found.parts.map((part) => part.path)).toEqual([
      'labels',
      'cat/deep/er.png',
      'cat/z.png',
      'dog/a.png',
      'dog/b.png',
    ])
    expect(found.parts[1]).toMatchObject({
      format: 'png',
      items: 1,
      shape: [2, 2],
      range: [5, 8],
      mean: 6.5,
      sha256: sha(5),
    })
    expect(found.histogram).toEqual([
      { label: 0, name: 'cat', count: 2 },
      { label: 1, name: 'dog', count: 2 },
    ])
    expect((await inspect(folder.path('classes'), { limit: 2 })).parts.map((part) => part.path)).toEqual([
      'labels',
      'cat/deep/er.png',
    ])
  })

  it('recognises train and test, and counts validation as training', async () => {
    for (const name of ['train/a/1', 'train/b/1', 'test/b/1', 'val/a/1'])
      folder.write(`splits/${name}.png`, png(name.length))
    const set = await openImageSet(folder.path('splits'))
    expect(set.splits.map(({ name, count }) => [name, count])).toEqual([
      ['train', 3],
      ['test', 1],
    ])
    expect(set).toMatchObject({ classes: 2, classNames: ['a', 'b'], channels: 1 })
    expect(set.problems.map((problem) => problem.code)).toEqual(['validation-merged'])
    for await (const chunk of set.splits[1]!.read()) expect([...chunk.labels]).toEqual([1])
    await set.close()
  })

  it('takes a flat folder without labels', async () => {
    folder.write('flat/1.png', png(1))
    folder.write('flat/no-extension', png(2))
    const found = await inspect(folder.path('flat'))
    expect(found).toMatchObject({ items: 2, classes: null, problems: [] })
    expect(found.histogram).toBeUndefined()
    const set = await openImageSet(folder.path('flat'))
    for await (const chunk of set.splits[0]!.read()) expect([...chunk.labels]).toEqual([-1, -1])
  })

  it('leaves links and other files out with a word', async () => {
    folder.write('odd/a/1.png', png(1))
    folder.write('odd/readme.txt', 'hello')
    folder.write('odd/2.png', png(2))
    symlinkSync('/etc/passwd', folder.path('odd/a/link.png'))
    symlinkSync('/', folder.path('odd/loop'))
    symlinkSync(folder.path('odd'), folder.path('named-link'))
    const found = await inspect(folder.path('odd'))
    expect(found.error).toBeUndefined()
    expect(found.items).toBe(1)
    expect(found.problems.map(({ code, path }) => [code, path.replace(folder.path('odd'), '.')])).toEqual([
      ['link-skipped', 'a/link.png'],
      ['link-skipped', 'loop'],
      ['other-files', '.'],
      ['label-missing', '.'],
    ])
    expect((await inspect(folder.path('named-link'))).items).toBe(1)
  })

  it('names every broken picture and reads the rest, leaving no file open', async () => {
    folder.write('broken/a/1.png', png(1))
    folder.write('broken/a/2.png', png(2).subarray(0, 40))
    folder.write('broken/a/3.png', '')
    folder.write('broken/b/4.jpg', 'text')
    folder.write('broken/b/5.gif', 'GIF89a')
    folder.write('broken/b/6.png', png(6))
    folder.write('broken/b/7.jpg', png(7)) // the bytes decide
    const before = openFiles()
    const found = await inspect(folder.path('broken'))
    expect(found.problems.map(({ path, code }) => [path, code]).sort()).toEqual([
      ['a/2.png', 'file-malformed'],
      ['a/3.png', 'file-malformed'],
      ['b/4.jpg', 'file-malformed'],
      ['b/5.gif', 'format-unsupported'],
    ])
    expect(found.error).toMatchObject({ message: expect.stringContaining(folder.path('broken')) as string })
    expect(found).toMatchObject({ items: 3, sha256: sha(1, 6, 7) })
    await expect(openImageSet(folder.path('broken'))).rejects.toMatchObject({ name: 'LetheError' })
    expect(openFiles()).toBe(before)
  })

  const root = process.getuid?.() === 0
  const bad: [string, (path: string) => Promise<void> | void, string, RegExp][] = [
    ['what is not there', () => {}, 'file-missing', /no such file/],
    ['an empty folder', (path) => void mkdirSync(path), 'format-unknown', /nothing in it/],
    [
      'a folder of nothing known',
      () => void folder.write('a folder of nothing known/x.txt', 'x'),
      'format-unknown',
      /no PNG or JPEG/,
    ],
    ['a pipe', (path) => void execFileSync('mkfifo', [path]), 'file-unreadable', /device, pipe or socket/],
    [
      'a pipe among pictures',
      (path) => {
        mkdirSync(path)
        execFileSync('mkfifo', [`${path}/a.png`])
      },
      'file-unreadable',
      /a\.png.*device, pipe or socket/,
    ],
    [
      'a socket',
      async (path) => {
        const server = createServer()
        await new Promise<void>((done) => server.listen(path, done))
        server.unref()
      },
      'file-unreadable',
      /device, pipe or socket/,
    ],
    ['a link to itself', (path) => symlinkSync(path, path), 'file-unreadable', /symbolic link/],
    [
      'folders too deep',
      (path) => void mkdirSync(`${path}/${'d/'.repeat(40)}`, { recursive: true }),
      'file-too-large',
      /32 deep/,
    ],
  ]
  it.each(bad)('refuses %s', { timeout: 10_000 }, async (name, make, code, message) => {
    const path = folder.path(name)
    await make(path)
    const found = await inspect(path)
    expect(found.error).toMatchObject({ code, message: expect.stringMatching(message) as string })
    expect(found.error!.message).toContain(path)
  })

  it.skipIf(root)('says what may not be read', async () => {
    folder.write('closed/a/1.png', png(1))
    chmodSync(folder.path('closed/a/1.png'), 0)
    expect((await inspect(folder.path('closed'))).error).toMatchObject({ code: 'file-unreadable' })
  })

  it('refuses a device by name', async () => {
    for (const as of [undefined, 'idx', 'npy', 'png', 'zip']) {
      expect((await inspect('/dev/zero', { as })).error).toMatchObject({
        code: 'file-unreadable',
        message: expect.stringMatching(/^\/dev\/zero/) as string,
      })
    }
  })

  it('can be cancelled', async () => {
    for (let i = 0; i < 300; i++) folder.write(`many/a/${i}.png`, png(i % 200))
    const controller = new AbortController()
    const before = openFiles()
    const set = await openImageSet(folder.path('many'))
    const reading = set.splits[0]!.read({ signal: controller.signal })
    controller.abort()
    await expect(reading.next()).rejects.toMatchObject({ code: 'cancelled' })
    await expect(inspect(folder.path('many'), { signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    })
    await set.close()
    expect(openFiles()).toBe(before)
  })

  it('refuses an unknown format name', async () => {
    await expect(inspect(folder.path('many'), { as: 'docx' })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/"docx".*idx/) as string,
    })
  })
})
