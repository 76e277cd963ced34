/** Checks the report of an audit: by itself, and against the project it came from as far as that is at hand. */
import { createHash } from 'node:crypto'
import type { Check, Problem } from '../../contract/evidence.ts'
import { LetheError } from '../../contract/errors.ts'
import type { ColumnName, Episode } from '../../contract/trajectories.ts'
import type { OpenedTrajectories } from '../data/store.ts'
import { agentFile } from '../algorithms/agent-file.ts'
import { auditFile } from '../../contract/audit.ts'
import { auditConfigSchema, rulesOf } from './audit.ts'
import { auditorsOf, sharesOf, statisticsOf, verdictsOf, wordsOf } from './judgement.ts'
import { auditReportSchema, sealOf, type AuditReport } from './report.ts'

/** The project, as far as a report needs it; null for what is not there. */
export interface Origin {
  data(id: string): Promise<OpenedTrajectories | null>
  artifact(run: string, name: string): Promise<Uint8Array | null>
}

export interface ReportVerification {
  readonly ok: boolean
  readonly seal: string | null
  readonly problems: readonly Problem[]
  readonly checks: readonly Check[]
}

const hash = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

/** Whatever the text holds, the answer is a list of problems. */
export async function verifyAuditReport(text: string, origin: Origin | null): Promise<ReportVerification> {
  const problems: Problem[] = []
  const checks: Check[] = []
  const check = async (what: string, look: (found: Problem[]) => Promise<string | null> | string | null) => {
    const found: Problem[] = []
    const note = await look(found)
    problems.push(...found)
    checks.push({
      run: null,
      what,
      result: found.length > 0 ? 'fails' : note === null ? 'holds' : 'open',
      note: note ?? '',
    })
  }
  const report = parsed(text, problems)
  if (!report) return { ok: false, seal: null, problems, checks }
  await check('The seal is that of the content', (found) =>
    differs(found, 'seal', sealOf(JSON.parse(text) as never), report.seal),
  )
  await check('The audit is the one its hash names', (found) =>
    differs(
      found,
      'auditSha256',
      hash(JSON.stringify((JSON.parse(text) as { audit: unknown }).audit)),
      report.auditSha256,
    ),
  )
  await check('Configuration and audit say the same', (found) => checkConfig(report, found))
  await check('Statistics and verdicts follow from the distances', (found) => checkVerdicts(report, found))
  await check('Shares, the auditor’s scores and the words follow from the verdicts', (found) =>
    checkShares(report, found),
  )
  // In another project a set may have the same name and be another: only where the run is, its data and agents are looked at.
  const home = (await origin?.artifact(report.record.id, auditFile)) ? origin : null
  await check('The run left this audit', (found) => checkRun(report, home, found))
  await check('The episodes are those of the project', (found) => checkEpisodes(report, home, found))
  await check('The agents are those of the project', (found) => checkAgents(report, home, found))
  await check(
    'The distances are those of the agents',
    () => 'Only the same audit run again can show that: its configuration and seed are in the report.',
  )
  return { ok: problems.length === 0, seal: report.seal, problems, checks }
}

function parsed(text: string, problems: Problem[]): AuditReport | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    problems.push({ file: 'report.json', expected: 'JSON', found: (error as Error).message })
    return null
  }
  const result = auditReportSchema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const found = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`
  problems.push({ file: 'report.json', expected: 'the report of an audit, lethe.audit-report/1', found })
  return null
}

function differs(found: Problem[], file: string, expected: string, is: string): null {
  if (expected !== is) found.push({ file, expected, found: is })
  return null
}

/** Equal but for the last digits of numbers, which another engine may round otherwise. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number')
    return a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b), 1)
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return a === b
  const [left, right] = [Object.entries(a), b as Record<string, unknown>]
  return left.length === Object.keys(b).length && left.every(([name, value]) => same(value, right[name]))
}

const shown = (value: unknown): string => JSON.stringify(value)

function checkConfig({ config, audit }: AuditReport, found: Problem[]): null {
  const result = auditConfigSchema.safeParse(config)
  if (!result.success) {
    found.push({
      file: 'config',
      expected: 'the configuration of an audit',
      found: result.error.issues[0]?.message ?? '',
    })
    return null
  }
  const asked = result.data
  const expect = (file: string, expected: unknown, is: unknown) => {
    if (!same(expected, is)) found.push({ file, expected: shown(expected), found: shown(is) })
  }
  expect('audit.rules', rulesOf(asked), audit.rules)
  for (const [name, value] of Object.entries(audit.settings))
    expect(`audit.settings.${name}`, asked[name as keyof typeof asked], value)
  const ids = (group: string) => audit.trajectories.filter((one) => one.group === group).map(({ id }) => id)
  expect('audit.trajectories, forgotten', asked.forgotten, ids('forgotten'))
  expect('audit.trajectories, remaining', asked.remaining, ids('remaining'))
  expect('audit.trajectories, never-seen', asked.neverSeen, ids('never-seen'))
  expect('audit.agent.run', asked.agent, audit.agent.run)
  expect('audit.original.run', asked.original, audit.original.run)
  expect('audit.retrained.run', asked.retrained, audit.retrained?.run ?? null)
  expect('audit.algorithm', asked.algorithm, audit.algorithm)
  expect('audit.data.id', asked.data, audit.data.id)
  return null
}

function checkVerdicts({ audit }: AuditReport, found: Problem[]): null {
  const references = audit.settings.shadows * audit.settings.evaluations
  for (const one of audit.trajectories) {
    const file = `audit.trajectories, episode ${one.id}`
    if (one.references.length !== references) {
      found.push({ file, expected: `${references} references`, found: `${one.references.length}` })
      continue
    }
    const computed = { statistics: statisticsOf(one), verdicts: verdictsOf(one, audit.rules) }
    for (const part of ['statistics', 'verdicts'] as const)
      if (!same(computed[part], one[part]))
        found.push({ file: `${file}, ${part}`, expected: shown(computed[part]), found: shown(one[part]) })
  }
  return null
}

function checkShares({ audit }: AuditReport, found: Problem[]): null {
  const shares = {
    released: sharesOf(audit.trajectories, 'released'),
    textbook: sharesOf(audit.trajectories, 'textbook'),
  }
  const auditor = auditorsOf(audit.trajectories, audit.rules)
  const computed = { shares, auditor, words: wordsOf({ ...audit, shares, auditor }) }
  for (const part of ['shares', 'auditor', 'words'] as const)
    if (!same(computed[part], audit[part]))
      found.push({ file: `audit.${part}`, expected: shown(computed[part]), found: shown(audit[part]) })
  return null
}

async function checkEpisodes({ audit }: AuditReport, origin: Origin | null, found: Problem[]): Promise<string | null> {
  const data = await origin?.data(audit.data.id)
  if (!data)
    return `The set ${audit.data.id} is not at hand; the report names the hash of each episode, by which any copy can be told.`
  differs(found, 'audit.data.contentHash', data.set.contentHash, audit.data.contentHash)
  const known = new Map(data.episodes.map((episode, place) => [episode.id, { episode, place }]))
  for (const { id, sha256 } of audit.trajectories) {
    const at = known.get(id)
    const is = at ? await episodeHash(data, at.episode, at.place).catch(unreadable) : 'no such episode'
    if (is !== sha256) found.push({ file: `${audit.data.id}, episode ${id}`, expected: sha256, found: is })
  }
  return null
}

function unreadable(error: unknown): string {
  if (error instanceof LetheError) return error.message
  throw error
}

/** From the stored rows, as it was made when the set was written. */
async function episodeHash(data: OpenedTrajectories, { start, length }: Episode, place: number): Promise<string> {
  const whole = createHash('sha256')
  const rows = async (name: ColumnName, from: number, count: number): Promise<string> => {
    const values = await data.column(name as 'observations')
    const width = data.set.columns[name]!.shape[1] ?? 1
    const { buffer, byteOffset, byteLength } = values.subarray(from * width, (from + count) * width)
    return hash(new Uint8Array(buffer, byteOffset, byteLength))
  }
  const names = ['observations', 'actions', 'rewards', 'terminals', 'timeouts', 'positions', 'velocities'] as const
  for (const name of names) if (data.set.columns[name]) whole.update(`${name} ${await rows(name, start, length)}\n`)
  return whole.update(`final ${await rows('final-observations', place, 1)}\n`).digest('hex')
}

async function checkAgents({ audit }: AuditReport, origin: Origin | null, found: Problem[]): Promise<string | null> {
  const absent: string[] = []
  for (const one of [audit.agent, audit.original, audit.retrained]) {
    if (!one) continue
    const bytes = await origin?.artifact(one.run, agentFile)
    if (!bytes) absent.push(one.run)
    else differs(found, `run ${one.run}, ${agentFile}`, one.sha256, hash(bytes))
  }
  return absent.length > 0 ? `Not at hand: ${[...new Set(absent)].join(', ')}.` : null
}

async function checkRun(
  { record, auditSha256 }: AuditReport,
  origin: Origin | null,
  found: Problem[],
): Promise<string | null> {
  const bytes = await origin?.artifact(record.id, auditFile)
  if (!bytes) return `Run ${record.id} is not at hand.`
  return differs(found, `run ${record.id}, ${auditFile}`, hash(bytes), auditSha256)
}
