/** Agents made elsewhere: what their files are, and bringing one in. */
import { z } from 'zod'
import { errorCodes } from '../errors.ts'
import { deviceSchema, planSchema } from '../run.ts'
import { chosenPath, dataId, runId, type Call } from './call.ts'

/** Files that are not chosen yet are null: so much is answered as can be told of the others. */
export const foreignAgentDraftSchema = z.strictObject({
  /** Weights of PyTorch or safetensors. */
  weights: chosenPath.nullable(),
  /** The params.json of its logs. */
  params: chosenPath.nullable(),
  /** An NPZ of observations, actions and, if there are any, values that it predicted. */
  check: chosenPath.nullable(),
  /** The set it is said to be trained on. */
  data: dataId,
  /** Null: what the file says, and a trouble where it does not. */
  decoder: z.enum(['tanh', 'linear']).nullable(),
  /** Updates it has had; null: what the name of the weights says. */
  steps: z.int().nonnegative().max(1e9).nullable(),
  share: z.number().gt(0).max(1),
  episodes: z.int().min(0).max(10_000),
  seed: z
    .int()
    .nonnegative()
    .max(2 ** 32 - 1),
  device: deviceSchema,
})
export type ForeignAgentDraft = z.infer<typeof foreignAgentDraftSchema>

/** What params.json says of an agent. */
export const foreignAgentFactsSchema = z.object({
  /** As `forgetting.algorithms` names it. */
  algorithm: z.string(),
  /** The line of d3rlpy that wrote it. */
  line: z.union([z.literal(1), z.literal(2)]),
  observations: z.number(),
  actions: z.number(),
  /** Widths of its hidden layers. */
  hidden: z.array(z.number()),
  standardises: z.boolean(),
  /** Rewards were multiplied by this. */
  rewardScale: z.number(),
  /** Whether the decoder must be said. */
  needsDecoder: z.boolean(),
  /** What the name of the weights says. */
  steps: z.number().nullable(),
})
export type ForeignAgentFacts = z.infer<typeof foreignAgentFactsSchema>

const trouble = z.object({ code: z.enum(errorCodes), message: z.string(), hint: z.string() })

export const foreignAgentCalls = {
  /** Reads all that is chosen. `plan` where nothing stands in the way; else `trouble` says what does, or a file is missing. */
  'foreignAgents.plan': {
    access: 'read',
    paths: ['weights', 'params', 'check'],
    input: foreignAgentDraftSchema,
    output: z.object({
      facts: foreignAgentFactsSchema.nullable(),
      plan: planSchema.nullable(),
      trouble: trouble.nullable(),
    }),
  },
  'foreignAgents.import': {
    access: 'write',
    paths: ['weights', 'params', 'check'],
    input: foreignAgentDraftSchema.extend({ weights: chosenPath, params: chosenPath }),
    output: z.object({ run: runId }),
  },
} as const satisfies Record<string, Call>
