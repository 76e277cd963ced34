/** Private images: methods, plans, published figures, syntheses. */
import { z } from 'zod'
import { errorCodes } from '../errors.ts'
import { privacyModeSchema } from '../privacy.ts'
import { deviceSchema, planSchema } from '../run.ts'
import { dataId, nothing, runId, type Call } from './call.ts'

export const presetSchema = z.enum(['desk', 'paper', 'tiny'])
const settings = z.record(z.string(), z.unknown())

/** Everything a person sets for one synthesis. `set` holds the method's own fields that differ from the preset. */
export const synthesisRequestSchema = z.strictObject({
  method: z.string().max(64),
  data: dataId,
  epsilon: z.number().positive().max(1e4),
  delta: z.number().positive().lt(1).nullable().describe('null: that of the data set'),
  seed: z
    .int()
    .nonnegative()
    .max(2 ** 32 - 1),
  mode: privacyModeSchema,
  preset: presetSchema,
  score: z.boolean(),
  device: deviceSchema,
  set: settings,
})
export type SynthesisRequest = z.infer<typeof synthesisRequestSchema>

export const methodSchema = z.object({
  id: z.string(),
  title: z.string(),
  paper: z.string(),
  architecture: z.string(),
  pretraining: z.string(),
  mechanism: z.string(),
  noisedQuantity: z.string(),
  adjacency: z.string(),
  accountant: z.string(),
  status: z.enum(['experimental', 'reviewed']),
  /** Every field of the configuration under each preset. */
  presets: z.record(presetSchema, settings),
  /** The configuration as a JSON schema: description, type, range and default of each field. */
  configSchema: settings,
})
export type MethodFacts = z.infer<typeof methodSchema>

/** What will happen and what it costs, answered also where it may not be started: then `obstacle` says why. */
export const synthesisPlanSchema = z.object({
  title: z.string(),
  plan: planSchema,
  /** ε of each stage of the plan alone, in their order. */
  stageEpsilons: z.array(z.number()),
  /** What this machine has for a run. */
  memoryLimit: z.number(),
  obstacle: z
    .object({ kind: z.enum(['budget', 'memory']), code: z.enum(errorCodes), message: z.string(), hint: z.string() })
    .nullable(),
})
export type SynthesisPlan = z.infer<typeof synthesisPlanSchema>

/** A finished synthesis of this project, as it stands beside the published ones. Test accuracies are not private. */
export const synthesisResultSchema = z.object({
  run: runId,
  method: z.string(),
  data: z.string(),
  epsilon: z.number(),
  mode: privacyModeSchema,
  preset: presetSchema,
  seed: z.number(),
  created: z.string(),
  privateAccuracy: z.number().nullable(),
  testAccuracy: z.number().nullable(),
  frechet: z.number().nullable(),
})
export type SynthesisResult = z.infer<typeof synthesisResultSchema>

/** One published figure. Accuracies in percent, the best of three deep classifiers; the rest of table 7 at ε = 10. */
export const publishedSchema = z.object({
  citation: z.string(),
  methods: z.array(z.string()),
  accuracy: z.array(
    z.object({
      method: z.string(),
      data: z.string(),
      epsilon: z.number(),
      percent: z.number(),
      source: z.string(),
      caution: z.string().nullable(),
    }),
  ),
  fidelity: z.array(
    z.object({
      method: z.string(),
      data: z.string(),
      epsilon: z.number(),
      fid: z.number(),
      inceptionScore: z.number(),
      precision: z.number(),
      recall: z.number(),
      fld: z.number(),
      imageReward: z.number(),
      source: z.string(),
      caution: z.string().nullable(),
    }),
  ),
  cautions: z.array(z.string()),
})
export type Published = z.infer<typeof publishedSchema>

export const imagesCalls = {
  'images.demo': {
    access: 'write',
    input: z.strictObject({ epsilon: z.number().positive() }),
    output: z.object({ run: runId }),
  },
  'images.methods': { access: 'read', input: nothing, output: z.array(methodSchema) },
  'images.published': { access: 'read', input: nothing, output: publishedSchema },
  'images.results': { access: 'read', input: nothing, output: z.array(synthesisResultSchema) },
  'images.plan': { access: 'read', input: synthesisRequestSchema, output: synthesisPlanSchema },
  /** What would fit where the plan does not: the largest ε in thousandths, and for memory the largest value of one field at a time. */
  'images.fit': {
    access: 'read',
    input: synthesisRequestSchema,
    output: z.object({
      epsilon: z.number().nullable(),
      settings: z.array(z.object({ field: z.string(), value: z.number() })),
    }),
  },
  /** The settings of a run, to start another like it. */
  'images.settings': { access: 'read', input: z.strictObject({ run: runId }), output: synthesisRequestSchema },
  'images.start': { access: 'write', input: synthesisRequestSchema, output: z.object({ run: runId }) },
} as const satisfies Record<string, Call>
