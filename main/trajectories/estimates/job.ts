/**
 * The job "estimate an agent's return", for any agent there is, also one made elsewhere. Where its set has a simulator the agent is played
 * as well and its returns are discounted in the same way: there the estimate can be held against the truth.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { LetheError } from '../../contract/errors.ts'
import type { JobEvent, Outcome } from '../../contract/job.ts'
import { loadBackend } from '../../tensor/backend.ts'
import { agentFile, openAgent, type AgentHeader } from '../algorithms/agent-file.ts'
import type { Agent } from '../algorithms/agent.ts'
import { algorithmOf } from '../algorithms/algorithms.ts'
import { evaluate } from '../algorithms/evaluate.ts'
import { evaluationPhase } from '../algorithms/schedule.ts'
import { trainingEpisodes, type TrajectoryContext, type TrajectoryJob } from '../job.ts'
import { memoryFor, stageOf } from '../train.ts'
import { spread, type Interval } from './estimate.ts'
import { estimateStep, estimatePlan } from './step.ts'

export const estimateConfigSchema = z.strictObject({
  agent: z.string().describe('the run whose agent it is'),
  algorithm: z.string().describe('that agent’s'),
  data: z.string().describe('the set whose episodes are used; of its own set those it was trained on'),
  steps: z.number().int().min(1).max(10_000_000).describe('updates of the fits'),
  members: z.number().int().min(2).max(100).default(8).describe('fits, each on its own resample of the episodes'),
  episodes: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(20)
    .describe('played to compare with, where the set has a simulator; 0 for none'),
  seed: z.number().int().nonnegative().default(1).describe('root of all randomness'),
})
export type EstimateConfig = z.infer<typeof estimateConfigSchema>

async function open(
  context: TrajectoryContext,
  run: string,
): Promise<{ agent: Agent; header: AgentHeader; sha256: string }> {
  const bytes = await context.artifactOf(run, agentFile)
  if (!bytes) throw new LetheError('run-state', `Run ${run} has left no agent.`, 'Train one first.')
  return { ...openAgent(bytes, `agent of run ${run}`), sha256: createHash('sha256').update(bytes).digest('hex') }
}

async function* run(context: TrajectoryContext, config: EstimateConfig): AsyncGenerator<JobEvent, Outcome> {
  await loadBackend()
  const { trajectories } = context
  const { agent, header, sha256 } = await open(context, config.agent)
  try {
    const own = header.data.contentHash === trajectories.set.contentHash
    const episodes = own ? trainingEpisodes(trajectories, header.share, header.without) : trajectories.episodes
    const size = { updates: config.steps, members: config.members }
    const end = () => ({ step: 0, state: {}, parts: {} })
    const estimates = yield* estimateStep(context, { agents: [agent], episodes, size, end })
    const simulated = yield* played(context, agent, config.episodes)
    return {
      ...{ algorithm: config.algorithm, agent: config.agent, agentSha256: sha256 },
      ...{ episodes: episodes.length, ownEpisodes: own },
      estimate: estimates!.each[0]!,
      ...(simulated && { simulated }),
    }
  } finally {
    agent.close()
  }
}

/** Discounted returns in the simulator; null without one. */
async function* played(
  context: TrajectoryContext,
  agent: Agent,
  episodes: number,
): AsyncGenerator<JobEvent, (Interval & { readonly episodes: number }) | null> {
  const stage = episodes === 0 ? null : stageOf(context.trajectories.set, episodes)
  if (!stage) return null
  const { discount } = agent.settings
  const weights = new Array<number>(episodes).fill(1)
  const returns = new Array<number>(episodes).fill(0)
  const after = (episode: number, reward: number): void => {
    returns[episode]! += weights[episode]! * reward
    weights[episode]! *= discount
  }
  const watcher = { before: () => undefined, after }
  const playing = evaluate(agent, { ...stage, stream: context.stream('evaluation'), watcher })
  for (let next = await playing.next(); !next.done; next = await playing.next())
    yield { kind: 'progress', phase: evaluationPhase, step: next.value.done, totalSteps: episodes }
  return { ...spread(returns, 1 / Math.sqrt(episodes)), episodes }
}

export const estimateJob: TrajectoryJob<EstimateConfig> = {
  kind: 'trajectories.estimate',
  subject: 'trajectories',
  config: estimateConfigSchema,
  title: ({ algorithm }, { dataset }) => `Estimated return of ${algorithmOf(algorithm).title} on ${dataset.name}`,
  data: (config) => config.data,
  seed: (config) => config.seed,
  mode: () => 'research',
  plan: ({ steps, members, episodes }, { dataset }) => ({
    steps: [
      ...estimatePlan({ updates: steps, members }, 1),
      ...(dataset.environment.task !== null && episodes > 0
        ? [{ phase: evaluationPhase, steps: episodes, weight: 0.3 * episodes, note: 'to compare with, ten at once' }]
        : []),
    ],
    memoryBytes: memoryFor(dataset),
    privacy: null,
    nonPrivateReads: [],
  }),
  run,
}
