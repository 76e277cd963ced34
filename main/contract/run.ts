import { z } from 'zod'
import { privacyPlanSchema } from './privacy.ts'

export const runStateSchema = z.enum(['queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled', 'interrupted'])
export type RunState = z.infer<typeof runStateSchema>

/** What a run computes on. `auto` takes the graphics card where its build is installed and finds one. */
export const deviceSchema = z.enum(['auto', 'cpu', 'gpu'])
export type Device = z.infer<typeof deviceSchema>

/**
 * Everything a run has to say, in the order it happens. `events.ndjson` holds them with `seq` and `time`;
 * metrics go to `metrics.ndjson` as well, one row each, for queries.
 */
export const runEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('state'), state: runStateSchema }),
  z.object({
    kind: z.literal('progress'),
    phase: z.string(),
    step: z.number(),
    totalSteps: z.number(),
    rate: z.number().nullable().describe('steps a second, smoothed; null until known'),
    secondsLeft: z.number().nullable().describe('of the whole run; null until known'),
    whole: z.number().optional().describe('how much of the whole run is done, 0 … 1; absent where that is not known'),
  }),
  z.object({
    kind: z.literal('metric'),
    name: z.string(),
    step: z.number(),
    value: z.number(),
    private: z.boolean().describe('false: computed from private data without noise, or from labels of the test split'),
  }),
  z.object({ kind: z.literal('preview'), name: z.string(), step: z.number(), file: z.string() }),
  z.object({ kind: z.literal('artifact'), name: z.string(), file: z.string(), sha256: z.string(), bytes: z.number() }),
  z.object({ kind: z.literal('checkpoint'), step: z.number(), folder: z.string() }),
  z.object({
    kind: z.literal('spend'),
    stage: z.string(),
    account: z.string(),
    ledgerSeq: z.number(),
    ledgerHash: z.string(),
  }),
  z.object({ kind: z.literal('warning'), message: z.string() }),
])
export type RunEvent = z.infer<typeof runEventSchema>

/** `plan.json`: what will happen and what it costs, before anything is touched. */
export const planSchema = z.strictObject({
  steps: z.array(
    z.strictObject({
      phase: z.string(),
      steps: z.number(),
      weight: z.number().positive().describe('expected seconds on a quiet two-core machine: for the time left'),
      note: z.string(),
    }),
  ),
  memoryBytes: z.number(),
  privacy: privacyPlanSchema.nullable(),
  nonPrivateReads: z.array(z.string()),
})
export type Plan = z.infer<typeof planSchema>

/** `state.json`, replaced atomically. */
export const runRecordSchema = z.strictObject({
  schema: z.literal('lethe.run/1'),
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  state: runStateSchema,
  created: z.string(),
  started: z.string().nullable(),
  ended: z.string().nullable(),
  error: z.strictObject({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
  outcome: z.record(z.string(), z.unknown()).nullable(),
  attempts: z.number().int(),
  device: deviceSchema.optional().describe('asked for when the run was made; absent: auto'),
  retired: z
    .strictObject({ request: z.string(), time: z.string() })
    .optional()
    .describe('by which deletion request its agent was taken out of use'),
})
export type RunRecord = z.infer<typeof runRecordSchema>

/** `notes.json`: what a person wrote about a run. */
export const runNotesSchema = z.strictObject({
  schema: z.literal('lethe.notes/1'),
  tags: z.array(z.string().trim().min(1).max(40)).max(20),
  note: z.string().max(4000),
})
export type RunNotes = z.infer<typeof runNotesSchema>

/** A run with the newest progress event, as lists show it. */
export const runSummarySchema = runRecordSchema.extend({
  folder: z.string(),
  data: z.string().nullable().describe('the data set of its configuration'),
  method: z.string().nullable().describe('the method or algorithm of its configuration'),
  tags: z.array(z.string()),
  note: z.string(),
  waitsFor: z.string().nullable().describe('the run that holds the device, while this one waits for it'),
  progress: z
    .object({
      phase: z.string(),
      step: z.number(),
      totalSteps: z.number(),
      rate: z.number().nullable(),
      secondsLeft: z.number().nullable(),
      whole: z.number().optional(),
    })
    .nullable(),
})
export type RunSummary = z.infer<typeof runSummarySchema>

type Progress = NonNullable<RunSummary['progress']>

/** How far a run is, 0 … 1: the whole of it; of runs that did not say so, its present phase. */
export const doneOf = ({ whole, step, totalSteps }: Pick<Progress, 'whole' | 'step' | 'totalSteps'>): number =>
  whole ?? (totalSteps > 0 ? Math.min(1, step / totalSteps) : 0)
