/** Estimates of returns on demand: from a request to a queued run. */
import { LetheError } from '../contract/errors.ts'
import type { Device, Plan } from '../contract/run.ts'
import { parseWith } from '../files/atomic.ts'
import { createRun, summariseRun } from '../runs/folder.ts'
import { readTrajectorySet } from '../trajectories/data/store.ts'
import { estimateConfigSchema, estimateJob } from '../trajectories/estimates/job.ts'
import { estimateSizes, type EstimatePreset } from '../trajectories/estimates/size.ts'
import { requireFit } from '../trajectories/foreign/import-agent.ts'
import type { LabContext } from './context.ts'
import { affordable, planOf, type ForgettingPart, type Planned } from './forgetting.ts'

export interface EstimateRequest {
  readonly agent: string
  /** By default the set that the agent was trained on. */
  readonly data?: string | undefined
  readonly preset?: EstimatePreset | undefined
  readonly seed?: number | undefined
  readonly set?: Readonly<Record<string, unknown>> | undefined
}

export function estimatesPart({ project, tell }: LabContext, { agentHeaderOf }: Pick<ForgettingPart, 'agentHeaderOf'>) {
  /** Errors: `run-state` without an agent, `config-invalid` naming what does not fit, `dataset-missing`. */
  const planEstimate = async ({ agent, data, preset = 'desk', seed, set }: EstimateRequest): Promise<Planned> => {
    const header = await agentHeaderOf(agent)
    const dataset = await readTrajectorySet(project, data ?? header.data.id)
    requireFit(header, dataset)
    if (data === undefined && header.data.contentHash !== dataset.contentHash)
      throw new LetheError(
        'dataset-corrupt',
        `${dataset.id} does not hold the episodes that the agent was trained on: its hash is another.`,
        'Name the set to use with --data.',
      )
    const { estimateSteps: steps, estimateMembers: members } = estimateSizes(preset)
    const draft = {
      agent,
      algorithm: header.algorithm,
      data: dataset.id,
      steps,
      members,
      ...(seed === undefined ? {} : { seed }),
    }
    const config = parseWith(estimateConfigSchema, { ...draft, ...set }, 'estimate', 'config-invalid')
    return affordable(planOf(estimateJob, config, dataset))
  }

  const createEstimate = async (
    request: EstimateRequest,
    device: Device = 'auto',
  ): Promise<{ run: string; plan: Plan }> => {
    const planned = await planEstimate(request)
    const paths = await createRun(project, { ...planned, device })
    tell('run-changed', { summary: await summariseRun(paths) })
    return { run: paths.id, plan: planned.plan }
  }
  return { planEstimate, createEstimate }
}
