/** From a request to audit to the whole configuration of its run. */
import { LetheError } from '../../contract/errors.ts'
import type { Episode } from '../../contract/trajectories.ts'
import { rootStream } from '../../math/random.ts'
import type { AgentHeader } from '../algorithms/agent-file.ts'
import { trainingEpisodes } from '../job.ts'
import { settingsOf } from '../settings.ts'
import { forgetIds } from '../unlearning/forget-set.ts'
import { auditConfigSchema, parseAuditConfig, requireAuditable, type AuditConfig } from './audit.ts'

export const auditSelectorHelp =
  'auto (default: the forget set, as many remaining and never-seen ones up to 60), auto:N, all, ids:3,14,15, csv:FILE, tail:RATE, random:RATE, highest:RATE or lowest:RATE'

/** Fields that the request fills are not set by hand. */
export const auditGiven: readonly string[] = [
  ...['agent', 'original', 'retrained', 'algorithm', 'data'],
  ...['selector', 'forgotten', 'remaining', 'neverSeen', 'seed'],
]

export interface AuditRequest {
  readonly episodes?: string | undefined
  readonly preset?: 'tiny' | 'desk' | 'paper' | undefined
  readonly seed?: number | undefined
  readonly set?: Readonly<Record<string, unknown>> | undefined
}

/** An agent and the set that it learnt from: that of the original, or a version of it, of which the same episodes are known by their hash. */
export interface Party {
  readonly run: string
  readonly header: AgentHeader
  readonly data: Pool
}
interface Pool {
  readonly set: { readonly id: string; readonly contentHash: string }
  readonly episodes: readonly Episode[]
}
export interface Parties {
  readonly agent: Party
  readonly original: Party
  readonly retrained: Party | null
}

const desk = { shadowShare: 0.005, fewest: 40, controls: 60 }

/** Errors: `config-invalid` naming what does not fit. */
export function auditConfig(request: AuditRequest, parties: Parties): AuditConfig {
  const { agent, original, retrained } = parties
  requireAuditable(original.header, [agent.header, ...(retrained ? [retrained.header] : [])])
  const preset = request.preset ?? 'desk'
  const seed = request.seed ?? 1
  const selector = request.episodes ?? 'auto'
  const steps = {
    tiny: 8,
    desk: Math.max(desk.fewest, Math.round(desk.shadowShare * original.header.steps)),
    paper: 5000,
  }[preset]
  const config = parseAuditConfig({
    ...{ agent: agent.run, original: original.run, retrained: retrained?.run ?? null },
    ...{ algorithm: original.header.algorithm, data: original.data.set.id, selector, seed, shadowSteps: steps },
    ...(preset === 'paper' ? { policySamples: null } : {}),
    ...groupsOf(selector, parties, seed),
    ...settingsOf(request.set, auditConfigSchema, auditGiven, 'audit'),
  })
  if (config.forgotten.length + config.remaining.length + config.neverSeen.length === 0)
    throw invalid(selector, 'names no episode')
  if (retrained) requireTrainedAnew(config, parties, retrained)
  if (config.shadows * config.evaluations < fewestReferences)
    throw new LetheError(
      'config-invalid',
      `${config.shadows} shadows valued ${config.evaluations} times are ${config.shadows * config.evaluations} references; an outlier test needs ${fewestReferences}.`,
      'Take more shadows or evaluations.',
    )
  return config
}

const fewestReferences = 3

/** By hash: what an agent learnt from and still knows, and what it was made to forget. */
function episodesKnownTo({ header, data }: Party): { known: ReadonlySet<string>; forgot: ReadonlySet<string> } {
  const forgot = new Set(header.forgot)
  return {
    known: new Set(trainingEpisodes(data, header.share, header.without).map(({ sha256 }) => sha256)),
    forgot: new Set(data.episodes.filter(({ id }) => forgot.has(id)).map(({ sha256 }) => sha256)),
  }
}

/**
 * The auditor is judged by an agent that cannot know the forget set and has learnt the rest. One that went on from an agent which knew it, or
 * that never learnt what remains, would say nothing of the auditor. Errors: `config-invalid`.
 */
function requireTrainedAnew(config: AuditConfig, { agent, original }: Parties, retrained: Party): void {
  const { known, forgot } = episodesKnownTo(retrained)
  const hashes = new Map(original.data.episodes.map(({ id, sha256 }) => [id, sha256]))
  const knows = (id: number): boolean => known.has(hashes.get(id) ?? '')
  const learnt = config.forgotten.find(knows)
  const missed = config.remaining.find((id) => !knows(id))
  const reason =
    retrained.run === agent.run
      ? 'is the one that is audited'
      : forgot.size > 0
        ? `was made to forget ${forgot.size} episodes that it had learnt from`
        : learnt !== undefined
          ? `learnt from episode ${learnt}, which was to be forgotten`
          : missed !== undefined
            ? `never learnt from episode ${missed}, which remains`
            : null
  if (reason === null) return
  throw new LetheError(
    'config-invalid',
    `The agent of run ${retrained.run} ${reason}: it is no reference trained anew.`,
    'Give one that was trained from scratch on what remains, or none.',
  )
}

/** Which of the episodes are in each group, by what the two agents learnt from. */
function membership({ agent, original }: Parties) {
  const [now, before] = [episodesKnownTo(agent), episodesKnownTo(original)]
  const ever = new Set([...now.known, ...now.forgot, ...before.known, ...before.forgot])
  const { episodes } = original.data
  const ids = (chosen: (hash: string) => boolean) => episodes.filter(({ sha256 }) => chosen(sha256)).map(({ id }) => id)
  return {
    forgotten: ids((hash) => before.known.has(hash) && !now.known.has(hash)),
    remaining: ids((hash) => before.known.has(hash) && now.known.has(hash)),
    neverSeen: ids((hash) => !ever.has(hash)),
  }
}

function groupsOf(selector: string, parties: Parties, seed: number) {
  const groups = membership(parties)
  const { header, data } = parties.original
  const [kind = '', rest = ''] = selector.split(/:(.*)/s)
  if (selector === 'all') return groups
  if (kind === 'auto') {
    const most =
      rest === ''
        ? Math.max(1, Math.min(desk.controls, groups.forgotten.length || desk.controls))
        : countOf(selector, rest)
    const some = (ids: readonly number[], name: string): number[] => {
      const order = rootStream(seed).fork(`audit ${name}`).permutation(ids.length)
      return [...order.subarray(0, most)].map((place) => ids[place]!).sort((a, b) => a - b)
    }
    return {
      ...groups,
      remaining: some(groups.remaining, 'remaining'),
      neverSeen: some(groups.neverSeen, 'never seen'),
    }
  }
  if (!['ids', 'tail', 'random', 'highest', 'lowest'].includes(kind)) throw invalid(kind, 'is not a way to choose')
  const wanted = new Set(kind === 'ids' ? listed(rest, data) : drawn(selector, header, data, seed))
  const within = (ids: readonly number[]): number[] => ids.filter((id) => wanted.has(id))
  return {
    forgotten: within(groups.forgotten),
    remaining: within(groups.remaining),
    neverSeen: within(groups.neverSeen),
  }
}

function drawn(selector: string, original: AgentHeader, data: Pool, seed: number): number[] {
  const trained = trainingEpisodes(data, original.share, original.without)
  return forgetIds(selector, { all: data.episodes, trained, share: original.share }, seed)
}

function listed(rest: string, data: Pool): number[] {
  const known = new Set(data.episodes.map(({ id }) => id))
  const words = rest.split(/[\s,;]+/).filter(Boolean)
  if (words.length === 0) throw invalid('ids:', 'names no episode')
  return words.map((word) => {
    const id = Number(word)
    if (!Number.isInteger(id) || !known.has(id)) throw invalid(word, 'is not the id of an episode of the set')
    return id
  })
}

function countOf(selector: string, text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw invalid(selector, 'has no whole number above 0')
}

const invalid = (what: string, reason: string): LetheError =>
  new LetheError('config-invalid', `${what} ${reason}.`, `Expected ${auditSelectorHelp}.`)
