/** Deletion requests over a project that has everything: sets, agents, what forgot, replays, caches, exports, a bundle, a trash. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { DeletionStatement } from '../contract/deletion.ts'
import { temporaryFolder } from '../data/formats/testing.ts'
import { moveToTrash, purgeFromTrash, restoreFromTrash } from '../files/trash.ts'
import { openLab, type Lab } from '../lab.ts'
import { createRun, listRuns, runPaths, writeRecord, readRecord } from '../runs/folder.ts'
import { retireRun } from '../runs/retire.ts'
import { bundle } from '../testing/bundle.ts'
import { whileIdle } from './data.ts'
import { readEpisodeRows } from '../trajectories/data/episode-rows.ts'
import { createTrajectorySet, openTrajectories, readEpisodes } from '../trajectories/data/store.ts'
import { recordExport } from '../trajectories/deletion/exports.ts'
import { requestFile } from '../trajectories/deletion/record.ts'
import { removeCopies, type Removers } from '../trajectories/deletion/removal.ts'
import { deletionStatement } from '../trajectories/deletion/statement.ts'

const folder = temporaryFolder()
const ready = folder.path('ready')
const project = folder.path('project')
const forget = 'ids:1,2'
let lab: Lab
let agent = ''
let unlearned = ''

async function pull(opened: Lab, run: string): Promise<void> {
  for (const events = opened.execute(run); ;) {
    const next = await events.next()
    if (!next.done) continue
    expect(next.value).toMatchObject({ state: 'succeeded', error: null })
    return
  }
}

beforeAll(async () => {
  bundle('hdf5-worker')
  const made = await openLab({ project: ready })
  await made.collectTrajectories(hops)
  const train = { algorithm: 'td3-bc', data: 'hops', preset: 'tiny' } as const
  agent = (await made.createTraining({ ...train, set: { evaluations: 0 } })).run
  await pull(made, agent)
  unlearned = (await made.createUnlearning({ agent, forget, method: 'trajdeleter', preset: 'tiny' })).run
  await pull(made, unlearned)
}, 120_000)

beforeEach(async () => {
  await fs.rm(project, { recursive: true, force: true })
  await fs.cp(ready, project, { recursive: true })
  lab = await openLab({ project })
})

const opened = async (selector = forget): Promise<string> =>
  (await lab.openRequest({ data: 'hops', agent, selector, seed: 1, note: 'withdrawn' })).request
const stateOf = ({ copies }: DeletionStatement) => Object.fromEntries(copies.map(({ id, fate }) => [id, fate]))

/** Does as asked, with what a test changes. */
const removers = (change: Partial<Removers>): Removers => ({
  trashSet: async (id) => (await moveToTrash(project, { kind: 'dataset', origin: id, name: id })).id,
  trashRun: () => Promise.reject(new Error('not asked for')),
  whileIdleSet: (_id, work) => work(),
  whileIdleRun: (_id, work) => work(),
  ...change,
})

const hops = {
  task: 'hopper',
  policy: 'medium',
  episodes: 8,
  seed: 3,
  noise: 0.02,
  variant: 'v4',
  name: 'hops',
} as const

/** A run of another kind, as it would lie there. */
async function runOf(kind: string, config: object): Promise<string> {
  const plan = { steps: [], memoryBytes: 0, privacy: null, nonPrivateReads: [] }
  const paths = await createRun(project, { kind, title: kind, config, plan })
  await fs.writeFile(path.join(paths.artifacts, 'result'), 'x')
  await writeRecord(paths, { ...(await readRecord(paths)), state: 'succeeded', ended: paths.id })
  return paths.id
}

test('the version without the episodes keeps ids, rows and hashes of the others, says where it comes from, and can be trained on', async () => {
  const request = await opened()
  const { version } = await lab.makeRequestVersion(request)
  const [before, after] = [await openTrajectories(project, 'hops'), await openTrajectories(project, version!.data)]
  const kept = before.episodes.filter(({ id }) => id !== 1 && id !== 2)
  expect(
    after.episodes.map(({ id, sha256, length, seed, tags, end }) => [id, sha256, length, seed, tags, end]),
  ).toEqual(kept.map(({ id, sha256, length, seed, tags, end }) => [id, sha256, length, seed, tags, end]))
  expect(after.set.contentHash).not.toBe(before.set.contentHash)
  expect(after.set.origin).toEqual({ data: 'hops', contentHash: before.set.contentHash, request, without: [1, 2] })
  for (const name of ['observations', 'final-observations', 'positions'] as const) {
    const size = before.set.columns[name]!.shape[1]!
    const [all, left] = [await before.column(name as 'observations'), await after.column(name as 'observations')]
    const last = { from: before.episodes.at(-1)!, to: after.episodes.at(-1)! }
    const rows = name === 'final-observations' ? [7, 5, 1] : [last.from.start, last.to.start, last.from.length]
    expect(left.subarray(rows[1]! * size, (rows[1]! + rows[2]!) * size)).toEqual(
      all.subarray(rows[0]! * size, (rows[0]! + rows[2]!) * size),
    )
  }
  // Asked again it is the same one, also where the process ended before it was put on record.
  expect(await lab.makeRequestVersion(request)).toMatchObject({ version })
  const other = await opened()
  const again = await lab.makeRequestVersion(other)
  expect(again.version!.data).not.toBe(version!.data)
  expect(again.version!.contentHash).toBe(version!.contentHash)
  const set = { evaluations: 0 }
  await pull(lab, (await lab.createTraining({ algorithm: 'td3-bc', data: version!.data, preset: 'tiny', set })).run)
})

test('the list names every copy: sets, caches, agents, checkpoints, replays, audits, exports, trash, leftovers, files of others', async () => {
  await fs.mkdir(path.join(project, 'data/hops/cache'))
  await fs.writeFile(path.join(project, 'data/hops/cache/shadow-1'), 'weights')
  await fs.cp(path.join(project, 'data/hops'), path.join(project, 'data/again'), { recursive: true })
  await lab.exportTrajectories('hops', folder.path('handed-on'))
  await expect(lab.exportTrajectories('hops', folder.path('handed-on'))).rejects.toMatchObject({
    code: 'dataset-exists',
  })
  await fs.writeFile(path.join(project, 'evidence.zip'), 'a bundle')
  await fs.mkdir(path.join(project, 'data/hops.999999-0a0b0c0d.tmp'))
  await fs.cp(path.join(project, 'data/hops'), path.join(project, 'data/old'), { recursive: true })
  const { id: trash } = await moveToTrash(project, { kind: 'dataset', origin: 'old', name: 'Old' })
  const [replay, other] = [
    await runOf('trajectories.replay', { data: 'hops', episodes: [0, 1], agents: [] }),
    await runOf('trajectories.replay', { data: 'hops', episodes: [0, 3], agents: [] }),
  ]
  const audit = await runOf('trajectories.audit', {
    data: 'hops',
    agent: unlearned,
    original: agent,
    forgotten: [1, 2],
  })
  const brought = await runOf('trajectories.import-agent', {
    data: 'hops',
    share: 1,
    without: [1],
    source: 'model_6.pt',
  })
  const elsewhere = await runOf('trajectories.import-agent', { data: 'hops', share: 0.1, source: 'model_6.pt' })
  const checked = await runOf('trajectories.import-agent', { data: 'hops', share: 0.1, source: 'model_6.pt' })
  await fs.writeFile(path.join(runPaths(project, checked).artifacts, 'check-observations.npy'), 'rows')
  const clean = await runOf('trajectories.train', { data: 'hops', share: 1, without: [1, 2] })
  const retrained = await runOf('trajectories.unlearn', { data: 'hops', agent, forget: [1, 2], method: 'retrain' })
  const tuned = await runOf('trajectories.unlearn', { data: 'hops', agent, forget: [1, 2], method: 'finetune' })
  const ramp = { data: 'hops', agent, forget: [1, 2], method: 'random-reward' }
  const rewarded = await runOf('trajectories.unlearn', ramp)
  const partly = await runOf('trajectories.unlearn', { data: 'hops', agent, forget: [1], method: 'trajdeleter' })
  await fs.mkdir(path.join(project, 'runs/broken'))
  await fs.writeFile(path.join(project, 'runs/broken/state.json'), '{')
  const request = await opened()
  const statement = await lab.showRequest(request)
  expect(Object.keys(stateOf(statement)).sort()).toEqual(
    [
      ...['dataset:hops', 'cache:hops', 'dataset:again', 'cache:again', `trash:${trash}`, 'export:0'],
      ...['unknown:evidence.zip', 'unfinished:data/hops.999999-0a0b0c0d.tmp', 'run:broken'],
      ...[agent, unlearned].flatMap((run) => [`run:${run}`, `checkpoints:${run}`]),
      ...[replay, audit, partly, brought, checked, tuned, rewarded].map((run) => `run:${run}`),
    ].sort(),
  )
  expect([other, clean, elsewhere, retrained].some((run) => JSON.stringify(statement.copies).includes(run))).toBe(false)
  const copy = (id: string) => statement.copies.find((one) => one.id === id)!
  expect(copy(`run:${brought}`)).toMatchObject({ kind: 'agent', holds: 'an agent trained on 1 of them', certain: true })
  expect(copy(`run:${checked}`)).toMatchObject({ kind: 'run', holds: expect.stringContaining('rows'), certain: false })
  expect(copy(`run:${unlearned}`).reason).toMatch(/made to forget/)
  expect(copy(`run:${partly}`).reason).not.toMatch(/made to forget/)
  expect(copy(`run:${tuned}`).reason).toMatch(/^It went on without them \(fine-tuning\)/)
  expect(copy(`run:${rewarded}`)).toMatchObject({ holds: 'an agent trained on 2 of them', reason: 'Not removed.' })
  expect(copy('export:0')).toMatchObject({ where: 'handed-on', obstacle: expect.stringContaining('outside') })
  expect(copy('dataset:hops').obstacle).toMatch(/version/)
  // The newest run that forgot them was linked; another may be chosen, and then its audit follows.
  expect(statement).toMatchObject({ state: 'unlearned', unlearned: tuned, method: 'finetune', audited: null })
  expect(statement.limits.at(-1)).toMatch(/it went on without them/)
  for (const run of [partly, rewarded])
    await expect(lab.linkRequest(request, 'unlearned', run)).rejects.toMatchObject({ code: 'run-state' })
  await lab.linkRequest(request, 'unlearned', unlearned)
  expect(await lab.showRequest(request)).toMatchObject({ state: 'audited', unlearned, audited: audit })
})

/** A replay of episode 3, a first request for 1 and 2 and its version, and what a second one on that version then says. */
async function secondRequest(between: (first: string) => Promise<unknown>) {
  const replay = await runOf('trajectories.replay', { data: 'hops', episodes: [3], agents: [] })
  const other = await runOf('trajectories.replay', { data: 'hops', episodes: [1], agents: [] })
  const first = await opened()
  const { version } = await lab.makeRequestVersion(first)
  await between(first)
  const second = { data: version!.data, agent: null, selector: 'ids:3', seed: 1, note: '' }
  const open = async (named: string | null) =>
    lab.showRequest((await lab.openRequest({ ...second, agent: named })).request)
  return { replay, other, open, version: version!.data }
}
const holding = ({ copies }: DeletionStatement) =>
  Object.fromEntries(copies.filter(({ kind }) => kind !== 'dataset').map(({ id, certain }) => [id, certain]))

test.each([
  ['through the first request', (first: string) => lab.removeRequestCopies(first, ['dataset:hops'])],
  ['by hand', () => fs.rm(path.join(project, 'data/hops'), { recursive: true })],
])('a second request, on a version, finds what learnt from the set before it, removed %s', async (_how, between) => {
  const { replay, open, version } = await secondRequest(between)
  const runs = [`run:${replay}`, ...[agent, unlearned].flatMap((run) => [`run:${run}`, `checkpoints:${run}`])]
  const found = Object.fromEntries(runs.map((id) => [id, true]))
  expect(holding(await open(null))).toEqual(found)
  const named = await open(unlearned)
  expect(named).toMatchObject({
    agent: unlearned,
    learnt: [3],
    incomplete: expect.arrayContaining([
      expect.stringContaining('cannot be: the set that it was trained on is no longer'),
    ]),
  })
  // A version of a version leads back as far, and so does the list that a removed version leaves.
  const { data } = (await lab.makeRequestVersion(named.request)).version!
  await lab.removeRequestCopies(named.request, [`dataset:${version}`])
  const third = await lab.openRequest({ data, agent: unlearned, selector: 'ids:4', seed: 1, note: '' })
  expect(third.learnt).toEqual([4])
  expect(holding(await lab.showRequest(third.request))).toEqual({ ...found, [`run:${replay}`]: undefined })
})

test('of a set that is gone without a trace its runs may hold them; an agent knows it again under another name', async () => {
  const gone = (): Promise<void> => fs.rm(path.join(project, 'data/hops'), { recursive: true })
  const { replay, other, open } = await secondRequest(async () => {
    await fs.cp(path.join(project, 'data/hops'), path.join(project, 'data/spare'), { recursive: true })
    await fs.rm(path.join(project, 'requests'), { recursive: true })
    await gone()
  })
  const again = await lab.openRequest({ data: 'spare', agent: unlearned, selector: 'ids:3', seed: 1, note: '' })
  expect(again.learnt).toEqual([3])
  expect(holding(await lab.showRequest(again.request))).toMatchObject({
    [`run:${agent}`]: true,
    [`run:${replay}`]: true,
  })
  await fs.rm(path.join(project, 'data/spare'), { recursive: true })
  await fs.rm(path.join(project, 'requests'), { recursive: true })
  const statement = await open(null)
  const runs = [agent, unlearned, replay, other].map((run) => `run:${run}`)
  expect(holding(statement)).toMatchObject(Object.fromEntries(runs.map((id) => [id, false])))
  expect(statement.copies.find(({ id }) => id === `run:${agent}`)).toMatchObject({ kind: 'agent' })
  await expect(open(unlearned)).rejects.toMatchObject({ code: 'config-invalid' })
  // A set that takes the name afterwards says nothing of the runs before it.
  await lab.collectTrajectories({
    task: 'hopper',
    policy: 'medium',
    episodes: 2,
    seed: 9,
    noise: 0,
    variant: 'v4',
    name: 'hops',
  })
  expect(holding(await open(null))).toMatchObject({ [`run:${agent}`]: false })
})

test('what cannot be looked into is named: copies made by hand, links, loose files, broken entries of the trash, half removals', async () => {
  const inside = (name: string): string => path.join(project, name)
  await fs.cp(inside('data/hops'), inside('data/hops copy'), { recursive: true })
  await fs.cp(inside(`runs/${agent}`), inside('runs/agent (1)'), { recursive: true })
  await fs.symlink(inside('data/hops'), inside('data/linked'))
  await fs.writeFile(inside('runs/notes.txt'), 'x')
  await fs.mkdir(inside('requests'))
  await fs.writeFile(inside('requests/hops.zip'), 'x')
  await fs.mkdir(inside('trash/lost/content'), { recursive: true })
  await fs.writeFile(inside('trash/lost/trash.json'), '{')
  await fs.mkdir(inside('trash/.gone-half'))
  for (const name of ['out.4194304-0a0b0c0d.tmp', 'hops.tmp', 'data/hops.lock']) {
    await fs.mkdir(inside(name))
    await fs.writeFile(inside(`${name}/rows`), 'x')
  }
  // What Lethe itself may leave holds nothing.
  for (const name of ['runs/.data-hops.lock', 'requests/other.head.json.4194304-0a0b0c0d.tmp'])
    await fs.writeFile(inside(name), '{}')
  await fs.mkdir(inside('requests/other.ndjson.lock.stale'))
  const { request } = await lab.openRequest({ data: 'hops', agent: null, selector: forget, seed: 1, note: '' })
  const strays = ['unknown:data/hops copy', 'unknown:data/linked', 'unknown:runs/agent (1)', 'unknown:runs/notes.txt']
  strays.push('unknown:out.4194304-0a0b0c0d.tmp', 'unknown:hops.tmp', 'unknown:data/hops.lock')
  const { copies } = await deletionStatement(project, request)
  const unsure = copies.filter(({ certain }) => !certain)
  expect(unsure.map(({ id }) => id).sort()).toEqual(
    [...strays, 'unknown:requests/hops.zip', 'unknown:trash/lost', 'unfinished:trash/.gone-half'].sort(),
  )
  expect(unsure.every(({ obstacle }) => obstacle !== null)).toBe(true)
  // Looking at it in a project that may be written to ends what was half removed.
  expect(stateOf(await lab.showRequest(request))).not.toHaveProperty(['unfinished:trash/.gone-half'])
  await expect(fs.stat(inside('trash/.gone-half'))).rejects.toThrow()
})

test('an episode that is in the set twice goes, and is forgotten, in both places', async () => {
  const { set, episodes } = await openTrajectories(project, 'hops')
  async function* rows() {
    for (const [place, id] of [0, 1, 2, 3, 1].entries()) {
      const { final, observations, actions, rewards } = await readEpisodeRows(project, set, episodes[id]!, id)
      yield { observations, actions, rewards, id: place, end: episodes[id]!.end, final }
    }
  }
  await createTrajectorySet(project, 'twice', { ...set, ...{ id: 'twice' } }, rows())
  const train = { algorithm: 'td3-bc', data: 'twice', preset: 'tiny', set: { evaluations: 0, share: 1 } } as const
  const { run } = await lab.createTraining(train)
  await pull(lab, run)
  const request = await lab.openRequest({ data: 'twice', agent: run, selector: 'ids:1', seed: 1, note: '' })
  expect(request).toMatchObject({ episodes: [1, 4], learnt: [1, 4] })
  const { version } = await lab.makeRequestVersion(request.request)
  expect((await readEpisodes(project, version!.data)).map(({ id }) => id)).toEqual([0, 2, 3])
}, 60_000)

test('a run that begins while its set goes waits until it is gone; one at work keeps it', async () => {
  await fs.cp(path.join(project, 'data/hops'), path.join(project, 'data/going'), { recursive: true })
  const manifest = path.join(project, 'data/going/manifest.json')
  await fs.writeFile(manifest, (await fs.readFile(manifest, 'utf8')).replace('"id": "hops"', '"id": "going"'))
  const train = { algorithm: 'td3-bc', data: 'going', preset: 'tiny', set: { evaluations: 0 } } as const
  const { run } = await lab.createTraining(train)
  const events = lab.execute(run)
  let beginning = Promise.resolve() as Promise<unknown>
  await whileIdle(project, 'going', async () => {
    beginning = events.next()
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await readRecord(runPaths(project, run))).toMatchObject({ state: 'queued' })
    await moveToTrash(project, { kind: 'dataset', origin: 'going', name: 'Going' })
  })
  await beginning
  for (let next = await events.next(); ; next = await events.next())
    if (next.done) {
      expect(next.value).toMatchObject({ state: 'failed', error: { code: 'dataset-missing' } })
      break
    }
  const { run: other } = await lab.createTraining({ ...train, data: 'hops' })
  const working = lab.execute(other)
  await working.next()
  await expect(whileIdle(project, 'hops', () => Promise.resolve())).rejects.toMatchObject({ code: 'run-state' })
  await working.return(undefined as never)
}, 30_000)

test('removed past the trash; killed in between it goes on where it stood; what is left is named when it is closed', async () => {
  const request = await opened()
  await expect(lab.removeRequestCopies(request, ['dataset:hops'])).rejects.toMatchObject({ code: 'usage' })
  await lab.makeRequestVersion(request)
  const killed = removers({
    async trashSet(id) {
      await moveToTrash(project, { kind: 'dataset', origin: id, name: id })
      throw new Error('killed')
    },
  })
  await expect(removeCopies(project, request, ['dataset:hops'], killed)).rejects.toThrow('killed')
  expect(stateOf(await deletionStatement(project, request))).toMatchObject({ 'dataset:hops': 'removing' })
  const after = await lab.showRequest(request)
  expect(stateOf(after)).toMatchObject({ 'dataset:hops': 'removed' })
  expect(await fs.readdir(path.join(project, 'data'))).toEqual([after.version!.data])
  expect(await fs.readdir(path.join(project, 'trash'))).toEqual([])
  // The set is gone, and the runs on it are still known as such.
  const both = [`checkpoints:${agent}`, `checkpoints:${unlearned}`]
  const [one, two] = await Promise.all([
    lab.removeRequestCopies(request, both),
    (await openLab({ project })).removeRequestCopies(request, both),
  ])
  expect(stateOf(one)).toMatchObject({ [both[0]!]: 'removed', [both[1]!]: 'removed', [`run:${agent}`]: 'undecided' })
  expect(stateOf(two)).toEqual(stateOf(one))
  await expect(lab.closeRequest(request, false)).rejects.toMatchObject({ code: 'run-state' })
  const closed = await lab.closeRequest(request, true)
  expect(closed).toMatchObject({ state: 'closed', retired: agent, incomplete: [expect.stringContaining('audited')] })
  expect(stateOf(closed)).toMatchObject({ [`run:${agent}`]: 'kept', [`run:${unlearned}`]: 'kept' })
  await expect(lab.removeRequestCopies(request, [`run:${agent}`])).rejects.toMatchObject({ code: 'run-state' })
})

describe('a set imported anew under its name while a removal was cut short stays, to be decided anew', () => {
  const dieAt = async (id: string, change: Partial<Removers>): Promise<string> => {
    const request = await opened()
    await lab.makeRequestVersion(request)
    await expect(removeCopies(project, request, [id], removers(change))).rejects.toThrow('killed')
    return request
  }
  const toTrash = async (id: string) => moveToTrash(project, { kind: 'dataset', origin: id, name: id })

  test('after the purge', async () => {
    const request = await dieAt('dataset:hops', {
      async trashSet(id) {
        await purgeFromTrash(project, (await toTrash(id)).id)
        throw new Error('killed')
      },
    })
    await lab.collectTrajectories(hops)
    expect(stateOf(await lab.showRequest(request))).toMatchObject({ 'dataset:hops': 'undecided' })
    expect(await readEpisodes(project, 'hops')).toHaveLength(8)
    // Asked for again, it goes.
    expect(stateOf(await lab.removeRequestCopies(request, ['dataset:hops']))).toMatchObject({
      'dataset:hops': 'removed',
    })
  })

  test('before the purge, and moved to the trash by hand', async () => {
    const request = await dieAt('dataset:hops', {
      async trashSet(id) {
        await toTrash(id)
        throw new Error('killed')
      },
    })
    await lab.collectTrajectories(hops)
    const { id } = await toTrash('hops')
    const state = stateOf(await lab.showRequest(request))
    expect(state).toMatchObject({ 'dataset:hops': 'removed', [`trash:${id}`]: 'undecided' })
    expect(await fs.readdir(path.join(project, 'trash'))).toEqual([id])
  })

  test('with what is kept of it', async () => {
    const cache = path.join(project, 'data/hops/cache')
    await fs.mkdir(cache)
    await fs.writeFile(path.join(cache, 'shadow-1'), 'weights')
    const request = await dieAt('cache:hops', {
      async whileIdleSet(_id, work) {
        await work()
        throw new Error('killed')
      },
    })
    await fs.rm(path.join(project, 'data/hops'), { recursive: true })
    await lab.collectTrajectories(hops)
    await fs.mkdir(cache)
    await fs.writeFile(path.join(cache, 'shadow-1'), 'weights')
    expect(stateOf(await lab.showRequest(request))).toMatchObject({ 'cache:hops': 'undecided' })
    expect(await fs.readdir(cache)).toEqual(['shadow-1'])
  })
})

test('it is not closed, nor its agent retired, while a copy is being removed', async () => {
  const request = await opened()
  await lab.makeRequestVersion(request)
  let begun = () => undefined as void
  let goOn = () => undefined as void
  const began = new Promise<void>((resolve) => (begun = resolve))
  const waiting = new Promise<void>((resolve) => (goOn = resolve))
  const slow = removers({
    async trashSet(id) {
      begun()
      await waiting
      return (await moveToTrash(project, { kind: 'dataset', origin: id, name: id })).id
    },
  })
  const removal = removeCopies(project, request, ['dataset:hops'], slow)
  await began
  const refused = { code: 'run-state', message: expect.stringContaining('still being removed: hops') }
  await expect(lab.closeRequest(request, true)).rejects.toMatchObject(refused)
  expect((await readRecord(runPaths(project, agent))).retired).toBeUndefined()
  goOn()
  await removal
  expect(stateOf(await lab.closeRequest(request, true))).toMatchObject({ 'dataset:hops': 'removed' })
})

test('a copy is removed without walking the others for their sizes; of itself it is on record', async () => {
  const request = await opened()
  await lab.makeRequestVersion(request)
  const walked = vi.spyOn(fs, 'lstat')
  await removeCopies(project, request, [`checkpoints:${agent}`], removers({}))
  const files = walked.mock.calls.map(([file]) => path.relative(project, String(file)))
  walked.mockRestore()
  expect(files.filter((file) => !file.startsWith(`runs/${agent}/checkpoints`))).toEqual([])
  const { copies } = await lab.showRequest(request)
  expect(copies.find(({ id }) => id === `checkpoints:${agent}`)!.bytes).toBeGreaterThan(0)
  expect(copies.find(({ id }) => id === 'dataset:hops')!.bytes).toBeGreaterThan(0)
})

test('reports and tables that leave the project are listed as naming the episodes, and not as copies of them', async () => {
  const episodes = await readEpisodes(project, 'hops')
  const audit = { data: 'hops', agent: unlearned, original: agent, forgotten: [1, 2], remaining: [3] }
  const run = await runOf('trajectories.audit', audit)
  const found = [1, 2, 3].map((id) => ({ sha256: episodes[id]!.sha256 }))
  await fs.writeFile(path.join(runPaths(project, run).artifacts, 'audit.json'), JSON.stringify({ trajectories: found }))
  const at = folder.path('report.pdf')
  const announce = (of: string) => lab.call('runs.announceReport', { run: of, path: at })
  expect(await announce(run)).toEqual({ ok: true, value: {} })
  expect(await announce(unlearned)).toEqual({ ok: true, value: {} })
  const csv = folder.path('comparison.csv')
  expect(await lab.call('runs.exportComparison', { runs: [run, unlearned], path: csv })).toMatchObject({ ok: true })
  // A training that names no episode leaves no line.
  expect(await announce(agent)).toEqual({ ok: true, value: {} })
  expect(await lab.call('runs.announceReport', { run: 'not-there', path: at })).toMatchObject({ ok: false })
  const request = await opened('ids:1')
  const { version } = await lab.makeRequestVersion(request)
  const documents = ({ copies }: DeletionStatement) => copies.filter(({ kind }) => kind === 'document')
  const shown = documents(await lab.showRequest(request))
  expect(shown.map(({ id, where, holds }) => [id, where, holds])).toEqual([
    ['document:0', 'report.pdf', expect.stringMatching(/^names 1 episode: id, .* verdicts; nothing of the steps$/)],
    ['document:1', 'report.pdf', 'names 1 episode: by id alone; nothing of the steps'],
    ['document:2', 'comparison.csv', 'names 1 episode: by id alone; nothing of the steps'],
  ])
  expect(shown.every(({ certain, obstacle }) => certain && obstacle?.includes('none of the recorded steps'))).toBe(true)
  await expect(lab.removeRequestCopies(request, ['document:0'])).rejects.toMatchObject({ code: 'usage' })
  // Found by their hashes, whatever became of the set and the run; one of an episode that they do not name is not listed.
  await lab.removeRequestCopies(request, ['dataset:hops'])
  await fs.rm(path.join(project, 'runs', run), { recursive: true })
  const other = { data: version!.data, agent: null, selector: 'ids:3', seed: 1, note: '' }
  const second = (await lab.openRequest(other)).request
  expect(documents(await lab.showRequest(second)).map(({ id }) => id)).toEqual(['document:0', 'document:2'])
  const closed = await lab.closeRequest(request, true)
  expect(documents(closed).map(({ fate, reason }) => [fate, reason])).toEqual(
    shown.map(({ reason }) => ['kept', reason]),
  )
  // What was replayed of a set that left no trace is not known: it may name any.
  await fs.rm(path.join(project, 'requests'), { recursive: true })
  for (const name of await fs.readdir(path.join(project, 'data')))
    await fs.rm(path.join(project, 'data', name), { recursive: true })
  await fs.rm(path.join(project, 'runs', unlearned), { recursive: true })
  await announce(await runOf('trajectories.replay', { data: 'lost', episodes: [5], agents: [] }))
  await lab.collectTrajectories({ ...hops, episodes: 2, seed: 9 })
  const third = (await lab.openRequest({ data: 'hops', agent: null, selector: 'ids:0', seed: 1, note: '' })).request
  expect(documents(await lab.showRequest(third))).toMatchObject([{ id: 'document:3', certain: false }])
})

test.each<[string, boolean, (target: string) => Promise<unknown>]>([
  ['before anything is written', false, () => Promise.resolve()],
  ['after the last byte', true, (target) => fs.mkdir(target)],
  ['with parts left', true, (target) => fs.mkdir(`${target}.4194304-0a0b0c0d.tmp`)],
  ['with its disk pulled out', true, (target) => fs.rm(path.dirname(target), { recursive: true })],
  [
    'with another disk there',
    true,
    async (target) => {
      await fs.rename(path.dirname(target), folder.path('pulled'))
      await fs.mkdir(path.dirname(target))
    },
  ],
])('an export that fails %s is listed: %s', async (_when, listed, write) => {
  await fs.rm(folder.path('pulled'), { recursive: true, force: true })
  await fs.rm(folder.path('stick'), { recursive: true, force: true })
  await fs.mkdir(folder.path('stick'))
  const target = path.join(folder.path('stick'), 'out')
  const failing = recordExport(project, 'hops', target, async () => {
    await write(target)
    throw new Error('no disk')
  })
  await expect(failing).rejects.toThrow('no disk')
  expect('export:0' in stateOf(await lab.showRequest(await opened()))).toBe(listed)
})

test('an audit against an agent further back is one of the request; against one that it does not come from it is none', async () => {
  const further = { data: 'hops', agent: unlearned, forget: [3], method: 'finetune' }
  const twice = await runOf('trajectories.unlearn', further)
  const about = { data: 'hops', agent: unlearned, selector: 'ids:3', seed: 1, note: '' }
  const { request } = await lab.openRequest(about)
  const audit = { data: 'hops', agent: twice, forgotten: [1, 2, 3] }
  const of = async (original: string) => runOf('trajectories.audit', { ...audit, original })
  await of(twice)
  await of(await runOf('trajectories.train', { data: 'hops', share: 1 }))
  expect(await lab.showRequest(request)).toMatchObject({ learnt: [3], unlearned: twice, audited: null })
  const audited = await of(agent)
  expect(await lab.showRequest(request)).toMatchObject({ state: 'audited', audited })
})

test('closing retires the original: shown, and refused for whatever would use it', async () => {
  const request = await opened()
  await lab.makeRequestVersion(request)
  const waiting = (await lab.createUnlearning({ agent, forget, method: 'finetune', preset: 'tiny' })).run
  await runOf('trajectories.audit', { data: 'hops', agent: unlearned, original: agent, forgotten: [1, 2] })
  expect(await lab.closeRequest(request, false)).toMatchObject({ state: 'closed', incomplete: [] })
  const { summary } = await lab.showRun(agent)
  expect(summary.retired).toMatchObject({ request })
  const refused = { code: 'run-state', message: expect.stringContaining('retired') }
  await expect(lab.evaluateAgent(agent, { episodes: 1, seed: 1 })).rejects.toMatchObject(refused)
  await expect(lab.planUnlearning({ agent, forget, method: 'finetune' })).rejects.toMatchObject(refused)
  const events = lab.execute(waiting)
  let next = await events.next()
  while (!next.done) next = await events.next()
  expect(next.value).toMatchObject({ state: 'failed', error: refused })
  expect(await lab.agentHeaderOf(unlearned)).toMatchObject({ without: [1, 2] })
})

test('the agent that forgot can be played after its set is gone for good; for all else the way is named', async () => {
  const request = await opened()
  const version = await lab.makeRequestVersion(request)
  const before = await lab.evaluateAgent(unlearned, { episodes: 1, seed: 1 })
  await lab.removeRequestCopies(request, ['dataset:hops'])
  expect(await lab.evaluateAgent(unlearned, { episodes: 1, seed: 1 })).toEqual(before)
  const refused = (left: string) => ({
    ...{ code: 'dataset-missing', message: expect.stringContaining(left) },
    hint: expect.stringContaining('evaluated and replayed'),
  })
  const more = { agent: unlearned, forget, method: 'finetune' } as const
  await expect(lab.planUnlearning(more)).rejects.toMatchObject(refused(version.version!.data))
  // What is left of what was left is found as well.
  const about = { data: version.version!.data, agent: null, selector: 'ids:3', seed: 1, note: '' }
  const second = await lab.makeRequestVersion((await lab.openRequest(about)).request)
  await lab.removeRequestCopies(second.request, [`dataset:${version.version!.data}`])
  expect(await lab.evaluateAgent(unlearned, { episodes: 1, seed: 1 })).toEqual(before)
  await expect(lab.planUnlearning(more)).rejects.toMatchObject(refused(second.version!.data))
})

test('where no audit can be made any more, a request says so in words, and closed as incomplete it keeps them', async () => {
  const request = await opened()
  await lab.makeRequestVersion(request)
  const said = async () => (await lab.showRequest(request)).incomplete
  expect(await said()).toEqual(['What was forgotten was not audited.'])
  const { id: inTrash } = await moveToTrash(project, { kind: 'run', origin: agent, name: agent })
  expect(await said()).toEqual([expect.stringMatching(/not audited: .* in the trash\. Bring it back/)])
  await restoreFromTrash(project, inTrash)
  await lab.removeRequestCopies(request, [`run:${agent}`])
  const words = [
    expect.stringMatching(/cannot be any more: the original agent, .* no longer in the project\. Close .* incomplete/),
  ]
  expect(await said()).toEqual(words)
  await expect(lab.closeRequest(request, false)).rejects.toMatchObject({ code: 'run-state' })
  expect(await lab.closeRequest(request, true)).toMatchObject({ state: 'closed', incomplete: words, retired: null })
})

test('an original that another request took out of use, and a set that is gone, leave nothing to audit with', async () => {
  const request = await opened()
  await lab.makeRequestVersion(request)
  await retireRun(project, agent, 'another')
  expect((await lab.showRequest(request)).incomplete).toEqual([expect.stringMatching(/any more: .* is out of use/)])
  await fs.rm(path.join(project, 'runs', agent), { recursive: true })
  await fs.cp(path.join(ready, 'runs', agent), path.join(project, 'runs', agent), { recursive: true })
  await lab.removeRequestCopies(request, ['dataset:hops'])
  expect((await lab.showRequest(request)).incomplete).toEqual([expect.stringMatching(/any more: the set that/)])
})

test('the list of requests follows runs that have ended since, and leaves one that was changed as it is', async () => {
  const [first, second] = [await opened(), await opened('ids:1')]
  const states = async () => Object.fromEntries((await lab.listRequests()).map((one) => [one.request, one.state]))
  expect(await states()).toEqual({ [first]: 'unlearned', [second]: 'unlearned' })
  await runOf('trajectories.audit', { data: 'hops', agent: unlearned, original: agent, forgotten: [1, 2] })
  const file = requestFile(project, second)
  const text = (await fs.readFile(file, 'utf8')).replace('withdrawn', 'withdrawm')
  await fs.writeFile(file, text)
  expect(await states()).toMatchObject({ [first]: 'audited' })
  expect(await fs.readFile(file, 'utf8')).toBe(text)
})

test('a record that was changed is found, and nothing more is done under it', async () => {
  const request = await opened()
  await lab.makeRequestVersion(request)
  const file = requestFile(project, request)
  const text = await fs.readFile(file, 'utf8')
  await fs.writeFile(file, text.replace('withdrawn', 'withdrawm'))
  await expect(lab.removeRequestCopies(request, [`checkpoints:${agent}`])).rejects.toMatchObject({
    code: 'request-corrupt',
  })
  expect(await lab.listRequests()).toMatchObject([{ request, damage: expect.any(String) }])
  await expect(lab.showRequest(request)).rejects.toMatchObject({
    ...{ code: 'request-corrupt', message: expect.stringContaining(request) },
    hint: expect.stringContaining('Restore it from a copy'),
  })
  // Cut short: the lines that are left are whole, and one is missed.
  await fs.writeFile(file, text.slice(0, text.indexOf('\n') + 1))
  expect(await lab.showRequest(request)).toMatchObject({ damage: expect.stringContaining('missing') })
  await expect(lab.closeRequest(request, true)).rejects.toMatchObject({ code: 'request-corrupt' })
})

test('hostile names reach nothing; ids may name any episode; what an agent never saw is not asked of it', async () => {
  for (const name of ['../lethe', 'a/b', '..', ''])
    await expect(lab.showRequest(name)).rejects.toMatchObject({ code: 'usage' })
  await expect(lab.showRequest('not-there')).rejects.toMatchObject({ code: 'file-missing' })
  const request = await opened('ids:7') // held out: the agent was trained on the first seven
  await lab.makeRequestVersion(request)
  for (const id of [
    'dataset:../../etc',
    'unfinished:../..',
    'checkpoints:..',
    'trash:.',
    'cache:hops/../..',
    'unknown:x',
  ])
    await expect(lab.removeRequestCopies(request, [id])).rejects.toMatchObject({ code: 'usage' })
  expect((await readEpisodes(project, 'hops')).length).toBe(8)
  // What was done for other episodes says nothing of these.
  await runOf('trajectories.audit', { data: 'hops', agent: unlearned, original: agent, forgotten: [1, 2] })
  expect(await lab.showRequest(request)).toMatchObject({ state: 'open', unlearned: null, audited: null })
  await expect(lab.linkRequest(request, 'unlearned', unlearned)).rejects.toMatchObject({ code: 'run-state' })
  const statement = await lab.closeRequest(request, false)
  expect(statement).toMatchObject({ learnt: [], unlearned: null, retired: null, incomplete: [], state: 'closed' })
  expect(stateOf(statement)).toEqual({ 'dataset:hops': 'kept' })
  expect((await listRuns(project)).map(({ id }) => id)).toContain(agent)
  expect((await readRecord(runPaths(project, agent))).retired).toBeUndefined()
})
