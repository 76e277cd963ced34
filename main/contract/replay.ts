/** Replays: a recorded episode in motion, and what agents do from the same start. `artifacts/replay.json` of a replay run, beside its NPY files. */
import { z } from 'zod'
import { episodeEndSchema } from './trajectories.ts'

export const mostReplayEpisodes = 8
export const mostReplayAgents = 3
export const replayFile = 'replay.json'

const file = z.string().regex(/^[\w-]+\.npy$/)

/** One body's motion, float32, a row for each step: the state before it. */
export const trackSchema = z.strictObject({
  steps: z.number().int().positive(),
  return: z.number(),
  score: z.number().describe('the return on D4RL’s scale'),
  end: episodeEndSchema,
  poses: file.describe('[steps, capsules, 6]: centre and axis of each, metres, z up'),
  rewards: file.describe('[steps]'),
})
export type Track = z.infer<typeof trackSchema>

/** How far one simulated step from a recorded state with the recorded action ends from the recorded next observation. */
export const fidelitySchema = z.strictObject({
  variant: z.enum(['v4', 'v5', 'd4rl']),
  steps: z.number().int().describe('that could be compared'),
  largest: z.number().describe('largest difference of any entry at any step'),
  field: z.string().describe('of that entry'),
  step: z.number().int(),
  typical: z.number().describe('median over the steps of the largest difference'),
})
export type Fidelity = z.infer<typeof fidelitySchema>

export const replayEpisodeSchema = z.strictObject({
  id: z.number().int().nonnegative(),
  states: z.enum(['recorded', 'rebuilt']).describe('the simulator’s states: in the data, or rebuilt from observations'),
  notes: z.array(z.string()),
  /** The set's own variant first, then those whose physics are others. Empty where nothing can be compared. */
  fidelity: z.array(fidelitySchema),
  recorded: trackSchema,
  /** In the order of the agents. `values`: Q of its own actions along its track, `recordedValues`: of the recorded ones along that. */
  played: z.array(trackSchema.extend({ values: file.nullable(), recordedValues: file.nullable() })),
})
export type ReplayEpisode = z.infer<typeof replayEpisodeSchema>

export const replayIndexSchema = z.strictObject({
  schema: z.literal('lethe.replay/1'),
  data: z.strictObject({ id: z.string(), name: z.string(), contentHash: z.string() }),
  task: z.enum(['hopper', 'halfcheetah', 'walker2d']),
  variant: z.enum(['v4', 'v5', 'd4rl']),
  dt: z.number().positive().describe('seconds of one step'),
  capsules: z.array(z.strictObject({ name: z.string(), radius: z.number(), halfLength: z.number() })),
  agents: z.array(
    z.strictObject({
      run: z.string(),
      algorithm: z.string(),
      updates: z.number().int(),
      without: z.array(z.number().int()).describe('episodes it never saw or was made to forget'),
      scaledRewards: z.boolean().describe('its values are of scaled rewards'),
    }),
  ),
  episodes: z.array(replayEpisodeSchema),
})
export type ReplayIndex = z.infer<typeof replayIndexSchema>
