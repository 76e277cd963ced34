/** What was removed and can still be brought back: data sets and runs, in one trash of the project. */
import { z } from 'zod'
import { nothing, type Call } from './call.ts'

export const trashKindSchema = z.enum(['dataset', 'run'])
export type TrashKind = z.infer<typeof trashKindSchema>

/** `<project>/trash/<id>/trash.json`; beside it `content` holds the folder as it was. */
export const trashRecordSchema = z.strictObject({
  schema: z.literal('lethe.trash/1'),
  id: z.string().regex(/^[\w-]{1,200}$/),
  kind: trashKindSchema,
  origin: z
    .string()
    .regex(/^[\w-]{1,120}$/)
    .describe('the id of the data set or run, under which it comes back'),
  name: z.string(),
  removed: z.string(),
})
export type TrashRecord = z.infer<typeof trashRecordSchema>

export const trashEntrySchema = trashRecordSchema.extend({ bytes: z.number() })
export type TrashEntry = z.infer<typeof trashEntrySchema>

const one = z.strictObject({ id: z.string().regex(/^[\w-]{1,200}$/) })

export const trashCalls = {
  /** Newest first. */
  'trash.list': { access: 'read', input: nothing, output: z.array(trashEntrySchema) },
  'trash.restore': { access: 'write', input: one, output: trashRecordSchema },
  /** For good: the folder and all that was computed from it. Ledgers stay. */
  'trash.purge': { access: 'write', input: one, output: nothing },
} as const satisfies Record<string, Call>
