/** The registry of jobs. */
import { LetheError } from '../contract/errors.ts'
import type { Job } from '../contract/job.ts'
import { synthesizeJob } from '../images/synthesize.ts'
import { estimateJob } from '../trajectories/estimates/job.ts'
import { importAgentJob } from '../trajectories/foreign/import-agent.ts'
import { replayJob } from '../trajectories/replay.ts'
import { auditJob } from '../trajectories/audit/audit.ts'
import { trainJob } from '../trajectories/train.ts'
import { unlearnJob } from '../trajectories/unlearning/unlearn.ts'

export const jobs = [synthesizeJob, trainJob, unlearnJob, auditJob, replayJob, importAgentJob, estimateJob] as const

export function jobOf(kind: string): Job<never> {
  const job = jobs.find((candidate) => candidate.kind === kind)
  if (!job)
    throw new LetheError(
      'run-state',
      `This version knows no job of kind ${kind}.`,
      'Open the project with the version that made it.',
    )
  return job as unknown as Job<never>
}
