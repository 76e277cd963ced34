/** Runs: what they are, what they said, what may be asked of them. */
import { z } from 'zod'
import { planSchema, runEventSchema, runNotesSchema, runSummarySchema } from '../run.ts'
import { chosenPath, nothing, runId, type Call } from './call.ts'

export const loggedEventSchema = z.intersection(z.object({ seq: z.number(), time: z.string() }), runEventSchema)
export type LoggedEvent = z.infer<typeof loggedEventSchema>

/**
 * The head of `app://lab/runs/RUN/course?points=N`: the newest event, those that matter still, and the figures, whose columns
 * follow as float64 (main/runs/course.ts says how).
 */
export interface CourseHeader {
  readonly lastSeq: number
  /** Time of the first event, in milliseconds, from which the seconds count; null before it. */
  readonly start: number | null
  readonly events: readonly LoggedEvent[]
  readonly series: readonly {
    readonly name: string
    readonly private: boolean
    /** Points that follow, and points there are: of more than were asked for, the lows and highs are sent. */
    readonly length: number
    readonly total: number
  }[]
}

/** `app://lab/runs/RUN/tiles.json?class=C`: what the pictures of `tiles.png?start=&count=&class=` are. */
export interface TilesHeader {
  readonly count: number
  readonly width: number
  readonly height: number
  readonly perAtlas: number
  readonly columnsPerAtlas: number
  readonly classes: readonly { readonly label: number; readonly name: string; readonly count: number }[]
  /** The class of each picture in the order shown; empty where there are none. */
  readonly labels: readonly number[]
}

export const comparisonSchema = z.object({
  runs: z.array(z.string()),
  rows: z.array(
    z.object({
      kind: z.enum(['setting', 'privacy', 'metric']),
      name: z.string(),
      values: z.array(z.union([z.string(), z.number(), z.null()])),
      private: z.boolean().describe('false: some value was computed from private data without noise'),
      best: z.array(z.number()).describe('places of the best values; empty where better is not defined'),
    }),
  ),
})
export type Comparison = z.infer<typeof comparisonSchema>

const oneRun = z.strictObject({ run: runId })
const someRuns = z.array(runId).min(2).max(10)

/** A run whose record cannot be read, so that nothing is known of it but its name. */
const damagedRunSchema = z.object({ id: z.string(), found: z.string(), hint: z.string() })
export type DamagedRun = z.infer<typeof damagedRunSchema>

export const runsCalls = {
  /** Those that can be read; the others are `runs.damaged`. */
  'runs.list': { access: 'read', input: nothing, output: z.array(runSummarySchema) },
  'runs.damaged': { access: 'read', input: nothing, output: z.array(damagedRunSchema) },
  /** What it says while it works comes from `app://lab/runs/RUN/course`. */
  'runs.show': {
    access: 'read',
    input: oneRun,
    output: z.object({
      summary: runSummarySchema,
      plan: planSchema.nullable(),
      config: z.unknown(),
      environment: z.record(z.string(), z.unknown()).nullable(),
      files: z.array(z.object({ name: z.string(), bytes: z.number() })),
    }),
  },
  'runs.start': { access: 'write', input: oneRun, output: nothing },
  /** Pause and continue speak to a living trainer; start picks up a run that nobody works on. */
  'runs.pause': { access: 'write', input: oneRun, output: nothing },
  'runs.continue': { access: 'write', input: oneRun, output: nothing },
  'runs.cancel': { access: 'write', input: oneRun, output: nothing },
  'runs.annotate': {
    access: 'write',
    input: z.strictObject({ run: runId, ...runNotesSchema.omit({ schema: true }).shape }),
    output: nothing,
  },
  /** To the trash of the project, from where `trash.restore` brings it back. What it spent stays spent. */
  'runs.remove': { access: 'write', input: oneRun, output: z.object({ trash: z.string() }) },
  'runs.compare': { access: 'read', input: z.strictObject({ runs: someRuns }), output: comparisonSchema },
  /** The comparison as CSV; written to `path`, where one is given. */
  'runs.exportComparison': {
    access: 'aside',
    paths: ['path'],
    input: z.strictObject({ runs: someRuns, path: chosenPath.nullable() }),
    output: z.object({ csv: z.string() }),
  },
  /** Writes the report of a run that ended well anew. */
  'runs.report': { access: 'write', input: oneRun, output: nothing },
  /** What the shell asks before it writes the report as a PDF: one that names episodes goes on record among the exports. */
  'runs.announceReport': {
    access: 'write',
    paths: ['path'],
    input: oneRun.extend({ path: chosenPath }),
    output: nothing,
  },
} as const satisfies Record<string, Call>
