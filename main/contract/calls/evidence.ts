/** Evidence bundles and reviews. A `source` is `project`, or the handle of a bundle that is open. */
import { z } from 'zod'
import { itemSchema, reviewActionSchema, reviewSchema, runEvidenceSchema, verificationSchema } from '../evidence.ts'
import { chosenPath, nothing, runId, taskId, type Call } from './call.ts'

const source = z.string().regex(/^[\w-]{1,40}$/)

export const evidenceCalls = {
  /** Writes a bundle to a file the person chose. `task` names it in topic `task-progress` and for `data.cancel`. */
  'evidence.export': {
    access: 'aside',
    paths: ['path'],
    input: z.strictObject({
      runs: z.array(runId).min(1).max(200),
      path: chosenPath,
      samples: z.boolean(),
      task: taskId,
    }),
    output: z.object({ path: z.string(), id: z.string(), bytes: z.number(), files: z.number() }),
  },
  /** Checks a bundle and, where it holds, keeps it open in memory until it is closed. */
  'evidence.open': {
    access: 'read',
    paths: ['path'],
    input: z.strictObject({ path: chosenPath }),
    output: z.object({ verification: verificationSchema, source: z.string().nullable() }),
  },
  'evidence.close': { access: 'read', input: z.strictObject({ source }), output: nothing },
  'review.list': { access: 'read', input: z.strictObject({ source }), output: reviewSchema },
  'review.show': { access: 'read', input: z.strictObject({ source, item: itemSchema }), output: runEvidenceSchema },
  'review.add': {
    access: 'aside',
    input: z.strictObject({
      source,
      item: itemSchema,
      reviewer: z.string().trim().min(1).max(80),
      action: reviewActionSchema,
    }),
    output: reviewSchema,
  },
  /** Where the review of a bundle is kept from now on; an earlier review of the same bundle in that file goes on. */
  'review.keep': {
    access: 'aside',
    paths: ['path'],
    input: z.strictObject({ source, path: chosenPath }),
    output: reviewSchema,
  },
} as const satisfies Record<string, Call>
