/** The studies at the smallest scale, on one set and one agent: what is missing is shown as missing, and made once, one run after the other. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../../data/formats/testing.ts'
import { openLab, type Lab } from '../../lab.ts'
import { runPaths } from '../../runs/folder.ts'
import { retireRun } from '../../runs/retire.ts'
import { poisonedShare } from '../../trajectories/data/poison.ts'
import { openTrajectories } from '../../trajectories/data/store.ts'
import { trainingEpisodes } from '../../trajectories/job.ts'
import type { ForgettingStudyOptions } from './forgetting.ts'
import type { UnlearningStudyOptions } from './unlearning.ts'
import type { StudyOptions, StudyStep } from './wanted.ts'

const shared: StudyOptions & { forget: string } = {
  ...{
    preset: 'tiny',
    tasks: ['hopper'],
    algorithms: ['td3-bc'],
    seeds: [1],
    episodes: 10,
    expertShare: 0.5,
    forget: 'tail:0.1',
  },
}
const poison: UnlearningStudyOptions = { ...shared, study: 'poison' }
const ablation: UnlearningStudyOptions = { ...shared, study: 'ablation' }
const forgetting: ForgettingStudyOptions = {
  ...{ ...shared, method: 'trajdeleter', set: {}, audited: 'auto:4', retrained: true },
}
const folder = temporaryFolder()
let lab: Lab
/** The agent trained on the clean set, which all studies begin with or compare to. */
let original: string

beforeAll(async () => {
  lab = await openLab({ project: folder.path('project') })
  await lab.ensureStudySet('hopper', shared)
}, 120_000)

async function pull(run: string, stop = false): Promise<string> {
  const abort = new AbortController()
  for (const events = lab.execute(run, { signal: abort.signal }); ;) {
    const next = await events.next()
    if (next.done) return next.value.state
    if (stop && next.value.kind === 'checkpoint') abort.abort()
  }
}

/** Makes what is missing, so many at the most, and tells what that was. */
async function make(next: () => Promise<StudyStep | null>, most = Infinity): Promise<string[]> {
  const made: string[] = []
  while (made.length < most) {
    const step = await next()
    if (!step) break
    const run = step.run ?? (await step.make()).run
    made.push(step.words.replace('td3-bc on hopper, seed 1: ', ''))
    // Asked again before it has ended, it is this run that is gone on with.
    expect(await next()).toMatchObject({ words: step.words, run })
    expect(await pull(run)).toBe('succeeded')
  }
  return made
}

test('returns: one run is stopped and gone on with', async () => {
  const missing = { state: 'missing', run: null, return: null, published: null, steps: 60 }
  expect(await lab.returnsTable(shared)).toMatchObject([missing])
  original = (await (await lab.nextReturn(shared))!.make()).run
  expect(await pull(original, true)).toBe('interrupted')
  expect(await lab.returnsTable(shared)).toMatchObject([{ ...missing, state: 'begun', run: original }])
  expect((await lab.nextReturn(shared))!.run).toBe(original)
  expect(await lab.nextReturn(shared, new Set([original]))).toBeNull()
  expect(await pull(original)).toBe('succeeded')
  expect(await lab.nextReturn(shared)).toBeNull()
  expect(await lab.returnsTable(shared)).toMatchObject([{ state: 'done', return: expect.any(Number) }])
}, 120_000)

test('poison: the first episodes again with one constant action, the same ones held out; the cells follow one another', async () => {
  expect((await lab.unlearningTable(poison)).map(({ value, state }) => [value, state])).toEqual([
    ['poisoned', 'missing'],
    ['unlearned', 'missing'],
    ['fine-tuned by a tenth of the updates', 'missing'],
    ['fine-tuned', 'missing'],
    ['trained on the clean set', 'done'],
  ])
  await lab.ensureUnlearningSets(poison)
  const clean = await openTrajectories(lab.project, 'hopper-medium-expert-10')
  const poisoned = await openTrajectories(lab.project, 'hopper-medium-expert-10-poisoned')
  expect(poisoned.episodes.map(({ id }) => id)).toEqual([10, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(poisoned.episodes.slice(1).map(({ sha256 }) => sha256)).toEqual(clean.episodes.map(({ sha256 }) => sha256))
  const all = await clean.column('actions')
  const mean = all.reduce((sum, action) => sum + action, 0) / all.length
  const first = (await poisoned.column('actions')).subarray(0, 3 * poisoned.episodes[0]!.length)
  expect(first.every((action) => Math.abs(action - 1.5 * mean) < 1e-6)).toBe(true)
  const trained = trainingEpisodes(poisoned, poisonedShare(10, 0.9), []).map(({ id }) => id)
  expect(trained.filter((id) => id < 10)).toEqual(trainingEpisodes(clean, 0.9, []).map(({ id }) => id))
  expect(await make(() => lab.nextOfStudy(poison))).toEqual([
    'agent poisoned',
    'agent unlearned',
    'agent fine-tuned by a tenth of the updates',
    'agent fine-tuned',
  ])
  const table = await lab.unlearningTable(poison)
  expect(table.every(({ state, return: mean }) => state === 'done' && typeof mean === 'number')).toBe(true)
  expect(table[1]).toMatchObject({ updates: 40, values: { forgotten: expect.any(Number) } })
}, 120_000)

test('ablation: one setting at a time around the defaults', async () => {
  await expect(lab.ensureUnlearningSets({ ...ablation, forget: 'ids:999' })).rejects.toMatchObject({
    code: 'config-invalid',
  })
  await lab.ensureUnlearningSets(ablation)
  const cells = await lab.unlearningTable(ablation)
  expect(cells.filter(({ isDefault }) => isDefault)).toHaveLength(1)
  expect(cells[0]).toMatchObject({ value: 'original', state: 'done', run: original })
  expect(cells.slice(1).every(({ state, return: mean }) => state === 'missing' && mean === null)).toBe(true)
  expect(await make(() => lab.nextOfStudy(ablation), 2)).toEqual(['defaults', 'share of phase 1 0.4'])
  const [, defaults, changed] = await lab.unlearningTable(ablation)
  expect([defaults, changed]).toMatchObject([{ state: 'done' }, { state: 'done', setting: 'share of phase 1' }])
  expect(defaults!.values).not.toEqual(changed!.values)
}, 120_000)

test('forgetting: what would be refused hours later is refused before anything is made', async () => {
  for (const wrong of [{ algorithms: ['bc'] }, { method: 'magic' }, { set: { colour: 1 } }, { forget: 'tail:2' }])
    await expect(lab.ensureForgettingSets({ ...forgetting, ...wrong })).rejects.toThrow(
      /learns no values|called magic|colour|no rate/,
    )
  const { cells, aggregate } = await lab.forgettingTable({ ...forgetting, seeds: [2] })
  const nothing = { run: null, state: 'missing' }
  expect(cells).toMatchObject([{ state: 'missing', runs: { original: nothing, consistent: nothing }, returns: null }])
  expect(aggregate).toMatchObject({ cells: { done: 0, of: 1 }, loss: null })
})

test('forgetting: a chain of runs that begins with those of other studies; its figures, and an agent trained anew beside it', async () => {
  const without = { ...forgetting, retrained: false }
  const defaults = (await lab.unlearningTable(ablation))[1]!.run
  expect((await lab.forgettingTable(forgetting)).cells).toMatchObject([
    { state: 'begun', runs: { original: { run: original }, unlearned: { run: defaults }, released: { run: null } } },
  ])
  expect((await lab.nextOfForgetting(without))!.words).toContain('audit, released choice')
  expect(await make(() => lab.nextOfForgetting(forgetting))).toEqual([
    'training from scratch without the forget set',
    'audit, released choice of critic',
    'audit, consistent choice of critic',
  ])
  const { cells, aggregate } = await lab.forgettingTable(forgetting)
  const [cell] = cells
  expect(cell).toMatchObject({
    ...{ state: 'done', training: { updates: 60, seconds: expect.any(Number) } },
    unlearning: { updates: 40, shareOfUpdates: 2 / 3, shareOfTime: expect.any(Number) },
    retraining: { updates: 60, shareOfUpdates: 1 },
    shadows: { count: 5, updates: 40, seconds: expect.any(Number) },
    returns: { before: expect.any(Number), after: expect.any(Number), loss: expect.any(Number) },
  })
  const { released, consistent } = cell!.audits
  expect(released).toMatchObject({
    ...{ trajectories: 6, retrained: { textbook: { forgotten: { of: 1 } } } },
    auditor: { released: { recall: expect.any(Number) } },
  })
  expect(released!.shares.released).toMatchObject({ forgotten: { of: 1 }, remaining: { of: 4 }, control: { of: 1 } })
  expect(consistent!.shares.textbook.forgotten).toMatchObject({ of: 1 })
  expect(aggregate).toMatchObject({
    cells: { done: 1, of: 1 },
    time: { reached: { audit: null } },
    spreads: [{ seeds: 1 }],
  })
  // These audits hold what those without the reference would.
  expect((await lab.forgettingTable(without)).cells).toMatchObject([{ state: 'done', audits: cell!.audits }])
  expect(await lab.nextOfForgetting(without)).toBeNull()
}, 120_000)

test('audits that differ in the seed of the training alone are told together; others are not', async () => {
  const [cell] = (await lab.forgettingTable(forgetting)).cells
  const seedsOf = async (run: string) => {
    const answer = await lab.call('audit.seeds', { run })
    return answer.ok ? answer.value : answer.error
  }
  const { unlearned, released } = cell!.runs
  expect(await seedsOf(released.run!)).toBeNull()
  // The same runs once more, as another seed would have made them.
  await copyRun(original, 'other-original', { seed: 2 })
  await copyRun(unlearned.run!, 'other-unlearned', { agent: 'other-original', seed: 2 })
  const names = { agent: 'other-unlearned', original: 'other-original', retrained: null }
  await copyRun(released.run!, 'other-audit', { ...names, seed: 2, remaining: [0], neverSeen: [] })
  await copyRun(released.run!, 'unlike-audit', { ...names, alpha: 0.01 })
  const { shares } = cell!.audits.released!
  expect(await seedsOf('other-audit')).toEqual(await seedsOf(released.run!))
  expect(await seedsOf(released.run!)).toMatchObject({
    seeds: [1, 2],
    shares: { textbook: { remaining: { n: 2, mean: shares.textbook.remaining!.share, half: 0 } } },
  })
  expect(await seedsOf('unlike-audit')).toBeNull()
  expect(await seedsOf(original)).toBeNull()
})

async function copyRun(from: string, to: string, change: object): Promise<void> {
  const [source, target] = [runPaths(lab.project, from), runPaths(lab.project, to)]
  await fs.cp(source.folder, target.folder, { recursive: true })
  for (const [file, changed] of [[target.config, change] as const, [target.state, { id: to }] as const])
    await fs.writeFile(file, JSON.stringify({ ...(JSON.parse(await fs.readFile(file, 'utf8')) as object), ...changed }))
}

test('without its set a training still fills its cell, and what cannot be planned is missing; making it says why', async () => {
  const set = path.join(lab.project, 'data', 'hopper-medium-expert-10')
  await fs.rename(set, folder.path('aside'))
  expect((await lab.unlearningTable(ablation)).slice(0, 2)).toMatchObject([{ state: 'done' }, { state: 'missing' }])
  expect((await lab.forgettingTable(forgetting)).cells).toMatchObject([
    { state: 'begun', runs: { original: { run: original }, unlearned: { run: null } }, audits: { released: null } },
  ])
  const step = (await lab.nextOfForgetting(forgetting))!
  await expect(step.make()).rejects.toMatchObject({ code: 'dataset-missing' })
  expect((await lab.nextOfForgetting(forgetting, new Set([step.words])))!.words).not.toBe(step.words)
  await fs.rename(folder.path('aside'), set)
})

test('a retired agent fills no cell', async () => {
  await retireRun(lab.project, original, 'request')
  expect((await lab.nextReturn(shared))!.run).toBeNull()
  expect((await lab.forgettingTable(forgetting)).cells).toMatchObject([
    { state: 'missing', audits: { released: null } },
  ])
})

test('a share of experts makes a set of its own: medium episodes, then theirs', async () => {
  const few = { ...shared, expertShare: 0.2 }
  await lab.ensureStudySet('hopper', few)
  const { episodes } = await openTrajectories(lab.project, 'hopper-medium-expert-10-0-2-expert')
  expect(episodes.map(({ tags }) => tags)).toEqual([
    ...Array.from({ length: 8 }, () => ['medium']),
    ...[['expert'], ['expert']],
  ])
  expect(await lab.returnsTable(few)).toMatchObject([{ state: 'missing', data: 'hopper-medium-expert-10-0-2-expert' }])
})
