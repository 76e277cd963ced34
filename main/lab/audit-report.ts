/** Reports of audits: what they take from the project, and how they are checked, here and elsewhere. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import type { ReportVerification } from '../contract/audit.ts'
import type { DeletionStatement, RequestSummary } from '../contract/deletion.ts'
import { LetheError } from '../contract/errors.ts'
import { dataFolder } from '../data/catalogue.ts'
import { readConfig, readEnvironment, readRecord, runPaths, runsFolder, type RunPaths } from '../runs/folder.ts'
import { parseAuditConfig, type AuditConfig } from '../trajectories/audit/audit.ts'
import type { Origin } from '../trajectories/audit/against-project.ts'
import {
  auditReport,
  estimatesOf,
  returnsOf,
  writeAuditReport,
  type AuditReport,
  type MadeAgent,
} from '../trajectories/audit/report.ts'
import { verifyAuditReport } from '../trajectories/audit/verify.ts'
import { openTrajectories, readTrajectorySet } from '../trajectories/data/store.ts'
import { deletionStatement } from '../trajectories/deletion/statement.ts'
import { requestIds, summaryOf, verifyRequest } from '../trajectories/deletion/record.ts'
import { followSteps } from '../trajectories/deletion/steps.ts'

/** Of a run that ended well, with the request that it was for as it stands now. Gives the path of the page. */
export async function reportAudit(project: string, paths: RunPaths): Promise<string> {
  for (const id of await requestIds(project)) await followSteps(project, id)
  return writeAuditReport(paths.folder, await reportOf(project, paths))
}

/** What is written of a run, and what a report of it is held against. */
async function reportOf(project: string, paths: RunPaths): Promise<AuditReport> {
  const { outcome, ...record } = await readRecord(paths)
  const config = (await readConfig(paths)) as AuditConfig
  parseAuditConfig(config)
  const set = await readTrajectorySet(project, config.data).catch(() => null)
  const runs = {
    agent: await runOf(project, config.agent),
    original: await runOf(project, config.original),
    retrained: await runOf(project, config.retrained),
  }
  const outcomes = {
    agent: runs.agent?.outcome ?? null,
    original: runs.original?.outcome ?? null,
    retrained: runs.retrained?.outcome ?? null,
  }
  const estimates = estimatesOf(outcomes)
  const given = {
    record,
    dataset: set && {
      ...{ id: set.id, name: set.name, source: set.source, licence: set.licence, contentHash: set.contentHash },
      ...{ episodes: set.episodes, steps: set.steps },
    },
    config,
    environment: (await readEnvironment(paths)) ?? {},
    made: {
      agent: runs.agent?.made ?? null,
      original: runs.original?.made ?? null,
      retrained: runs.retrained?.made ?? null,
    },
    returns: returnsOf(outcomes),
    ...(estimates && { estimates }),
    deletion: await requestOf(project, paths.id, config.agent),
  }
  return auditReport(paths.folder, given, outcome?.['auditSha256'])
}

/** What is told of the run that made an agent; null where it is gone. */
async function runOf(project: string, run: string | null) {
  const paths = run === null ? null : runPaths(project, run)
  const record = paths && (await readRecord(paths).catch(() => null))
  if (!record) return null
  const { kind, title, created, outcome } = record
  const config = (await readConfig(paths).catch(() => ({}))) as Record<string, unknown>
  return { outcome, made: { kind, title, created, config } satisfies MadeAgent }
}

/** The newest request that this audit, or the agent it is of, was made for. Only of that one every copy is looked for. */
async function requestOf(project: string, run: string, agent: string): Promise<DeletionStatement | null> {
  const found: RequestSummary[] = []
  for (const id of await requestIds(project)) {
    const summary = summaryOf(id, await verifyRequest(project, id))
    if (summary && (summary.audited === run || summary.unlearned === agent)) found.push(summary)
  }
  const newest = found.sort((a, b) => a.opened.localeCompare(b.opened)).at(-1)
  return newest ? deletionStatement(project, newest.request).catch(() => null) : null
}

const isName = (text: string): boolean => /^[\w-]{1,120}$/.test(text)
const fileIn = (folder: string, name: string): Promise<Uint8Array | null> =>
  fs.readFile(path.join(folder, name)).catch(() => null)

const originIn = (project: string): Origin => ({
  data: (id) => openTrajectories(project, id).catch(() => null),
  artifact: async (run, name) => (isName(run) ? fileIn(runPaths(project, run).artifacts, name) : null),
  kept: async (data, name) => (isName(data) ? fileIn(path.join(dataFolder(project, data), 'cache'), name) : null),
  async report(run) {
    const there = isName(run) && (await fs.stat(runPaths(project, run).state).catch(() => null))
    return there ? reportOf(project, runPaths(project, run)) : null
  },
  deletion: (request, lines) => deletionStatement(project, request, lines).catch(() => null),
})

/** Far more than that of an audit of every episode of the largest sets. */
const mostBytes = 2 ** 28

/**
 * By the id of a run of the project, or by a file: report.json or report.html, of which each is held against the other where it lies beside
 * it. Errors: `file-missing`, `file-malformed`.
 */
export async function verifyReport(project: string | null, report: string): Promise<ReportVerification> {
  const own = project !== null && isName(report) ? runPaths(project, report).reportJson : null
  const isRun = own !== null && (await fs.stat(own).catch(() => null)) !== null
  const file = isRun ? own : report.replace(/\.html$/, '.json')
  const { size = 0 } = (await fs.stat(file).catch(() => null)) ?? {}
  if (size > mostBytes)
    throw new LetheError(
      'file-malformed',
      `${file} is more than a report of an audit can be.`,
      'Give report.json of an audit.',
    )
  const text = await fs.readFile(file, 'utf8').catch(() => null)
  if (text === null)
    throw new LetheError(
      'file-missing',
      `${file} cannot be read.`,
      'Give report.json of an audit, with report.html beside it. That of a run is written when it is first opened.',
    )
  const page = file.endsWith('.json') ? await fs.readFile(file.replace(/\.json$/, '.html')).catch(() => null) : null
  if (report.endsWith('.html') && page === null)
    throw new LetheError('file-missing', `${report} cannot be read.`, 'Give report.json alone, without the page.')
  const folder = path.dirname(path.resolve(file))
  const run =
    project !== null && path.dirname(folder) === runsFolder(path.resolve(project)) ? path.basename(folder) : null
  return verifyAuditReport(text, project === null ? null : originIn(project), { page, run })
}
