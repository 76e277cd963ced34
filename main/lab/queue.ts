/** From a plan to a queued run, the same for all jobs. */
import type { Device, Plan } from '../contract/run.ts'
import { createRun, summariseRun } from '../runs/folder.ts'
import type { LabContext } from './context.ts'

export interface Planned {
  readonly config: unknown
  readonly plan: Plan
  readonly kind: string
  readonly title: string
}

/** Makes the run, with the files that it begins with, and tells who watches. */
export async function queueRun(
  { project, tell }: Pick<LabContext, 'project' | 'tell'>,
  planned: Planned,
  options: { readonly device?: Device | undefined; readonly files?: ReadonlyMap<string, Uint8Array> } = {},
): Promise<{ run: string; plan: Plan }> {
  const { device = 'auto', files = new Map() } = options
  const paths = await createRun(project, { ...planned, device, files })
  tell('run-changed', { summary: await summariseRun(paths) })
  return { run: paths.id, plan: planned.plan }
}
