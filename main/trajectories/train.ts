/** The job "train an agent": an offline-RL algorithm on the first episodes of a data set, with its returns on the way. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { LetheError } from '../contract/errors.ts'
import type { JobEvent, Outcome } from '../contract/job.ts'
import type { TrajectorySet } from '../contract/trajectories.ts'
import { parseWith } from '../files/atomic.ts'
import { loadBackend } from '../tensor/backend.ts'
import { agentFile, encodeAgent } from './algorithms/agent-file.ts'
import { makeAgent } from './algorithms/agent.ts'
import { algorithmOf, type AnyAlgorithm } from './algorithms/algorithms.ts'
import type { Settings } from './algorithms/algorithm.ts'
import { readReplay, scalingFor, type Replay } from './algorithms/replay.ts'
import { runSchedule } from './algorithms/schedule.ts'
import { farActions, largestOf } from './data/actions.ts'
import { taskOf } from './environments/environment.ts'
import { estimateStep, estimatePlan } from './estimates/step.ts'
import { estimateDefaults, estimateFields, sizeOf } from './estimates/size.ts'
import { normalisedScore } from './environments/task.ts'
import { trainingEpisodes, type TrajectoryContext, type TrajectoryJob } from './job.ts'

export const trainPresets = ['tiny', 'fast', 'desk', 'paper'] as const
export type TrainPreset = (typeof trainPresets)[number]

export const trainConfigSchema = z.strictObject({
  algorithm: z.string().describe('id of the algorithm'),
  data: z.string().describe('id of the data set'),
  seed: z.number().int().nonnegative().default(1).describe('root of all randomness'),
  preset: z
    .enum(trainPresets)
    .default('desk')
    .describe(
      'tiny: to look whether it runs; fast: desk with fewer sampled actions; desk: an hour at most; paper: as published',
    ),
  steps: z.number().int().min(1).max(10_000_000).describe('updates (paper: 1,000,000)'),
  share: z
    .number()
    .gt(0)
    .max(1)
    .default(0.9)
    .describe('share of the episodes to train on, from the first; the rest is never trained on (paper: 0.9)'),
  without: z.array(z.number().int().nonnegative()).default([]).describe('ids of episodes to leave out'),
  evaluations: z.number().int().min(0).max(1000).default(10).describe('how often returns are measured on the way'),
  episodes: z.number().int().min(1).max(10_000).default(10).describe('episodes for each measurement (paper: 10)'),
  ...estimateFields,
  parameters: z.record(z.string(), z.unknown()).describe("the algorithm's own settings"),
})
export type TrainConfig = z.infer<typeof trainConfigSchema>

export interface TrainRequest {
  readonly algorithm: string
  readonly data: string
  readonly seed?: number | undefined
  readonly preset?: TrainPreset | undefined
  /** Fields of the configuration and of the algorithm's settings, which override the preset's. */
  readonly set?: Readonly<Record<string, unknown>> | undefined
}

const fieldsOf = (schema: unknown): readonly string[] => Object.keys((schema as { shape: object }).shape)

/** A preset's settings; those that the algorithm does not have are left out. */
function presetSettings(algorithm: AnyAlgorithm, preset: TrainPreset, steps: number): Record<string, unknown> {
  const warmUp = Math.round(algorithm.warmUpShare * steps)
  const tiny = {
    hidden: [32, 32],
    coderHidden: [32, 32],
    batch: 32,
    samples: 3,
    targetSamples: 3,
    actSamples: 5,
    warmUp,
  }
  const all = { tiny, fast: { samples: 10, warmUp, ...algorithm.fast }, desk: { warmUp }, paper: {} }[preset]
  const known = fieldsOf(algorithm.config)
  return Object.fromEntries(Object.entries(all).filter(([name]) => known.includes(name)))
}

/** All that settings depend on of a set. */
export interface OfTask {
  readonly environment: Pick<TrajectorySet['environment'], 'task'>
}

/**
 * The whole configuration that a request means. `dataset` where it is known: its task has settings of its
 * own in some algorithms, and without a simulator there are estimates.
 * Errors: `config-invalid` naming the field, `method-missing`.
 */
export function trainConfig(request: TrainRequest, dataset?: OfTask): TrainConfig {
  const algorithm = algorithmOf(request.algorithm)
  const preset = request.preset ?? 'desk'
  const set = request.set ?? {}
  const own = fieldsOf(algorithm.config)
  const shared = ['steps', 'share', 'without', 'evaluations', 'episodes', ...Object.keys(estimateFields)]
  const unknown = Object.keys(set).find((name) => !own.includes(name) && !shared.includes(name))
  if (unknown !== undefined)
    throw new LetheError(
      'config-invalid',
      `${algorithm.title} has no setting ${unknown}.`,
      `It has ${[...shared, ...own].join(', ')}.`,
    )
  const only = (names: readonly string[]) =>
    Object.fromEntries(Object.entries(set).filter(([name]) => names.includes(name)))
  const steps = { tiny: 60, fast: algorithm.deskSteps, desk: algorithm.deskSteps, paper: 1_000_000 }[preset]
  const measured = preset === 'tiny' ? { evaluations: 1, episodes: 1 } : {}
  const draft = {
    ...{ algorithm: algorithm.id, data: request.data, preset, steps, ...measured, parameters: {} },
    ...(request.seed === undefined ? {} : { seed: request.seed }),
    ...(dataset && estimateDefaults(dataset, preset)),
    ...only(shared),
  }
  const config = parseWith(trainConfigSchema, draft, algorithm.title, 'config-invalid')
  const task = dataset?.environment.task ?? null
  const published = task === null ? {} : algorithm.published?.[task]
  const settings = { ...published, ...presetSettings(algorithm, preset, config.steps), ...only(own) }
  const parameters = parseWith(algorithm.config, settings, algorithm.title, 'config-invalid')
  requireTrained(algorithm, parameters, config.steps)
  return { ...config, parameters: parameters }
}

/**
 * A warm-up that reaches the last update leaves a policy that was never trained; the published code made such agents.
 * Errors: `config-invalid`.
 */
export function requireTrained(algorithm: AnyAlgorithm, settings: Settings, steps: number): void {
  const warmUp = algorithm.warmUp(settings as never)
  if (warmUp < steps || warmUp === 0) return
  throw new LetheError(
    'config-invalid',
    `${algorithm.title}: a warm-up of ${warmUp} updates reaches the last of ${steps}; its policy would never be trained.`,
    `Take more steps, or set warmUp below ${steps}: ${Math.round(algorithm.warmUpShare * steps)} keeps the published share.`,
  )
}

/** Updates after which returns are measured: evenly, the last included. */
const evaluationSteps = (steps: number, evaluations: number): ReadonlySet<number> =>
  new Set(Array.from({ length: evaluations }, (_, i) => Math.round(((i + 1) * steps) / evaluations)))

/** Where an agent of this data can be played: null without a simulated task. */
export const stageOf = ({ environment }: TrajectorySet, episodes: number) =>
  environment.task === null ? null : { task: environment.task, variant: environment.variant ?? 'v4', episodes }

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

/** Mean, deviation and normalised score of returns; null where there are none. */
export function returnFigures(task: string | null, returns: readonly number[] | undefined) {
  if (task === null || !returns || returns.length === 0) return null
  const mean = sum(returns) / returns.length
  const deviation = Math.sqrt(sum(returns.map((one) => (one - mean) ** 2)) / returns.length)
  return { returns, mean, deviation, normalisedScore: normalisedScore(taskOf(task), mean) }
}

async function* run(context: TrajectoryContext, config: TrainConfig): AsyncGenerator<JobEvent, Outcome> {
  await loadBackend()
  const algorithm = algorithmOf(config.algorithm)
  const { trajectories } = context
  const { set } = trajectories
  const settings = parseWith(algorithm.config, config.parameters, algorithm.title, 'config-invalid')
  const episodes = trainingEpisodes(trajectories, config.share, config.without)
  const agent = makeAgent(algorithm, settings, { observations: set.observationSize, actions: set.actionSize })
  let replay: Replay | undefined
  try {
    replay = await readReplay(trajectories, episodes)
    agent.start(context.stream('networks'), await scalingFor(trajectories, episodes))
    const far = farActions(largestOf(await trajectories.column('actions')))
    if (far !== null) yield { kind: 'warning', message: far }
    const { seconds, returns, end } = yield* runSchedule(context, agent, {
      segments: [{ label: 'Training', variation: 'ordinary', replay, steps: config.steps }],
      before: 0,
      evaluateAt: evaluationSteps(config.steps, config.evaluations),
      evaluation: stageOf(set, config.episodes),
    })
    const bytes = encodeAgent(agent, {
      steps: config.steps,
      data: { id: set.id, contentHash: set.contentHash },
      share: config.share,
      without: config.without,
    })
    yield { kind: 'artifact', name: agentFile, bytes }
    yield timing(config.steps, seconds)
    const estimates = yield* estimateStep(context, { agents: [agent], episodes, size: sizeOf(config), end })
    return {
      algorithm: algorithm.id,
      steps: config.steps,
      episodes: episodes.length,
      transitions: replay.count,
      agent: `artifacts/${agentFile}`,
      agentSha256: createHash('sha256').update(bytes).digest('hex'),
      evaluation: returnFigures(set.environment.task, returns.at(-1)?.returns),
      ...(estimates && { estimate: estimates.each[0]! }),
    }
  } finally {
    agent.close()
    replay?.dispose()
  }
}

/** Apart from the outcome, which does not depend on the clock. */
export const timing = (updates: number, seconds: number): JobEvent => ({
  kind: 'artifact',
  name: timingFile,
  bytes: new TextEncoder().encode(
    JSON.stringify({ updates, seconds, millisecondsPerUpdate: (1000 * seconds) / updates }),
  ),
})
export const timingFile = 'timing.json'

/** Bytes that a table of so many transitions takes, twice while it goes to the device, and the engine itself. */
export const memoryFor = ({ steps, observationSize, actionSize }: TrajectorySet): number =>
  4 * steps * (3 * (2 * observationSize + actionSize + 2)) + 5e8

export const trainJob: TrajectoryJob<TrainConfig> = {
  kind: 'trajectories.train',
  subject: 'trajectories',
  config: trainConfigSchema,
  title: (config, { dataset }) => `${algorithmOf(config.algorithm).title} on ${dataset.name}`,
  data: (config) => config.data,
  seed: (config) => config.seed,
  mode: () => 'research',
  plan(config, { dataset }) {
    const { cost } = algorithmOf(config.algorithm)
    const playing = dataset.environment.task === null ? 0 : config.evaluations * config.episodes
    return {
      steps: [
        {
          ...{ phase: 'Training', steps: config.steps, weight: (cost * config.steps) / 1000 + 0.3 * playing },
          note: playing > 0 ? `${playing} episodes are played on the way` : '',
        },
        ...estimatePlan(sizeOf(config), 1),
      ],
      memoryBytes: memoryFor(dataset),
      privacy: null,
      nonPrivateReads: [],
    }
  },
  run,
}
