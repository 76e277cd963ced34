/** What only the window's own process can do: dialogs, other projects, printing. Answered there, never by the lab. */
import { z } from 'zod'
import { nothing, runId, type Call } from './call.ts'

const path = z.object({ path: z.string().nullable() })

export const shellCalls = {
  /** The system's dialog to open; null when the person closes it. The path may then be passed to calls that take one. */
  'shell.chooseSource': {
    access: 'read',
    host: 'shell',
    input: z.strictObject({ kind: z.enum(['file', 'folder']), title: z.string().max(120) }),
    output: path,
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
} as const satisfies Record<string, Call>
