/** Deletion requests: which trajectories are to go, every copy that held them, and what became of each. */
import { z } from 'zod'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const link = { seq: z.number().int().nonnegative(), time: z.string(), previous: sha256, hash: sha256 }
const words = z.string().trim().max(4000)

export const requestIdSchema = z.string().regex(/^[\w-]{1,64}$/)

export const copyKindSchema = z.enum([
  'dataset', // a set that holds them
  'cache', // what was computed from such a set and kept for the next run
  'agent', // a run whose agent was trained on them, or descends from one that was
  'checkpoints', // of such a run
  'run', // any other run on such a set: replays, audits, runs whose record is damaged
  'trash', // removed and still to be brought back
  'unfinished', // left behind by a process that was killed while it wrote
  'export', // a set, written out of the project
  'document', // a report or a table that names them, written out of the project
  'unknown', // a file in the project that is not of Lethe's making
])
export type CopyKind = z.infer<typeof copyKindSchema>

/** One place that holds the trajectories, or may hold them. */
export const copySchema = z.strictObject({
  id: z.string().max(300),
  kind: copyKindSchema,
  name: z.string(),
  where: z.string().describe('below the project; of what lies outside the last part alone'),
  holds: z.string().describe('what of them is in it, in words'),
  bytes: z.number().nullable(),
  certain: z.boolean().describe('false: it may hold them, and cannot be looked into'),
  within: z.string().nullable().describe('the copy it lies in and goes with'),
  obstacle: z.string().nullable().describe('why it cannot be removed from here; null where it can'),
  reason: z.string().describe('why it is kept, unless another reason is given'),
})
export type Copy = z.infer<typeof copySchema>

/** What a copy does with the episodes. A document has nothing of what was recorded at their steps. */
export function holdsThem({ kind, certain }: Pick<Copy, 'kind' | 'certain'>): string {
  if (kind === 'document') return certain ? 'names them' : 'may name them'
  return certain ? 'still contains them' : 'may contain them'
}

export const copyFateSchema = z.enum(['undecided', 'removing', 'removed', 'kept'])
export const decidedCopySchema = copySchema.extend({
  fate: copyFateSchema,
  decided: z.string().nullable().describe('when'),
})
export type DecidedCopy = z.infer<typeof decidedCopySchema>

/** One episode as a request names it: its id in its set, its place there, and the hash that finds it in any other. */
const chosenSchema = z.strictObject({ id: z.number().int(), place: z.number().int(), sha256 })
export type ChosenEpisode = z.infer<typeof chosenSchema>

/** A set that holds some of them: what is needed to tell what a run on it was trained on, after the set is gone. */
export const holderSchema = z.strictObject({
  data: z.string(),
  contentHash: sha256,
  episodes: z.number().int(),
  chosen: z.array(chosenSchema),
})
export type Holder = z.infer<typeof holderSchema>

const shortHash = z.string().regex(/^[0-9a-f]{16}$/)

/** All that a set held: enough to tell, after it is gone, what a run on it had to do with any episode. */
export const contentSchema = z.strictObject({
  data: z.string(),
  contentHash: sha256,
  created: z.string().describe('empty where that is not known'),
  episodes: z.array(z.tuple([z.number().int(), shortHash])).describe('in order: the id, and the beginning of the hash'),
})
export type Content = z.infer<typeof contentSchema>

/** `<project>/requests/<id>.ndjson`, a chain like that of the ledger. Nothing in it is ever changed. */
export const requestEntrySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('open'),
    ...link,
    request: z.string(),
    data: z.string(),
    name: z.string(),
    agent: z.string().nullable(),
    learnt: z
      .array(z.number().int())
      .describe('those of them that the agent was trained on, by their ids in the set it was trained on'),
    selector: z.string(),
    holders: z.array(holderSchema).min(1).describe('first the set that the request is about'),
    note: words,
  }),
  z.strictObject({ kind: z.literal('version'), ...link, data: z.string(), contentHash: sha256, episodes: z.number() }),
  z.strictObject({
    kind: z.literal('link'),
    ...link,
    step: z.enum(['unlearned', 'audited']),
    run: z.string(),
    method: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal('removing'),
    ...link,
    copies: z.array(copySchema).min(1).describe('first the one that goes, then those in it'),
    holders: z.array(holderSchema).describe('what of them was in it, where it is a set'),
    sets: z.array(contentSchema).optional().describe('all that was in it, for requests to come'),
  }),
  z.strictObject({ kind: z.literal('removed'), ...link, copy: z.string() }),
  z.strictObject({ kind: z.literal('kept'), ...link, copy: copySchema, reason: words }),
  z.strictObject({
    kind: z.literal('close'),
    ...link,
    retired: z.string().nullable().describe('the run whose agent is out of use from now on'),
    incomplete: z.array(z.string()).describe('what was not done, in words'),
    copies: z.array(decidedCopySchema),
  }),
])
export type RequestEntry = z.infer<typeof requestEntrySchema>
type Record<Entry> = Entry extends unknown ? Omit<Entry, keyof typeof link> : never
export type RequestRecord = Record<RequestEntry>

/** `<project>/exports/exports.ndjson`: what left the project, so that a deletion request can name it. */
export const exportEntrySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('export'),
    ...link,
    data: z.string(),
    name: z.string(),
    contentHash: sha256,
    to: z.string().describe('the last part of the path'),
    episodes: z.array(shortHash).describe('first half of the hash of each, cut again'),
  }),
  z.strictObject({
    kind: z.literal('document'),
    ...link,
    form: z.enum(['report', 'table', 'comparison']),
    runs: z.array(z.string()).min(1).describe('what it is of, as far as they name episodes'),
    name: z.string().describe('title of the first'),
    to: z.string().describe('the last part of the path'),
    judged: z.boolean().describe('it says of each what an audit found, and its length and return'),
    episodes: z.array(shortHash).nullable().describe('those it names; null where nothing told which they are'),
  }),
  z.strictObject({ kind: z.literal('undone'), ...link, export: z.number().int().describe('nothing was written') }),
])
export type ExportEntry = z.infer<typeof exportEntrySchema>
export type ExportRecord = Record<ExportEntry>

export const requestStateSchema = z.enum(['open', 'unlearned', 'audited', 'closed'])

export const requestSummarySchema = z.object({
  request: requestIdSchema,
  state: requestStateSchema,
  opened: z.string(),
  closed: z.string().nullable(),
  data: z.string(),
  name: z.string().describe('of the set'),
  episodes: z.array(z.number().int()).describe('ids of what is to go'),
  of: z.number().int().describe('episodes that the set had'),
  agent: z.string().nullable(),
  learnt: z.array(z.number().int()).describe('those of them that the agent was trained on'),
  selector: z.string(),
  note: z.string(),
  version: z.object({ data: z.string(), contentHash: z.string(), episodes: z.number() }).nullable(),
  unlearned: z.string().nullable().describe('the run whose agent forgot them'),
  method: z.string().optional().describe('how that run was made to forget'),
  audited: z.string().nullable().describe('the run that audited it'),
  retired: z.string().nullable(),
  /** Null where the record holds; else why it does not. */
  damage: z.string().nullable(),
})
export type RequestSummary = z.infer<typeof requestSummarySchema>

/** What can be said of a request, for its page and for reports. */
export const deletionStatementSchema = requestSummarySchema.extend({
  schema: z.literal('lethe.deletion/1'),
  hashes: z.array(sha256).describe('of the episodes, in the order of their ids'),
  contentHash: sha256.describe('of the set that the request is about'),
  copies: z.array(decidedCopySchema),
  incomplete: z.array(z.string()).describe('what is not done yet, or closing was done without'),
  limits: z.array(z.string()).describe('what cannot be known, in words'),
  record: z.object({ entries: z.number().int(), head: z.string() }),
})
export type DeletionStatement = z.infer<typeof deletionStatementSchema>
