/** The files of one run as a bundle holds them, made in memory. What is left out of each, and why, stands here. */
import { createHash } from 'node:crypto'
import { createReadStream, promises as fs } from 'node:fs'
import path from 'node:path'
import type { LoggedEvent } from '../contract/calls.ts'
import { LetheError } from '../contract/errors.ts'
import type { LedgerExtract } from '../contract/evidence.ts'
import type { LedgerEntry, PrivacyMode } from '../contract/privacy.ts'
import { readEvents, type RunPaths } from '../runs/folder.ts'
import { makeReport, reportPage, shownEntries, type ReportDocument, type ReportInput } from '../runs/report.ts'
import { jsonBytes, lineBytes, sampleNames, sha256 } from './layout.ts'

export interface Sample {
  readonly name: string
  readonly file: string
  readonly bytes: number
  readonly sha256: string
}

export interface RunFiles {
  readonly document: ReportDocument
  /** Whether the data was no longer in the project. */
  readonly removed: boolean
  /** By name below `runs/ID/`. */
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly samples: readonly Sample[]
  /** When the newest thing in them was written. */
  readonly newest: string
}

/** Of these `shownEvents` makes its choice. */
const evidentKinds = ['state', 'spend', 'artifact', 'checkpoint', 'warning'] as const

/** Errors: `run-state` for a run that has not ended well, `file-malformed` for an artifact that is not what the run wrote. */
export async function runFiles(paths: RunPaths, input: ReportInput, withSamples: boolean): Promise<RunFiles> {
  // Through JSON once, so that the page is made of exactly what report.json says.
  const document = JSON.parse(JSON.stringify(await makeReport(paths, input))) as ReportDocument
  const { mode } = document.config
  const events = await readEvents(paths, evidentKinds)
  const samples = withSamples ? await samplesOf(paths, events) : []
  const picture = samples.find(({ name }) => name === 'samples-final.png')
  const files = new Map<string, Uint8Array>([
    ['config.json', jsonBytes(document.config)],
    ['environment.json', jsonBytes(document.environment)],
    ['events.ndjson', lineBytes(shownEvents(events, mode))],
    ['ledger.json', jsonBytes(ledgerExtract(input.ledger.entries, input.dataset.id, mode, paths.id))],
    ...(mode === 'research' ? [['metrics.ndjson', await wholeLines(paths.metrics)] as const] : []),
    ['plan.json', jsonBytes(document.plan)],
    ['report.html', Buffer.from(reportPage(document, picture ? await fs.readFile(picture.file) : null))],
    ['report.json', jsonBytes(document)],
  ])
  const times = [document.record.ended ?? document.record.created, ...document.ledger.entries.map(({ time }) => time)]
  return { document, removed: input.removed, files, samples, newest: times.sort().at(-1)! }
}

/** What a verdict is given on: the hash of what was asked, planned and came out. It covers neither data nor ledger. */
export const seenOf = ({ config, plan, record }: Pick<ReportDocument, 'config' | 'plan' | 'record'>): string =>
  sha256(JSON.stringify([config, plan, record]))

/**
 * What of the ledger goes along (see `extractSchema`). In research mode the whole chain, so that its order can be checked; the reads of
 * other runs are none of this one's business and leave their place in the chain alone.
 */
export function ledgerExtract(
  entries: readonly LedgerEntry[],
  data: string,
  mode: PrivacyMode,
  run: string,
): LedgerExtract {
  const head = { schema: 'lethe.ledger-extract/1', data } as const
  if (mode === 'release')
    return { ...head, form: 'unchained', entries: shownEntries(entries, mode, run) } as LedgerExtract
  return {
    ...head,
    form: 'chained',
    entries: entries.map((entry) => {
      const { seq, previous, hash } = entry
      return entry.kind === 'read' && entry.run !== run ? { kind: 'link' as const, seq, previous, hash } : entry
    }),
  }
}

/**
 * States, charges, results and checkpoints. Progress and previews prove nothing; figures stand in metrics.ndjson; in release mode
 * warnings, which are free words, and the hashes of the ledger stay at home.
 */
export function shownEvents(events: readonly LoggedEvent[], mode: PrivacyMode): object[] {
  return events.flatMap((event): object[] => {
    if (event.kind === 'state' || event.kind === 'artifact' || event.kind === 'checkpoint') return [event]
    if (event.kind === 'warning') return mode === 'research' ? [event] : []
    if (event.kind !== 'spend') return []
    const { ledgerHash: _hash, ...open } = event
    return [mode === 'research' ? event : open]
  })
}

async function wholeLines(file: string): Promise<Uint8Array> {
  const bytes = await fs.readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0)
    throw error
  })
  return bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1)
}

async function samplesOf(paths: RunPaths, events: readonly LoggedEvent[]): Promise<Sample[]> {
  const samples: Sample[] = []
  for (const name of sampleNames) {
    const written = events.filter((event) => event.kind === 'artifact' && event.name === name).at(-1)
    if (written?.kind !== 'artifact') continue
    const file = path.join(paths.artifacts, name)
    const found = await hashStream(createReadStream(file))
    if (found !== written.sha256)
      throw new LetheError(
        'file-malformed',
        `${file} is not the file that run ${paths.id} wrote: expected sha256 ${written.sha256}, found ${found}.`,
        'Export the evidence without samples, or restore the file from a copy.',
      )
    samples.push({ name, file, bytes: written.bytes, sha256: written.sha256 })
  }
  return samples
}

export async function hashStream(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}
