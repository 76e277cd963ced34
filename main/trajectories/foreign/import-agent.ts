/**
 * The job "bring in an agent": weights that d3rlpy trained become an agent as any other, once its predictions are replayed. What was given lies
 * in the run's folder from its beginning (`foreignFiles`), so that it can be checked again.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { LetheError } from '../../contract/errors.ts'
import type { JobEvent, Outcome } from '../../contract/job.ts'
import { parseNpy } from '../../data/formats/npy.ts'
import { loadBackend } from '../../tensor/backend.ts'
import { agentFile, encodeAgent } from '../algorithms/agent-file.ts'
import { makeAgent, type Agent } from '../algorithms/agent.ts'
import { evaluate } from '../algorithms/evaluate.ts'
import { evaluationPhase } from '../algorithms/schedule.ts'
import { algorithmOf } from '../algorithms/algorithms.ts'
import { turnsOf } from '../algorithms/turns.ts'
import type { TrajectoryContext, TrajectoryJob } from '../job.ts'
import { returnFigures, stageOf } from '../train.ts'
import { loadForeign, settingsByWeights } from './mapping.ts'
import { codes, readForeignParameters } from './parameters.ts'
import { readWeights } from './weights.ts'

/** Artifacts that are there before the run begins. `check-…` where predictions were given. */
export const foreignFiles = {
  weights: 'given-weights.bin',
  observations: 'check-observations.npy',
  actions: 'check-actions.npy',
  values: 'check-values.npy',
} as const

export const importAgentConfigSchema = z.strictObject({
  data: z.string().describe('the set it is said to be trained on'),
  source: z.string().describe('name of the file of weights'),
  sourceSha256: z.string(),
  parameters: z.record(z.string(), z.unknown()).describe('its params.json'),
  algorithm: z.string().describe('as the params.json says'),
  decoder: z
    .enum(['tanh', 'linear'])
    .optional()
    .describe('of BCQ, BEAR and PLAS: linear for d3rlpy 2.8, tanh for others'),
  steps: z.number().int().nonnegative().describe('updates it is said to have had: where its warm-up stands'),
  share: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe('share of the episodes it is said to be trained on, from the first'),
  without: z.array(z.number().int().nonnegative()).default([]).describe('ids of episodes it is said not to have seen'),
  seed: z.number().int().nonnegative().default(1).describe('of starts and of policies that draw'),
  episodes: z.number().int().min(0).max(10_000).default(10).describe('played to measure its returns'),
})
export type ImportAgentConfig = z.infer<typeof importAgentConfigSchema>

/** Largest difference that is rounding, relative where values are large. */
const tolerance = 1e-3

async function* run(context: TrajectoryContext, config: ImportAgentConfig): AsyncGenerator<JobEvent, Outcome> {
  const { set } = context.trajectories
  const { agent, notes } = await openForeign(context, config)
  try {
    for (const message of notes) yield { kind: 'warning', message }
    yield { kind: 'progress', phase: phases.check, step: 0, totalSteps: 1 }
    const check = await replayPredictions(context, agent, config)
    if (check === null)
      yield { kind: 'warning', message: 'No predictions were given, so it was not checked that it acts as it did.' }
    yield { kind: 'progress', phase: phases.check, step: 1, totalSteps: 1 }
    const returns = config.episodes > 0 ? yield* play(context, agent, config.episodes) : []
    const bytes = encodeAgent(agent, {
      ...{ steps: config.steps, share: config.share, without: config.without },
      data: { id: set.id, contentHash: set.contentHash },
    })
    yield { kind: 'artifact', name: agentFile, bytes }
    return {
      algorithm: config.algorithm,
      steps: config.steps,
      source: config.source,
      sourceSha256: config.sourceSha256,
      check,
      notes,
      agent: `artifacts/${agentFile}`,
      agentSha256: createHash('sha256').update(bytes).digest('hex'),
      evaluation: returnFigures(set.environment.task, returns),
    }
  } finally {
    agent.close()
  }
}

/** The agent with the weights of the file. Errors: `dataset-corrupt` where what was given is gone or changed, and those of reading. */
async function openForeign(
  context: Pick<TrajectoryContext, 'artifact' | 'stream' | 'trajectories'>,
  config: ImportAgentConfig,
): Promise<{ agent: Agent; notes: readonly string[] }> {
  const bytes = await context.artifact(foreignFiles.weights)
  if (!bytes || createHash('sha256').update(bytes).digest('hex') !== config.sourceSha256)
    throw new LetheError(
      'dataset-corrupt',
      `${foreignFiles.weights} is missing or was changed.`,
      'Bring the agent in again.',
    )
  const foreign = readForeignParameters(config.parameters, 'params.json', config)
  requireFit(foreign.sizes, context.trajectories.set)
  await loadBackend()
  const weights = readWeights(bytes, config.source)
  const settings = { ...foreign.settings, ...settingsByWeights(foreign.algorithm.id, weights) }
  const agent = makeAgent(foreign.algorithm, settings, foreign.sizes)
  try {
    agent.start(context.stream('networks'), foreign.scaling)
    const { notes } = loadForeign(agent, weights, config.source)
    return { agent, notes }
  } catch (error) {
    agent.close()
    throw error
  }
}

interface Layout {
  readonly observations: number
  readonly actions: number
}

/** Errors: `config-invalid` for an agent of another layout than its data. */
export function requireFit(
  { observations, actions }: Layout,
  set: { readonly id: string; readonly observationSize: number; readonly actionSize: number },
): void {
  if (observations === set.observationSize && actions === set.actionSize) return
  throw new LetheError(
    'config-invalid',
    `The agent takes ${observations} observations and gives ${actions} actions; ${set.id} has ${set.observationSize} and ${set.actionSize}.`,
    'Name the set that it was trained on.',
  )
}

interface Difference {
  readonly largest: number
  readonly row: number
}

/** What was predicted elsewhere, predicted again. Errors: `file-malformed` where it is not the same. */
async function replayPredictions(context: TrajectoryContext, agent: Agent, { algorithm, source }: ImportAgentConfig) {
  const read = async (name: string): Promise<Float32Array | null> => {
    const bytes = await context.artifact(name)
    return bytes && (parseNpy(bytes, name).data as Float32Array)
  }
  const observations = await read(foreignFiles.observations)
  const actions = await read(foreignFiles.actions)
  const values = await read(foreignFiles.values)
  if (!observations || !actions) return null
  // The best of drawn actions is another with every draw.
  const draws = algorithm === 'bcq' || algorithm === 'bear'
  const rows = observations.length / agent.sizes.observations
  const key = context.stream('check').key()
  const own = draws
    ? null
    : inTurns(agent, rows, observations, actions, (seen) => agent.act(seen, key), agent.sizes.actions)
  const valued = values && inTurns(agent, rows, observations, actions, (seen, taken) => agent.values(seen, taken)!, 1)
  const found = {
    rows,
    actions: own && differenceOf(own, actions, agent.sizes.actions),
    values: valued && differenceOf(valued, values, 1),
  }
  for (const [what, difference] of [
    ['action', found.actions],
    ['value', found.values],
  ] as const)
    if (difference && !(difference.largest <= tolerance))
      throw new LetheError(
        'file-malformed',
        `${source} does not act as it did: its ${what} at row ${difference.row} differs by ${difference.largest.toPrecision(3)}, more than ${tolerance}.`,
        codes(algorithm)
          ? 'Try the other decoder, and look whether params.json and check belong to these weights.'
          : 'Look whether params.json and check belong to these weights.',
      )
  return found
}

function inTurns(
  agent: Agent,
  rows: number,
  observations: Float32Array,
  actions: Float32Array,
  compute: (observations: Float32Array, actions: Float32Array) => Float32Array,
  width: number,
): Float32Array {
  const { lanes, sizes } = agent
  const found = new Float32Array(rows * width)
  for (const turn of turnsOf(lanes, 0, rows))
    turn.put(found, compute(turn.take(observations, sizes.observations), turn.take(actions, sizes.actions)), width)
  return found
}

/** Not a number differs from everything. */
function differenceOf(found: Float32Array, expected: Float32Array, width: number): Difference {
  let worst: Difference = { largest: 0, row: 0 }
  found.forEach((value, index) => {
    const difference = Math.abs(value - expected[index]!) / Math.max(1, Math.abs(expected[index]!))
    if (!(difference <= worst.largest)) worst = { largest: difference, row: Math.floor(index / width) }
  })
  return worst
}

async function* play(context: TrajectoryContext, agent: Agent, episodes: number): AsyncGenerator<JobEvent, number[]> {
  const stage = stageOf(context.trajectories.set, episodes)
  if (!stage) return []
  const playing = evaluate(agent, { ...stage, stream: context.stream('evaluation') })
  let next = await playing.next()
  for (; !next.done; next = await playing.next())
    yield { kind: 'progress', phase: evaluationPhase, step: next.value.done, totalSteps: episodes }
  return next.value.map(({ totalReward }) => totalReward)
}

const phases = { check: 'Replaying predictions' } as const

export const importAgentJob: TrajectoryJob<ImportAgentConfig> = {
  kind: 'trajectories.import-agent',
  subject: 'trajectories',
  config: importAgentConfigSchema,
  title: ({ algorithm, source }, { dataset }) => `${algorithmOf(algorithm).title} from ${source}, for ${dataset.name}`,
  data: (config) => config.data,
  seed: (config) => config.seed,
  mode: () => 'research',
  plan: ({ episodes }, { dataset }) => ({
    steps: [
      { phase: phases.check, steps: 1, weight: 1, note: '' },
      ...(dataset.environment.task !== null && episodes > 0
        ? [{ phase: evaluationPhase, steps: episodes, weight: 0.3 * episodes, note: 'ten at once' }]
        : []),
    ],
    memoryBytes: 6e8,
    privacy: null,
    nonPrivateReads: [],
  }),
  run,
}
