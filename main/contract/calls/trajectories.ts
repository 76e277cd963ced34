/** Sets of trajectories: what is in the project, what can be collected, import, selection by rule, export, removal. */
import { z } from 'zod'
import { episodeSchema, trajectorySetSchema } from '../trajectories.ts'
import { chosenPath, dataId, nothing, runId, taskId, type Call } from './call.ts'
import { trashRecordSchema } from './trash.ts'

export const environmentSchema = z.enum(['hopper', 'halfcheetah', 'walker2d'])
export const collectorSchema = z.enum(['medium', 'expert', 'medium-expert', 'random'])
export const variantSchema = z.enum(['v4', 'v5', 'd4rl'])
const seed = z
  .int()
  .nonnegative()
  .max(2 ** 32 - 1)
const title = z.string().trim().min(1).max(80)

/** A simulated task and the policies that ship for it, as they were measured: mean return, and that on D4RL's scale. */
export const simulatedTaskSchema = z.object({
  id: environmentSchema,
  title: z.string(),
  /** Seconds of one step. */
  dt: z.number(),
  episodeSteps: z.number(),
  observation: z.array(z.object({ name: z.string(), unit: z.string() })),
  actions: z.array(z.object({ name: z.string() })),
  score: z.object({ min: z.number(), max: z.number() }),
  policies: z.array(z.object({ level: z.string(), return: z.number(), score: z.number() })),
})
export type SimulatedTask = z.infer<typeof simulatedTaskSchema>

/**
 * What the window reads at `app://lab/trajectories/DATA/episodes`, one column each. Beside it: `rewards?points=N`, float32, for each episode the
 * means of N equal parts; `episode?id=ID`, a packed episode (`episodeHeaderSchema`).
 */
export const episodeColumnsSchema = z.object({
  ids: z.array(z.number()),
  lengths: z.array(z.number()),
  returns: z.array(z.number()),
  /** One letter each: t terminal, o timeout, c cut. */
  ends: z.string(),
  /** Places in `tagSets`. */
  tags: z.array(z.number()),
  tagSets: z.array(z.array(z.string())),
})
export type EpisodeColumns = z.infer<typeof episodeColumnsSchema>

const dimension = z.object({ name: z.string(), unit: z.string() })

/** The head of a packed episode; after it observations, actions and rewards as float32. */
export const episodeHeaderSchema = z.object({
  episode: episodeSchema,
  /** Seconds of a step, where its task is known. */
  dt: z.number().nullable(),
  observations: z.array(dimension),
  actions: z.array(dimension),
})
export type EpisodeHeader = z.infer<typeof episodeHeaderSchema>

export const trajectoriesCalls = {
  'trajectories.list': { access: 'read', input: nothing, output: z.array(trajectorySetSchema) },
  'trajectories.tasks': { access: 'read', input: nothing, output: z.array(simulatedTaskSchema) },
  /** Lets a policy that ships play; the same seed gives the same set. `task` names the work, as in `data.import`. */
  'trajectories.collect': {
    access: 'write',
    input: z.strictObject({
      environment: environmentSchema,
      policy: collectorSchema,
      /** Of the episodes of `medium-expert`. */
      expertShare: z.number().gt(0).lt(1).default(0.5),
      episodes: z.int().min(1).max(100_000),
      seed,
      noise: z.number().min(0).max(1),
      variant: variantSchema,
      name: title,
      task: taskId,
    }),
    output: trajectorySetSchema,
  },
  'trajectories.import': {
    access: 'write',
    paths: ['path'],
    input: z.strictObject({
      path: chosenPath,
      task: taskId,
      name: title,
      sensitive: z.boolean(),
      licence: z.string().trim().max(200),
      /** Null: what the file says of itself. */
      environment: environmentSchema.nullable(),
    }),
    output: trajectorySetSchema,
  },
  /** A Minari folder at `path`, which must not exist. */
  'trajectories.export': {
    access: 'write',
    paths: ['path'],
    input: z.strictObject({ data: dataId, path: chosenPath, task: taskId }),
    output: z.object({ files: z.array(z.string()) }),
  },
  /** To the trash. Errors: `run-state` while a run works on it. */
  'trajectories.remove': { access: 'write', input: z.strictObject({ data: dataId }), output: trashRecordSchema },
  /** The episodes that the words of a rule mean; of those an agent was trained on, where one is named. */
  'trajectories.select': {
    access: 'read',
    input: z.strictObject({ data: dataId, agent: runId.nullable(), selector: z.string().max(2_000_000), seed }),
    output: z.object({ ids: z.array(z.number()) }),
  },
} as const satisfies Record<string, Call>
