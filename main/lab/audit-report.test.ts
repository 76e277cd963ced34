/** Reports of audits that were forged and sealed again: what is found out here and elsewhere, and that no more is claimed than was looked at. */
import { createHash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ReportVerification } from '../contract/audit.ts'
import type { LoggedEvent } from '../contract/calls.ts'
import { temporaryFolder } from '../data/formats/testing.ts'
import { openLab, type Lab } from '../lab.ts'
import { runPaths } from '../runs/folder.ts'
import { auditPage } from '../trajectories/audit/report-page.ts'
import { sealOf, type AuditReport } from '../trajectories/audit/report.ts'
import { reportAudit, verifyReport } from './audit-report.ts'

const folder = temporaryFolder()
const project = folder.path('project')
const away = folder.path('away')
const cache = path.join(project, 'data/hops/cache')
let lab: Lab
let agent: string
let unlearned: string
let request: string
let run: string
let text: string

async function pull(of: string): Promise<LoggedEvent[]> {
  const told: LoggedEvent[] = []
  for (const events = lab.execute(of); ;) {
    const next = await events.next()
    if (!next.done) told.push(next.value)
    else {
      expect(next.value).toMatchObject({ state: 'succeeded', error: null })
      return told
    }
  }
}

const audit = async (): Promise<string> =>
  (await lab.createAudit({ agent: unlearned, original: agent, preset: 'tiny', set: { shadows: 2, evaluations: 2 } }))
    .run
const written = async (of: string): Promise<string> =>
  fs.readFile((await lab.writeReport(of)).report.replace('.html', '.json'), 'utf8')
const shadows = async (): Promise<string[]> =>
  (await fs.readdir(cache)).filter((name) => name.startsWith('shadow-')).sort()
const hashOf = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await fs.readFile(file))
    .digest('hex')

beforeAll(async () => {
  lab = await openLab({ project })
  await lab.collectTrajectories({
    ...{ task: 'hopper', policy: 'medium', episodes: 8, seed: 3, noise: 0.02, variant: 'v4', name: 'hops' },
  })
  const set = { steps: 40, evaluations: 1, episodes: 1 }
  agent = (await lab.createTraining({ algorithm: 'iql', data: 'hops', preset: 'tiny', set })).run
  await pull(agent)
  unlearned = (await lab.createUnlearning({ agent, forget: 'ids:1,2', method: 'trajdeleter', preset: 'tiny' })).run
  await pull(unlearned)
  const about = { data: 'hops', agent, selector: 'ids:1,2', seed: 1, note: 'withdrawn' }
  request = (await lab.openRequest(about)).request
  run = await audit()
  await pull(run)
  text = await written(run)
}, 120_000)

beforeEach(async () => {
  await fs.rm(away, { recursive: true, force: true })
  await fs.mkdir(away)
})

/** The report changed, sealed again, with a page made of it. */
async function forged(change: (report: AuditReport) => void): Promise<string> {
  const report = JSON.parse(text) as AuditReport
  change(report)
  const sealed = { ...report, seal: sealOf(report) }
  await fs.writeFile(path.join(away, 'report.html'), auditPage(sealed))
  const file = path.join(away, 'report.json')
  await fs.writeFile(file, JSON.stringify(sealed))
  return file
}
const filesOf = ({ problems }: ReportVerification): string => problems.map(({ file }) => file).join('; ')
const openIn = ({ checks }: ReportVerification): string[] =>
  checks.flatMap(({ result, what }) => (result === 'open' ? [what] : []))

test('untouched, it agrees here and is no more than consistent elsewhere', async () => {
  const here = await lab.verifyReport(run)
  expect(here).toMatchObject({ ok: true, result: 'agrees', problems: [] })
  expect(openIn(here)).toEqual(['The distances are those of the agents'])
  expect(here.words).toContain('not measured anew')
  expect(here.checks.at(-1)!.note).toContain('The shadow agents in the cache are those of the audit.')
  const report = JSON.parse(text) as AuditReport
  expect(report.returns.agent).not.toBeNull()
  // The audit goes on record with its first report, whoever has or has not looked at the request.
  expect(report.deletion).toMatchObject({ request, state: 'audited', unlearned, audited: run })
  expect(report.made).toMatchObject({
    agent: { kind: 'trajectories.unlearn', config: { method: 'trajdeleter', forget: [1, 2], seed: 1 } },
    original: { kind: 'trajectories.train', config: { algorithm: 'iql', steps: 40 } },
    retrained: null,
  })
  expect(report.shadows!.map(({ name }) => name).sort()).toEqual(await shadows())
  expect(report.shadows![0]!.sha256).toBe(await hashOf(path.join(cache, report.shadows![0]!.name)))
  const elsewhere = await verifyReport(null, await forged(() => undefined))
  expect(elsewhere).toMatchObject({ ok: true, result: 'consistent' })
  expect(elsewhere.words).toBe(
    'Consistent in itself; not compared with the run, the agents and the episodes, which are not here.',
  )
})

test('the window hears the same: what it is of, what was held against itself and what against this project', async () => {
  const answer = await lab.call('audit.verify', { path: await forged(() => undefined) })
  if (!answer.ok) throw new Error(answer.error.message)
  const { result, of, checks } = answer.value
  expect(result).toBe('agrees')
  expect(of).toMatchObject({ run, version: (JSON.parse(text) as AuditReport).version })
  const against = (what: string) => checks.flatMap((one) => (one.against === what ? [one.what] : []))
  expect(against('itself')).toHaveLength(7)
  expect(against('project')).toEqual([
    'It says what its run says',
    'The deletion request is that of the project',
    'The episodes are those of the project',
    'The agents are those of the project',
    'The distances are those of the agents',
  ])
  const damaged = path.join(away, 'damaged.json')
  await fs.writeFile(damaged, text.slice(0, -9))
  expect(await lab.call('audit.verify', { path: damaged })).toMatchObject({
    ok: true,
    value: { result: 'fails', of: null, seal: null, checks: [] },
  })
  // What cannot be a report is not read whole to say so.
  await fs.truncate(damaged, 2 ** 33)
  expect(await lab.call('audit.verify', { path: damaged })).toMatchObject({
    ok: false,
    error: { code: 'file-malformed', message: expect.stringContaining('more than a report of an audit') as string },
  })
})

describe('the page', () => {
  test('must be that of the report beside it, to the byte', async () => {
    const page = (await forged(() => undefined)).replace('.json', '.html')
    expect(await verifyReport(null, page)).toMatchObject({ ok: true })
    const html = await fs.readFile(page, 'utf8')
    await fs.writeFile(page, html.replace('evidence, not proof', 'proof'))
    for (const file of [page, page.replace('.html', '.json')])
      expect(await verifyReport(null, file)).toMatchObject({ ok: false, problems: [{ file: 'report.html' }] })
    await fs.rm(page)
    await expect(verifyReport(null, page)).rejects.toMatchObject({ code: 'file-missing' })
  })

  test('as written is that of the report as read', async () => {
    const { reportHtml } = runPaths(project, run)
    expect(await fs.readFile(reportHtml, 'utf8')).toBe(auditPage(JSON.parse(text) as AuditReport))
  })
})

const other = '0'.repeat(64)
const interval = { value: 9, low: 8, high: 10 }
const fits = { ...interval, members: 3, updates: 10, discount: 0.99, drift: 0, problem: null }
const made: AuditReport['estimates'] = {
  ...{ agent: null, before: null, retrained: null },
  original: { ...fits, behaviour: { ...interval, beyond: 0 } },
}
test.each<[string, (report: AuditReport) => void, string]>([
  ['a return', ({ returns }) => (returns.agent!.mean = 1e6), 'returns.agent.mean'],
  ['a return left out', ({ returns }) => (returns.before = null), 'returns.before'],
  ['an estimate made up', (report) => (report.estimates = made), 'estimates.original'],
  ['how far apart', ({ audit: { apart } }) => (apart.agentAndOriginal.remaining!.value = 0.5), 'audit.apart'],
  ['the source of the set', ({ dataset }) => (dataset!.source = 'Elsewhere'), 'dataset.source'],
  ['the set left out', (report) => (report.dataset = null), 'dataset'],
  ['the title', ({ record }) => (record.title = 'Audit of another'), 'record.title'],
  ['how the agent was made', ({ made }) => (made!.agent!.config['method'] = 'retrain'), 'made.agent.config.method'],
  ['how the original was made left out', ({ made }) => (made!.original = null), 'made.original'],
  ['the time', ({ timing }) => (timing!['seconds'] = 1), 'timing.seconds'],
  ['the environment', ({ environment }) => (environment['node'] = '1'), 'environment.node'],
  ['a shadow', ({ shadows }) => (shadows![0]!.sha256 = other), 'shadows.0.sha256'],
  ['shadows left out', (report) => delete report.shadows, 'shadows'],
  ['the episodes of the request', ({ deletion }) => deletion!.episodes.pop(), 'deletion.episodes'],
  ['the state of the request', ({ deletion }) => (deletion!.state = 'closed'), 'deletion.state'],
  ['its record', ({ deletion }) => (deletion!.record.head = other), 'deletion, record'],
  ['a copy said to be gone', ({ deletion }) => (deletion!.copies[0]!.fate = 'removed'), 'deletion.copies'],
])('%s changed and sealed again is found out in the project', async (_what, change, file) => {
  const here = await lab.verifyReport(await forged(change))
  expect(here).toMatchObject({ ok: false, result: 'fails' })
  expect(filesOf(here)).toContain(file)
})

test.each([0, -1])('limit %i left out is found out anywhere', async (place) => {
  const file = await forged((report) => report.limits.splice(place, 1))
  expect(filesOf(await verifyReport(null, file))).toBe('limits')
})

test('words that were changed are found out; those of another version are not compared, and it is said', async () => {
  const change = ({ audit }: AuditReport) => audit.words.push('All is forgotten.')
  const rehashed = (report: AuditReport) => {
    change(report)
    report.auditSha256 = createHash('sha256').update(JSON.stringify(report.audit)).digest('hex')
  }
  expect(filesOf(await verifyReport(null, await forged(rehashed)))).toBe('audit.words')
  const older = await verifyReport(
    null,
    await forged((report) => {
      rehashed(report)
      report.environment['lethe'] = '0.0.1'
    }),
  )
  expect(older).toMatchObject({ ok: true, problems: [] })
  expect(older.checks.map(({ note }) => note)).toContainEqual(expect.stringContaining('audit.words is of Lethe 0.0.1'))
})

test('an audit that was changed in the folder of its run is not reported', async () => {
  const file = path.join(runPaths(project, run).artifacts, 'audit.json')
  const before = await fs.readFile(file)
  await fs.writeFile(file, before.toString('utf8').replace('"forgotten"', '"in"'))
  try {
    await expect(reportAudit(project, runPaths(project, run))).rejects.toThrow('is not what its run wrote')
    expect(await lab.verifyReport(run)).toMatchObject({ result: 'fails', problems: [{ file: `run ${run}` }] })
  } finally {
    await fs.writeFile(file, before)
  }
})

test('under the name of a run that is not here it is not said to hold; in the folder of a run it must be of that run', async () => {
  const file = await forged(({ record, returns }) => {
    record.id = 'another-run'
    returns.agent!.mean = 1e6
  })
  const verified = await lab.verifyReport(file)
  expect(verified).toMatchObject({ ok: true, result: 'consistent' })
  expect(verified.words).toContain('not compared')
  const { reportJson } = runPaths(project, run)
  await fs.copyFile(file, reportJson)
  try {
    for (const words of [run, reportJson]) expect(filesOf(await lab.verifyReport(words))).toContain('record.id')
  } finally {
    await fs.writeFile(reportJson, text)
  }
  const training = await lab.verifyReport(await forged(({ record }) => (record.id = agent)))
  expect(training).toMatchObject({ ok: false, problems: [{ file: `run ${agent}` }] })
})

test('copies are looked for once, of the request that the audit was made for', async () => {
  for (const note of ['one', 'two'])
    await lab.openRequest({ data: 'hops', agent: null, selector: 'ids:3', seed: 1, note })
  const walked = vi.spyOn(fs, 'lstat')
  await reportAudit(project, runPaths(project, run))
  const files = walked.mock.calls.map(([file]) => path.relative(project, String(file)))
  walked.mockRestore()
  expect(files.filter((file) => file === 'data/hops/manifest.json')).toHaveLength(1)
})

test('a request that went on since leaves the report as it is; one that is made up or cut does not', async () => {
  await lab.keepRequestCopies(request, [`run:${agent}`], 'needed')
  const here = await lab.verifyReport(run)
  expect(here).toMatchObject({ result: 'agrees', problems: [] })
  const late = await forged(({ deletion }) => {
    deletion!.copies.find(({ id }) => id === `run:${agent}`)!.fate = 'kept'
  })
  expect(filesOf(await lab.verifyReport(late))).toContain(`deletion.copies, runs/${agent}`)
  const without = await lab.verifyReport(await forged((report) => (report.deletion = null)))
  expect(without).toMatchObject({ ok: true })
  expect(without.words).toContain('“The deletion request is that of the project”')
})

test('shadows changed in the cache fail the report, and are made anew by the same audit, with a warning and to the bit', async () => {
  const [name] = await shadows()
  const file = path.join(cache, name!)
  const before = await hashOf(file)
  const bytes = await fs.readFile(file)
  bytes[bytes.length - 2]! ^= 1
  await fs.writeFile(file, bytes)
  expect(filesOf(await lab.verifyReport(run))).toBe(`hops, ${name}`)
  const again = await audit()
  const warnings = (await pull(again)).flatMap((event) => (event.kind === 'warning' ? [event.message] : []))
  expect(warnings).toEqual([expect.stringContaining('It is made anew.')])
  expect(await hashOf(file)).toBe(before)
  expect((JSON.parse(await written(again)) as AuditReport).shadows).toEqual((JSON.parse(text) as AuditReport).shadows)
  // With the hash beside it changed as well it is used, and told from what the report names.
  await fs.writeFile(file, bytes)
  await fs.writeFile(path.join(cache, `sha256-of-${name}`), await hashOf(file))
  const told = await lab.verifyReport(run)
  expect(told.checks.at(-1)!.note).toContain(`are others, made since: ${name}`)
}, 60_000)

test('closing a request writes the report of its audit anew', async () => {
  await lab.closeRequest(request, true)
  const report = JSON.parse(await fs.readFile(runPaths(project, run).reportJson, 'utf8')) as AuditReport
  expect(report.deletion).toMatchObject({ request, state: 'closed', retired: agent })
  expect(report.deletion!.copies.every(({ fate }) => fate === 'kept')).toBe(true)
  expect(await lab.verifyReport(run)).toMatchObject({ ok: true, problems: [] })
}, 60_000)
