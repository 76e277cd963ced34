import { promises as fs } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { auditSchema, timelineColumns, type Audit } from '../contract/audit.ts'
import type { LoggedEvent } from '../contract/calls.ts'
import type { RunRecord } from '../contract/run.ts'
import { parseNpy } from '../data/formats/npy.ts'
import { temporaryFolder } from '../data/formats/testing.ts'
import { openLab, type Lab } from '../lab.ts'
import { requestOf } from '../runs/control.ts'
import { runPaths } from '../runs/folder.ts'
import { retireRun } from '../runs/retire.ts'
import type { AuditConfig } from '../trajectories/audit/audit.ts'
import { sealOf, type AuditReport } from '../trajectories/audit/report.ts'
import { verifyAuditReport } from '../trajectories/audit/verify.ts'
import { makeVersion } from '../trajectories/deletion/version.ts'
import { verifyReport } from './audit-report.ts'
import type { AuditDraft } from './audit.ts'

const folder = temporaryFolder()
const project = folder.path('project')
let lab: Lab
let original: string
let half: string
let audited: string

async function pull(run: string, stop: (event: LoggedEvent) => boolean = () => false): Promise<RunRecord> {
  const abort = new AbortController()
  const events = lab.execute(run, { signal: abort.signal })
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
    if (stop(next.value)) abort.abort()
  }
}

async function train(
  algorithm: string,
  { data = 'hops', ...set }: { data?: string; [name: string]: unknown },
  seed = 1,
) {
  const shared = { steps: 100, evaluations: 0 }
  const { run } = await lab.createTraining({
    algorithm,
    data,
    preset: 'tiny',
    seed,
    set: { ...shared, ...set },
  })
  expect(await pull(run)).toMatchObject({ state: 'succeeded' })
  return run
}

const tiny = (change: Partial<AuditDraft> = {}): AuditDraft => ({
  ...{ agent: original, original, preset: 'tiny', ...change },
  set: { shadows: 3, evaluations: 3, ...change.set },
})

async function audit(draft: AuditDraft): Promise<string> {
  const { run } = await lab.createAudit(draft)
  expect(await pull(run)).toMatchObject({ state: 'succeeded', error: null })
  return run
}

const fileOf = (run: string, name: string): string => path.join(runPaths(project, run).artifacts, name)
const auditOf = async (run: string): Promise<Audit> =>
  auditSchema.parse(JSON.parse(await fs.readFile(fileOf(run, 'audit.json'), 'utf8')))
const shadowsIn = async (): Promise<string[]> =>
  (await fs.readdir(path.join(project, 'data/hops/cache'))).filter((name) => name.startsWith('shadow-')).sort()

beforeAll(async () => {
  lab = await openLab({ project })
  await lab.collectTrajectories({
    ...{ task: 'hopper', policy: 'medium-expert', episodes: 10, seed: 3, noise: 0.02, variant: 'v4', name: 'hops' },
  })
  original = await train('iql', {})
  half = await train('iql', { share: 0.5 }, 3)
}, 120_000)

test('an agent held against itself is judged in', async () => {
  const { shares, apart, auditor, trajectories } = await auditOf(await audit(tiny()))
  expect(shares.textbook.remaining!.share).toBe(1)
  expect(shares.released.forgotten).toBeNull()
  expect(shares.textbook.control).toMatchObject({ of: 1 })
  expect(auditor).toBeNull()
  expect(apart.agentAndOriginal.remaining).toEqual({ value: 0, action: 0 })
  expect(trajectories.every(({ references }) => references.length === 9)).toBe(true)
}, 120_000)

test('an agent that learnt from other episodes is judged to have forgotten them; shadows are made once and used again', async () => {
  const names = await shadowsIn()
  expect(names).toHaveLength(3)
  const made = (): Promise<number[]> =>
    Promise.all(names.map(async (name) => (await fs.stat(path.join(project, 'data/hops/cache', name))).mtimeMs))
  const before = await made()
  const anew = await train('iql', { share: 0.5 }, 5)
  const run = await audit(tiny({ agent: half, retrained: anew, set: { critic: 'consistent' } }))
  expect(await shadowsIn()).toEqual(names)
  expect(await made()).toEqual(before)
  const { shares, trajectories, apart, retrained } = await auditOf(run)
  expect(trajectories.filter(({ group }) => group === 'forgotten').map(({ id }) => id)).toEqual([5, 6, 7, 8])
  expect(shares.textbook.forgotten!.share).toBeGreaterThan(0.7)
  expect(retrained).toMatchObject({ run: anew })
  expect(trajectories.every((one) => one.retrained !== one.distance && one.retrained !== one.original)).toBe(true)
  expect(apart.agentAndRetrained!.forgotten!.value).toBeGreaterThan(0)
  const { outcome } = (await lab.showRun(run)).summary
  expect(outcome!['auditor']).toMatchObject({ released: { recall: expect.any(Number), blindF1: expect.any(Number) } })
  const { data, shape } = parseNpy(await fs.readFile(fileOf(run, 'timelines.npy')), 'timelines.npy')
  expect(shape).toEqual([trajectories.reduce((sum, { length }) => sum + length, 0), timelineColumns.length])
  const [agent, mean, lowest, highest] = data as Float32Array
  expect(Number.isFinite(agent)).toBe(true)
  expect(lowest! <= mean! && mean! <= highest!).toBe(true)
  audited = run
}, 120_000)

test('the window plans one, reads a timeline, moves a threshold and writes the table with the verdicts as they stand', async () => {
  const draft = {
    ...tiny({ agent: half }),
    retrained: null,
    episodes: 'auto',
    seed: 1,
    device: 'auto',
    preset: 'tiny',
  } as const
  const plan = await lab.call('audit.plan', draft)
  expect(plan).toMatchObject({
    ok: true,
    value: { forgotten: 4, neverSeen: 1, shadows: { count: 3, made: 3 }, obstacle: null },
  })
  const { trajectories, settings, agent, retrained } = await auditOf(audited)
  const timeline = await lab.resource(`audits/${audited}/timeline?id=${trajectories[1]!.id}`)
  expect(timeline!.bytes.length).toBe(4 * timelineColumns.length * trajectories[1]!.length)
  expect(await lab.resource(`audits/${audited}/timeline?id=999`)).toBeNull()
  expect(await lab.resource(`audits/${original}/audit.json`)).toBeNull()
  const grid = await lab.call('audit.thresholds', { references: 20 })
  const row = grid.ok && grid.value.rows.find(({ test, sides }) => test === 'released' && sides === 2)
  expect(row && row.thresholds[grid.ok ? grid.value.alphas.findIndex((alpha) => alpha > 0.99e-4) : 0]).toBeCloseTo(
    1.4708,
    4,
  )
  const file = folder.path('table.csv')
  const rule = { test: 'released', sample: 'references', sides: 1, threshold: 1e9 } as const
  expect(await lab.call('audit.exportTable', { run: audited, path: file, rule })).toMatchObject({ ok: true })
  const lines = (await fs.readFile(file, 'utf8')).trim().split('\n')
  expect(lines).toHaveLength(trajectories.length + 1)
  const [names, ...rows] = lines.map((line) => line.split(','))
  expect(names!.slice(9)).toEqual([
    ...['verdict', 'sha256', 'rule', 'spread of', 'sides', 'critic', 'algorithm', 'data set', 'audit', 'agent'],
    ...['original', 'retrained', 'seed'],
  ])
  // Before it was written, it was on record as what names these episodes.
  const [exported] = (await fs.readFile(path.join(project, 'exports/exports.ndjson'), 'utf8')).trim().split('\n')
  expect(JSON.parse(exported!)).toMatchObject({
    ...{ kind: 'document', form: 'table', runs: [audited], to: 'table.csv', judged: true },
    episodes: trajectories.map(({ sha256 }) => sha256.slice(0, 16)),
  })
  // Each line says by itself what it is of.
  for (const row of rows) {
    expect([row[9], ...row.slice(11, 15)]).toEqual(['in', 'released', 'references', '1', settings.critic])
    expect(row.slice(17)).toEqual([audited, agent.run, original, retrained?.run ?? '', String(settings.seed)])
  }
})

test('stopped among the shadows and among the values, and resumed: bit-equal; a cancel is obeyed within a step', async () => {
  const draft = tiny({ agent: half, seed: 7, set: { shadowSteps: 4 } })
  const stopped = (await lab.createAudit(draft)).run
  const at = (phase: string, step: number) => (event: LoggedEvent) =>
    event.kind === 'progress' && event.phase.startsWith(phase) && event.step >= step
  expect((await pull(stopped, at('Training shadow', 1))).state).toBe('interrupted')
  expect((await pull(stopped, at('Values', 1))).state).toBe('interrupted')
  expect((await pull(stopped)).state).toBe('succeeded')
  // Another seed makes other shadows.
  expect(await shadowsIn()).toHaveLength(6)
  for (const name of await shadowsIn()) await fs.rm(path.join(project, 'data/hops/cache', name))
  const whole = await audit(draft)
  for (const name of ['audit.json', 'timelines.npy'])
    expect(await fs.readFile(fileOf(stopped, name))).toEqual(await fs.readFile(fileOf(whole, name)))

  const { run } = await lab.createAudit(tiny({ seed: 8, set: { shadowSteps: 100_000 } }))
  const record = await pull(run, (event) => {
    if (event.kind === 'progress') void requestOf(runPaths(project, run), 'cancel')
    return false
  })
  expect(record.state).toBe('cancelled')
}, 120_000)

describe('who learnt from what', () => {
  const forget = async (agent: string, id: number, method = 'finetune'): Promise<string> => {
    const set = { steps: 20, episodes: 1 }
    const { run } = await lab.createUnlearning({ agent, forget: `ids:${id}`, method, preset: 'tiny', set })
    expect(await pull(run)).toMatchObject({ state: 'succeeded' })
    return run
  }
  const groups = async (change: Partial<AuditDraft>) => {
    const { forgotten, remaining, neverSeen } = (await lab.planAudit(tiny(change))).config as AuditConfig
    return { forgotten, remaining, neverSeen }
  }

  test('what was forgotten before is none of the control, and an agent that forgot is no reference trained anew', async () => {
    const once = await forget(original, 8)
    const twice = await forget(once, 7)
    const remaining = [0, 1, 2, 3, 4, 5, 6]
    expect(await groups({ agent: twice, original: once, episodes: 'all' })).toEqual({
      ...{ forgotten: [7], remaining, neverSeen: [9] },
    })
    expect(await groups({ agent: twice, original: null, episodes: 'all' })).toMatchObject({ forgotten: [7, 8] })
    const refused = (retrained: string) =>
      expect(lab.planAudit(tiny({ agent: once, retrained, episodes: 'all' }))).rejects
    await refused(twice).toThrow('was made to forget 2 episodes that it had learnt from')
    await refused(once).toThrow('is the one that is audited')
    await refused(original).toThrow('learnt from episode 8, which was to be forgotten')
    await refused(half).toThrow('never learnt from episode 5, which remains')
    const anew = await forget(original, 8, 'retrain')
    expect(await groups({ agent: once, retrained: anew })).toMatchObject({ forgotten: [8] })
  }, 60_000)

  test('by default the original is the furthest in a chain that is here and in use', async () => {
    const first = await train('iql', { steps: 20 }, 9)
    const once = await forget(first, 8)
    const twice = await forget(once, 7)
    const original = async (agent: string) =>
      ((await lab.planAudit(tiny({ agent, original: null, episodes: 'all' }))).config as AuditConfig).original
    expect(await original(twice)).toBe(first)
    await retireRun(project, first, 'request')
    expect(await original(twice)).toBe(once)
    await expect(original(once)).rejects.toMatchObject({
      code: 'run-state',
      message: expect.stringContaining('retired'),
    })
    await fs.rm(runPaths(project, first).folder, { recursive: true })
    expect(await original(twice)).toBe(once)
    await expect(original(once)).rejects.toMatchObject({ code: 'run-missing' })
    await retireRun(project, once, 'request')
    await expect(original(twice)).rejects.toThrow(`run ${once} was retired`)
  }, 60_000)

  test('episodes of a version are those of its set', async () => {
    const { id } = await makeVersion(project, { data: 'hops', without: [8], request: 'request-000001' })
    const clean = await train('iql', { data: id })
    // The version holds nine episodes, of which its agent learnt the first eight.
    expect(await groups({ agent: clean, original, episodes: 'all' })).toEqual({
      ...{ forgotten: [8], remaining: [0, 1, 2, 3, 4, 5, 6, 7], neverSeen: [9] },
    })
  }, 60_000)
})

describe('what cannot be audited is refused before it starts', () => {
  test('an agent without values', async () => {
    const clone = await train('bc', { steps: 2 })
    await expect(lab.planAudit(tiny({ agent: clone, original: clone }))).rejects.toThrow('learns no values')
    await expect(lab.planAudit(tiny({ agent: clone }))).rejects.toThrow('cannot be compared')
  }, 60_000)

  test.each([
    ['some', 'is not a way to choose'],
    ['ids:3,99', '99 is not the id'],
    ['ids:', 'names no episode'],
    ['auto:0', 'no whole number above 0'],
    ['tail:2', 'no rate above 0'],
  ])('%s', async (episodes, message) => {
    await expect(lab.planAudit(tiny({ episodes }))).rejects.toThrow(message)
  })

  test('fewer references than a test needs, and settings there are not', async () => {
    await expect(lab.planAudit(tiny({ set: { shadows: 1, evaluations: 2 } }))).rejects.toThrow('needs 3')
    await expect(lab.planAudit(tiny({ set: { colour: 1 } }))).rejects.toThrow('colour')
    // What is worked on was checked by the request; another may not be slipped in beside it.
    for (const name of ['agent', 'retrained', 'data', 'forgotten'])
      await expect(lab.planAudit(tiny({ set: { [name]: half } }))).rejects.toThrow(`${name} is no setting`)
  })
})

describe('the report', () => {
  let text: string
  beforeAll(async () => {
    const { report } = await lab.writeReport(audited)
    expect(await fs.readFile(report, 'utf8')).toContain('evidence, not proof')
    text = await fs.readFile(report.replace('.html', '.json'), 'utf8')
  })
  const changed = (change: (report: AuditReport) => void, seal = true): string => {
    const report = JSON.parse(text) as AuditReport
    change(report)
    return JSON.stringify(seal ? { ...report, seal: sealOf(report) } : report)
  }

  test('holds in its project, and elsewhere as far as can be seen there', async () => {
    const here = await lab.verifyReport(audited)
    expect(here.problems).toEqual([])
    expect(here).toMatchObject({ ok: true })
    expect(here.checks.filter(({ result }) => result === 'open')).toHaveLength(1)
    const file = folder.path('report.json')
    await fs.writeFile(file, text)
    const elsewhere = await verifyReport(null, file)
    expect(elsewhere).toMatchObject({ ok: true, seal: here.seal })
    expect(elsewhere.checks.filter(({ result }) => result === 'open')).toHaveLength(4)
  })

  test.each<[string, (report: AuditReport) => void, string]>([
    [
      'a verdict turned round',
      ({ audit }) => (audit.trajectories[0]!.verdicts.released.verdict = 'in'),
      'episode 5, verdicts',
    ],
    ['a share made better', ({ audit }) => (audit.shares.textbook.forgotten!.count += 1), 'audit.shares'],
    ['a threshold moved', ({ audit }) => (audit.rules.released.alpha = 0.1), 'audit.rules'],
    ['a trajectory left out', ({ audit }) => audit.trajectories.shift(), 'audit.trajectories, forgotten'],
    ['words of another kind', ({ audit }) => (audit.words = ['All is forgotten.']), 'audit.words'],
    ['a setting', ({ config }) => (config['shadows'] = 30), 'audit.settings.shadows'],
  ])('%s is found out though it was sealed again', async (_what, change, file) => {
    const { ok, problems } = await verifyAuditReport(changed(change), null)
    expect(ok).toBe(false)
    expect(problems.map((one) => one.file).join('; ')).toContain(file)
  })

  test('a changed return breaks the seal; made-up distances and agents do not match the project', async () => {
    const broken = await verifyAuditReport(
      changed((report) => (report.record.title = 'Other'), false),
      null,
    )
    expect(broken.problems).toMatchObject([{ file: 'seal' }])
    const file = folder.path('made-up.json')
    await fs.writeFile(
      file,
      changed(({ audit }) => (audit.agent.sha256 = 'a'.repeat(64))),
    )
    const made = await lab.verifyReport(file)
    expect(made.problems.map((one) => one.file).join('; ')).toMatch(/auditSha256.*agent\.safetensors/)
    await expect(verifyAuditReport('{}', null)).rejects.toMatchObject({ code: 'file-malformed' })
    expect((await verifyAuditReport('no report', null)).ok).toBe(false)
  })

  test('an episode whose stored bytes were changed is named', async () => {
    const column = path.join(project, 'data/hops/rewards.npy')
    const bytes = await fs.readFile(column)
    bytes[bytes.length - 3]! ^= 1
    await fs.writeFile(column, bytes)
    try {
      expect((await lab.verifyReport(audited)).problems[0]).toMatchObject({ found: expect.stringContaining('changed') })
    } finally {
      bytes[bytes.length - 3]! ^= 1
      await fs.writeFile(column, bytes)
    }
  })
})
