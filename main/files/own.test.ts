import { execFileSync } from 'node:child_process'
import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { requireOwn } from './own.ts'

let root = ''
const at = (...names: string[]): string => path.join(root, ...names)

beforeEach(async () => {
  root = await fs.mkdtemp(path.join(os.tmpdir(), 'lethe-own-'))
  await fs.mkdir(at('runs', 'a'), { recursive: true })
  await fs.writeFile(at('runs', 'a', 'file'), '')
  await fs.writeFile(at('secret'), '')
})
afterEach(() => fs.rm(root, { recursive: true, force: true }))

test('files that lie there pass, also where their folder is reached by a link; what is missing is no fault', async () => {
  await requireOwn(at('runs'), ['a/file', 'a/none', 'none/file'])
  await fs.symlink(at('runs'), at('elsewhere'))
  await requireOwn(at('elsewhere'), ['a/file'])
})

test('a link to a file, to a folder or to nowhere, and a pipe that would never end, are refused', async () => {
  await fs.symlink('../../secret', at('runs', 'a', 'link'))
  await fs.symlink('nowhere', at('runs', 'a', 'dangling'))
  await fs.symlink('a', at('runs', 'b'))
  execFileSync('mkfifo', [at('runs', 'a', 'pipe')])
  for (const name of ['a/link', 'a/dangling', 'b/file', 'a/pipe', 'a'])
    await expect(requireOwn(at('runs'), [name]), name).rejects.toMatchObject({ code: 'file-unreadable' })
})
