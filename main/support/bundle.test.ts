import { spawnSync } from 'node:child_process'
import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openLab } from '../lab.ts'
import { quickSynthesis, smallProject, type SmallProject } from '../testing/small-project.ts'
import { writeSupportBundle } from './bundle.ts'

let small: SmallProject
let text: string
let names: string[]
beforeAll(async () => {
  small = await smallProject()
  const { lab, folder } = small
  await lab.createSynthesis(quickSynthesis)
  const root = path.dirname(folder)
  const logs = path.join(root, 'logs')
  await fs.mkdir(logs)
  await fs.writeFile(
    path.join(logs, 'lethe.ndjson'),
    `{"message":"${folder}/data/digits is gone, ${os.homedir()}/x too"}\n`,
  )
  // A set of trajectories, one in the trash, and one whose manifest is damaged: their names are names of data, too.
  const sets = { 'data/hopper-x': 'Gait of ward 9', 'trash/t/content': 'Old scans', 'data/torn-set': null }
  for (const [place, name] of Object.entries(sets)) {
    await fs.mkdir(path.join(folder, place), { recursive: true })
    const manifest = name === null ? '{' : JSON.stringify({ kind: 'trajectories', name, source: `${name}.npz` })
    await fs.writeFile(path.join(folder, place, 'manifest.json'), manifest)
  }
  await fs.writeFile(
    path.join(logs, 'more.ndjson'),
    '{"message":"hopper-x, Gait of ward 9.npz, Old scans, torn-set"}\n',
  )
  // A run that fails with words about the data, as a damaged file would make it fail.
  const [run] = await fs.readdir(path.join(folder, 'runs'))
  const state = path.join(folder, 'runs', run!, 'state.json')
  const record = JSON.parse(await fs.readFile(state, 'utf8')) as Record<string, unknown>
  const error = {
    code: 'dataset-corrupt',
    message: `Data set digits: ${folder}/data/digits/train-images.npy`,
    hint: '',
  }
  await fs.writeFile(state, JSON.stringify({ ...record, state: 'failed', error }))
  const target = path.join(root, 'support.zip')
  const result = await writeSupportBundle(folder, target, logs)
  expect((await fs.stat(target)).mode & 0o077).toBe(0)
  expect(result.bytes).toBe((await fs.stat(target)).size)
  names = spawnSync('python3', ['-m', 'zipfile', '-l', target], { encoding: 'utf8' }).stdout.split('\n')
  const out = path.join(root, 'out')
  spawnSync('python3', ['-m', 'zipfile', '-e', target, out])
  const files = await fs.readdir(out, { recursive: true, withFileTypes: true })
  const read = files
    .filter((file) => file.isFile())
    .map((file) => fs.readFile(path.join(file.parentPath, file.name), 'utf8'))
  text = (await Promise.all(read)).join('\n')
  expect(read.length).toBe(result.files)
})
afterAll(() => small.remove())

test('it says what a helper needs', () => {
  for (const name of ['README.txt', 'about.json', 'logs/lethe.ndjson', 'runs/run-1.ndjson'])
    expect(names.join('\n')).toContain(name)
  expect(text).toContain('dataset-corrupt')
  expect(text).toContain('<project>/data/')
  expect(text).toContain('"platform"')
})

test('it does not say where things lie, who works here, or what the data is called', () => {
  const banned = [small.folder, path.dirname(small.folder), os.tmpdir(), os.hostname(), 'digits', 'Digits']
  banned.push('hopper-x', 'Gait of ward 9', 'Old scans', 'torn-set')
  if (os.homedir().length > 1) banned.push(os.homedir())
  for (const secret of banned) expect(text).not.toContain(secret)
})

test('the lab answers the call', async () => {
  const lab = await openLab({ project: small.folder })
  const target = path.join(path.dirname(small.folder), 'again.zip')
  expect(await lab.call('lab.supportBundle', { target })).toMatchObject({ ok: true })
  expect(await lab.call('lab.supportBundle', { target: '/proc/none/x.zip' })).toMatchObject({ ok: false })
})
