import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listTrash, moveToTrash, purgeFromTrash, restoreFromTrash, trashFolder } from './trash.ts'

let project = ''
const at = (...names: string[]): string => path.join(project, ...names)

async function put(id: string, text: string): Promise<void> {
  await fs.mkdir(at('data', id, 'cache'), { recursive: true })
  await fs.writeFile(at('data', id, 'manifest.json'), text)
  await fs.writeFile(at('data', id, 'cache', 'features'), 'computed')
}
const remove = (id: string) => moveToTrash(project, { kind: 'dataset', origin: id, name: id.toUpperCase() })

beforeEach(async () => {
  project = await fs.mkdtemp(path.join(os.tmpdir(), 'lethe-trash-'))
  await put('ward', 'one')
})
afterEach(() => fs.rm(project, { recursive: true, force: true }))

test('there and back again, byte for byte, with what was computed from it', async () => {
  const record = await remove('ward')
  expect(await fs.readdir(at('data'))).toEqual([])
  expect(await listTrash(project)).toEqual([{ ...record, bytes: 'one'.length + 'computed'.length }])
  expect(await restoreFromTrash(project, record.id)).toEqual(record)
  expect(await fs.readFile(at('data', 'ward', 'manifest.json'), 'utf8')).toBe('one')
  expect(await fs.readFile(at('data', 'ward', 'cache', 'features'), 'utf8')).toBe('computed')
  expect(await fs.readdir(at('data'))).toEqual(['ward']) // no lock is left
  expect(await fs.readdir(at('trash'))).toEqual([])
})

test('restoring overwrites nothing; the same name may lie in the trash more than once', async () => {
  const first = await remove('ward')
  await put('ward', 'two')
  await expect(restoreFromTrash(project, first.id)).rejects.toMatchObject({ code: 'dataset-exists' })
  expect(await fs.readFile(at('data', 'ward', 'manifest.json'), 'utf8')).toBe('two')
  const second = await remove('ward')
  expect((await listTrash(project)).map(({ id }) => id).sort()).toEqual([first.id, second.id].sort())
  await restoreFromTrash(project, first.id)
  expect(await fs.readFile(at('data', 'ward', 'manifest.json'), 'utf8')).toBe('one')
})

test('removed for good is gone, and a removal that was cut short is finished, not offered', async () => {
  const kept = await remove('ward')
  await put('other', 'x')
  const doomed = await remove('other')
  await purgeFromTrash(project, doomed.id)
  await expect(restoreFromTrash(project, doomed.id)).rejects.toMatchObject({ code: 'dataset-missing' })
  await fs.rename(trashFolder(project, kept.id), at('trash', `.gone-${kept.id}`))
  expect(await listTrash(project)).toEqual([])
  expect(await fs.readdir(at('trash'))).toEqual([])
})

test('a crash before the move leaves the data in its place and nothing in the list', async () => {
  await fs.mkdir(at('trash', 'half'), { recursive: true })
  await fs.writeFile(at('trash', 'half', 'trash.json'), '{')
  expect(await listTrash(project)).toEqual([])
  await expect(remove('absent')).rejects.toMatchObject({ code: 'ENOENT' })
  expect(await fs.readdir(at('trash'))).toEqual(['half'])
  await expect(restoreFromTrash(project, '../data')).rejects.toMatchObject({ code: 'dataset-missing' })
})

test('a record that names a place outside the project is not believed', async () => {
  const record = await remove('ward')
  const file = at('trash', record.id, 'trash.json')
  for (const origin of ['../../taken', '..', 'a/b', '']) {
    await fs.writeFile(file, JSON.stringify({ ...record, origin }))
    await expect(restoreFromTrash(project, record.id)).rejects.toMatchObject({ code: 'dataset-missing' })
    expect(await listTrash(project)).toEqual([])
  }
  expect(await fs.readdir(trashFolder(project, record.id))).toContain('content')
})

test('only looking deletes nothing', async () => {
  const record = await remove('ward')
  await fs.rename(trashFolder(project, record.id), at('trash', `.gone-${record.id}`))
  expect(await listTrash(project, { readOnly: true })).toEqual([])
  expect(await fs.readdir(at('trash'))).toEqual([`.gone-${record.id}`])
})
