import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { checkProjectFolder, createRecentProjects } from './recent-projects.ts'

let folder = ''
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'lethe-recent-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function project(name: string): string {
  const path = join(folder, name)
  mkdirSync(path)
  writeFileSync(join(path, 'lethe.json'), '{}')
  return path
}

it('lists the newest first, once each, and marks what is gone', async () => {
  const [a, b] = [project('a'), project('b')]
  const recent = createRecentProjects(join(folder, 'recent.json'))
  await Promise.all([recent.add(a), recent.add(b), recent.add(a)])
  rmSync(b, { recursive: true })
  expect(await recent.list()).toEqual([
    { name: 'a', path: a, missing: false },
    { name: 'b', path: b, missing: true },
  ])
  expect(statSync(join(folder, 'recent.json')).mode & 0o077).toBe(0)
})

it('keeps a dozen, forgets on a word, and takes a damaged list for an empty one', async () => {
  const recent = createRecentProjects(join(folder, 'recent.json'))
  for (let index = 0; index < 15; index++) await recent.add(`/p/${index}`)
  expect((await recent.list()).map(({ name }) => name)).toEqual(Array.from({ length: 12 }, (_, i) => String(14 - i)))
  await recent.forget()
  expect(await recent.list()).toEqual([])
  writeFileSync(join(folder, 'recent.json'), '{"schema":')
  expect(await recent.list()).toEqual([])
  await recent.add('/p/1')
  expect(await recent.list()).toHaveLength(1)
})

it('takes a project or an empty folder, and nothing else', async () => {
  const empty = join(folder, 'empty')
  mkdirSync(empty)
  await checkProjectFolder(empty)
  await checkProjectFolder(project('one'))
  mkdirSync(join(folder, 'documents'))
  writeFileSync(join(folder, 'documents', 'letter.txt'), '')
  await expect(checkProjectFolder(join(folder, 'documents'))).rejects.toMatchObject({ code: 'usage' })
  await expect(checkProjectFolder(join(folder, 'documents', 'letter.txt'))).rejects.toMatchObject({ code: 'usage' })
  await expect(checkProjectFolder(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' })
})
