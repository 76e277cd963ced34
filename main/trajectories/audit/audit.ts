/**
 * The job "audit an agent" (TrajAuditor: Gong, Li, Yao and Wang, NDSS 2025): along each trajectory, are the values of what the agent would do
 * out of line with those of shadow agents, which know it?
 *
 *   references   each shadow's actions, valued several times with noise on the states; 5 × 4 sequences
 *   distance     Wasserstein-1 of a sequence to the mean of the references; of the references, the agent, the original, one trained anew
 *   verdict      the outlier rules of outlier.ts, side by side
 *
 * The references are valued by the original's critic. The audited agent (`critic`)
 *   released     as published: by the original's on the remaining trajectories, by its own on the forget set; by its own on the control, too,
 *                which is held against it
 *   consistent   by the original's, always: what differs is what the agents would do, and nothing of what they think of it
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import {
  auditFile,
  criticChoices,
  timelineColumns,
  timelinesFile,
  type Audit,
  type AuditedTrajectory,
  type AuditGroup,
} from '../../contract/audit.ts'
import { LetheError } from '../../contract/errors.ts'
import type { JobEvent, Outcome } from '../../contract/job.ts'
import type { Episode } from '../../contract/trajectories.ts'
import { encodeNpy } from '../../data/formats/npy.ts'
import { parseWith } from '../../files/atomic.ts'
import { loadBackend } from '../../tensor/backend.ts'
import { agentFile, agentHeader, type AgentHeader } from '../algorithms/agent-file.ts'
import { algorithmOf } from '../algorithms/algorithms.ts'
import type { TrajectoryContext, TrajectoryJob } from '../job.ts'
import { memoryFor, timingFile } from '../train.ts'
import { auditorsOf, sharesOf, statisticsOf, verdictsOf, wordsOf, type Rules } from './judgement.ts'
import { measure, passes, type Audited, type Measured, type Subjects } from './measure.ts'
import { shadowPhase, shadowsOf } from './shadows.ts'
import { discountedSums, meanSequence, wasserstein1 } from './values.ts'

const ids = z.array(z.number().int().nonnegative())

export const auditConfigSchema = z.strictObject({
  agent: z.string().describe('the run whose agent is audited'),
  original: z.string().describe('the run whose agent learnt from all trajectories, and of which shadows are made'),
  retrained: z
    .string()
    .nullable()
    .default(null)
    .describe('a run trained from scratch without the forget set, if there is one'),
  algorithm: z.string().describe('that of all of them'),
  data: z.string().describe('the set the original was trained on'),
  selector: z.string().describe('the words that chose the trajectories'),
  forgotten: ids.describe('learnt by the original, to be forgotten by the agent'),
  remaining: ids.describe('learnt by both'),
  neverSeen: ids.describe('learnt by neither: the control'),
  shadows: z.number().int().min(1).max(50).default(5).describe('shadow agents (paper: 5)'),
  shadowSteps: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .describe('updates of each (paper: 5000; desk: 0.5 % of the training)'),
  evaluations: z.number().int().min(1).max(50).default(4).describe('with noise, of each shadow (paper: 4)'),
  noise: z
    .number()
    .min(0)
    .max(10)
    .default(0.08)
    .describe('factor of (z − ½) on each observation, z standard normal (paper: 0.08)'),
  window: z.number().int().min(1).max(100_000).default(128).describe('steps summed together (paper: 128)'),
  discount: z.number().min(0).max(1).default(0.99).describe('γ within a window (paper: 0.99)'),
  critic: z
    .enum(criticChoices)
    .default('released')
    .describe('whose critic values what the audited agent would do; consistent: the original’s for all'),
  policySamples: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .nullable()
    .default(10)
    .describe('actions that BCQ and BEAR choose from at each step; null: as many as in training (paper: 100)'),
  alpha: z
    .number()
    .gt(0)
    .max(0.5)
    .default(1e-4)
    .describe(
      'level of the outlier test (paper: 0.0001); by chance the released rule flags far more, as the report says',
    ),
  releasedSides: z
    .union([z.literal(1), z.literal(2)])
    .default(2)
    .describe('of the released rule (published: 2)'),
  grubbsSides: z
    .union([z.literal(1), z.literal(2)])
    .default(1)
    .describe('of the textbook test; 1: only what is farther away'),
  grubbsSample: z
    .enum(['with tested', 'references'])
    .default('with tested')
    .describe('whose spread the textbook test takes'),
  seed: z.number().int().nonnegative().default(1).describe('root of all randomness'),
})
export type AuditConfig = z.infer<typeof auditConfigSchema>

export const rulesOf = ({ alpha, releasedSides, grubbsSides, grubbsSample }: AuditConfig): Rules => ({
  released: { test: 'released', sides: releasedSides, alpha, sample: 'references' },
  textbook: { test: 'grubbs', sides: grubbsSides, alpha, sample: grubbsSample },
})

const valuesPhase = 'Values along the trajectories'

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Errors: `config-invalid` for an algorithm whose agents cannot be judged. */
export function requireValues(algorithm: string): void {
  const { id, title } = algorithmOf(algorithm)
  if (id === 'bc')
    throw new LetheError(
      'config-invalid',
      `${title} learns no values, and the audit compares values: it cannot judge this agent.`,
      'Audit an agent of another algorithm.',
    )
}

/** Errors: `config-invalid` for an agent without values, or for agents that cannot be compared. */
export function requireAuditable(header: AgentHeader, others: readonly AgentHeader[]): void {
  requireValues(header.algorithm)
  const { title } = algorithmOf(header.algorithm)
  for (const other of others)
    if (
      other.algorithm !== header.algorithm ||
      other.observations !== header.observations ||
      other.actions !== header.actions
    )
      throw new LetheError(
        'config-invalid',
        `The agents are of ${title} and ${algorithmOf(other.algorithm).title}, or of other sizes; they cannot be compared.`,
        'Give the original of this very agent.',
      )
}

interface Opened {
  readonly run: string
  readonly bytes: Uint8Array
  readonly sha256: string
  readonly header: AgentHeader
}

async function openRun(context: TrajectoryContext, run: string): Promise<Opened> {
  const bytes = await context.artifactOf(run, agentFile)
  if (!bytes) throw new LetheError('run-state', `Run ${run} has left no agent.`, 'Choose one that ended well.')
  return { run, bytes, sha256: sha256(bytes), header: agentHeader(bytes, `agent of run ${run}`) }
}

async function openAll(context: TrajectoryContext, config: AuditConfig) {
  const original = await openRun(context, config.original)
  const agent = await openRun(context, config.agent)
  const retrained = config.retrained === null ? null : await openRun(context, config.retrained)
  requireAuditable(original.header, [agent.header, ...(retrained ? [retrained.header] : [])])
  if (original.header.data.contentHash !== context.trajectories.set.contentHash)
    throw new LetheError(
      'dataset-corrupt',
      `${config.data} does not hold the episodes that the original was trained on: its hash is another.`,
      'Audit on the set that it was trained on.',
    )
  return { original, agent, retrained }
}

/** In the order forget set, remaining, never seen. Errors: `config-invalid` for an id that is not there. */
function episodesOf(
  { trajectories }: TrajectoryContext,
  config: AuditConfig,
): { episode: Episode; group: AuditGroup }[] {
  const known = new Map(trajectories.episodes.map((episode) => [episode.id, episode]))
  const lists = [
    ['forgotten', config.forgotten],
    ['remaining', config.remaining],
    ['never-seen', config.neverSeen],
  ] as const
  return lists.flatMap(([group, list]) =>
    list.map((id) => {
      const episode = known.get(id)
      if (!episode)
        throw new LetheError('config-invalid', `${config.data} has no episode ${id}.`, 'Choose one of its ids.')
      return { episode, group }
    }),
  )
}

async function* run(context: TrajectoryContext, config: AuditConfig): AsyncGenerator<JobEvent, Outcome> {
  await loadBackend()
  const { original, agent, retrained } = await openAll(context, config)
  const chosen = episodesOf(context, config)
  const { shadows: count, shadowSteps: steps, seed } = config
  const shadows = yield* shadowsOf(context, {
    ...{ original: original.bytes, sha256: original.sha256, header: original.header, count, steps, seed },
  })
  const subjects: Subjects = {
    original: original.bytes,
    agent: agent.bytes,
    retrained: retrained?.bytes ?? null,
    shadows: shadows.files,
  }
  const began = performance.now()
  const audited = await auditedSteps(context, chosen)
  let measured: Measured
  const measuring = measure(subjects, audited, config, (name) => context.stream(name))
  for (let done = 0; ;) {
    const next = measuring.next()
    if (next.done) {
      measured = next.value
      break
    }
    yield { kind: 'progress', phase: valuesPhase, step: Math.min(++done, next.value), totalSteps: next.value }
  }
  const rows = compare(measured, audited, config)
  yield { kind: 'artifact', name: timelinesFile, bytes: rows.timelines }
  const seconds = (performance.now() - began) / 1000
  const facts = (one: Opened) => ({ run: one.run, sha256: one.sha256, updates: one.header.steps })
  const { set } = context.trajectories
  const audit = conclude(config, rows.trajectories, {
    algorithm: config.algorithm,
    data: { id: set.id, name: set.name, contentHash: set.contentHash },
    ...{ agent: facts(agent), original: facts(original), retrained: retrained && facts(retrained) },
    apart: measured.apart,
  })
  const bytes = new TextEncoder().encode(JSON.stringify(audit))
  yield { kind: 'artifact', name: auditFile, bytes }
  yield timingEvent({ seconds, shadowSeconds: shadows.seconds, shadowsMade: shadows.made, trajectories: chosen.length })
  return outcomeOf(audit, sha256(bytes))
}

/** Apart from the outcome, which does not depend on the clock nor on what was cached. */
const timingEvent = (times: Readonly<Record<string, number>>): JobEvent => ({
  kind: 'artifact',
  name: timingFile,
  bytes: new TextEncoder().encode(JSON.stringify(times)),
})

/** The observations of all these episodes, one after the other, and where each begins. */
async function auditedSteps(
  { trajectories }: TrajectoryContext,
  chosen: readonly { episode: Episode; group: AuditGroup }[],
): Promise<Audited> {
  const size = trajectories.set.observationSize
  const all = await trajectories.column('observations')
  const count = chosen.reduce((sum, { episode }) => sum + episode.length, 0)
  const observations = new Float32Array(count * size)
  let row = 0
  const episodes = chosen.map(({ episode, group }) => {
    const { start, length } = episode
    observations.set(all.subarray(start * size, (start + length) * size), row * size)
    row += length
    return { episode, group, row: row - length }
  })
  return { count, observations, episodes }
}

/** Sums within windows stand last step first; on a timeline the first stands first. */
function inTime(sums: Float64Array, window: number): Float64Array {
  const turned = new Float64Array(sums.length)
  for (let begin = 0; begin < sums.length; begin += window)
    turned.set(sums.slice(begin, begin + window).reverse(), begin)
  return turned
}

function compare(measured: Measured, { count, episodes }: Audited, { window, discount }: AuditConfig) {
  const width = timelineColumns.length
  const timelines = new Float32Array(count * width).fill(NaN)
  const trajectories: Omit<AuditedTrajectory, 'statistics' | 'verdicts'>[] = episodes.map(({ episode, group, row }) => {
    const { id, length, sha256 } = episode
    const sums = (values: Float32Array) =>
      discountedSums(values.subarray(row, row + length), { length: window, gamma: discount })
    const references = measured.references.map(sums)
    const mean = meanSequence(references)
    // What differs by less than single precision shows of the values differs by nothing.
    const least = (1e-6 * mean.reduce((sum, value) => sum + Math.abs(value), 0)) / length
    const distanceOf = (sequence: Float64Array): number => {
      const distance = measured.trained ? wasserstein1(mean, sequence) : 0
      return distance < least ? 0 : distance
    }
    const [agent, original] = [sums(measured.agent), sums(measured.original)]
    const retrained = measured.retrained && sums(measured.retrained)
    const columns = [agent, mean, bound(references, Math.min), bound(references, Math.max), original, retrained]
    columns.forEach((column, place) => {
      if (column) inTime(column, window).forEach((value, step) => (timelines[(row + step) * width + place] = value))
    })
    return {
      ...{ id, group, length, return: episode.return, sha256, row },
      references: references.map(distanceOf),
      distance: distanceOf(agent),
      original: distanceOf(original),
      retrained: retrained && distanceOf(retrained),
    }
  })
  return { trajectories, timelines: encodeNpy({ dtype: 'float32', shape: [count, width], data: timelines }) }
}

const bound = (sequences: readonly Float64Array[], pick: (a: number, b: number) => number): Float64Array =>
  sequences[0]!.map((value, i) => sequences.reduce((so, sequence) => pick(so, sequence[i]!), value))

function conclude(
  config: AuditConfig,
  distances: readonly Omit<AuditedTrajectory, 'statistics' | 'verdicts'>[],
  facts: Pick<Audit, 'algorithm' | 'data' | 'agent' | 'original' | 'retrained' | 'apart'>,
): Audit {
  const rules = rulesOf(config)
  const trajectories = distances.map((one) => ({
    ...one,
    statistics: statisticsOf(one),
    verdicts: verdictsOf(one, rules),
  }))
  const shares = { released: sharesOf(trajectories, 'released'), textbook: sharesOf(trajectories, 'textbook') }
  const { shadows, shadowSteps, evaluations, noise, window, discount, critic, policySamples, seed } = config
  const settings = { shadows, shadowSteps, evaluations, noise, window, discount, critic, policySamples, seed }
  const auditor = auditorsOf(trajectories, rules)
  const words = wordsOf({ ...facts, trajectories, shares, auditor, settings, rules })
  return { schema: 'lethe.audit/1', ...facts, settings, rules, trajectories, shares, auditor, words }
}

const outcomeOf = (audit: Audit, auditSha256: string): Outcome => ({
  algorithm: audit.algorithm,
  critic: audit.settings.critic,
  shares: audit.shares,
  auditor: audit.auditor,
  apart: audit.apart,
  words: audit.words,
  verdicts: audit.trajectories.map(({ id, group, distance, verdicts: { released, textbook } }) => ({
    ...{ id, group, distance, statistic: released.statistic, verdict: released.verdict },
    textbook: { statistic: textbook.statistic, verdict: textbook.verdict },
  })),
  audit: `artifacts/${auditFile}`,
  auditSha256,
})

export const auditJob: TrajectoryJob<AuditConfig> = {
  kind: 'trajectories.audit',
  subject: 'trajectories',
  config: auditConfigSchema,
  title: ({ algorithm, forgotten, remaining, neverSeen, critic }, { dataset }) =>
    `Audit of ${algorithmOf(algorithm).title} on ${dataset.name}, ${forgotten.length + remaining.length + neverSeen.length} trajectories, ${critic} critic`,
  data: (config) => config.data,
  seed: (config) => config.seed,
  mode: () => 'research',
  plan(config, { dataset }) {
    const algorithm = algorithmOf(config.algorithm)
    const updates = config.shadows * config.shadowSteps
    const trajectories = config.forgotten.length + config.remaining.length + config.neverSeen.length
    const steps = (dataset.steps / dataset.episodes) * trajectories
    const calls = passes(config) * Math.max(1, Math.ceil(steps / 2048))
    return {
      steps: [
        {
          ...{ phase: shadowPhase, steps: updates, weight: Math.max(0.01, (algorithm.cost * updates) / 1000) },
          note: 'those made for this agent before are used again',
        },
        { phase: valuesPhase, steps: calls, weight: 0.02 * calls * (1 + algorithm.cost / 40), note: '' },
      ],
      memoryBytes: memoryFor(dataset) + 4 * steps * (config.shadows * config.evaluations + dataset.observationSize),
      privacy: null,
      nonPrivateReads: [],
    }
  },
  run,
}

export const parseAuditConfig = (draft: unknown): AuditConfig =>
  parseWith(auditConfigSchema, draft, 'audit', 'config-invalid')
