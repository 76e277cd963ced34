/**
 * Every place of the project that holds the episodes of a request, found anew each time from the folders themselves; with it what the record
 * says became of each. What cannot be looked into is listed as one that may hold them.
 */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import type { Copy, DecidedCopy, Holder, RequestEntry } from '../../contract/deletion.ts'
import { bytesIn, finishRemovals } from '../../files/trash.ts'
import { isKnown, isSameSet, knownContents } from './contents.ts'
import { exportsOf } from './exports.ts'
import { copyOfFolder, holderOf, holdersAmong, readSetFolders, type SetFolder } from './holders.ts'
import { closingOf, hashesOf, holdersKnown } from './record.ts'
import { agentKinds, forgettingWords, learntBy, namedBy, readRunFolders, type RunFolder } from './runs-on.ts'
import { strays } from './strays.ts'

const counted = (count: number): string => `${count} ${count === 1 ? 'episode' : 'episodes'}`
const common = { certain: true, within: null, bytes: null, obstacle: null, reason: 'Not removed.' } as const

/** With the bytes it takes, for which all of it is walked. */
export async function withSize(project: string, copy: Copy): Promise<Copy> {
  if (copy.kind === 'export' || copy.kind === 'document') return copy
  const place = path.join(project, copy.where, copy.id.startsWith('trash:') ? 'content' : '')
  const stat = await fs.lstat(place).catch(() => null)
  const bytes = stat?.isDirectory() ? await bytesIn(place).catch(() => null) : (stat?.size ?? null)
  return { ...copy, bytes }
}

/** What is there now, each without its size. */
export async function findCopies(
  project: string,
  entries: readonly RequestEntry[],
  { readOnly = true }: { readonly readOnly?: boolean } = {},
): Promise<Copy[]> {
  if (!readOnly) await finishRemovals(project)
  const known = holdersKnown(entries)
  const hashes = hashesOf(entries)
  const folders = await readSetFolders(project)
  const runs = await readRunFolders(project)
  const contents = await knownContents(project, folders, runs)
  const holders = [...known, ...holdersAmong(contents, hashes)]
  const versioned = entries.some(({ kind }) => kind === 'version')
  const [opening] = entries
  const about = opening?.kind === 'open' ? opening.data : ''
  const gone = known.filter((one) => !contents.some((other) => isSameSet(one, other)))
  const all = [...contents, ...gone.map(({ data }) => ({ data, created: '' }))]
  return [
    ...(
      await Promise.all(folders.map((folder) => copiesOfSet(folder, hashes, folder.origin === about && !versioned)))
    ).flat(),
    ...(await Promise.all(runs.map((run) => copiesOfRun(run, holds(run, runs, holders, isKnown(run, all)))))).flat(),
    ...(await exportsOf(project, hashes)).map(copyOfExport),
    ...(await strays(project)),
  ]
}

async function copiesOfSet(set: SetFolder, hashes: ReadonlySet<string>, lastOfIt: boolean): Promise<Copy[]> {
  const { origin, folder, name, trash, content } = set
  const holder = content && holderOf(content, hashes)
  if (holder?.chosen.length === 0) return []
  const whole = {
    ...common,
    holds: holder ? counted(holder.chosen.length) : 'its list of episodes cannot be read',
    certain: holder !== null,
  }
  const id = copyOfFolder(set)
  if (trash !== null) {
    return [
      {
        ...whole,
        id,
        kind: 'trash',
        name: `${name}, in the trash`,
        where: `trash/${trash}`,
      },
    ]
  }
  const obstacle = lastOfIt ? 'Make the version without the episodes first; the others would be lost.' : null
  const itself: Copy = {
    ...whole,
    id,
    kind: 'dataset',
    name,
    where: `data/${origin}`,
    obstacle,
  }
  const cache = path.join(folder, 'cache')
  const files = await fs.readdir(cache).catch(() => [])
  if (files.length === 0) return [itself]
  return [
    itself,
    {
      ...common,
      ...{ id: `cache:${origin}`, kind: 'cache', name: `Kept results of ${name}`, where: `data/${origin}/cache` },
      holds: `${files.length} ${files.length === 1 ? 'file' : 'files'} computed from the set, such as shadow agents`,
      within: id,
    },
  ]
}

async function copiesOfRun({ id, folder, trash, record, config }: RunFolder, found: Found | null): Promise<Copy[]> {
  if (!found) return []
  const checkpoints = path.join(folder, 'checkpoints')
  const count = (await fs.readdir(checkpoints).catch(() => [])).length
  const artifacts = await fs.readdir(path.join(folder, 'artifacts')).catch(() => [])
  if (count + artifacts.length === 0 && record && config) return [] // it never got so far as to hold anything
  const { onlyIn } = found
  if (onlyIn && !artifacts.some((name) => onlyIn.test(name))) return []
  const copy: Copy = {
    ...common,
    ...{
      id: `run:${id}`,
      kind: found.kind,
      name: record?.title ?? id,
      where: `runs/${id}`,
    },
    ...{ holds: found.words, certain: found.certain, reason: found.reason },
  }
  if (trash !== null)
    return [
      { ...copy, id: `trash:${trash}`, kind: 'trash', name: `${copy.name}, in the trash`, where: `trash/${trash}` },
    ]
  if (count === 0) return [copy]
  return [
    copy,
    {
      ...copy,
      ...{ id: `checkpoints:${id}`, kind: 'checkpoints', name: `Checkpoints of ${copy.name}` },
      ...{ where: `runs/${id}/checkpoints`, within: copy.id },
      holds: `${count} earlier ${count === 1 ? 'state' : 'states'} of the run`,
    },
  ]
}

interface Found {
  readonly kind: 'agent' | 'run'
  readonly words: string
  readonly certain: boolean
  readonly reason: string
  /** Nothing of them is there without an artifact of such a name. */
  readonly onlyIn?: RegExp
}

/** Of whoever brought in an agent: what it is said to have learnt says nothing of the rows that it is checked by. */
const givenRows: Found = {
  kind: 'run',
  words: 'rows that were given to check an agent by; they may be of them',
  certain: false,
  reason: common.reason,
  onlyIn: /^check-.*\.npy$/,
}

/** What of the episodes is in a run; null for nothing. `known`: whether it is known what its set held. */
function holds(run: RunFolder, runs: readonly RunFolder[], holders: readonly Holder[], known: boolean): Found | null {
  const { record, config } = run
  const { reason } = common
  if (!record || !config)
    return { kind: 'run', words: 'its record is damaged; it may be a run on them', certain: false, reason }
  if (!known)
    return {
      kind: agentKinds.has(record.kind) ? 'agent' : 'run',
      words: `a run on ${config.data}, a set that is gone or cannot be read`,
      ...{ certain: false, reason: 'Whether the episodes were in its set can no longer be known.' },
    }
  if (!holders.some(({ data }) => data === config.data)) return null
  const learnt = learntBy(run, runs, holders)
  if (learnt) {
    const { ids, forgotten, methods } = learnt
    if (ids.length === 0) return record.kind === 'trajectories.import-agent' ? givenRows : null
    if (forgotten.length < ids.length)
      return { kind: 'agent', words: `an agent trained on ${ids.length} of them`, certain: true, reason }
    const since = methods.map(forgettingWords).join('; then it ')
    return {
      ...{ kind: 'agent', words: `an agent that was trained on them and then ${since}`, certain: true },
      reason: `It ${since}. What is left of them in it, an audit can estimate.`,
    }
  }
  const named = namedBy(run, holders)
  if (record.kind === 'trajectories.replay')
    return named.length > 0
      ? { kind: 'run', words: `${counted(named.length)} in motion, and their curves`, certain: true, reason }
      : null
  if (record.kind === 'trajectories.audit')
    return named.length === 0
      ? null
      : {
          ...{ kind: 'run', words: `values of agents along ${counted(named.length)}, and verdicts`, certain: true },
          reason: 'It is the evidence of what was forgotten.',
        }
  return { kind: 'run', words: 'a run on a set that holds them', certain: false, reason }
}

const outside = 'It lies outside this project, '

function copyOfExport({ entry, found }: Awaited<ReturnType<typeof exportsOf>>[number]): Copy {
  const { seq, name, to, time } = entry
  const day = time.slice(0, 10)
  if (entry.kind === 'export')
    return {
      ...common,
      ...{ id: `export:${seq}`, kind: 'export', name: `${name}, exported ${day}`, where: to },
      holds: `the set of ${counted(entry.episodes.length)} as it was`,
      obstacle: 'It lies outside this project. Whoever has it must delete it.',
      reason: `${outside}where Lethe reaches nothing.`,
    }
  const { form, runs, episodes, judged } = entry
  const what = form === 'comparison' && runs.length > 1 ? `${name} and ${runs.length - 1} more` : name
  const which = episodes === null ? 'episodes; which, nothing tells any more' : counted(found.length)
  return {
    ...common,
    ...{ id: `document:${seq}`, kind: 'document', name: `${formWords[form]} of ${what}, saved ${day}`, where: to },
    holds: `names ${which}: ${judged ? 'id, hash, length, return, distances and verdicts' : 'by id alone'}; nothing of the steps`,
    certain: episodes !== null,
    obstacle: `${outside}and holds none of the recorded steps. Whether it may stay, whoever has it decides.`,
    reason: `${outside}and holds none of the recorded steps.`,
  }
}

const formWords = { report: 'Report', table: 'Table', comparison: 'Comparison' } as const

/** What is there now and what was there, each with what became of it. The list of a closed request is the one it was closed with. */
export function decidedCopies(found: readonly Copy[], entries: readonly RequestEntry[]): DecidedCopy[] {
  const closed = closingOf(entries)
  if (closed) return [...closed.copies]
  const present = new Set(found.map(({ id }) => id))
  const decided = new Map<string, DecidedCopy>()
  for (const copy of found) decided.set(copy.id, { ...copy, fate: 'undecided', decided: null })
  for (const entry of entries) {
    if (entry.kind === 'removing')
      for (const copy of entry.copies) decided.set(copy.id, { ...copy, fate: 'removing', decided: entry.time })
    if (entry.kind === 'removed') {
      const copy = decided.get(entry.copy)
      if (copy) decided.set(entry.copy, { ...copy, fate: 'removed', decided: entry.time })
    }
    if (entry.kind === 'kept' && present.has(entry.copy.id))
      decided.set(entry.copy.id, {
        ...(found.find(({ id }) => id === entry.copy.id) ?? entry.copy),
        ...{ reason: entry.reason, fate: 'kept', decided: entry.time },
      })
  }
  // What was removed and is there again (brought back from a copy) stands to be decided anew.
  for (const copy of found)
    if (decided.get(copy.id)?.fate === 'removed') decided.set(copy.id, { ...copy, fate: 'undecided', decided: null })
  return [...decided.values()]
}
