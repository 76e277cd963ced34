/** Deletion requests: opened, followed through forgetting and audit, their copies removed or kept, closed. */
import type { HandlersOf } from '../contract/calls.ts'
import type { deletionCalls } from '../contract/calls/deletion.ts'
import type { DeletionStatement, RequestSummary } from '../contract/deletion.ts'
import { LetheError } from '../contract/errors.ts'
import { lock } from '../files/lock.ts'
import { finishRemovals, moveToTrash } from '../files/trash.ts'
import { runPaths } from '../runs/folder.ts'
import { trashRun } from '../runs/remove.ts'
import { retireRun } from '../runs/retire.ts'
import { readEpisodes, readTrajectorySet } from '../trajectories/data/store.ts'
import { findCopies, withSize } from '../trajectories/deletion/copies.ts'
import { isSameSet, knownContents } from '../trajectories/deletion/contents.ts'
import { contentOf, holderOf, holdersAmong, readSetFolders } from '../trajectories/deletion/holders.ts'
import { learntAmong } from '../trajectories/deletion/learnt.ts'
import {
  appendRequest,
  newRequestId,
  openingOf,
  readRequest,
  requestIds,
  requireOpen,
  summaryOf,
  verifyRequest,
} from '../trajectories/deletion/record.ts'
import { removeCopies, requireNoRemoval, resumeRemovals, type Removers } from '../trajectories/deletion/removal.ts'
import { readRunFolders } from '../trajectories/deletion/runs-on.ts'
import { deletionStatement } from '../trajectories/deletion/statement.ts'
import { followSteps, linkStep, type Step } from '../trajectories/deletion/steps.ts'
import { makeVersion } from '../trajectories/deletion/version.ts'
import { forgetIds } from '../trajectories/unlearning/forget-set.ts'
import { reportAudit } from './audit-report.ts'
import type { LabContext } from './context.ts'
import { whileIdle } from './data.ts'
import type { ForgettingPart } from './forgetting.ts'
import type { Progress } from './tasks.ts'

export interface OpenRequest {
  readonly data: string
  readonly agent: string | null
  readonly selector: string
  readonly seed: number
  readonly note: string
}

export function deletionPart(
  { project, readOnly, tasks }: LabContext,
  { agentHeaderOf }: Pick<ForgettingPart, 'agentHeaderOf'>,
) {
  const removers = removersOf(project)

  const summary = async (request: string): Promise<RequestSummary> => {
    const found = summaryOf(request, await verifyRequest(project, request))
    if (found) return found
    await readRequest(project, request)
    throw new LetheError('request-corrupt', `The record of deletion request ${request} has no first line.`)
  }

  /** Errors: `config-invalid` for episodes the set does not hold, and for an agent of another set. */
  const open = async ({ data, agent, selector, seed, note }: OpenRequest): Promise<RequestSummary> => {
    const set = await readTrajectorySet(project, data)
    const episodes = await readEpisodes(project, data)
    const runs = await readRunFolders(project)
    const about = contentOf(data, set, episodes)
    const contents = [about, ...(await knownContents(project, await readSetFolders(project), runs))]
    const whole = { all: episodes, trained: episodes, share: 1 }
    const of =
      agent && learntAmong({ id: agent, header: await agentHeaderOf(agent) }, { id: data, episodes }, runs, contents)
    // Named by hand they may be any of the set, trained on or not.
    const ids = new Set(forgetIds(selector, of && !selector.startsWith('ids:') ? of.pool : whole, seed))
    // By their hashes, so that an episode that is in the set twice goes in both places.
    const hashes = new Set(episodes.flatMap(({ id, sha256 }) => (ids.has(id) ? [sha256] : [])))
    const others = [...contents, ...(of ? [of.own] : [])].filter((one) => !isSameSet(one, about))
    const holders = [holderOf(about, hashes), ...holdersAmong(others, hashes)]
    const learnt = of ? of.learnt.filter(({ sha256 }) => hashes.has(sha256)).map(({ id }) => id) : []
    const request = newRequestId()
    const record = { kind: 'open', request, data, name: set.name, agent, learnt, selector, holders, note } as const
    await appendRequest(project, request, record)
    return summary(request)
  }

  const version = async (request: string, progress: Partial<Progress> = {}): Promise<RequestSummary> => {
    const entries = await readRequest(project, request)
    requireOpen(entries, request)
    const { data, holders } = openingOf(entries, request)
    if (entries.some(({ kind }) => kind === 'version')) return summary(request)
    const without = holders[0]!.chosen.map(({ id }) => id)
    const made = await makeVersion(project, { data, without, request, ...progress })
    const facts = { data: made.id, contentHash: made.contentHash, episodes: made.episodes }
    const once = (lines: typeof entries): boolean => !lines.some(({ kind }) => kind === 'version')
    await appendRequest(project, request, { kind: 'version', ...facts }, once)
    return summary(request)
  }

  /** What runs have done since goes on record; removals that were cut short go on. */
  const follow = async (request: string): Promise<void> => {
    const found = await summary(request)
    if (readOnly || found.damage !== null || found.state === 'closed') return
    await followSteps(project, request)
    await finishRemovals(project)
    await resumeRemovals(project, request, removers)
  }

  const show = async (request: string): Promise<DeletionStatement> => {
    await follow(request)
    return deletionStatement(project, request)
  }

  const link = async (request: string, step: Step, run: string): Promise<RequestSummary> => {
    await linkStep(project, await summary(request), step, run)
    return summary(request)
  }

  const remove = async (request: string, copies: readonly string[]): Promise<DeletionStatement> => {
    await removeCopies(project, request, copies, removers)
    return show(request)
  }

  const keep = async (request: string, copies: readonly string[], reason: string): Promise<DeletionStatement> => {
    const found = await findCopies(project, await readRequest(project, request))
    for (const id of new Set(copies)) {
      const copy = found.find((one) => one.id === id)
      if (!copy) throw new LetheError('usage', `${id} is not a copy of this request.`, 'Look at its list again.')
      const kept = await withSize(project, copy)
      await appendRequest(project, request, { kind: 'kept', copy: kept, reason: reason || copy.reason })
    }
    return show(request)
  }

  /** Errors: `run-state` naming what was not done, unless it may be closed without, and what is being removed at the moment. */
  const close = async (request: string, mayBeIncomplete: boolean): Promise<DeletionStatement> => {
    await follow(request)
    const now = await summary(request)
    const entries = await readRequest(project, request)
    requireOpen(entries, request)
    requireNoRemoval(entries, request)
    const runs = (await readRunFolders(project)).filter(({ trash }) => trash === null).map(({ id }) => id)
    const { incomplete, copies: before } = await deletionStatement(project, request)
    if (incomplete.length > 0 && !mayBeIncomplete)
      throw new LetheError(
        'run-state',
        `Deletion request ${request} is not done. ${incomplete.join(' ')}`,
        'Do it, or close the request as incomplete; the statement will say so.',
      )
    for (const { fate: _fate, decided: _decided, ...copy } of before.filter(({ fate }) => fate === 'undecided'))
      await appendRequest(project, request, { kind: 'kept', copy, reason: copy.reason })
    const { agent, learnt } = now
    const retired = agent !== null && learnt.length > 0 && runs.includes(agent) ? agent : null
    if (retired !== null) await retireRun(project, retired, request)
    const { copies } = await deletionStatement(project, request)
    await appendRequest(project, request, { kind: 'close', retired, incomplete, copies }, (lines) => {
      requireNoRemoval(lines, request)
      return true
    })
    await reportAnew(project, now.audited)
    return deletionStatement(project, request)
  }

  /** What runs have done since goes on record here as well. */
  const list = async (): Promise<RequestSummary[]> => {
    const found: RequestSummary[] = []
    const ids = await requestIds(project)
    const runs = readOnly || ids.length === 0 ? null : await readRunFolders(project)
    for (const id of ids) {
      // What is wrong with one, and one that somebody writes to at the moment, says the summary.
      if (runs) await followSteps(project, id, runs).catch(() => undefined)
      found.push(await summary(id).catch(() => damaged(id)))
    }
    return found.reverse()
  }

  const handlers: HandlersOf<typeof deletionCalls> = {
    'deletion.list': list,
    'deletion.show': ({ request }) => show(request),
    'deletion.open': open,
    'deletion.version': ({ request, task }) => tasks.run(task, (progress) => version(request, progress)),
    'deletion.link': ({ request, step, run }) => link(request, step, run),
    'deletion.remove': ({ request, copies }) => remove(request, copies),
    'deletion.keep': ({ request, copies, reason }) => keep(request, copies, reason),
    'deletion.close': ({ request, incomplete }) => close(request, incomplete),
  }
  return {
    handlers,
    ...{ listRequests: list, showRequest: show, openRequest: open, makeRequestVersion: version },
    ...{ removeRequestCopies: remove, keepRequestCopies: keep, closeRequest: close, linkRequest: link },
  }
}

/** The report of the audit holds the closed request from now on. What is wrong with the audit is no reason to keep the request open. */
async function reportAnew(project: string, audit: string | null): Promise<void> {
  if (audit === null) return
  try {
    await reportAudit(project, runPaths(project, audit))
  } catch (error) {
    if (!(error instanceof LetheError)) throw error
  }
}

const damaged = (request: string): RequestSummary => ({
  ...{ request, state: 'open', opened: '', closed: null, data: '', name: '', episodes: [], of: 0, agent: null },
  ...{ learnt: [], selector: '', note: '', version: null, unlearned: null, audited: null, retired: null },
  damage: 'Not even its first line holds.',
})

function removersOf(project: string): Removers {
  return {
    trashSet: async (id) => (await moveToTrash(project, { kind: 'dataset', origin: id, name: id })).id,
    trashRun: async (id) => (await trashRun(project, { id, title: `Run ${id}` })).id,
    whileIdleSet: (id, work) => whileIdle(project, id, work),
    async whileIdleRun(id, work) {
      const held = await lock(runPaths(project, id).lock, `Run ${id}`, { code: 'run-locked' })
      try {
        await work()
      } finally {
        await held.release()
      }
    },
  }
}
