import { z } from 'zod'

export const runId = z.string().regex(/^[\w-]{1,120}$/)
export const dataId = z.string().regex(/^[\w-]{1,64}$/)
export const nothing = z.strictObject({})
/** A path the person chose or dropped. The shell remembers which it gave out; a call's `paths` names the fields it must check. */
export const chosenPath = z.string().min(1).max(4096)

/**
 * One row: what goes in, what comes out. A `read` changes nothing and may be repeated freely. A `write` changes the project and is
 * refused where it is open read-only; `aside` leaves all evidence as it is and adds a review, or a file the person chose, with its line in the record of exports. `host: 'shell'` is answered by the
 * main process of the window itself, all else by the lab.
 */
export interface Call {
  readonly access: 'read' | 'write' | 'aside'
  readonly host?: 'shell'
  readonly paths?: readonly string[]
  readonly input: z.ZodType
  readonly output: z.ZodType
}

/** The window's own name for something long; `task-progress` and `data.cancel` speak of it by this name. */
export const taskId = z.string().regex(/^[\w-]{1,64}$/)
