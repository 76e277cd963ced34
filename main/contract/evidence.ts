/** What leaves the lab as evidence, and what a reviewer says about it. Files of a bundle and of `<project>/reviews/`. */
import { z } from 'zod'
import { ledgerEntrySchema, privacyModeSchema } from './privacy.ts'
import { planSchema, runRecordSchema } from './run.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** `manifest.json` of a bundle. Its `id` is the hash of all the rest of it, so that two bundles of one id are the same bytes. */
export const manifestSchema = z.strictObject({
  schema: z.literal('lethe.bundle/1'),
  version: z.string().describe('of the Lethe that wrote it'),
  created: z.string().describe('when the newest thing in it was written: the same evidence gives the same bytes'),
  mode: privacyModeSchema.describe('of all its runs'),
  samples: z.boolean().describe('whether the synthetic images are in it'),
  runs: z.array(
    z.strictObject({
      ...{ id: z.string(), kind: z.string(), title: z.string(), data: z.string() },
      dataRemoved: z.literal(true).optional().describe('the data was no longer in the project; its facts were kept'),
    }),
  ),
  files: z.array(z.strictObject({ path: z.string(), bytes: z.number().int().nonnegative(), sha256 })),
  id: sha256,
})
export type Manifest = z.infer<typeof manifestSchema>

/** Stands for a line of the ledger that is not shown: its content cannot be checked, its place can. */
export const linkSchema = z.strictObject({
  kind: z.literal('link'),
  seq: z.number().int().nonnegative(),
  previous: sha256,
  hash: sha256,
})

const [, charge, , budget] = ledgerEntrySchema.options
export const unchainedEntrySchema = z.discriminatedUnion('kind', [
  charge.omit({ hash: true, previous: true }),
  budget.omit({ hash: true, previous: true }),
])

/**
 * `ledger.json` of a run: what its data set was asked. In research mode every line, where the reads of other runs are links; in
 * release mode charges and budgets without hashes, since the first line covers a hash of the data.
 */
export const extractSchema = z.discriminatedUnion('form', [
  z.strictObject({
    schema: z.literal('lethe.ledger-extract/1'),
    data: z.string(),
    form: z.literal('chained'),
    entries: z.array(z.union([ledgerEntrySchema, linkSchema])),
  }),
  z.strictObject({
    schema: z.literal('lethe.ledger-extract/1'),
    data: z.string(),
    form: z.literal('unchained'),
    entries: z.array(unchainedEntrySchema),
  }),
])
export type LedgerExtract = z.infer<typeof extractSchema>

export const problemSchema = z.object({ file: z.string(), expected: z.string(), found: z.string() })
export type Problem = z.infer<typeof problemSchema>

/** One thing that was looked at. `open` is what this evidence cannot show by itself; `note` then says who can. */
export const checkSchema = z.object({
  run: z.string().nullable(),
  what: z.string(),
  result: z.enum(['holds', 'fails', 'open']),
  note: z.string(),
})
export type Check = z.infer<typeof checkSchema>

export const verificationSchema = z.object({
  ok: z.boolean(),
  id: z.string().nullable(),
  version: z.string().nullable(),
  created: z.string().nullable(),
  mode: privacyModeSchema.nullable(),
  runs: z.array(z.string()),
  problems: z.array(problemSchema),
  checks: z.array(checkSchema),
})
export type Verification = z.infer<typeof verificationSchema>

/** What can be reviewed. Runs today; findings and verdicts have the same form. */
export const itemSchema = z.strictObject({ kind: z.string().max(40), id: z.string().max(160) })
export type Item = z.infer<typeof itemSchema>

const link = { seq: z.number().int().nonnegative(), time: z.string(), previous: sha256, hash: sha256 }
const reviewer = z.string().trim().min(1).max(80)
const words = z.string().trim().max(4000)

/**
 * One line of a review: a chain like that of the ledger. The first line says what is reviewed; `seen` is the hash of the evidence
 * a verdict was given on. Nothing is taken back: a line is withdrawn by a later one.
 */
export const reviewEntrySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('open'), ...link, of: z.string() }),
  z.strictObject({
    kind: z.literal('verdict'),
    ...link,
    item: itemSchema,
    verdict: z.enum(['confirmed', 'disputed']),
    text: words,
    reviewer,
    seen: sha256,
  }),
  z.strictObject({ kind: z.literal('note'), ...link, item: itemSchema, text: words.min(1), reviewer, seen: sha256 }),
  z.strictObject({ kind: z.literal('withdraw'), ...link, item: itemSchema, withdraws: sha256, reviewer }),
])
export type ReviewEntry = z.infer<typeof reviewEntrySchema>

export const reviewActionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('confirm'), text: words.default('') }),
  z.strictObject({ kind: z.literal('dispute'), text: words.min(1) }),
  z.strictObject({ kind: z.literal('note'), text: words.min(1) }),
  /** Withdraws the newest line of this reviewer on the item that still stands. */
  z.strictObject({ kind: z.literal('undo') }),
])
export type ReviewAction = z.output<typeof reviewActionSchema>

/** What stands of an item: the newest verdict that was not withdrawn, and the notes. */
export const standingSchema = z.object({
  verdict: z.enum(['confirmed', 'disputed']).nullable(),
  text: z.string(),
  reviewer: z.string().nullable(),
  time: z.string().nullable(),
  notes: z.number(),
  /** Whether the evidence has changed since the verdict. */
  stale: z.boolean(),
})
export type Standing = z.infer<typeof standingSchema>

export const reviewItemSchema = itemSchema.extend({
  title: z.string(),
  note: z.string().describe('what tells it from others: data set, mode'),
  time: z.string(),
  standing: standingSchema,
  entries: z.array(reviewEntrySchema),
})
export type ReviewItem = z.infer<typeof reviewItemSchema>

export const reviewSchema = z.object({
  source: z.string(),
  title: z.string(),
  /** Null while the review of a bundle has no file of its own yet. */
  file: z.string().nullable(),
  /** Why a log of the review is not to be trusted; null where its chain holds. */
  broken: z.string().nullable(),
  items: z.array(reviewItemSchema),
})
export type Review = z.infer<typeof reviewSchema>

/** One run as a reviewer sees it. */
export const runEvidenceSchema = z.object({
  item: itemSchema,
  mode: privacyModeSchema,
  record: runRecordSchema,
  plan: planSchema,
  config: z.record(z.string(), z.unknown()),
  environment: z.record(z.string(), z.unknown()),
  dataset: z.object({
    ...{ id: z.string(), name: z.string(), source: z.string(), licence: z.string(), unit: z.string() },
    removed: z.boolean().describe('the data is no longer in the project; its ledger is'),
  }),
  spent: z.number(),
  budget: z.number(),
  ledger: extractSchema,
  checks: z.array(checkSchema),
  problems: z.array(problemSchema),
  /** Address of the samples, or null where they are not at hand. */
  picture: z.string().nullable(),
})
export type RunEvidence = z.infer<typeof runEvidenceSchema>
