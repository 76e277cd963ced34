/**
 * The one contract between the window and the lab. Every call has an input and an output schema, both parsed on the
 * main side; results are data and nothing is thrown across a process.
 */
import { z } from 'zod'
import { datasetSchema } from './dataset.ts'
import { errorCodes } from './errors.ts'
import { epsilonsSchema, ledgerEntrySchema, relationSchema } from './privacy.ts'
import { planSchema, runEventSchema, runSummarySchema } from './run.ts'

const runId = z.string().regex(/^[\w-]{1,120}$/)
const dataId = z.string().regex(/^[\w-]{1,64}$/)
const nothing = z.strictObject({})

export const ledgerSummarySchema = z.object({
  data: z.string(),
  relation: relationSchema,
  delta: z.number(),
  budget: z.number(),
  spent: z.number(),
  remaining: z.number(),
  accounts: z.object({ train: epsilonsSchema, validation: epsilonsSchema }),
  nonPrivateReads: z.number(),
})

export const doctorSchema = z.object({
  ok: z.boolean(),
  backend: z.object({ name: z.string(), library: z.string(), device: z.string() }),
  versions: z.record(z.string(), z.string()),
  problems: z.array(z.object({ code: z.string(), message: z.string(), hint: z.string() })),
})
export type Doctor = z.infer<typeof doctorSchema>

export const loggedEventSchema = z.intersection(z.object({ seq: z.number(), time: z.string() }), runEventSchema)
export type LoggedEvent = z.infer<typeof loggedEventSchema>

/** Name → schemas. A call that changes nothing is a `read`; the window may repeat it freely. */
export const calls = {
  'lab.about': {
    access: 'read',
    input: nothing,
    output: z.object({ version: z.string(), project: z.string(), projectName: z.string() }),
  },
  'lab.doctor': { access: 'read', input: nothing, output: doctorSchema },
  'data.list': { access: 'read', input: nothing, output: z.array(datasetSchema) },
  'ledger.show': {
    access: 'read',
    input: z.strictObject({ data: dataId }),
    output: z.object({ summary: ledgerSummarySchema, entries: z.array(ledgerEntrySchema) }),
  },
  'runs.list': { access: 'read', input: nothing, output: z.array(runSummarySchema) },
  'runs.show': {
    access: 'read',
    input: z.strictObject({ run: runId }),
    output: z.object({ summary: runSummarySchema, plan: planSchema.nullable(), events: z.array(loggedEventSchema) }),
  },
  'runs.demo': {
    access: 'write',
    input: z.strictObject({ epsilon: z.number().positive() }),
    output: z.object({ run: runId }),
  },
  'runs.start': { access: 'write', input: z.strictObject({ run: runId }), output: nothing },
  /** Pause and continue speak to a living trainer; start picks up a run that nobody works on. */
  'runs.pause': { access: 'write', input: z.strictObject({ run: runId }), output: nothing },
  'runs.continue': { access: 'write', input: z.strictObject({ run: runId }), output: nothing },
  'runs.cancel': { access: 'write', input: z.strictObject({ run: runId }), output: nothing },
} as const satisfies Record<string, { access: 'read' | 'write'; input: z.ZodType; output: z.ZodType }>

export type CallName = keyof typeof calls
export type CallInput<Name extends CallName> = z.input<(typeof calls)[Name]['input']>
export type CallOutput<Name extends CallName> = z.output<(typeof calls)[Name]['output']>

export const errorRecordSchema = z.object({ code: z.enum(errorCodes), message: z.string(), hint: z.string() })
export type CallResult<Name extends CallName> =
  | { readonly ok: true; readonly value: CallOutput<Name> }
  | { readonly ok: false; readonly error: z.infer<typeof errorRecordSchema> }

/** What the lab tells without being asked. Hints only: the run folder is the truth, and a call reads it. */
export const topics = {
  /** A run was made, or its state or progress changed; at most four a second for each run. */
  'run-changed': z.object({ summary: runSummarySchema }),
  /** New events of a run, coalesced. */
  'run-events': z.object({ run: runId, events: z.array(loggedEventSchema) }),
  /** The trainer or lab process is gone; the window says so and goes on. */
  'engine-gone': z.object({ process: z.enum(['lab', 'trainer']), reason: z.string() }),
} as const
export type TopicName = keyof typeof topics
export type TopicValue<Name extends TopicName> = z.output<(typeof topics)[Name]>

/** What the preload puts on `window.lethe`. Nothing else crosses. */
export interface LetheBridge {
  call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallResult<Name>>
  subscribe<Name extends TopicName>(topic: Name, listener: (value: TopicValue<Name>) => void): () => void
  pathForFile(file: unknown): string
}
