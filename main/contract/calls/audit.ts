/**
 * Audits: planned, started, and judged again while a threshold moves. What one found comes from `app://lab/audits/RUN/audit.json`
 * (`auditSchema`), the timeline of one of its trajectories from `app://lab/audits/RUN/timeline?id=N`: float32, a row of `timelineColumns` for each step.
 */
import { z } from 'zod'
import { criticChoices, reportVerificationSchema } from '../audit.ts'
import { deviceSchema } from '../run.ts'
import { chosenPath, nothing, runId, type Call } from './call.ts'
import { agentPlanSchema, unlearnPresetSchema } from './forgetting.ts'

export const auditRequestSchema = z.strictObject({
  agent: runId,
  /** Null: what the agent was made from. */
  original: runId.nullable(),
  /** An agent trained from scratch without the forget set, as the reference. */
  retrained: runId.nullable(),
  /** `auto`, `all`, `ids:3,14` or words as `trajectories.select` takes them. */
  episodes: z.string().max(2_000_000),
  preset: unlearnPresetSchema,
  seed: z
    .int()
    .nonnegative()
    .max(2 ** 32 - 1),
  set: z.record(z.string(), z.unknown()),
  device: deviceSchema,
})
export type AuditRequestDraft = z.infer<typeof auditRequestSchema>

/** What a statistic must exceed at each α, for one way to test. */
export const thresholdRowSchema = z.object({
  test: z.enum(['released', 'grubbs']),
  sample: z.enum(['with tested', 'references']),
  sides: z.union([z.literal(1), z.literal(2)]),
  thresholds: z.array(z.number()),
  /** How often each flags what is like the references, were these independent and normal. */
  chances: z.array(z.number()),
})
export type ThresholdRow = z.infer<typeof thresholdRowSchema>

const rule = z.strictObject({
  test: z.enum(['released', 'grubbs']),
  sample: z.enum(['with tested', 'references']),
  sides: z.union([z.literal(1), z.literal(2)]),
  threshold: z.number(),
})

const meanInterval = z.object({ n: z.number(), mean: z.number(), half: z.number() }).nullable()
const sharesOverSeeds = z.object({ forgotten: meanInterval, remaining: meanInterval, control: meanInterval })

export const auditCalls = {
  /** What can be set, as a JSON schema, and whose critic may value. */
  'audit.settings': {
    access: 'read',
    input: nothing,
    output: z.object({ configSchema: z.record(z.string(), z.unknown()), critics: z.array(z.enum(criticChoices)) }),
  },
  'audit.plan': {
    access: 'read',
    input: auditRequestSchema,
    output: agentPlanSchema.extend({
      original: runId,
      forgotten: z.number(),
      remaining: z.number(),
      neverSeen: z.number(),
      /** Of the shadow agents, those that were made before. */
      shadows: z.object({ count: z.number(), steps: z.number(), made: z.number() }),
    }),
  },
  'audit.start': { access: 'write', input: auditRequestSchema, output: z.object({ run: runId }) },
  /** Thresholds for so many references, over a grid of α. */
  'audit.thresholds': {
    access: 'read',
    input: z.strictObject({ references: z.int().min(3).max(2500) }),
    output: z.object({ alphas: z.array(z.number()), rows: z.array(thresholdRowSchema) }),
  },
  /** Mean shares of audits that differ in the seed of the training alone, with Student's 95 % interval; null with fewer than two seeds. */
  'audit.seeds': {
    access: 'read',
    input: z.strictObject({ run: runId }),
    output: z
      .object({
        seeds: z.array(z.number()),
        shares: z.object({ released: sharesOverSeeds, textbook: sharesOverSeeds }),
      })
      .nullable(),
  },
  /** Checks a report (report.json, report.html, or that of a run of the project) by itself, and against what this project has of it. */
  'audit.verify': {
    access: 'read',
    paths: ['path'],
    input: z.union([z.strictObject({ path: chosenPath }), z.strictObject({ run: runId })]),
    output: reportVerificationSchema,
  },
  /** The table as CSV, with the verdicts of a rule. */
  'audit.exportTable': {
    access: 'aside',
    paths: ['path'],
    input: z.strictObject({ run: runId, path: chosenPath, rule }),
    output: nothing,
  },
} as const satisfies Record<string, Call>
