import { spawnSync } from 'node:child_process'
import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { toErrorRecord } from '../contract/errors.ts'
import { appendLines, readJson, readLineBlocks, readLines, writeAtomic, writeFolder } from './atomic.ts'
import { lock, lockOwner, tryLock } from './lock.ts'

let folder = ''
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lethe-files-'))
})
afterEach(() => fs.rm(folder, { recursive: true, force: true }))
const at = (name: string): string => path.join(folder, name)

test('an atomic write replaces the whole file and leaves nothing beside it', async () => {
  await writeAtomic(at('a'), 'first')
  await writeAtomic(at('a'), 'second')
  expect(await fs.readFile(at('a'), 'utf8')).toBe('second')
  expect(await fs.readdir(folder)).toEqual(['a'])
  expect((await fs.stat(at('a'))).mode & 0o077).toBe(0)
})

test('a folder appears whole or not at all', async () => {
  await writeFolder(at('set'), (temporary) => fs.writeFile(path.join(temporary, 'x'), '1'))
  await expect(
    writeFolder(at('set'), async (temporary) => {
      await fs.writeFile(path.join(temporary, 'x'), '2')
      throw new Error('stopped halfway')
    }),
  ).rejects.toThrow('stopped halfway')
  expect(await fs.readFile(at('set/x'), 'utf8')).toBe('1')
  expect(await fs.readdir(folder)).toEqual(['set'])
})

test('a folder, or a path through a file, in the place of a file is an error of the path and no fault of Lethe', async () => {
  await fs.writeFile(at('file'), '')
  const cases = [
    [folder, 'file-unreadable'],
    [at('file/in'), 'file-missing'],
  ] as const
  for (const [file, code] of cases) {
    await expect(readJson(file, z.unknown())).rejects.toMatchObject({ code, message: expect.stringContaining(file) })
    expect(toErrorRecord(await fs.readFile(file).catch((error: unknown) => error)).code).toBe(code)
  }
})

test('a torn last line is not read, and cut before the next line is added', async () => {
  await appendLines(at('log'), ['{"n":1}', '{"n":2}'])
  const whole = await fs.readFile(at('log'))
  for (let length = 0; length <= whole.length; length++) {
    await fs.writeFile(at('log'), whole.subarray(0, length))
    const expected = length < 8 ? 0 : length < 16 ? 1 : 2
    expect(await readLines(at('log'))).toHaveLength(expected)
    await appendLines(at('log'), ['{"n":3}'])
    expect((await readLines(at('log'))).at(-1)).toEqual({ n: 3 })
    expect(await readLines(at('log'))).toHaveLength(expected + 1)
  }
})

test('a long torn line is found across blocks', async () => {
  await fs.writeFile(at('log'), `{"n":1}\n${'x'.repeat(20_000)}`)
  await appendLines(at('log'), [])
  expect(await readLines(at('log'))).toEqual([{ n: 1 }])
})

test('JSON that does not fit names the file and the field', async () => {
  await fs.writeFile(at('a.json'), '{"size":"large"}')
  await expect(readJson(at('a.json'), z.strictObject({ size: z.number() }))).rejects.toMatchObject({
    code: 'file-malformed',
    message: expect.stringMatching(/a\.json: field size/),
  })
  await expect(readJson(at('b.json'), z.unknown())).rejects.toMatchObject({ code: 'file-missing' })
})

test('one owner at a time; a dead owner is replaced', async () => {
  const first = await lock(at('lock'), 'The run')
  expect(await tryLock(at('lock'))).toBeNull()
  await expect(lock(at('lock'), 'The run')).rejects.toMatchObject({
    code: 'run-locked',
    message: `The run is in use by process ${process.pid}.`,
  })
  await first.release()
  expect(await lockOwner(at('lock'))).toBeNull()

  const dead = spawnSync(process.execPath, ['-e', '']).pid
  await fs.writeFile(at('lock'), JSON.stringify({ pid: dead, started: '1' }))
  const second = await lock(at('lock'), 'The run')
  expect(await lockOwner(at('lock'))).toBe(process.pid)
  await second.release()
})

test('a process number that was given to another process does not keep a lock', async () => {
  await fs.writeFile(at('lock'), JSON.stringify({ pid: process.pid, started: '1' }))
  expect(await lockOwner(at('lock'))).toBeNull()
})

test('of many who find a dead lock exactly one takes it', async () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid
  for (let round = 0; round < 20; round++) {
    await fs.writeFile(at('lock'), JSON.stringify({ pid: dead, started: '1' }))
    const taken = (await Promise.all(Array.from({ length: 8 }, () => tryLock(at('lock'))))).filter(
      (one) => one !== null,
    )
    expect(taken).toHaveLength(1)
    await taken[0]!.release()
  }
})

test('a log is read a block at a time: the same lines, without the torn last one, and the place of a damaged one', async () => {
  const lines = Array.from({ length: 5000 }, (_, n) => JSON.stringify({ n, word: 'é'.repeat(n % 50) }))
  await fs.writeFile(at('log'), lines.map((line) => line + '\n').join('') + '{"torn":')
  const read: unknown[] = []
  let blocks = 0
  for await (const block of readLineBlocks(at('log'))) {
    read.push(...block)
    blocks++
  }
  expect(read).toEqual(await readLines(at('log')))
  expect(read).toHaveLength(5000)
  expect(blocks).toBeGreaterThan(5)
  await fs.writeFile(at('log'), [...lines.slice(0, 4000), '{', ''].join('\n'))
  const all = async () => {
    for await (const block of readLineBlocks(at('log'))) read.push(...block)
  }
  await expect(all()).rejects.toMatchObject({
    code: 'file-malformed',
    message: expect.stringMatching(/line 4001/) as string,
  })
  await fs.rm(at('log'))
  await all() // nothing was logged yet
})
