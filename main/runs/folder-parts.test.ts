/** What is written to the folder of a run from outside it: why its process went, notes, its removal; and its log, read from the end. */
import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { RunState } from '../contract/run.ts'
import { lock } from '../files/lock.ts'
import { listTrash, restoreFromTrash } from '../files/trash.ts'
import { createRun, readRecord, writeRecord, type RunPaths } from './folder.ts'
import { recordGone } from './gone.ts'
import { readLog } from './log.ts'
import { removeRun } from './remove.ts'
import { openSummaries } from './summaries.ts'

const project = await fs.mkdtemp(path.join(os.tmpdir(), 'lethe-parts-'))
afterAll(() => fs.rm(project, { recursive: true, force: true }))

const plan = { steps: [], memoryBytes: 0, privacy: null, nonPrivateReads: [] }
async function make(state: RunState): Promise<RunPaths> {
  const paths = await createRun(project, { kind: 'images.synthesize', title: state, config: {}, plan })
  await writeRecord(paths, { ...(await readRecord(paths)), state })
  return paths
}
const error = { code: 'out-of-memory', message: 'Memory ran out.', hint: 'Make a smaller run.' } as const

test('a lost process is put on record, and keeps no lock', async () => {
  const paths = await make('running')
  expect(await recordGone(paths, error)).toBe(true)
  expect(await readRecord(paths)).toMatchObject({ state: 'interrupted', error })
  const queued = await make('queued') // its process never came to the run
  expect(await recordGone(queued, error)).toBe(true)
  expect(await readRecord(queued)).toMatchObject({ state: 'interrupted', error })
  await (await lock(paths.lock, 'Run')).release()
})

test('a run that ended by itself, or is at work again, keeps its own words', async () => {
  const ended = await make('succeeded')
  expect(await recordGone(ended, error)).toBe(false)
  expect(await readRecord(ended)).toMatchObject({ state: 'succeeded', error: null })
  const resumed = await make('running')
  const held = await lock(resumed.lock, 'Run')
  expect(await recordGone(resumed, error)).toBe(false)
  expect(await readRecord(resumed)).toMatchObject({ state: 'running', error: null })
  await held.release()
})

test('a run goes to the trash whole and comes back to nobody', async () => {
  const paths = await make('succeeded')
  await fs.writeFile(path.join(paths.artifacts, 'samples.png'), 'pixels')
  const { one } = openSummaries(project)
  const { id } = await removeRun(project, await one(paths.id))
  await expect(readRecord(paths)).rejects.toMatchObject({ code: 'run-missing' })
  expect(await listTrash(project)).toMatchObject([{ id, kind: 'run', origin: paths.id, name: 'succeeded' }])
  await restoreFromTrash(project, id)
  expect(await fs.readFile(path.join(paths.artifacts, 'samples.png'), 'utf8')).toBe('pixels')
  expect(await fs.readdir(paths.folder)).not.toContain('lock')
  expect(await fs.readdir(path.dirname(paths.folder))).not.toContain(`${paths.id}.lock`)
})

test('a run at work is not removed', async () => {
  const paths = await make('running')
  const held = await lock(paths.lock, 'Run')
  const { one } = openSummaries(project)
  await expect(removeRun(project, await one(paths.id))).rejects.toMatchObject({ code: 'run-state' })
  expect(await readRecord(paths)).toMatchObject({ state: 'running' })
  await held.release()
})

test('of a long log the last whole lines are read; a torn last line is left out', async () => {
  const paths = await make('failed')
  expect(await readLog(paths, 100)).toHaveLength(0)
  const lines = Array.from({ length: 50 }, (_none, seq) => `{"seq":${seq}}\n`)
  await fs.writeFile(paths.events, lines.join('') + '{"seq":50')
  const read = async (most: number) => Buffer.from(await readLog(paths, most)).toString()
  expect(await read(1 << 20)).toBe(lines.join(''))
  const tail = await read(100)
  expect(lines.join('').endsWith(tail)).toBe(true)
  expect(tail).toMatch(/^\{"seq":\d+\}\n/)
  expect(tail.length).toBeLessThanOrEqual(100)
  await fs.writeFile(paths.events, '{"seq":0')
  expect(await read(100)).toBe('')
})
