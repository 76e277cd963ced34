/**
 * The one contract between the window and the lab. Every call has an input and an output schema, both parsed on the
 * main side; results are data and nothing is thrown across a process. The rows stand in calls/, one file a subject.
 */
import { z } from 'zod'
import { auditCalls } from './calls/audit.ts'
import { dataCalls } from './calls/data.ts'
import { deletionCalls } from './calls/deletion.ts'
import { evidenceCalls } from './calls/evidence.ts'
import { foreignAgentCalls } from './calls/foreign-agents.ts'
import { forgettingCalls } from './calls/forgetting.ts'
import { imagesCalls } from './calls/images.ts'
import { labCalls } from './calls/lab.ts'
import { ledgerCalls } from './calls/ledger.ts'
import { replayCalls } from './calls/replay.ts'
import { loggedEventSchema, runsCalls } from './calls/runs.ts'
import { shellCalls } from './calls/shell.ts'
import { trajectoriesCalls } from './calls/trajectories.ts'
import { trashCalls } from './calls/trash.ts'
import { runId, type Call } from './calls/call.ts'
import { errorCodes } from './errors.ts'
import { runSummarySchema } from './run.ts'

export type { LoggedEvent } from './calls/runs.ts'

export const calls = {
  ...labCalls,
  ...dataCalls,
  ...imagesCalls,
  ...trajectoriesCalls,
  ...forgettingCalls,
  ...foreignAgentCalls,
  ...ledgerCalls,
  ...runsCalls,
  ...replayCalls,
  ...deletionCalls,
  ...auditCalls,
  ...evidenceCalls,
  ...trashCalls,
  ...shellCalls,
} as const satisfies Record<string, Call>

type Calls = typeof calls
export type CallName = keyof Calls
export type CallInput<Name extends CallName> = z.input<Calls[Name]['input']>
export type CallOutput<Name extends CallName> = z.output<Calls[Name]['output']>

/** Names answered by the window's own process, and those answered by the lab. */
export type ShellCallName = keyof typeof shellCalls
export type LabCallName = Exclude<CallName, ShellCallName>

/** The functions that answer some rows: parsed input in, output to be parsed. */
export type HandlersOf<Rows extends Record<string, Call>> = {
  readonly [Name in keyof Rows]: (input: z.output<Rows[Name]['input']>) => Promise<z.input<Rows[Name]['output']>>
}

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
  /** The screen was locked or the machine goes to sleep: sensitive pictures are covered until a person is back. */
  'screen-locked': z.object({ locked: z.boolean() }),
  /** What the process of a running run holds, every two seconds; `graphicsBytes` where it computes on a graphics card. */
  'run-memory': z.object({ run: runId, residentBytes: z.number(), graphicsBytes: z.number().nullable() }),
  /** How far an import, export or other task of the lab is; `task` is the name the call was given. */
  'task-progress': z.object({ task: z.string(), done: z.number(), total: z.number() }),
} as const
export type TopicName = keyof typeof topics
export type TopicValue<Name extends TopicName> = z.output<(typeof topics)[Name]>

/** What the preload puts on `window.lethe`. Nothing else crosses. */
export interface LetheBridge {
  call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallResult<Name>>
  subscribe<Name extends TopicName>(topic: Name, listener: (value: TopicValue<Name>) => void): () => void
  /** The path of a dropped file, which calls may then be given. Empty for anything else. */
  pathForFile(file: unknown): string
}
