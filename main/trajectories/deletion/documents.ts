/**
 * Reports and tables of runs that are written out of the project. They hold nothing of what was recorded at the steps of an episode, but name
 * episodes, and those of an audit say of each what was found: they go on record as such (exports.ts), before the first byte.
 */
import path from 'node:path'
import { z } from 'zod'
import { auditFile } from '../../contract/audit.ts'
import type { ExportRecord } from '../../contract/deletion.ts'
import { readJson } from '../../files/atomic.ts'
import { knownContents } from './contents.ts'
import { shortHash, whileRecorded } from './exports.ts'
import { readSetFolders } from './holders.ts'
import { namedIn, readRunFolders, type RunFolder } from './runs-on.ts'

type Document = Extract<ExportRecord, { kind: 'document' }>

export interface DocumentOf {
  readonly form: Document['form']
  readonly runs: readonly string[]
  readonly target: string
}

/** Writes it, on record where it names episodes. Errors: those of `write`, `request-corrupt`. */
export async function recordDocument<Value>(
  project: string,
  { form, runs: wanted, target }: DocumentOf,
  write: () => Promise<Value>,
): Promise<Value> {
  const all = await readRunFolders(project)
  const runs = all.filter(({ id, trash, config }) => wanted.includes(id) && trash === null && namedIn(config).size > 0)
  if (runs.length === 0) return write()
  const named = await Promise.all(runs.map((run) => episodesIn(project, run, all)))
  const isAudit = runs.every(({ record }) => record?.kind === 'trajectories.audit')
  const record: Document = {
    ...{ kind: 'document', form, runs: runs.map(({ id }) => id), name: runs[0]!.record?.title ?? runs[0]!.id },
    ...{ to: path.basename(target), judged: isAudit && form !== 'comparison' },
    episodes: named.includes(null) ? null : [...new Set(named.flatMap((one) => one ?? []))],
  }
  return whileRecorded(project, record, target, write)
}

/** Puts on record what is about to be written by another process; whether it is, is not known here. */
export const announceDocument = (project: string, document: DocumentOf): Promise<void> =>
  recordDocument(project, document, () => Promise.resolve())

const judgedSchema = z.looseObject({ trajectories: z.array(z.looseObject({ sha256: z.string() })) })

/** The hashes of those that a run names: an audit has them itself. Null where nothing tells what its set held. */
async function episodesIn(project: string, run: RunFolder, all: readonly RunFolder[]): Promise<string[] | null> {
  const audit = await readJson(path.join(run.folder, 'artifacts', auditFile), judgedSchema).catch(() => null)
  if (audit) return audit.trajectories.map(({ sha256 }) => shortHash(sha256))
  const ids = namedIn(run.config)
  const contents = (await knownContents(project, await readSetFolders(project), all)).filter(
    ({ data, created }) => data === run.config?.data && created <= (run.record?.created ?? ''),
  )
  if (contents.length === 0) return null
  return contents.flatMap(({ episodes }) => episodes.flatMap(([id, short]) => (ids.has(id) ? [short] : [])))
}
