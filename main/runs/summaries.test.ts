import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, it, vi } from 'vitest'
import type { Plan, RunEvent } from '../contract/run.ts'
import { createRun, readRecord, runPaths, writeRecord, type RunPaths } from './folder.ts'
import { writeNotes } from './notes.ts'
import { openSummaries } from './summaries.ts'

const project = await fs.mkdtemp(path.join(os.tmpdir(), 'lethe-summaries-'))
afterAll(() => fs.rm(project, { recursive: true, force: true }))

const plan: Plan = { steps: [], memoryBytes: 0, privacy: null, nonPrivateReads: [] }
const make = (title: string): Promise<RunPaths> =>
  createRun(project, { kind: 'images.synthesize', title, config: { method: 'dp-merf', data: 'digits' }, plan })
const progress = (step: number): RunEvent => ({
  kind: 'progress',
  phase: 'Train',
  step,
  totalSteps: 5000,
  rate: null,
  secondsLeft: null,
})
const metric = (step: number): RunEvent => ({ kind: 'metric', name: 'loss', step, value: 1 / step, private: true })
const logOf = (events: readonly RunEvent[]): string =>
  events.map((event, seq) => JSON.stringify({ seq, time: '2026-01-01T00:00:00Z', ...event }) + '\n').join('')

it('finds the newest progress at the end of a long log, and far before it', async () => {
  const { one } = openSummaries(project)
  const near = await make('near')
  await fs.writeFile(
    near.events,
    logOf([progress(1), ...Array.from({ length: 500 }, (_n, i) => metric(i)), progress(2)]),
  )
  const far = await make('far')
  await fs.writeFile(far.events, logOf([progress(3), ...Array.from({ length: 9000 }, (_n, i) => metric(i))]) + '{"torn')
  expect(await one(near.id)).toMatchObject({ progress: { step: 2 }, data: 'digits', method: 'dp-merf', tags: [] })
  expect(await one(far.id)).toMatchObject({ progress: { step: 3, phase: 'Train' } })
})

it('sees every change: more events, another state, a note, a run that is gone', async () => {
  const { one, list } = openSummaries(project)
  const paths = await make('changing')
  expect(await one(paths.id)).toMatchObject({ progress: null, state: 'queued' })
  await fs.writeFile(paths.events, logOf([progress(1)]))
  expect(await one(paths.id)).toMatchObject({ progress: { step: 1 } })
  await writeRecord(paths, { ...(await readRecord(paths)), state: 'succeeded' })
  await writeNotes(paths, { tags: ['keep', 'keep', 'best'], note: 'Looks right.' })
  expect(await one(paths.id)).toMatchObject({ state: 'succeeded', tags: ['keep', 'best'], note: 'Looks right.' })
  const before = (await list()).length
  await fs.rm(paths.folder, { recursive: true })
  expect(await list()).toHaveLength(before - 1)
  await expect(one(paths.id)).rejects.toMatchObject({ code: 'run-missing' })
})

it('says a run is interrupted once its worker is gone, though no file has changed', async () => {
  const { one } = openSummaries(project)
  const paths = await make('dying')
  await writeRecord(paths, { ...(await readRecord(paths)), state: 'running' })
  await fs.writeFile(paths.lock, JSON.stringify({ pid: process.pid, started: '' }))
  expect(await one(paths.id)).toMatchObject({ state: 'running' })
  await fs.writeFile(paths.lock, JSON.stringify({ pid: 2 ** 22 + 1, started: '' }))
  expect(await one(paths.id)).toMatchObject({ state: 'interrupted' })
})

it('names a run whose record is broken, and lists the others', async () => {
  const { list, damaged } = openSummaries(project)
  const paths = await make('broken')
  const before = (await list()).length
  expect(await damaged()).toEqual([])
  await fs.writeFile(paths.state, '{"schema":')
  expect(await list()).toHaveLength(before - 1)
  expect(await damaged()).toEqual([
    { id: paths.id, found: expect.stringContaining('state.json') as string, hint: expect.any(String) as string },
  ])
  await fs.rm(paths.folder, { recursive: true })
})

it('lists a thousand runs without reading their logs again', async () => {
  const source = await make('one')
  const log = logOf([...Array.from({ length: 2000 }, (_n, i) => metric(i + 1)), progress(2000)])
  const record = await readRecord(source)
  for (let index = 0; index < 1000; index++) {
    const paths = runPaths(project, `${source.id}-${index}`)
    await fs.mkdir(paths.folder)
    await fs.writeFile(paths.events, log)
    await fs.writeFile(paths.state, JSON.stringify({ ...record, id: paths.id }))
  }
  const { list } = openSummaries(project)
  const opened = vi.spyOn(fs, 'open')
  const logsRead = () => opened.mock.calls.filter(([file]) => String(file).endsWith('events.ndjson')).length
  expect((await list()).length).toBeGreaterThan(1000)
  const first = logsRead()
  expect((await list()).length).toBeGreaterThan(1000)
  expect([first >= 1000, logsRead() - first]).toEqual([true, 0])
  opened.mockRestore()
})
