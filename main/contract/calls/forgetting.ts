/** Agents: training them, making them forget, and what came of both. */
import { z } from 'zod'
import { errorCodes } from '../errors.ts'
import { estimateSchema } from '../estimate.ts'
import { deviceSchema, planSchema } from '../run.ts'
import { dataId, nothing, runId, type Call } from './call.ts'

export const trainPresetSchema = z.enum(['tiny', 'fast', 'desk', 'paper'])
export const unlearnPresetSchema = z.enum(['tiny', 'desk', 'paper'])
const settings = z.record(z.string(), z.unknown())
const seed = z
  .int()
  .nonnegative()
  .max(2 ** 32 - 1)

/** An algorithm as one chooses and sets it: every field under each preset, and what each field may hold. */
export const algorithmFactsSchema = z.object({
  id: z.string(),
  title: z.string(),
  paper: z.string(),
  /** Whether it learns values, so that what it thinks of an episode can be told. */
  hasValues: z.boolean(),
  presets: z.record(trainPresetSchema, settings),
  configSchema: settings,
})
export type AlgorithmFacts = z.infer<typeof algorithmFactsSchema>

export const returnFiguresSchema = z.object({
  returns: z.array(z.number()),
  mean: z.number(),
  deviation: z.number(),
  normalisedScore: z.number(),
})
export type ReturnFigures = z.infer<typeof returnFiguresSchema>

/** A run that left an agent. */
export const agentSchema = z.object({
  run: runId,
  title: z.string(),
  algorithm: z.string(),
  data: z.string(),
  created: z.string(),
  /** Updates it has had in all. */
  steps: z.number(),
  preset: z.string().nullable(),
  /** Share of the episodes it was trained on, from the first; and those of them left out or forgotten since. */
  share: z.number(),
  without: z.array(z.number()),
  /** It was trained on the first so many episodes of its set; null where that is gone or another. */
  learntFrom: z.number().nullable(),
  /** The file it was brought in from; null for one that was trained here. */
  source: z.string().nullable(),
  /** Null for one that was trained here from the start. */
  original: runId.nullable(),
  method: z.string().nullable(),
  forgotten: z.array(z.number()),
  /** By a deletion request that was closed: nothing can be done with it any more. */
  retired: z.boolean(),
  evaluation: returnFiguresSchema.nullable(),
  /** Where it could not be played: its own run's, or the newest that was asked for since. */
  estimate: estimateSchema.nullable(),
})
export type Agent = z.infer<typeof agentSchema>

export const trainRequestSchema = z.strictObject({
  algorithm: z.string().max(64),
  data: dataId,
  seed,
  preset: trainPresetSchema,
  /** What differs from the preset. */
  set: settings,
  device: deviceSchema,
})
export type TrainDraft = z.infer<typeof trainRequestSchema>

export const unlearnRequestSchema = z.strictObject({
  agent: runId,
  /** As `trajectories.select` takes them. */
  forget: z.string().max(2_000_000),
  method: z.string().max(64),
  seed,
  preset: unlearnPresetSchema,
  set: settings,
  device: deviceSchema,
})
export type UnlearnDraft = z.infer<typeof unlearnRequestSchema>

/** What will happen; answered also where memory forbids it, and then `obstacle` says so. */
export const agentPlanSchema = z.object({
  title: z.string(),
  plan: planSchema,
  config: settings,
  /** Every field that can be set, as the preset has it for this agent and this many updates. */
  preset: settings,
  memoryLimit: z.number(),
  obstacle: z.object({ code: z.enum(errorCodes), message: z.string(), hint: z.string() }).nullable(),
})
export type AgentPlan = z.infer<typeof agentPlanSchema>

export const forgettingCalls = {
  'forgetting.algorithms': { access: 'read', input: nothing, output: z.array(algorithmFactsSchema) },
  /** What can be set of an unlearning, as a JSON schema. */
  'forgetting.unlearning': { access: 'read', input: nothing, output: z.object({ configSchema: settings }) },
  /** Newest first. */
  'forgetting.agents': { access: 'read', input: nothing, output: z.array(agentSchema) },
  'forgetting.planTraining': { access: 'read', input: trainRequestSchema, output: agentPlanSchema },
  'forgetting.train': { access: 'write', input: trainRequestSchema, output: z.object({ run: runId }) },
  'forgetting.planUnlearning': {
    access: 'read',
    input: unlearnRequestSchema,
    output: agentPlanSchema.extend({
      /** Updates that the agent has had. */
      trained: z.number(),
      updates: z.number(),
      forgotten: z.number(),
      remaining: z.number(),
      neverSeen: z.number(),
    }),
  },
  'forgetting.unlearn': { access: 'write', input: unlearnRequestSchema, output: z.object({ run: runId }) },
  /** What the agent returns, by fitted Q, as the desk preset has it. */
  'forgetting.estimate': { access: 'write', input: z.strictObject({ agent: runId }), output: z.object({ run: runId }) },
} as const satisfies Record<string, Call>
