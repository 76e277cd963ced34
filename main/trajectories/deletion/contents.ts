/** What the sets of a project held: those that are there, and those that are gone as far as records and agents tell. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import type { Content, Holder, RequestEntry } from '../../contract/deletion.ts'
import { agentFile, agentHeader } from '../algorithms/agent-file.ts'
import { shortHash } from './exports.ts'
import type { SetFolder } from './holders.ts'
import { requestIds, verifyRequest } from './record.ts'
import type { RunFolder } from './runs-on.ts'

type Identity = Pick<Content, 'data' | 'contentHash'>
export const isSameSet = (a: Identity, b: Identity): boolean => a.data === b.data && a.contentHash === b.contentHash

/**
 * A set that went for good through a request left its list in the record. One that was removed by hand is put together again from a version of
 * it and the request that made it; and an agent names the hash of what it was trained on, under which other name that may be there now.
 */
export async function knownContents(
  project: string,
  folders: readonly SetFolder[],
  runs: readonly RunFolder[],
): Promise<Content[]> {
  const records = await recordsOf(project)
  const found = [
    ...folders.flatMap(({ content }) => content ?? []),
    ...records.flat().flatMap((entry) => (entry.kind === 'removing' ? (entry.sets ?? []) : [])),
  ]
  // It grows while it is walked: a version of a version leads further back.
  for (const content of found)
    for (const [opening, ...later] of records) {
      const made = later.some((entry) => entry.kind === 'version' && isSameSet(entry, content))
      if (!made || opening?.kind !== 'open') continue
      const whole = opening.holders[0]!
      if (!found.some((one) => isSameSet(one, whole))) found.push(beforeLeavingOut(content, whole))
    }
  for (const run of runs) {
    const { record, config } = run
    if (!record || !config || isKnown(run, found)) continue
    const hash = await trainedOn(run)
    const same = found.find(({ contentHash }) => contentHash === hash)
    if (same) found.push({ ...same, data: config.data, created: record.created })
  }
  return found
}

/** Whether it is known what the set of a run held. A set that was made later only has the name. */
export const isKnown = (
  { record, config }: RunFolder,
  contents: readonly Pick<Content, 'data' | 'created'>[],
): boolean => contents.some(({ data, created }) => data === config?.data && created <= (record?.created ?? ''))

async function recordsOf(project: string): Promise<(readonly RequestEntry[])[]> {
  const verified = (await requestIds(project)).map((id) => verifyRequest(project, id).catch(() => null))
  return (await Promise.all(verified)).map((one) => one?.entries ?? [])
}

/** The hash of a set and those of all that requests left of it, and of what is left, whether or not they are still there. */
export async function hashesLeftOf(project: string, contentHash: string): Promise<ReadonlySet<string>> {
  const made = (await recordsOf(project)).flatMap(([opening, ...later]) => {
    const of = opening?.kind === 'open' ? opening.holders[0]!.contentHash : ''
    return later.flatMap((entry) => (entry.kind === 'version' ? [{ of, hash: entry.contentHash }] : []))
  })
  const found = new Set([contentHash])
  // It grows while it is walked: a version of a version.
  for (const one of found) for (const { of, hash } of made) if (of === one) found.add(hash)
  return found
}

function beforeLeavingOut({ episodes }: Content, { data, contentHash, episodes: count, chosen }: Holder): Content {
  const left = new Map(chosen.map(({ id, place, sha256 }) => [place, [id, shortHash(sha256)] as [number, string]]))
  const kept = episodes.values()
  const all = Array.from({ length: count }, (_, place) => left.get(place) ?? kept.next().value ?? [])
  return { data, contentHash, created: '', episodes: all.filter((one): one is [number, string] => one.length === 2) }
}

async function trainedOn({ id, folder }: RunFolder): Promise<string | null> {
  const bytes = await fs.readFile(path.join(folder, 'artifacts', agentFile)).catch(() => null)
  try {
    return bytes && agentHeader(bytes, id).data.contentHash
  } catch {
    return null
  }
}
