/** The run folder: what is where, how runs are made, found and listed. Plain files are the truth; there is no index. */
import { randomBytes } from 'node:crypto'
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { LetheError } from '../contract/errors.ts'
import {
  planSchema,
  runNotesSchema,
  runRecordSchema,
  type Device,
  type Plan,
  type RunEvent,
  type RunNotes,
  type RunRecord,
  type RunSummary,
} from '../contract/run.ts'
import type { LoggedEvent } from '../contract/calls.ts'
import { readJson, readLineBlocks, writeAtomic, writeJson } from '../files/atomic.ts'
import { lockOwner } from '../files/lock.ts'
import { requireOwn } from '../files/own.ts'
import { foldersInTrash } from '../files/trash.ts'

export interface RunPaths {
  readonly id: string
  readonly folder: string
  readonly config: string
  readonly plan: string
  readonly environment: string
  readonly state: string
  readonly events: string
  readonly metrics: string
  readonly checkpoints: string
  readonly artifacts: string
  readonly releases: string
  readonly control: string
  readonly lock: string
  readonly notes: string
  readonly reportHtml: string
  readonly reportJson: string
}

/** Refuses a run whose files lead out of it. Errors: `file-unreadable`. */
export const requireOwnFiles = ({ id, folder }: RunPaths, names: readonly string[]): Promise<void> =>
  requireOwn(
    path.dirname(folder),
    names.map((name) => `${id}/${name}`),
  )

export const runsFolder = (project: string): string => path.join(project, 'runs')

const idPattern = /^[\w-]{1,120}$/

export function runPaths(project: string, id: string): RunPaths {
  if (!idPattern.test(id)) throw new LetheError('usage', `${id} is not the name of a run.`, 'See `lethe runs list`.')
  return pathsIn(path.join(runsFolder(project), id), id)
}

function pathsIn(folder: string, id: string): RunPaths {
  const at = (name: string): string => path.join(folder, name)
  return {
    id,
    folder,
    config: at('config.json'),
    plan: at('plan.json'),
    environment: at('environment.json'),
    state: at('state.json'),
    events: at('events.ndjson'),
    metrics: at('metrics.ndjson'),
    checkpoints: at('checkpoints'),
    artifacts: at('artifacts'),
    releases: at('releases'),
    control: at('control'),
    lock: at('lock'),
    notes: at('notes.json'),
    reportHtml: at('report.html'),
    reportJson: at('report.json'),
  }
}

/** Makes a queued run, with artifacts that it begins with. The record is written last: a folder without one is not a run. */
export async function createRun(
  project: string,
  options: {
    kind: string
    title: string
    config: unknown
    plan: Plan
    device?: Device
    files?: ReadonlyMap<string, Uint8Array>
  },
): Promise<RunPaths> {
  const created = new Date()
  const stamp = created.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  const id = `${stamp}-${options.kind.replace(/\W+/g, '-')}-${randomBytes(3).toString('hex')}`
  const paths = runPaths(project, id)
  await fs.mkdir(paths.artifacts, { recursive: true, mode: 0o700 })
  for (const [name, bytes] of options.files ?? []) await writeAtomic(path.join(paths.artifacts, name), bytes)
  await writeJson(paths.config, options.config)
  await writeJson(paths.plan, options.plan)
  await writeRecord(paths, {
    schema: 'lethe.run/1',
    id,
    kind: options.kind,
    title: options.title,
    state: 'queued',
    created: created.toISOString(),
    started: null,
    ended: null,
    error: null,
    outcome: null,
    attempts: 0,
    device: options.device ?? 'auto',
  })
  return paths
}

export const writeRecord = (paths: RunPaths, record: RunRecord): Promise<void> => writeJson(paths.state, record)

/** The record as it stands; one that says running without a living owner is `interrupted`. */
export async function readRecord(paths: RunPaths): Promise<RunRecord> {
  const record = await readJson(paths.state, runRecordSchema).catch((error: unknown) => {
    if (error instanceof LetheError && error.code === 'file-missing')
      throw new LetheError('run-missing', `There is no run ${paths.id} in this project.`, 'See `lethe runs list`.')
    throw error
  })
  const working = record.state === 'running' || record.state === 'paused'
  if (working && (await lockOwner(paths.lock)) === null) return { ...record, state: 'interrupted' }
  return record
}

export const readPlan = (paths: RunPaths): Promise<Plan> => readJson(paths.plan, planSchema)
export const readEnvironment = (paths: RunPaths): Promise<Record<string, unknown> | null> =>
  readJson(paths.environment, z.record(z.string(), z.unknown())).catch(() => null)
export const readConfig = (paths: RunPaths): Promise<unknown> => readJson(paths.config, z.unknown())
/** The log from its beginning, a piece at a time. */
export const eventBlocks = (paths: RunPaths): AsyncGenerator<LoggedEvent[], void> =>
  readLineBlocks(paths.events) as AsyncGenerator<LoggedEvent[], void>

/** The events of the kinds that are wanted; a log of hours holds far more of the others. */
export async function readEvents(paths: RunPaths, kinds?: readonly LoggedEvent['kind'][]): Promise<LoggedEvent[]> {
  const found: LoggedEvent[] = []
  for await (const events of eventBlocks(paths))
    for (const event of events) if (!kinds || kinds.includes(event.kind)) found.push(event)
  return found
}

const tailBlock = 64 << 10

/** The newest progress event, read from the end: a long run's events are many, and the last kilobytes hold it. */
async function newestProgress(file: string): Promise<RunSummary['progress']> {
  const handle = await fs.open(file, 'r').catch(() => null)
  if (!handle) return null
  try {
    let after = Buffer.alloc(0)
    for (let end = (await handle.stat()).size; end > 0;) {
      const block = Buffer.alloc(Math.min(tailBlock, end))
      end -= block.length
      await handle.read(block, 0, block.length, end)
      const text = Buffer.concat([block, after])
      // What stands before the first line break belongs to a line that begins in the block before.
      const first = end === 0 ? 0 : text.indexOf(0x0a) + 1
      const lines = text
        .subarray(first, text.lastIndexOf(0x0a) + 1)
        .toString('utf8')
        .split('\n')
      const line = lines.reverse().find((candidate) => candidate.includes('"kind":"progress"'))
      if (line !== undefined) return progressOf(line)
      after = text.subarray(0, first)
    }
    return null
  } finally {
    await handle.close()
  }
}

function progressOf(line: string): RunSummary['progress'] {
  try {
    const { phase, step, totalSteps, rate, secondsLeft, whole } = JSON.parse(line) as RunEvent & { kind: 'progress' }
    return { phase, step, totalSteps, rate, secondsLeft, ...(whole !== undefined && { whole }) }
  } catch {
    return null // a damaged line; who reads the whole log is told
  }
}

const wordOf = (config: unknown, ...names: string[]): string | null => {
  const fields = (config ?? {}) as Record<string, unknown>
  const found = names.map((name) => fields[name]).find((value) => typeof value === 'string')
  return typeof found === 'string' ? found : null
}

export async function summariseRun(paths: RunPaths): Promise<RunSummary> {
  const record = await readRecord(paths)
  const [progress, config, { tags, note }] = await Promise.all([
    newestProgress(paths.events),
    readConfig(paths).catch(() => null),
    readNotes(paths),
  ])
  const waits = record.state === 'running' && progress?.phase === waitingPhase
  return {
    ...record,
    folder: paths.folder,
    progress,
    data: wordOf(config, 'data'),
    method: wordOf(config, 'method', 'algorithm'),
    tags,
    note,
    waitsFor: waits ? await deviceHolder(path.dirname(paths.folder)) : null,
  }
}

/** The phase of a run that waits for another to leave the device. */
export const waitingPhase = 'Waiting for the run before'
/**
 * Held by a run for the moment in which it begins to work on a data set, and by who takes the set out of the project from the look
 * whether a run works on it until it is gone: so neither slips past the other.
 */
export const dataLock = (project: string, data: string): string => path.join(runsFolder(project), `.data-${data}.lock`)

export const deviceLock = (runs: string): string => path.join(runs, '.device.lock')

/** The run whose process holds the device; null when none does. */
async function deviceHolder(runs: string): Promise<string | null> {
  const owner = await lockOwner(deviceLock(runs))
  if (owner === null) return null
  for (const name of await fs.readdir(runs).catch(() => []))
    if (idPattern.test(name) && (await lockOwner(path.join(runs, name, 'lock'))) === owner) return name
  return null
}

const noNotes: RunNotes = { schema: 'lethe.notes/1', tags: [], note: '' }
export const readNotes = (paths: RunPaths): Promise<RunNotes> =>
  readJson(paths.notes, runNotesSchema).catch(() => noNotes)

/** The files a person may want to know of, by name below the run's folder. */
export async function runFiles(paths: RunPaths): Promise<{ name: string; bytes: number }[]> {
  const files: { name: string; bytes: number }[] = []
  for (const folder of ['', 'artifacts', 'releases'])
    for (const entry of await fs.readdir(path.join(paths.folder, folder), { withFileTypes: true }).catch(() => [])) {
      if (!entry.isFile() || /^\.|^lock$|^control$|\.tmp$/.test(entry.name)) continue
      const stat = await fs.stat(path.join(paths.folder, folder, entry.name)).catch(() => null)
      if (stat) files.push({ name: path.posix.join(folder, entry.name), bytes: stat.size })
    }
  return files
}

/** Removes what a killed worker was in the middle of writing. Only for the owner of the run's lock. */
export async function sweep(paths: RunPaths): Promise<void> {
  for (const folder of [paths.artifacts, paths.releases, paths.checkpoints])
    for (const name of await fs.readdir(folder).catch(() => []))
      if (name.endsWith('.tmp')) await fs.rm(path.join(folder, name), { recursive: true, force: true })
}

/** Every run of the project, oldest first. A folder that is not a whole run is left out. */
export async function listRuns(project: string): Promise<RunPaths[]> {
  const names = await fs.readdir(runsFolder(project)).catch(() => [])
  const runs: RunPaths[] = []
  for (const name of names.filter((candidate) => idPattern.test(candidate)).sort()) {
    const paths = runPaths(project, name)
    if (await fs.stat(paths.state).catch(() => null)) runs.push(paths)
  }
  return runs
}

/** Runs that were removed and can be brought back, where they lie now. */
export const removedRuns = async (project: string): Promise<RunPaths[]> =>
  (await foldersInTrash(project, 'run')).map(({ origin, folder }) => pathsIn(folder, origin))
