/** Deletion requests. What is removed here is gone for good: it does not go to the trash. */
import { z } from 'zod'
import { copySchema, deletionStatementSchema, requestIdSchema, requestSummarySchema } from '../deletion.ts'
import { dataId, nothing, runId, taskId, type Call } from './call.ts'

const one = z.strictObject({ request: requestIdSchema })
const copies = z.array(copySchema.shape.id).min(1).max(10_000)

export const deletionCalls = {
  /** Newest first. */
  'deletion.list': { access: 'read', input: nothing, output: z.array(requestSummarySchema) },
  'deletion.show': { access: 'read', input: one, output: deletionStatementSchema },
  /** `selector` as `trajectories.select` takes it; ids may name any episode of the set. */
  'deletion.open': {
    access: 'write',
    input: z.strictObject({
      data: dataId,
      agent: runId.nullable(),
      selector: z.string().max(2_000_000),
      seed: z.int().nonnegative(),
      note: z.string().trim().max(4000),
    }),
    output: requestSummarySchema,
  },
  /** Makes the version of the set without the episodes, once. */
  'deletion.version': {
    access: 'write',
    input: one.extend({ task: taskId }),
    output: requestSummarySchema,
  },
  /** Says which run forgot, or audited, where there are several. */
  'deletion.link': {
    access: 'write',
    input: one.extend({ step: z.enum(['unlearned', 'audited']), run: runId }),
    output: requestSummarySchema,
  },
  'deletion.remove': { access: 'write', input: one.extend({ copies }), output: deletionStatementSchema },
  'deletion.keep': {
    access: 'write',
    input: one.extend({ copies, reason: z.string().trim().max(4000) }),
    output: deletionStatementSchema,
  },
  /** Retires the original agent. `incomplete`: although it was not made to forget, or not audited. */
  'deletion.close': {
    access: 'write',
    input: one.extend({ incomplete: z.boolean() }),
    output: deletionStatementSchema,
  },
} as const satisfies Record<string, Call>
