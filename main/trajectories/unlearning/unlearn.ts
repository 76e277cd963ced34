/**
 * The job "make an agent forget trajectories" (TrajDeleter: Gong, Li, Yao and Wang, NDSS 2025), and the baselines it is held against.
 *
 *   trajdeleter      phase 1, forgetting: blocks of updates on the remaining and on the forgotten episodes in turn, remaining first
 *                    phase 2, convergence: updates on the remaining; the critics' loss also at the Bellman target of the frozen original, × 0.1
 *   negative-reward  phase 1 alone
 *   finetune         ordinary updates on the remaining episodes
 *   random-reward    ordinary updates on all, the forgotten ones with a ramp in place of their rewards
 *   retrain          from scratch on the remaining episodes, with the updates that the original had: the reference
 *
 * What a block on forgotten episodes does is the mode:
 *   fixed     the rewards are negated, the update is the ordinary one with its actor loss times λ (as released)
 *   released  the same, and the agent's count of updates begins at 0 as in the published code: PLAS trains its auto-encoder alone, BEAR's
 *             actor only its MMD term, until their warm-up has passed again
 *   paper     the objective as written: rewards as they are, the actor loss times −λ, so that the value of its actions falls (with TD3+BC also its
 *             likeness to the data, with IQL and cloning, whose actor has no value in it, that alone: nothing bounds it, keep λ small)
 *
 * λ is a weak knob: Adam divides a constant factor out but for what it remembers of the other blocks.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { LetheError } from '../../contract/errors.ts'
import type { Checkpoint, JobEvent, Outcome, RandomStream } from '../../contract/job.ts'
import type { Plan } from '../../contract/run.ts'
import type { Episode } from '../../contract/trajectories.ts'
import { loadBackend } from '../../tensor/backend.ts'
import { agentFile, encodeAgent, openAgent, type AgentHeader } from '../algorithms/agent-file.ts'
import type { Agent } from '../algorithms/agent.ts'
import { algorithmOf } from '../algorithms/algorithms.ts'
import { readReplay, scalingFor, type Replay } from '../algorithms/replay.ts'
import { evaluationPhase, runSchedule } from '../algorithms/schedule.ts'
import type { Estimates } from '../estimates/estimate.ts'
import { estimateFields, sizeOf } from '../estimates/size.ts'
import { estimatePlan, estimateStep } from '../estimates/step.ts'
import { trainingEpisodes, type TrajectoryContext, type TrajectoryJob } from '../job.ts'
import { memoryFor, returnFigures, stageOf, timing } from '../train.ts'
import { changedRewards } from './forget-set.ts'

export const unlearnMethods = ['trajdeleter', 'retrain', 'finetune', 'random-reward', 'negative-reward'] as const
export const unlearnModes = ['fixed', 'released', 'paper'] as const

export const unlearnConfigSchema = z.strictObject({
  agent: z.string().describe('the run whose agent is to forget'),
  algorithm: z.string().describe('that agent’s'),
  data: z.string().describe('the set it was trained on'),
  forget: z.array(z.number().int().nonnegative()).min(1).describe('ids of the episodes to forget'),
  selector: z.string().describe('the words that chose them'),
  method: z.enum(unlearnMethods).default('trajdeleter'),
  mode: z.enum(unlearnModes).default('fixed').describe('what an update on forgotten episodes is'),
  seed: z.number().int().nonnegative().default(1).describe('root of all randomness'),
  steps: z
    .number()
    .int()
    .min(2)
    .max(10_000_000)
    .describe('updates in all (paper: 10,000 of 1,000,000: 1 % of the training)'),
  forgettingShare: z.number().gt(0).lt(1).default(0.8).describe('share of the updates that phase 1 takes (paper: 0.8)'),
  alternations: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(4)
    .describe('pairs of blocks in phase 1 (paper: 4 of 1000 + 1000 updates)'),
  balance: z
    .number()
    .min(0)
    .max(100)
    .default(1)
    .describe('λ, factor of the actor loss on forgotten episodes (paper: 1)'),
  convergenceWeight: z
    .number()
    .min(0)
    .max(100)
    .default(0.1)
    .describe('weight of the critics’ loss at the target of the original in phase 2 (paper: 0.1)'),
  episodes: z.number().int().min(1).max(10_000).default(10).describe('episodes played before and after (paper: 500)'),
  ...estimateFields,
})
export type UnlearnConfig = z.infer<typeof unlearnConfigSchema>

interface Parts {
  readonly remaining: readonly Episode[]
  readonly forgotten: readonly Episode[]
  readonly unseen: readonly Episode[]
}

interface Block {
  readonly label: string
  readonly variation: 'ordinary' | 'forget' | 'converge'
  readonly on: 'remaining' | 'forgotten'
  readonly steps: number
}

/** The updates of a method, in order. Blocks of one phase share its label. */
export function blocksOf(
  config: Pick<UnlearnConfig, 'method' | 'steps' | 'forgettingShare' | 'alternations'>,
): Block[] {
  const { method, steps, alternations } = config
  if (method === 'retrain' || method === 'finetune' || method === 'random-reward')
    return [{ label: phaseLabels[method], variation: 'ordinary', on: 'remaining', steps }]
  const first = method === 'trajdeleter' ? Math.round(config.forgettingShare * steps) : steps
  const edge = (block: number): number => Math.round((block * first) / (2 * alternations))
  const blocks = Array.from({ length: 2 * alternations }, (_, block): Block => ({
    label: phaseLabels.forgetting,
    ...(block % 2 === 0 ? { variation: 'ordinary', on: 'remaining' } : { variation: 'forget', on: 'forgotten' }),
    steps: edge(block + 1) - edge(block),
  }))
  const last = { label: phaseLabels.convergence, variation: 'converge', on: 'remaining', steps: steps - first } as const
  return method === 'trajdeleter' ? [...blocks, last] : blocks
}

const phaseLabels = {
  forgetting: 'Forgetting',
  convergence: 'Convergence',
  retrain: 'Training from scratch',
  finetune: 'Fine-tuning',
  'random-reward': 'Training with other rewards',
} as const

async function* run(context: TrajectoryContext, config: UnlearnConfig): AsyncGenerator<JobEvent, Outcome> {
  await loadBackend()
  const { trajectories } = context
  const { agent, header } = await openOriginal(context, config)
  const replays: Partial<Record<Block['on'], Replay>> = {}
  try {
    const parts = partsOf(context, header, config.forget)
    const forgetSet = new Set(config.forget)
    const rewards = await trajectories.column('rewards')
    const remaining = (replays.remaining =
      config.method === 'random-reward'
        ? await readReplay(
            trajectories,
            [...parts.remaining, ...parts.forgotten],
            changedRewards('ramp', forgetSet, rewards),
          )
        : await readReplay(trajectories, parts.remaining))
    if (config.method === 'trajdeleter' || config.method === 'negative-reward')
      replays.forgotten = await readReplay(
        trajectories,
        parts.forgotten,
        config.mode === 'paper' ? undefined : changedRewards('negated', forgetSet, rewards),
      )
    const before = await meanValues(context, agent, parts)
    const scratch = config.method === 'retrain'
    const stage = stageOf(trajectories.set, config.episodes)
    const segments = blocksOf(config).map(({ on, ...block }) => ({ ...block, replay: replays[on] ?? remaining }))
    const updates = segments.reduce((sum, { steps }) => sum + steps, 0)
    const { seconds, returns, end } = yield* runSchedule(context, agent, {
      segments,
      before: scratch || config.mode === 'released' ? 0 : header.steps,
      evaluateAt: new Set([0, updates]),
      evaluation: stage,
      ...(scratch && {
        begin: async () =>
          agent.start(context.stream('networks anew'), await scalingFor(trajectories, parts.remaining)),
      }),
    })
    const bytes = encodeAgent(agent, {
      steps: scratch ? updates : header.steps + updates,
      data: header.data,
      share: header.share,
      without: together(header.without, config.forget),
      forgot: scratch ? [] : together(header.forgot, config.forget),
    })
    yield { kind: 'artifact', name: agentFile, bytes }
    yield timing(updates, seconds)
    const estimates = yield* estimated(context, config, { agent, episodes: parts.remaining, end })
    const { task } = trajectories.set.environment
    return {
      ...{ algorithm: header.algorithm, method: config.method, mode: config.mode, original: config.agent },
      ...{ updates, shareOfTraining: header.steps > 0 ? updates / header.steps : null },
      forgotten: parts.forgotten.length,
      remaining: parts.remaining.length,
      agent: `artifacts/${agentFile}`,
      agentSha256: createHash('sha256').update(bytes).digest('hex'),
      before: {
        ...{ evaluation: returnFigures(task, returns[0]?.returns), values: before },
        ...(estimates && { estimate: estimates.each[0]! }),
      },
      after: {
        evaluation: returnFigures(task, returns.at(-1)?.returns),
        values: await meanValues(context, agent, parts),
        ...(estimates && { estimate: estimates.each[1]! }),
      },
      ...(estimates && { estimateChange: estimates.change }),
    }
  } finally {
    agent.close()
    for (const replay of Object.values(replays)) replay.dispose()
  }
}

/** The original, with what phase 2 is anchored to. Errors: `run-state` where there is none, `dataset-corrupt` where the data is another. */
async function openOriginal(
  context: TrajectoryContext,
  { agent: run, balance, convergenceWeight, mode }: UnlearnConfig,
): Promise<{ agent: Agent; header: AgentHeader }> {
  const bytes = await context.artifactOf(run, agentFile)
  if (!bytes) throw new LetheError('run-state', `Run ${run} has left no agent.`, 'Train one first.')
  const opened = openAgent(bytes, `agent of run ${run}`, {
    variations: {
      forget: { actorWeight: mode === 'paper' ? -balance : balance, anchorWeight: null },
      converge: { actorWeight: 1, anchorWeight: convergenceWeight },
    },
  })
  if (opened.header.data.contentHash === context.trajectories.set.contentHash) return opened
  opened.agent.close()
  throw new LetheError(
    'dataset-corrupt',
    `${context.trajectories.set.id} does not hold the episodes that the agent was trained on: its hash is another.`,
    'Unlearn from the set that it was trained on.',
  )
}

/** Of the original and of what became of it, side by side, on the episodes that are left. */
async function* estimated(
  context: TrajectoryContext,
  config: UnlearnConfig,
  { agent, episodes, end }: { agent: Agent; episodes: readonly Episode[]; end: () => Checkpoint },
): AsyncGenerator<JobEvent, Estimates | null> {
  const size = sizeOf(config)
  if (size.updates === 0) return null
  const { agent: original } = await openOriginal(context, config)
  try {
    return yield* estimateStep(context, { agents: [original, agent], episodes, size, end })
  } finally {
    original.close()
  }
}

const together = (some: readonly number[], more: readonly number[]): number[] =>
  [...new Set([...some, ...more])].sort((a, b) => a - b)

function partsOf({ trajectories }: TrajectoryContext, header: AgentHeader, forget: readonly number[]): Parts {
  const trained = trainingEpisodes(trajectories, header.share, header.without)
  const wanted = new Set(forget)
  const known = new Set(trained.map(({ id }) => id))
  const forgot = new Set(header.forgot)
  return {
    remaining: trained.filter(({ id }) => !wanted.has(id)),
    forgotten: trained.filter(({ id }) => wanted.has(id)),
    unseen: trajectories.episodes.filter(({ id }) => !known.has(id) && !forgot.has(id)),
  }
}

/** Mean Q of the agent's own actions at states of each part; a sample of each. Null for agents without critics and for empty parts. */
async function meanValues(
  context: TrajectoryContext,
  agent: Agent,
  parts: Parts,
): Promise<Record<keyof Parts, number | null>> {
  const { trajectories } = context
  const size = trajectories.set.observationSize
  const observations = await trajectories.column('observations')
  const stream = context.stream('value states')
  const found: Record<string, number | null> = {}
  for (const [name, episodes] of Object.entries(parts) as [keyof Parts, readonly Episode[]][])
    found[name] = episodes.length === 0 ? null : meanValue(agent, episodes, observations, size, stream)
  return found
}

const valueCalls = 50

function meanValue(
  agent: Agent,
  episodes: readonly Episode[],
  observations: Float32Array,
  size: number,
  stream: RandomStream,
): number | null {
  let sum = 0
  for (let call = 0; call < valueCalls; call++) {
    const states = new Float32Array(agent.lanes * size)
    for (let lane = 0; lane < agent.lanes; lane++) {
      const { start, length } = episodes[stream.integer(episodes.length)]!
      const row = start + stream.integer(length)
      states.set(observations.subarray(row * size, (row + 1) * size), lane * size)
    }
    const values = agent.values(states, agent.act(states, stream.key()))
    if (!values) return null
    sum += values.reduce((a, b) => a + b, 0)
  }
  return sum / (valueCalls * agent.lanes)
}

const methodTitles: Readonly<Record<UnlearnConfig['method'], string>> = {
  trajdeleter: 'TrajDeleter',
  retrain: 'from scratch',
  finetune: 'fine-tuned',
  'random-reward': 'other rewards',
  'negative-reward': 'negative reward alone',
}

export const unlearnJob: TrajectoryJob<UnlearnConfig> = {
  kind: 'trajectories.unlearn',
  subject: 'trajectories',
  config: unlearnConfigSchema,
  title: ({ algorithm, method, forget }, { dataset }) =>
    `${algorithmOf(algorithm).title} on ${dataset.name} forgets ${forget.length} ${forget.length === 1 ? 'episode' : 'episodes'}, ${methodTitles[method]}`,
  data: (config) => config.data,
  seed: (config) => config.seed,
  mode: () => 'research',
  plan(config, { dataset }) {
    const { cost } = algorithmOf(config.algorithm)
    const phases = new Map<string, number>()
    for (const { label, steps } of blocksOf(config)) phases.set(label, (phases.get(label) ?? 0) + steps)
    const { episodes } = config
    const playing = (note: string): Plan['steps'] =>
      dataset.environment.task === null
        ? []
        : [{ phase: evaluationPhase, steps: episodes, weight: 0.3 * episodes, note }]
    return {
      steps: [
        ...playing('before'),
        ...[...phases].map(([phase, steps]) => ({
          ...{ phase, steps, note: '' },
          weight: Math.max(0.01, (cost * steps) / 1000),
        })),
        ...playing('after, from the same starts'),
        ...estimatePlan(sizeOf(config), 2),
      ],
      memoryBytes: memoryFor(dataset),
      privacy: null,
      nonPrivateReads: [],
    }
  },
  run,
}
