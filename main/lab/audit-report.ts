/** Reports of audits: what they take from the project, and how they are checked, here and elsewhere. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import type { DeletionStatement } from '../contract/deletion.ts'
import { LetheError } from '../contract/errors.ts'
import { readConfig, readEnvironment, readRecord, runPaths, type RunPaths } from '../runs/folder.ts'
import type { AuditConfig } from '../trajectories/audit/audit.ts'
import { estimatesOf, returnsOf, writeAuditReport } from '../trajectories/audit/report.ts'
import { verifyAuditReport, type Origin, type ReportVerification } from '../trajectories/audit/verify.ts'
import { openTrajectories, readTrajectorySet } from '../trajectories/data/store.ts'
import { deletionStatement } from '../trajectories/deletion/statement.ts'
import { requestIds } from '../trajectories/deletion/record.ts'

/** Of a run that ended well. */
export async function reportAudit(project: string, paths: RunPaths): Promise<string> {
  const { outcome: _outcome, ...record } = await readRecord(paths)
  const config = (await readConfig(paths)) as AuditConfig
  const set = await readTrajectorySet(project, config.data).catch(() => null)
  const outcomeOf = async (run: string | null) =>
    run === null ? null : ((await readRecord(runPaths(project, run)).catch(() => null))?.outcome ?? null)
  const outcomes = {
    agent: await outcomeOf(config.agent),
    original: await outcomeOf(config.original),
    retrained: await outcomeOf(config.retrained),
  }
  const estimates = estimatesOf(outcomes)
  return writeAuditReport(paths.folder, {
    record,
    dataset: set && {
      ...{ id: set.id, name: set.name, source: set.source, licence: set.licence, contentHash: set.contentHash },
      ...{ episodes: set.episodes, steps: set.steps },
    },
    config,
    environment: (await readEnvironment(paths)) ?? {},
    returns: returnsOf(outcomes),
    ...(estimates && { estimates }),
    deletion: await requestOf(project, paths.id, config.agent),
  })
}

/** The newest request that this audit, or the agent it is of, was made for. */
async function requestOf(project: string, run: string, agent: string): Promise<DeletionStatement | null> {
  const statements: DeletionStatement[] = []
  for (const id of await requestIds(project)) {
    const statement = await deletionStatement(project, id).catch(() => null)
    if (statement && (statement.audited === run || statement.unlearned === agent)) statements.push(statement)
  }
  return statements.sort((a, b) => a.opened.localeCompare(b.opened)).at(-1) ?? null
}

const originIn = (project: string): Origin => ({
  data: (id) => openTrajectories(project, id).catch(() => null),
  artifact: (run, name) =>
    /^[\w-]{1,120}$/.test(run)
      ? fs.readFile(path.join(runPaths(project, run).artifacts, name)).catch(() => null)
      : Promise.resolve(null),
})

/** By the id of a run of the project, or by a file: report.json, or report.html beside it. Errors: `file-missing`. */
export async function verifyReport(project: string | null, report: string): Promise<ReportVerification> {
  const own =
    project !== null && /^[\w-]{1,120}$/.test(report)
      ? path.join(runPaths(project, report).folder, 'report.json')
      : null
  const isRun = own !== null && (await fs.stat(own).catch(() => null)) !== null
  const file = isRun ? own : report.replace(/\.html$/, '.json')
  const text = await fs.readFile(file, 'utf8').catch(() => null)
  if (text === null)
    throw new LetheError(
      'file-missing',
      `${file} cannot be read.`,
      'Give report.json of an audit, or the id of its run.',
    )
  return verifyAuditReport(text, project === null ? null : originIn(project))
}
