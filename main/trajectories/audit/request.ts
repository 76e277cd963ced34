/** From a request to audit to the whole configuration of its run. */
import { LetheError } from '../../contract/errors.ts'
import type { Episode } from '../../contract/trajectories.ts'
import { rootStream } from '../../math/random.ts'
import type { AgentHeader } from '../algorithms/agent-file.ts'
import { trainingEpisodes } from '../job.ts'
import { forgetIds } from '../unlearning/forget-set.ts'
import { parseAuditConfig, requireAuditable, type AuditConfig } from './audit.ts'

export const auditSelectorHelp =
  'auto (default: the forget set, as many remaining and never-seen ones up to 60), auto:N, all, ids:3,14,15, csv:FILE, tail:RATE, random:RATE, highest:RATE or lowest:RATE'

export interface AuditRequest {
  readonly agent: string
  readonly original: string
  readonly retrained?: string | null | undefined
  readonly episodes?: string | undefined
  readonly preset?: 'tiny' | 'desk' | 'paper' | undefined
  readonly seed?: number | undefined
  readonly set?: Readonly<Record<string, unknown>> | undefined
}

interface Pool {
  readonly set: { readonly id: string; readonly contentHash: string }
  readonly episodes: readonly Episode[]
}
interface Headers {
  readonly agent: AgentHeader
  readonly original: AgentHeader
  readonly retrained: AgentHeader | null
}

const desk = { shadowShare: 0.005, fewest: 40, controls: 60 }

/** Errors: `config-invalid` naming what does not fit. */
export function auditConfig(request: AuditRequest, headers: Headers, data: Pool): AuditConfig {
  const { agent, original, retrained } = headers
  requireAuditable(original, [agent, ...(retrained ? [retrained] : [])])
  const preset = request.preset ?? 'desk'
  const seed = request.seed ?? 1
  const selector = request.episodes ?? 'auto'
  const steps = {
    tiny: 8,
    desk: Math.max(desk.fewest, Math.round(desk.shadowShare * original.steps)),
    paper: 5000,
  }[preset]
  const config = parseAuditConfig({
    ...{ agent: request.agent, original: request.original, retrained: request.retrained ?? null },
    ...{ algorithm: original.algorithm, data: original.data.id, selector, seed, shadowSteps: steps },
    ...(preset === 'paper' ? { policySamples: null } : {}),
    ...groupsOf(selector, headers, data, seed),
    ...request.set,
  })
  if (config.forgotten.length + config.remaining.length + config.neverSeen.length === 0)
    throw invalid(selector, 'names no episode')
  requireNeverLearnt(config, retrained, data)
  if (config.shadows * config.evaluations < fewestReferences)
    throw new LetheError(
      'config-invalid',
      `${config.shadows} shadows valued ${config.evaluations} times are ${config.shadows * config.evaluations} references; an outlier test needs ${fewestReferences}.`,
      'Take more shadows or evaluations.',
    )
  return config
}

const fewestReferences = 3

/** Which episodes of the set an agent learnt from; of another set, none. */
const learntBy = (header: AgentHeader, data: Pool): ReadonlySet<number> =>
  header.data.contentHash === data.set.contentHash
    ? new Set(trainingEpisodes(data, header.share, header.without).map(({ id }) => id))
    : new Set()

/** The auditor is judged by an agent that cannot know the forget set; one that does would make any auditor look blind. */
function requireNeverLearnt({ retrained: run, forgotten }: AuditConfig, header: AgentHeader | null, data: Pool): void {
  const learnt = header ? learntBy(header, data) : new Set<number>()
  const known = forgotten.find((id) => learnt.has(id))
  if (known === undefined) return
  throw new LetheError(
    'config-invalid',
    `The agent of run ${run} learnt from episode ${known}, which was to be forgotten: it is no reference trained anew.`,
    'Give one that was trained from scratch without the forget set, or none.',
  )
}

/** Which of the episodes are in each group, by what the two agents learnt from. */
function membership({ agent, original }: Headers, data: Pool) {
  const [now, before] = [learntBy(agent, data), learntBy(original, data)]
  const ids = data.episodes.map(({ id }) => id)
  return {
    forgotten: ids.filter((id) => before.has(id) && !now.has(id)),
    remaining: ids.filter((id) => before.has(id) && now.has(id)),
    neverSeen: ids.filter((id) => !before.has(id) && !now.has(id)),
  }
}

function groupsOf(selector: string, headers: Headers, data: Pool, seed: number) {
  const groups = membership(headers, data)
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
  const wanted = new Set(kind === 'ids' ? listed(rest, data) : drawn(selector, headers.original, data, seed))
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
