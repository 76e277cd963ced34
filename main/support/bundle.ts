/**
 * The support bundle: a zip for whoever helps. It holds versions, diagnostics, the logs and how each run went: states, phases,
 * warnings, errors. It is made of what is listed here, never of what was left out: no pixels, no figures, no names of data.
 */
import { createWriteStream, promises as fs } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import type { LoggedEvent } from '../contract/calls.ts'
import { toErrorRecord } from '../contract/errors.ts'
import { doctor } from '../doctor.ts'
import { createRedactor, type Redact } from './redact.ts'
import { eventBlocks, listRuns, readConfig, summariseRun, type RunPaths } from '../runs/folder.ts'

const mostRuns = 50
const mostEvents = 500
const mostLogBytes = 2_000_000

const readMe = `A support bundle of Lethe.

about.json   versions, system, and what the diagnostics found
logs/        what the window noted: start, stop, processes that ended, refused connections
runs/        for each of the newest ${mostRuns} runs its states, phases, warnings and errors

Left out on purpose: pictures, figures, configurations, the names of data sets and files. Paths are cut to <project>, <home> or <path>.
Open the files and look before you pass them on.
`

/** Events that say how a run went. A metric or a preview may say what the data is like. */
const told: Partial<Record<LoggedEvent['kind'], (event: never) => object>> = {
  state: ({ state }: { state: string }) => ({ state }),
  progress: ({ phase, step, totalSteps }: { phase: string; step: number; totalSteps: number }) => ({
    phase,
    step,
    totalSteps,
  }),
  checkpoint: ({ step }: { step: number }) => ({ step }),
  warning: ({ message }: { message: string }) => ({ message }),
}

function describeEvent(event: LoggedEvent): object[] {
  const tell = told[event.kind]
  return tell ? [{ time: event.time, kind: event.kind, ...tell(event as never) }] : []
}

async function describeRun(run: RunPaths): Promise<string> {
  const { kind, state, created, started, ended, attempts, error } = await summariseRun(run)
  const head = { kind, state, created, started, ended, attempts, error }
  const newest: object[] = []
  for await (const events of eventBlocks(run)) {
    newest.push(...events.flatMap(describeEvent))
    newest.splice(0, newest.length - mostEvents)
  }
  return [head, ...newest].map((line) => JSON.stringify(line)).join('\n') + '\n'
}

/** What a manifest calls its data, of whatever kind it is and however damaged: what cannot be read names nothing. */
async function namesIn(folder: string): Promise<unknown[]> {
  const text = await fs.readFile(path.join(folder, 'manifest.json'), 'utf8').catch(() => '')
  try {
    const { id, name, source, classNames = [] } = JSON.parse(text) as Record<string, unknown>
    return [id, name, source, ...(Array.isArray(classNames) ? (classNames as unknown[]) : [])]
  } catch {
    return []
  }
}

/** Every name by which data is called in this project: also of sets that are gone, as trash, ledgers and runs remember them. */
async function namesOfData(project: string, runs: readonly RunPaths[]): Promise<string[]> {
  const listOf = (folder: string): Promise<string[]> => fs.readdir(path.join(project, folder)).catch(() => [])
  const [sets, removed, ledgers] = await Promise.all(['data', 'trash', 'ledger'].map(listOf))
  const found: unknown[] = [...sets!, ...ledgers!.map((file) => path.basename(file, '.ndjson'))]
  for (const set of sets!) found.push(...(await namesIn(path.join(project, 'data', set))))
  for (const one of removed!) found.push(...(await namesIn(path.join(project, 'trash', one, 'content'))))
  for (const run of runs) found.push(((await readConfig(run).catch(() => null)) as { data?: unknown } | null)?.data)
  return found.filter((name) => typeof name === 'string')
}

async function logsOf(folder: string | undefined): Promise<[string, string][]> {
  if (folder === undefined) return []
  const names = (await fs.readdir(folder).catch(() => [])).filter((name) => name.endsWith('.ndjson'))
  return Promise.all(
    names.map(async (name): Promise<[string, string]> => {
      const text = await fs.readFile(path.join(folder, name), 'utf8')
      return [`logs/${name}`, text.slice(-mostLogBytes)]
    }),
  )
}

/** The files of the bundle by name, redacted. */
async function collect(project: string, logs: string | undefined, redact: Redact, runs: readonly RunPaths[]) {
  const files: [string, string][] = [['README.txt', readMe]]
  files.push(['about.json', redact(JSON.stringify(await doctor({ load: false }), null, 2))])
  for (const [name, text] of await logsOf(logs)) files.push([name, redact(text)])
  for (const [index, run] of runs.entries()) {
    const text = await describeRun(run).catch((error: unknown) => JSON.stringify({ unreadable: toErrorRecord(error) }))
    files.push([`runs/run-${index + 1}.ndjson`, redact(text)])
  }
  return files
}

/** Errors: those of writing `target`. `logs` is the folder of the window's own log, where there is a window. */
export async function writeSupportBundle(
  project: string,
  target: string,
  logs?: string,
): Promise<{ files: number; bytes: number }> {
  const runs = (await listRuns(project)).slice(-mostRuns)
  const redact = createRedactor({ project, names: await namesOfData(project, runs) })
  const files = await collect(project, logs, redact, runs)
  const zip = new ZipFile()
  for (const [name, text] of files) zip.addBuffer(Buffer.from(text), name, { mode: 0o600 })
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(target, { mode: 0o600 }))
  return { files: files.length, bytes: (await fs.stat(target)).size }
}
