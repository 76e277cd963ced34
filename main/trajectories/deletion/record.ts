/** The record of a deletion request: a chain (files/chain.ts), `<project>/requests/<id>.ndjson`, and what its lines say together. */
import { randomBytes } from 'node:crypto'
import { promises as fs } from 'node:fs'
import path from 'node:path'
import {
  requestEntrySchema,
  requestIdSchema,
  type Holder,
  type RequestEntry,
  type RequestRecord,
  type RequestSummary,
} from '../../contract/deletion.ts'
import { LetheError } from '../../contract/errors.ts'
import { appendChain, verifyChain, type Chain, type Verification } from '../../files/chain.ts'

export type Opening = Extract<RequestEntry, { kind: 'open' }>
export type Closing = Extract<RequestEntry, { kind: 'close' }>

const requestsFolder = (project: string): string => path.join(project, 'requests')
export const requestFile = (project: string, id: string): string => path.join(requestsFolder(project), `${id}.ndjson`)

const chainOf = (project: string, id: string): Chain<RequestEntry> => ({
  file: requestFile(project, id),
  name: `The record of deletion request ${id}`,
  schema: requestEntrySchema,
})

export const newRequestId = (time = new Date()): string =>
  `${time.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)}-${randomBytes(3).toString('hex')}`

export async function requestIds(project: string): Promise<string[]> {
  const names = await fs.readdir(requestsFolder(project)).catch(() => [])
  return names
    .filter((name) => name.endsWith('.ndjson') && requestIdSchema.safeParse(path.basename(name, '.ndjson')).success)
    .map((name) => path.basename(name, '.ndjson'))
    .sort()
}

/** As far as it holds. Errors: `file-missing` for one that is not there, `usage` for what is no name of one. */
export async function verifyRequest(project: string, id: string): Promise<Verification<RequestEntry>> {
  if (!requestIdSchema.safeParse(id).success)
    throw new LetheError(
      'usage',
      `${id} is not the name of a deletion request.`,
      'See `lethe trajectories request list`.',
    )
  if (!(await fs.stat(requestFile(project, id)).catch(() => null)))
    throw new LetheError(
      'file-missing',
      `There is no deletion request ${id} in this project.`,
      'See `lethe trajectories request list`.',
    )
  const verified = await verifyChain(chainOf(project, id))
  const [open] = verified.entries
  if (!verified.ok || (open?.kind === 'open' && open.request === id)) return verified
  return { ok: false, entries: [], firstBad: 0, reason: 'Its first line is not that of this request.' }
}

/** Errors: `request-corrupt`, and those of `verifyRequest`. */
export async function readRequest(project: string, id: string): Promise<readonly RequestEntry[]> {
  const { ok, entries, firstBad, reason } = await verifyRequest(project, id)
  if (ok) return entries
  throw new LetheError(
    'request-corrupt',
    `The record of deletion request ${id} is not intact from entry ${firstBad} on: ${reason}`,
    'Restore it from a copy, or open a new request.',
  )
}

/** Appends one line. `admit` sees the lines so far, under the lock: it throws to refuse, and false leaves the record as it is. */
export async function appendRequest(
  project: string,
  id: string,
  record: RequestRecord,
  admit: (entries: readonly RequestEntry[]) => boolean = () => true,
): Promise<void> {
  await appendChain(chainOf(project, id), record, async () => {
    const entries = record.kind === 'open' ? [] : await readRequest(project, id)
    if (!admit(entries)) throw unneeded
    requireOpen(entries, id)
    return entries
  }).catch((error: unknown) => {
    if (error !== unneeded) throw error
  })
}
/** Thrown and caught here only. */
const unneeded = new Error('already said')

/** Errors: `run-state` for a request that was closed. */
export function requireOpen(entries: readonly RequestEntry[], id: string): void {
  const closed = closingOf(entries)
  if (closed)
    throw new LetheError(
      'run-state',
      `Deletion request ${id} was closed on ${closed.time.slice(0, 10)}; nothing is added to it.`,
      'Open a new request for what is still to be done.',
    )
}

export const closingOf = (entries: readonly RequestEntry[]): Closing | null =>
  entries.find((entry): entry is Closing => entry.kind === 'close') ?? null

/** Errors: `request-corrupt` for a record without its first line. */
export function openingOf(entries: readonly RequestEntry[], id: string): Opening {
  const [open] = entries
  if (open?.kind === 'open') return open
  throw new LetheError(
    'request-corrupt',
    `The record of deletion request ${id} does not begin with what is to be deleted.`,
    'Restore it from a copy, or open a new request.',
  )
}

/** Sets that held the episodes, as the record knows them: those found at the opening, and those removed since. */
export const holdersKnown = (entries: readonly RequestEntry[]): Holder[] =>
  entries.flatMap((entry) => (entry.kind === 'open' || entry.kind === 'removing' ? entry.holders : []))

/** Of the episodes that are to go. */
export const hashesOf = (entries: readonly RequestEntry[]): Set<string> =>
  new Set(holdersKnown(entries).flatMap(({ chosen }) => chosen.map(({ sha256 }) => sha256)))

/** What the lines say together; null without a first line. */
export function summaryOf(
  id: string,
  { entries, ok, firstBad, reason }: Verification<RequestEntry>,
): RequestSummary | null {
  const [open] = entries
  if (open?.kind !== 'open') return null
  const about = open.holders[0]!
  const found = <Kind extends RequestEntry['kind']>(kind: Kind) =>
    entries.filter((entry): entry is Extract<RequestEntry, { kind: Kind }> => entry.kind === kind)
  const links = found('link')
  const forgot = links.filter(({ step }) => step === 'unlearned').at(-1)
  // Of what another run forgot, an earlier audit says nothing.
  const audit = links.filter(({ step, seq }) => step === 'audited' && seq > (forgot?.seq ?? 0)).at(-1)
  const [version] = found('version')
  const closed = closingOf(entries)
  const [unlearned, audited] = [forgot?.run ?? null, audit?.run ?? null]
  return {
    request: id,
    state: closed ? 'closed' : audited ? 'audited' : unlearned ? 'unlearned' : 'open',
    opened: open.time,
    closed: closed?.time ?? null,
    data: open.data,
    name: open.name,
    episodes: about.chosen.map((episode) => episode.id),
    of: about.episodes,
    agent: open.agent,
    learnt: open.learnt,
    selector: open.selector,
    note: open.note,
    version: version ? { data: version.data, contentHash: version.contentHash, episodes: version.episodes } : null,
    unlearned,
    ...(forgot?.method === undefined ? {} : { method: forgot.method }),
    audited,
    retired: closed?.retired ?? null,
    damage: ok ? null : `It is not intact from entry ${firstBad} on: ${reason}`,
  }
}
