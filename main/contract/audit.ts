/** An audit: whether an agent still behaves along trajectories as agents do that learnt from them. `artifacts/audit.json` of its run. */
import { z } from 'zod'
import { checkSchema, problemSchema } from './evidence.ts'

export const auditFile = 'audit.json'
/** float32, one row for each step of each audited trajectory in the order of `audit.json`, steps in the order of time; columns as below. */
export const timelinesFile = 'timelines.npy'
export const timelineColumns = ['agent', 'mean', 'lowest', 'highest', 'original', 'retrained'] as const
export type TimelineColumn = (typeof timelineColumns)[number]

/** `forgotten`: what the original learnt from and the agent is to have forgotten. `never-seen`: what neither did, the control. */
export const auditGroups = ['forgotten', 'remaining', 'never-seen'] as const
export const auditGroupSchema = z.enum(auditGroups)
export type AuditGroup = z.infer<typeof auditGroupSchema>

/** Whose critic values what an audited agent would do: main/trajectories/audit/audit.ts says how. */
export const criticChoices = ['released', 'consistent'] as const
export const verdictSchema = z.enum(['in', 'forgotten', 'undecided'])
export type VerdictWord = z.infer<typeof verdictSchema>

export const outlierRuleSchema = z.strictObject({
  test: z.enum(['released', 'grubbs']),
  sides: z.union([z.literal(1), z.literal(2)]).describe('two: a trajectory unusually close is flagged, too'),
  alpha: z.number().gt(0).lt(1),
  sample: z.enum(['with tested', 'references']).describe('whose mean and spread the distance is held against'),
})
export type OutlierRule = z.infer<typeof outlierRuleSchema>

export const ruleNames = ['released', 'textbook'] as const
export type RuleName = (typeof ruleNames)[number]

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
/** Null where there is nothing to compare: a critic that says the same everywhere. */
const figure = z.number().nullable()

const verdict = z.strictObject({ statistic: figure, threshold: z.number(), verdict: verdictSchema })

export const auditedTrajectorySchema = z.strictObject({
  id: z.number().int(),
  group: auditGroupSchema,
  length: z.number().int(),
  return: z.number(),
  sha256,
  /** The first row of its timeline. */
  row: z.number().int(),
  /** Of each reference to the mean of them all. */
  references: z.array(z.number()),
  /** To that mean: of the agent, of the original and of the one trained anew, where there is one. */
  distance: z.number(),
  original: z.number(),
  retrained: figure,
  /** By the way in which the spread is taken; below 0 where the trajectory is closer than the references are. */
  statistics: z.strictObject({ released: figure, grubbs: figure, 'grubbs-references': figure }),
  verdicts: z.strictObject({ released: verdict, textbook: verdict }),
})
export type AuditedTrajectory = z.infer<typeof auditedTrajectorySchema>

/** A share with its 95 % interval (Wilson); null where the group is empty. */
export const shareSchema = z
  .strictObject({ count: z.number().int(), of: z.number().int(), share: z.number(), low: z.number(), high: z.number() })
  .nullable()
export type AuditShare = z.infer<typeof shareSchema>

export const auditSharesSchema = z.strictObject({
  /** Of the forget set, judged forgotten. */
  forgotten: shareSchema,
  /** Of the remaining, judged in. */
  remaining: shareSchema,
  /** Of the never-seen, judged forgotten: as many would be without any forgetting. */
  control: shareSchema,
  undecided: z.number().int(),
})
export type AuditShares = z.infer<typeof auditSharesSchema>

/** How far apart two agents are: their values of what each would do, and their actions; means over the steps of a group. */
const apart = z.strictObject({ value: z.number(), action: z.number() }).nullable()
const perGroup = z.strictObject({ forgotten: apart, remaining: apart, 'never-seen': apart })

/** The auditor judged on agents of which the truth is known: the original has learnt all, the one trained anew not the forget set. */
export const auditorScoresSchema = z.strictObject({
  precision: figure,
  releasedPrecision: figure,
  recall: figure,
  f1: figure,
  releasedF1: figure,
  /** Of the forget set, judged forgotten under the agent trained anew. */
  specificity: figure.default(null),
  /** Mean of recall and specificity; ½ where the auditor sees nothing. */
  balancedAccuracy: figure.default(null),
  /** F1 of an auditor that says "in" of everything. */
  blindF1: figure.default(null),
})
export type AuditorScores = z.infer<typeof auditorScoresSchema>

const auditedAgent = z.strictObject({ run: z.string(), sha256, updates: z.number().int() })

export const auditSchema = z.strictObject({
  schema: z.literal('lethe.audit/1'),
  algorithm: z.string(),
  data: z.strictObject({ id: z.string(), name: z.string(), contentHash: sha256 }),
  agent: auditedAgent,
  original: auditedAgent,
  retrained: auditedAgent.nullable(),
  settings: z.strictObject({
    shadows: z.number().int(),
    shadowSteps: z.number().int(),
    evaluations: z.number().int(),
    noise: z.number(),
    window: z.number().int(),
    discount: z.number(),
    critic: z.enum(criticChoices),
    policySamples: z.number().int().nullable(),
    seed: z.number().int(),
  }),
  rules: z.strictObject({ released: outlierRuleSchema, textbook: outlierRuleSchema }),
  trajectories: z.array(auditedTrajectorySchema),
  shares: z.strictObject({ released: auditSharesSchema, textbook: auditSharesSchema }),
  auditor: z.strictObject({ released: auditorScoresSchema, textbook: auditorScoresSchema }).nullable(),
  apart: z.strictObject({
    agentAndOriginal: perGroup,
    agentAndRetrained: perGroup.nullable(),
    originalAndRetrained: perGroup.nullable(),
  }),
  /** What it means and what it does not, in sentences. */
  words: z.array(z.string()),
})
export type Audit = z.infer<typeof auditSchema>

/** What the check of a report found. */
export const reportVerificationSchema = z.object({
  /** Nothing is wrong; `result` says how much was looked at. */
  ok: z.boolean(),
  result: z.enum(['agrees', 'consistent', 'fails']).describe('consistent: by itself; its run is not here'),
  words: z.string().describe('the result in a sentence, which says no more than was looked at'),
  seal: z.string().nullable(),
  of: z
    .object({
      ...{ run: z.string(), title: z.string(), ended: z.string().nullable() },
      version: z.string().describe('of the Lethe that wrote it'),
    })
    .nullable()
    .describe('what it says it is of; null for what cannot be read as a report'),
  problems: z.array(problemSchema),
  checks: z.array(checkSchema.extend({ against: z.enum(['itself', 'project']) })),
})
export type ReportVerification = z.infer<typeof reportVerificationSchema>
