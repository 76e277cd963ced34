/** Checks the report of an audit: by itself, and against the project it came from as far as that is at hand. */
import { createHash } from 'node:crypto'
import type { ReportVerification } from '../../contract/audit.ts'
import type { Problem } from '../../contract/evidence.ts'
import { LetheError } from '../../contract/errors.ts'
import type { Episode } from '../../contract/trajectories.ts'
import { readEpisodeRows } from '../data/episode-rows.ts'
import type { OpenedTrajectories } from '../data/store.ts'
import { agentFile } from '../algorithms/agent-file.ts'
import { version } from '../../version.ts'
import { compareDeletion, compareFields, compareShadows, shown, type Origin } from './against-project.ts'
import { auditConfigSchema, rulesOf } from './audit.ts'
import { auditorsOf, sharesOf, statisticsOf, verdictsOf, wordsOf } from './judgement.ts'
import { auditPage } from './report-page.ts'
import { auditLimits, auditReportSchema, sealOf, type AuditReport } from './report.ts'

/** What stands beside the report. */
export interface Beside {
  /** report.html; null for none. */
  readonly page?: Uint8Array | null
  /** The run in whose folder it lies, where it lies in one. */
  readonly run?: string | null
}

type Checked = ReportVerification['checks'][number]
/** Adds what is wrong; gives in words what could not be looked at, else null. */
type Look = (found: Problem[]) => Promise<string | null> | string | null

const hash = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

/** Of a damaged report the answer is a list of problems. Errors: `file-malformed` for what never was the report of an audit. */
export async function verifyAuditReport(
  text: string,
  origin: Origin | null,
  { page = null, run = null }: Beside = {},
): Promise<ReportVerification> {
  const problems: Problem[] = []
  const checks: Checked[] = []
  const checkAgainst = (against: Checked['against']) => async (what: string, look: Look) => {
    const found: Problem[] = []
    const note = await look(found)
    problems.push(...found)
    const result = found.length > 0 ? 'fails' : note === null ? 'holds' : 'open'
    checks.push({ run: null, what, result, note: note ?? '', against })
  }
  const check = checkAgainst('itself')
  const parsed = parse(text, problems)
  if (!parsed) return { ok: false, result: 'fails', words: failing, seal: null, of: null, problems, checks }
  const { raw, report } = parsed
  await check('The seal is that of the content', (found) => differs(found, 'seal', sealOf(raw), report.seal))
  await check('The audit is the one its hash names', (found) =>
    differs(found, 'auditSha256', hash(JSON.stringify(raw.audit)), report.auditSha256),
  )
  await check('Configuration and audit say the same', (found) => checkConfig(report, found))
  await check('Statistics and verdicts follow from the distances', (found) => checkVerdicts(report, found))
  await check('Shares, the auditor’s scores and the words follow from the verdicts', (found) =>
    checkShares(report, found),
  )
  await check('The limits are those of an audit', (found) =>
    ofVersion(report.version, found, 'limits', auditLimits.join('\n'), report.limits.join('\n')),
  )
  if (page !== null)
    await check('The page shows this report', (found) =>
      ofVersion(report.version, found, 'report.html', hash(auditPage(raw)), hash(page)),
    )
  const inProject = checkAgainst('project')
  if (run !== null)
    await inProject('It lies in the folder of its run', (found) => differs(found, 'record.id', run, report.record.id))
  // In another project a set may have the same name and be another: only where the run is, its data and agents are looked at.
  const now = await origin?.report(report.record.id).catch((error: unknown) => error as Error)
  const home = now ? origin : null
  await inProject('It says what its run says', (found) => checkFields(raw, now ?? null, home, found))
  if (home && now && !(now instanceof Error) && (report.deletion ?? now.deletion))
    await inProject('The deletion request is that of the project', (found) =>
      compareDeletion(raw, now.deletion, home, found),
    )
  await inProject('The episodes are those of the project', (found) => checkEpisodes(report, home, found))
  await inProject('The agents are those of the project', (found) => checkAgents(report, home, found))
  await inProject(distances, async (found) => `${home ? await compareShadows(report, home, found) : ''}${onlyAgain}`)
  const ok = problems.length === 0
  const result = !ok ? 'fails' : home ? 'agrees' : 'consistent'
  const { record, seal, version: by } = report
  const of = { run: record.id, title: record.title, ended: record.ended, version: by }
  return { ok, result, words: wordsFor(result, checks), seal, of, problems, checks }
}

const distances = 'The distances are those of the agents'
const onlyAgain =
  'Only the same audit run again can show that, with shadow agents made anew: its configuration, its seed and the hashes of its shadow agents are in the report. Remove the cache folder of the set first.'

const failing = 'The report does not hold. Do not rely on it; ask for it again.'

/** Says no more than was looked at. */
function wordsFor(result: ReportVerification['result'], checks: readonly Checked[]): string {
  if (result === 'fails') return failing
  if (result === 'consistent')
    return 'Consistent in itself; not compared with the run, the agents and the episodes, which are not here.'
  const open = checks.filter((one) => one.result === 'open' && one.what !== distances).map(({ what }) => `“${what}”`)
  const left = open.length > 0 ? ` Not verified in full: ${open.join(', ')}.` : ''
  return `Agrees with what this project has of its run, its agents and its episodes.${left} The distances were not measured anew.`
}

function parse(text: string, problems: Problem[]): { raw: AuditReport; report: AuditReport } | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    problems.push({ file: 'report.json', expected: 'JSON', found: (error as Error).message })
    return null
  }
  requireAudit(value)
  const result = auditReportSchema.safeParse(value)
  // As it was written, in the order of its keys and with all it holds: hashes and the page are of that.
  if (result.success) return { raw: value as AuditReport, report: result.data }
  const [issue] = result.error.issues
  const found = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`
  problems.push({ file: 'report.json', expected: 'the report of an audit, lethe.audit-report/1', found })
  return null
}

/** A damaged report still has some of what only audits have; the report of another run has none, and nothing it could be checked by. */
function requireAudit(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  const { schema, record } = value as { schema?: unknown; record?: { kind?: unknown } | null }
  if (String(schema).startsWith('lethe.audit-report/')) return
  if (['audit', 'auditSha256', 'seal', 'shadows'].some((name) => name in value)) return
  const kind = typeof record?.kind === 'string' ? ` but of a run of the kind ${shown(record.kind)}` : ''
  throw new LetheError(
    'file-malformed',
    `This is no report of an audit${kind}; there is no check of such a file.`,
    'Give report.json or report.html of an audit, or the id of its run.',
  )
}

/** What Lethe words itself, each version in its own way. */
function ofVersion(by: unknown, found: Problem[], file: string, expected: string, is: string): string | null {
  if (expected !== is && by !== version) return `${file} is of Lethe ${String(by)}, this is ${version}: not compared.`
  return differs(found, file, expected, is)
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

function checkConfig({ config, audit, shadows }: AuditReport, found: Problem[]): null {
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
  if (shadows) expect('shadows', asked.shadows, shadows.length)
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

function checkShares({ audit, environment }: AuditReport, found: Problem[]): string | null {
  const shares = {
    released: sharesOf(audit.trajectories, 'released'),
    textbook: sharesOf(audit.trajectories, 'textbook'),
  }
  const auditor = auditorsOf(audit.trajectories, audit.rules)
  const computed = { shares, auditor, words: wordsOf({ ...audit, shares, auditor }) }
  for (const part of ['shares', 'auditor'] as const)
    if (!same(computed[part], audit[part]))
      found.push({ file: `audit.${part}`, expected: shown(computed[part]), found: shown(audit[part]) })
  // The words are those of the version that ran the audit, not of the one that wrote the report.
  return ofVersion(environment['lethe'], found, 'audit.words', computed.words.join('\n'), audit.words.join('\n'))
}

async function checkEpisodes({ audit }: AuditReport, origin: Origin | null, found: Problem[]): Promise<string | null> {
  const data = await origin?.data(audit.data.id)
  if (!data)
    return `The set ${audit.data.id} is not at hand; the report names the hash of each episode, by which any copy can be told.`
  differs(found, 'audit.data.contentHash', data.set.contentHash, audit.data.contentHash)
  const known = new Map(data.episodes.map((episode, place) => [episode.id, { episode, place }]))
  for (const { id, sha256 } of audit.trajectories) {
    const at = known.get(id)
    const is = at ? await storedHash(data, at.episode, at.place) : 'no such episode'
    if (is !== sha256) found.push({ file: `${audit.data.id}, episode ${id}`, expected: sha256, found: is })
  }
  return null
}

/** That of the list of episodes, once the stored rows were held against it; else what is wrong with them. */
async function storedHash({ project, set }: OpenedTrajectories, episode: Episode, place: number): Promise<string> {
  try {
    await readEpisodeRows(project, set, episode, place)
    return episode.sha256
  } catch (error) {
    if (error instanceof LetheError) return error.message
    throw error
  }
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

async function checkFields(
  is: AuditReport,
  now: AuditReport | Error | null,
  home: Origin | null,
  found: Problem[],
): Promise<string | null> {
  if (!home || !now) return `Run ${is.record.id} is not at hand.`
  if (!(now instanceof Error)) return compareFields(is, now, home, found)
  found.push({ file: `run ${is.record.id}`, expected: 'the run of an audit', found: now.message })
  return null
}
