/** Writes a bundle: the evidence of some runs as one file that can be checked anywhere. */
import { promises as fs } from 'node:fs'
import { LetheError } from '../contract/errors.ts'
import type { Manifest } from '../contract/evidence.ts'
import { byName } from '../data/formats/bytes.ts'
import type { RunPaths } from '../runs/folder.ts'
import type { ReportInput } from '../runs/report.ts'
import { version } from '../version.ts'
import { jsonBytes, manifestName, readme, readmeName, reviewName, runPath, sealed, sha256 } from './layout.ts'
import { fromBytes, fromFile, wholeBytes, writePacked, type Packed } from './pack.ts'
import { runFiles, type RunFiles } from './run-files.ts'

export interface ExportRun {
  readonly paths: RunPaths
  readonly input: ReportInput
  /** The review of the run, where there is one. */
  readonly review: Uint8Array | null
}

export interface Exported {
  readonly id: string
  readonly files: number
  readonly bytes: number
}

export interface ExportOptions {
  readonly samples: boolean
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

export function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new LetheError('cancelled', 'The export was stopped. Nothing was written.')
}

/**
 * Errors: `run-state`; `cancelled`; `usage` for runs of both modes, since what research may hold would undo what release leaves out.
 */
export async function exportBundle(
  target: string,
  runs: readonly ExportRun[],
  options: ExportOptions,
): Promise<Exported> {
  const { manifest, entries } = await makeBundle(runs, options)
  const bytes = await writePacked(target, entries, options.signal).catch((error: unknown) => {
    throwIfStopped(options.signal)
    throw error
  })
  options.onProgress?.(runs.length, runs.length)
  return { id: manifest.id, files: entries.length, bytes }
}

async function makeBundle(
  runs: readonly ExportRun[],
  options: ExportOptions,
): Promise<{ manifest: Manifest; entries: Packed[] }> {
  const made: RunFiles[] = []
  const files: (Packed & { readonly sha256: string })[] = []
  for (const [index, { paths, input, review }] of runs.entries()) {
    options.onProgress?.(index, runs.length)
    throwIfStopped(options.signal)
    const one = await runFiles(paths, input, options.samples)
    made.push(one)
    for (const [name, content] of one.files) files.push(await inMemory(runPath(paths.id, name), content))
    if (review) files.push(await inMemory(runPath(paths.id, reviewName), review))
    for (const { name, file, bytes, sha256: hash } of one.samples) {
      const entry = runPath(paths.id, name)
      const packed = bytes <= wholeBytes ? fromBytes(entry, await fs.readFile(file)) : fromFile(entry, file, bytes)
      files.push({ ...packed, sha256: hash })
      throwIfStopped(options.signal)
    }
  }
  const modes = new Set(made.map(({ document }) => document.config.mode))
  const [mode, other] = modes
  if (mode === undefined || other !== undefined)
    throw new LetheError(
      'usage',
      `A bundle holds runs of one mode; these are of ${[...modes].join(' and ') || 'none'}.`,
      'Export the release runs by themselves: what research shows would undo what a release leaves out.',
    )
  const facts = {
    schema: 'lethe.bundle/1',
    version,
    created: made
      .map(({ newest }) => newest)
      .sort()
      .at(-1)!,
    mode,
    samples: options.samples,
    runs: made.map(({ document: { record, config }, removed }) => ({
      ...{ id: record.id, kind: record.kind, title: record.title, data: config.data },
      ...(removed ? { dataRemoved: true as const } : {}),
    })),
  } as const
  files.push(await inMemory(readmeName, Buffer.from(readme(facts))))
  files.sort((a, b) => byName(a.path, b.path))
  const manifest = sealed({
    ...facts,
    files: files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })),
  })
  return { manifest, entries: [await inMemory(manifestName, jsonBytes(manifest)), ...files] }
}

async function inMemory(path: string, content: Uint8Array): Promise<Packed & { sha256: string }> {
  await new Promise((resolve) => setImmediate(resolve))
  return { ...fromBytes(path, content), sha256: sha256(content) }
}
