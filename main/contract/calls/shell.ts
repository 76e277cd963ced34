/** What only the window's own process can do: dialogs, other projects, printing. Answered there, never by the lab. */
import { z } from 'zod'
import { chosenPath, nothing, runId, type Call } from './call.ts'

const path = z.object({ path: z.string().nullable() })

/** A project folder: its name for people, its path for `shell.openProject`. */
const projectPlace = z.object({ name: z.string(), path: z.string() })

/** Which process tried to reach a network, by which door, and how often. Each attempt was refused. */
const refusedAttempt = z.object({
  process: z.enum(['window', 'main', 'lab', 'trainer']),
  what: z.string(),
  count: z.number().int().positive(),
})
export type RefusedAttempt = z.infer<typeof refusedAttempt>

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

export const shellCalls = {
  /** Keeps the theme, so that the next start has its colours from the first moment. */
  'shell.theme': {
    access: 'write',
    host: 'shell',
    input: z.strictObject({ theme: z.enum(themes) }),
    output: nothing,
  },
  /** The system's dialog to open; null when the person closes it. The path may then be passed to calls that take one. */
  'shell.chooseSource': {
    access: 'read',
    host: 'shell',
    input: z.strictObject({ kind: z.enum(['file', 'folder']), title: z.string().max(120) }),
    output: path,
  },
  /** The same for several files of one folder; empty when the person closes it. */
  'shell.chooseFiles': {
    access: 'read',
    host: 'shell',
    input: z.strictObject({ title: z.string().max(120) }),
    output: z.object({ paths: z.array(z.string()) }),
  },
  /** The system's dialog to save. `suggested` is a file name. */
  'shell.chooseTarget': {
    access: 'read',
    host: 'shell',
    input: z.strictObject({ suggested: z.string().regex(/^[^/\\\0]{1,120}$/), title: z.string().max(120) }),
    output: path,
  },
  /** Shows the folder of a run in the system's file manager. */
  'shell.revealRun': { access: 'read', host: 'shell', input: z.strictObject({ run: runId }), output: nothing },
  /** The project of this window and those it had before, newest first; `missing` where the folder is gone. */
  'shell.projects': {
    access: 'read',
    host: 'shell',
    input: nothing,
    output: z.object({ current: projectPlace, recent: z.array(projectPlace.extend({ missing: z.boolean() })) }),
  },
  /**
   * Goes over to another project: a folder chosen in the dialog, or one of the recent. The page is loaded anew. While runs are at
   * work it does nothing and says how many, unless `leaveRuns`: then they stop at their next step and can be resumed later.
   */
  'shell.openProject': {
    access: 'write',
    host: 'shell',
    paths: ['path'],
    input: z.strictObject({ path: chosenPath, leaveRuns: z.boolean() }),
    output: z.object({ opened: z.boolean(), activeRuns: z.number().int().nonnegative() }),
  },
  /** Empties the list of recent projects. Nothing in the folders is touched. */
  'shell.forgetProjects': { access: 'write', host: 'shell', input: nothing, output: nothing },
  /**
   * What tried to reach a network since the start, in any process of Lethe: zero is what a person should see. And whether the system
   * shuts the window in a sandbox.
   */
  'shell.offlineState': {
    access: 'read',
    host: 'shell',
    input: nothing,
    output: z.object({
      attempts: z.number().int().nonnegative(),
      refused: z.array(refusedAttempt),
      sandboxed: z.boolean(),
    }),
  },
  /** Shows report.html of a run, as it was written last, in a window where nothing runs. */
  'shell.openReport': { access: 'read', host: 'shell', input: z.strictObject({ run: runId }), output: nothing },
  'shell.savePdf': {
    access: 'write',
    host: 'shell',
    paths: ['path'],
    input: z.strictObject({ run: runId, path: chosenPath }),
    output: nothing,
  },
  /** The sheet of a review as a PDF. `source` as in the calls of evidence. */
  'shell.saveReview': {
    access: 'aside',
    host: 'shell',
    paths: ['path'],
    input: z.strictObject({ source: z.string().regex(/^[\w-]{1,40}$/), path: chosenPath }),
    output: nothing,
  },
} as const satisfies Record<string, Call>
