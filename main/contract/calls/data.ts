/** Data sets of the project: look before import, import, look after it, take out, put away. */
import { z } from 'zod'
import { budgetBounds } from '../budget.ts'
import { datasetSchema, splitNameSchema } from '../dataset.ts'
import { errorCodes } from '../errors.ts'
import { relationSchema } from '../privacy.ts'
import { chosenPath, dataId, nothing, taskId, type Call } from './call.ts'
import { trashRecordSchema } from './trash.ts'

/** What a person can be told is wrong with a file: code, where, what was expected and found. */
export const dataProblemSchema = z.object({
  path: z.string(),
  code: z.string(),
  message: z.string(),
  severity: z.enum(['error', 'warning']),
})
export type DataProblem = z.infer<typeof dataProblemSchema>

export const inspectionSchema = z.object({
  path: z.string(),
  /** What it is meant as, also where it is refused. */
  kind: z.enum(['images', 'trajectories']),
  /** The last part of the path, as a name for the set. */
  name: z.string(),
  format: z.string().nullable(),
  formatTitle: z.string(),
  items: z.number().nullable(),
  shape: z.array(z.number()).nullable(),
  dtype: z.string().nullable(),
  range: z.tuple([z.number(), z.number()]).nullable(),
  mean: z.number().nullable(),
  classes: z.array(z.object({ label: z.number(), name: z.string(), count: z.number() })),
  /** The first ones, errors before warnings; the counts are of all. */
  problems: z.array(dataProblemSchema),
  errors: z.number(),
  warnings: z.number(),
  /** Why it cannot be imported, or null. */
  refusal: z.object({ code: z.enum(errorCodes), message: z.string(), hint: z.string() }).nullable(),
  /** What an import would make of it; null where it is refused. */
  becomes: z
    .object({
      height: z.number(),
      width: z.number(),
      channels: z.number(),
      classNames: z.array(z.string()),
      splits: z.object({ train: z.number(), validation: z.number(), test: z.number() }),
      hasTestSet: z.boolean(),
      delta: z.number(),
    })
    .nullable(),
  /** The same of trajectories. */
  trajectories: z
    .object({
      episodes: z.number(),
      steps: z.number(),
      observationSize: z.number(),
      actionSize: z.number(),
      returns: z.object({ min: z.number(), mean: z.number(), max: z.number() }),
      ends: z.object({ terminal: z.number(), timeout: z.number(), cut: z.number() }),
      /** The simulated task, where the source tells. */
      environment: z.enum(['hopper', 'halfcheetah', 'walker2d']).nullable(),
    })
    .nullable(),
  /** Pictures at `app://lab/data/previews/TASK/INDEX.png`, evenly spaced over the source. */
  tiles: z.array(z.object({ width: z.number(), height: z.number(), caption: z.string() })),
})
export type Inspection = z.infer<typeof inspectionSchema>

export const builtInSchema = z.object({
  id: z.string(),
  name: z.string(),
  licence: z.string(),
  source: z.string(),
  note: z.string(),
})

/** A data set whose manifest cannot be read: which file, what was found in it, what to do. */
export const damagedDatasetSchema = z.object({ id: z.string(), file: z.string(), found: z.string(), hint: z.string() })
export type DamagedDataset = z.infer<typeof damagedDatasetSchema>

export const dataCalls = {
  /** Those that can be read. */
  'data.list': { access: 'read', input: nothing, output: z.array(datasetSchema) },
  'data.damaged': { access: 'read', input: nothing, output: z.array(damagedDatasetSchema) },
  /** Reads everything once and copies nothing. Broken input is described, not thrown. */
  'data.inspect': {
    access: 'read',
    paths: ['path'],
    input: z.strictObject({ path: chosenPath, task: taskId, as: z.string().max(20).optional() }),
    output: inspectionSchema,
  },
  'data.import': {
    access: 'write',
    paths: ['path'],
    input: z.strictObject({
      path: chosenPath,
      task: taskId,
      as: z.string().max(20).optional(),
      name: z.string().trim().min(1).max(80),
      sensitive: z.boolean(),
      privacyUnit: z.string().trim().min(1).max(120),
      relation: relationSchema,
      budget: z.number().min(budgetBounds.min).max(budgetBounds.max),
      /** Null for 1 / (N ln N). */
      delta: z.number().positive().lt(1).nullable(),
      licence: z.string().trim().max(200),
      source: z.string().trim().max(200),
    }),
    output: datasetSchema,
  },
  /** Real data that ships with Lethe and is not in the project yet. */
  'data.builtIns': { access: 'read', input: nothing, output: z.array(builtInSchema) },
  'data.addBuiltIn': {
    access: 'write',
    input: z.strictObject({ id: dataId, task: taskId }),
    output: datasetSchema,
  },
  /** Stops an inspection, import or export, of data or of evidence; nothing of it is kept. */
  'data.cancel': { access: 'read', input: z.strictObject({ task: taskId }), output: nothing },
  /**
   * Pictures and labels of a sensitive split are served only after this. Looking is a read without noise: it is noted in the
   * ledger, once for each split and start of the lab.
   */
  'data.showImages': {
    access: 'write',
    input: z.strictObject({ data: dataId, split: splitNameSchema }),
    output: z.object({ noted: z.boolean() }),
  },
  /** Splits that may be looked at without a further note in the ledger. */
  'data.shown': {
    access: 'read',
    input: z.strictObject({ data: dataId }),
    output: z.array(splitNameSchema),
  },
  /** Class indices of images `start` … of a split, at most 10,000. Errors: `usage` before `data.showImages`. */
  'data.labels': {
    access: 'read',
    input: z.strictObject({
      data: dataId,
      split: splitNameSchema,
      start: z.number().int().nonnegative(),
      count: z.number().int().min(1).max(10_000),
    }),
    output: z.array(z.number()),
  },
  /** To the trash; the ledger stays. Errors: `run-state` while a run works on it. */
  'data.remove': { access: 'write', input: z.strictObject({ data: dataId }), output: trashRecordSchema },
  /** Makes the folder `path`, which must not exist, and fills it. Of sensitive data this is a read that its ledger notes. */
  'data.export': {
    access: 'write',
    paths: ['path'],
    input: z.strictObject({ data: dataId, path: chosenPath, task: taskId, format: z.enum(['npz', 'zip', 'folders']) }),
    output: z.object({ files: z.array(z.string()) }),
  },
} as const satisfies Record<string, Call>
