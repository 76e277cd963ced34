/** Estimates of returns on demand: from a request to a queued run. */
import type { Device } from '../contract/run.ts'
import { parseWith } from '../files/atomic.ts'
import { readTrajectorySet } from '../trajectories/data/store.ts'
import { estimateConfigSchema, estimateJob } from '../trajectories/estimates/job.ts'
import { estimateSizes, type EstimatePreset } from '../trajectories/estimates/size.ts'
import { requireFit } from '../trajectories/foreign/import-agent.ts'
import { settingsOf } from '../trajectories/settings.ts'
import type { LabContext } from './context.ts'
import { affordable, planOf, type ForgettingPart } from './forgetting.ts'
import { queueRun, type Planned } from './queue.ts'

const given = ['agent', 'algorithm', 'data', 'seed']

export interface EstimateRequest {
  readonly agent: string
  /** By default the set that the agent was trained on. */
  readonly data?: string | undefined
  readonly preset?: EstimatePreset | undefined
  readonly seed?: number | undefined
  readonly set?: Readonly<Record<string, unknown>> | undefined
}

export function estimatesPart(
  context: LabContext,
  { agentHeaderOf, dataOf }: Pick<ForgettingPart, 'agentHeaderOf' | 'dataOf'>,
) {
  const { project } = context
  /** Errors: `run-state` without an agent, `config-invalid` naming what does not fit, `dataset-missing`. */
  const planEstimate = async ({ agent, data, preset = 'desk', seed, set }: EstimateRequest): Promise<Planned> => {
    const header = await agentHeaderOf(agent)
    const dataset = data === undefined ? (await dataOf(header)).set : await readTrajectorySet(project, data)
    requireFit(header, dataset)
    const { estimateSteps: steps, estimateMembers: members } = estimateSizes(preset)
    const draft = {
      agent,
      algorithm: header.algorithm,
      data: dataset.id,
      steps,
      members,
      ...(seed === undefined ? {} : { seed }),
      ...settingsOf(set, estimateConfigSchema, given, 'estimate'),
    }
    const config = parseWith(estimateConfigSchema, draft, 'estimate', 'config-invalid')
    return affordable(planOf(estimateJob, config, dataset))
  }

  const createEstimate = async (request: EstimateRequest, device?: Device) =>
    queueRun(context, await planEstimate(request), { device })
  return { planEstimate, createEstimate }
}
