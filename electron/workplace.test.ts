import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Supervisor } from './supervisor.ts'
import { createWorkplace } from './workplace.ts'

let root = ''
beforeEach(async () => {
  root = await fs.mkdtemp(path.join(os.tmpdir(), 'lethe-workplace-'))
  for (const name of ['a', 'b']) await fs.mkdir(path.join(root, name))
})
afterEach(() => fs.rm(root, { recursive: true, force: true }))

function workplace(add: () => Promise<void> = () => Promise.resolve(), readOnly = false) {
  const labs = new Set<{ readonly project: string }>()
  const start = (project: string): Supervisor => {
    const lab = { project }
    labs.add(lab)
    return {
      ...{ call: () => Promise.reject(new Error('not asked')), resource: () => Promise.resolve(null) },
      activeRuns: () => 0,
      close: async () => {
        await new Promise((resolve) => setTimeout(resolve, 5)) // a process takes a while to end
        labs.delete(lab)
      },
    }
  }
  const alive = () => [...labs].map(({ project }) => project)
  const recent = { list: () => Promise.resolve([]), add, forget: () => Promise.resolve() }
  return {
    alive,
    place: createWorkplace(path.join(root, 'first'), { start, recent, readOnly, opened: () => undefined }),
  }
}

test('however often a project is asked for at once, one lab works, and on the last', async () => {
  const { alive, place } = workplace()
  const [a, b] = [path.join(root, 'a'), path.join(root, 'b')]
  const answers = await Promise.all([place.open(a, false), place.open(a, false), place.open(b, false)])
  expect(answers.every(({ opened }) => opened)).toBe(true)
  expect(alive()).toEqual([b])
  expect(place.project()).toBe(b)
})

test('a folder that cannot be opened, or a list that cannot be written, keeps nobody from the next', async () => {
  const { alive, place } = workplace(() => Promise.reject(new Error('the profile is read-only')))
  await fs.writeFile(path.join(root, 'a', 'other'), '')
  await expect(place.open(path.join(root, 'a'), false)).rejects.toMatchObject({ code: 'usage' })
  expect(await place.open(path.join(root, 'b'), false)).toMatchObject({ opened: true })
  expect(alive()).toEqual([path.join(root, 'b')])
})

test('to review, a project that nobody may write is opened, and nothing but a project', async () => {
  const { alive, place } = workplace(undefined, true)
  await fs.writeFile(path.join(root, 'a', 'lethe.json'), '{}')
  const refuse = vi.spyOn(fs, 'access').mockRejectedValue(Object.assign(new Error('denied'), { code: 'EACCES' }))
  expect(await place.open(path.join(root, 'a'), false)).toMatchObject({ opened: true })
  refuse.mockRestore()
  await expect(place.open(path.join(root, 'b'), false)).rejects.toMatchObject({ code: 'usage' })
  expect(alive()).toEqual([path.join(root, 'a')])
})
