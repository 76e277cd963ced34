/** Runs: what they are, what they said, what may be asked of them. */
import { z } from 'zod'
import { planSchema, runEventSchema, runSummarySchema } from '../run.ts'
import { nothing, runId, type Call } from './call.ts'

export const loggedEventSchema = z.intersection(z.object({ seq: z.number(), time: z.string() }), runEventSchema)
export type LoggedEvent = z.infer<typeof loggedEventSchema>

export const runsCalls = {
  'runs.list': { access: 'read', input: nothing, output: z.array(runSummarySchema) },
  'runs.show': {
    access: 'read',
    input: z.strictObject({ run: runId }),
    output: z.object({ summary: runSummarySchema, plan: planSchema.nullable(), events: z.array(loggedEventSchema) }),
  },
  'runs.start': { access: 'write', input: z.strictObject({ run: runId }), output: nothing },
  /** Pause and continue speak to a living trainer; start picks up a run that nobody works on. */
  'runs.pause': { access: 'write', input: z.strictObject({ run: runId }), output: nothing },
  'runs.continue': { access: 'write', input: z.strictObject({ run: runId }), output: nothing },
  'runs.cancel': { access: 'write', input: z.strictObject({ run: runId }), output: nothing },
} as const satisfies Record<string, Call>
