/** The steps of a request that runs have done: made to forget, audited. They go on record once such a run has ended well. */
import type { RequestSummary } from '../../contract/deletion.ts'
import { LetheError } from '../../contract/errors.ts'
import { appendRequest, summaryOf, verifyRequest } from './record.ts'
import { ancestorsOf, forgets, readRunFolders, type RunFolder } from './runs-on.ts'

export type Step = 'unlearned' | 'audited'

/** The newest run that fits each step of an open request which has none yet. `runs`: those of the project, for who asks for many requests. */
export async function followSteps(project: string, request: string, runs?: readonly RunFolder[]): Promise<void> {
  runs ??= await readRunFolders(project)
  for (const step of ['unlearned', 'audited'] as const) {
    const now = summaryOf(request, await verifyRequest(project, request))
    if (now === null || now.damage !== null || now.state === 'closed' || now[step] !== null) continue
    const run = runs.filter((one) => fits(one, step, now, runs)).at(-1)
    if (run) await appendStep(project, request, step, run)
  }
}

/** Errors: `run-state` for a run that has not done it. */
export async function linkStep(project: string, now: RequestSummary, step: Step, run: string): Promise<void> {
  const runs = await readRunFolders(project)
  const found = runs.find((one) => one.id === run && fits(one, step, now, runs))
  if (!found)
    throw new LetheError(
      'run-state',
      `Run ${run} has not ${step} what this request is about.`,
      'Choose one that ended well, of the agent and with all the episodes of the request; training with other rewards is none.',
    )
  await appendStep(project, now.request, step, found)
}

const appendStep = (project: string, request: string, step: Step, { id, config }: RunFolder): Promise<void> =>
  appendRequest(project, request, {
    ...{ kind: 'link', step, run: id },
    ...(step === 'unlearned' && { method: config?.method ?? 'trajdeleter' }),
  })

/** What an audit of a request may be against: it takes the furthest ancestor that is in use, and what the agent knew, that one knew. */
export const originalsFor = (agent: string, runs: readonly RunFolder[]): string[] => [
  agent,
  ...ancestorsOf(agent, runs),
]

/** Whether a run has done a step of a request, and well. Of what an agent never learnt there is nothing to forget. */
function fits(
  { record, config, trash }: RunFolder,
  step: Step,
  { agent, learnt, unlearned }: RequestSummary,
  runs: readonly RunFolder[],
): boolean {
  if (trash !== null || record?.state !== 'succeeded' || !config || agent === null || learnt.length === 0) return false
  if (step === 'audited')
    return (
      record.kind === 'trajectories.audit' &&
      config.agent === unlearned &&
      originalsFor(agent, runs).some((id) => id === config.original) &&
      learnt.every((id) => config.forgotten?.includes(id))
    )
  const forgotten = new Set(config.forget)
  return (
    record.kind === 'trajectories.unlearn' &&
    forgets(config.method) &&
    config.agent === agent &&
    learnt.every((id) => forgotten.has(id))
  )
}
