/** Data sets of trajectories: what an agent saw, did and got, episode by episode. */
import { z } from 'zod'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** How an episode ends: in a terminal state; cut after so many steps; or where the record just stops. */
export const episodeEndSchema = z.enum(['terminal', 'timeout', 'cut'])

/** One row of `episodes.json`. Rows of the arrays: `start` … `start + length`. */
export const episodeSchema = z.strictObject({
  id: z
    .number()
    .int()
    .nonnegative()
    .describe('kept for life: a set made by leaving episodes out keeps the ids of the others'),
  start: z.number().int().nonnegative(),
  length: z.number().int().positive(),
  return: z.number().describe('sum of the rewards, not discounted'),
  end: episodeEndSchema,
  /** Whether the observation after the last step is known. Without it a cut episode’s last step has no successor and is not learned from. */
  finalKnown: z.boolean(),
  tags: z.array(z.string()),
  seed: z.number().int().nullable(),
  sha256: sha256.describe('of the episode: its stored rows, column after column'),
})
export type Episode = z.infer<typeof episodeSchema>
export const episodesFileSchema = z.strictObject({
  schema: z.literal('lethe.episodes/1'),
  episodes: z.array(episodeSchema),
})

/**
 * Columns, one row for each step: `observations`, `actions`, `rewards` (float32), `terminals`, `timeouts` (bool), and where the source
 * has the simulator's state before the step `positions` and `velocities` (float64). `final-observations` has one row for each episode.
 */
export const columnNames = [
  'observations',
  'actions',
  'rewards',
  'terminals',
  'timeouts',
  'final-observations',
  'positions',
  'velocities',
] as const
export type ColumnName = (typeof columnNames)[number]

/** `<project>/data/<id>/manifest.json`, beside `episodes.json` and `<column>.npy`. */
export const trajectorySetSchema = z.strictObject({
  schema: z.literal('lethe.trajectories/1'),
  kind: z.literal('trajectories'),
  id: z.string(),
  name: z.string(),
  created: z.string(),
  source: z.string().describe('where it came from, in words; a path is cut to its last part'),
  format: z.enum(['d4rl', 'minari', 'npz', 'collected']),
  licence: z.string(),
  sensitive: z.boolean(),
  environment: z.strictObject({
    task: z.enum(['hopper', 'halfcheetah', 'walker2d']).nullable().describe('the simulated task, where there is one'),
    name: z.string().nullable().describe('as the source calls it'),
    variant: z.enum(['v4', 'v5', 'd4rl']).nullable(),
    engine: z.string().nullable().describe('the simulator it was made with, where that is known'),
  }),
  observationSize: z.number().int().positive(),
  actionSize: z.number().int().positive(),
  episodes: z.number().int().positive(),
  steps: z.number().int().positive(),
  returns: z.strictObject({ min: z.number(), mean: z.number(), max: z.number() }),
  columns: z.partialRecord(
    z.enum(columnNames),
    z.strictObject({ dtype: z.enum(['float32', 'float64', 'bool']), shape: z.array(z.number().int()), sha256 }),
  ),
  contentHash: sha256.describe('of the hashes of the episodes, in order'),
  origin: z
    .strictObject({
      data: z.string(),
      contentHash: sha256,
      request: z.string().describe('the deletion request it was made for'),
      without: z.array(z.number().int().nonnegative()).describe('ids of the episodes left out'),
    })
    .optional()
    .describe('of a version made by leaving episodes out'),
  problems: z.array(z.string()),
})
export type TrajectorySet = z.infer<typeof trajectorySetSchema>
