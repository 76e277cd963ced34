import { z } from 'zod'

/** Who may be added, removed or replaced between two neighbouring data sets. One per data set, chosen at import. */
export const relationSchema = z.enum(['add-remove', 'replace-one'])
export type Relation = z.infer<typeof relationSchema>

/** Research: seeded noise, reproducible, not for release. Release: noise from the operating system, which has no seed. */
export const privacyModeSchema = z.enum(['research', 'release'])
export type PrivacyMode = z.infer<typeof privacyModeSchema>

/** Train and validation are disjoint and have accounts of their own; the data set's epsilon is the larger one. */
export const accountSchema = z.enum(['train', 'validation'])
export type Account = z.infer<typeof accountSchema>

/** The language of the accountants: what was done, with noise relative to the sensitivity under the relation. */
export const privacyEventSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('gaussian'),
    noiseMultiplier: z.number().nonnegative().describe('standard deviation of the noise over the L2 sensitivity'),
    rate: z.number().min(0).max(1).describe('Poisson sampling probability; 1 is the full data set'),
    steps: z.number().int().nonnegative(),
  }),
  z.strictObject({
    kind: z.literal('pure'),
    epsilon: z.number().nonnegative().describe('epsilon of a mechanism with delta 0, e.g. report-noisy-max'),
    count: z.number().int().nonnegative(),
  }),
])
export type PrivacyEvent = z.infer<typeof privacyEventSchema>

/** One use of private data in a plan. The mechanism made from it is the only door from data to method. */
export const stageSchema = z.strictObject({
  id: z.string(),
  account: accountSchema,
  noisedQuantity: z.string().describe('what is released, in words'),
  sensitivity: z.number().positive().describe('L2 (Gaussian) or counting (pure) sensitivity under the relation'),
  event: privacyEventSchema,
})
export type Stage = z.infer<typeof stageSchema>

/** Epsilons of one composition at one delta. A key is absent where the accountant does not apply. All are upper bounds. */
export const epsilonsSchema = z.strictObject({
  rdp: z.number().optional(),
  pld: z.number().optional(),
  gaussian: z.number().optional(),
})
export type Epsilons = z.infer<typeof epsilonsSchema>

export const privacyPlanSchema = z.strictObject({
  relation: relationSchema,
  mode: privacyModeSchema,
  delta: z.number().positive().lt(1),
  targetEpsilon: z.number().positive(),
  stages: z.array(stageSchema),
  epsilon: z.number().describe('of this run alone: the larger of the two accounts'),
  accounts: z.record(accountSchema, epsilonsSchema),
  spentBefore: z.number(),
  spentAfter: z.number(),
  budget: z.number(),
})
export type PrivacyPlan = z.infer<typeof privacyPlanSchema>

const chained = { seq: z.number().int().nonnegative(), time: z.string(), previous: z.string(), hash: z.string() }

/** One line of `<project>/ledger/<data id>.ndjson`. `hash` covers the line without itself; `previous` is the line before's. */
export const ledgerEntrySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('open'),
    ...chained,
    data: z.string(),
    relation: relationSchema,
    delta: z.number(),
    budget: z.number(),
    unit: z.string(),
    dataHash: z.string(),
    contentHash: z.string(),
  }),
  z.strictObject({
    kind: z.literal('charge'),
    ...chained,
    run: z.string(),
    stage: z.string(),
    account: accountSchema,
    sensitivity: z.number(),
    mode: privacyModeSchema,
    event: privacyEventSchema,
  }),
  z.strictObject({
    kind: z.literal('read'),
    ...chained,
    run: z.string(),
    what: z.string().describe('which figure or picture read private data without noise'),
    split: z.string(),
  }),
  z.strictObject({ kind: z.literal('budget'), ...chained, budget: z.number(), reason: z.string() }),
])
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>
type Unchained<T> = T extends unknown ? Omit<T, 'seq' | 'time' | 'previous' | 'hash'> : never
export type LedgerRecord = Unchained<LedgerEntry>

/** What a data set has spent: per account and, by parallel composition of disjoint splits, over all. */
export interface LedgerSummary {
  readonly data: string
  readonly relation: Relation
  readonly delta: number
  readonly budget: number
  readonly spent: number
  readonly remaining: number
  readonly accounts: Record<Account, Epsilons>
  readonly nonPrivateReads: number
}
