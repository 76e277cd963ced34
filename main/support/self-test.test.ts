import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { selfTest } from './self-test.ts'

test('all is well here, and the project is as it was', async () => {
  const project = await fs.mkdtemp(path.join(os.tmpdir(), 'lethe-self-test-'))
  const checks = await selfTest({ project, engine: true })
  expect(checks.map(({ id, sign, found }) => [id, sign, found])).toEqual([
    ['noise', 'good', expect.stringContaining('20,000 draws')],
    ['seeds', 'good', expect.stringContaining('as expected')],
    ['product', 'good', expect.stringContaining('tensorflow')],
    ['write', 'good', expect.stringContaining('read back')],
  ])
  expect(await fs.readdir(project)).toEqual([])
  await fs.rm(project, { recursive: true })
})

test('a folder that cannot be written is told with what to do', async () => {
  const checks = await selfTest({ project: '/proc/self', engine: false })
  expect(checks.find(({ id }) => id === 'write')).toMatchObject({
    sign: 'bad',
    hint: expect.stringContaining('disk') as string,
  })
})
