/** The trash of the project: what was removed, back again or gone for good. */
import type { HandlersOf } from '../contract/calls.ts'
import type { trashCalls } from '../contract/calls/trash.ts'
import { listTrash, purgeFromTrash, restoreFromTrash } from '../files/trash.ts'
import type { LabContext } from './context.ts'

export function trashPart({ project, readOnly }: LabContext) {
  const handlers: HandlersOf<typeof trashCalls> = {
    'trash.list': () => listTrash(project, { readOnly }),
    'trash.restore': ({ id }) => restoreFromTrash(project, id),
    'trash.purge': async ({ id }) => {
      await purgeFromTrash(project, id)
      return {}
    },
  }
  return { handlers }
}
