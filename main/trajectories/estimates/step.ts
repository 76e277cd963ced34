/** The estimate as the last act of a job that trained or unlearned. */
import type { Checkpoint, JobEvent } from '../../contract/job.ts'
import type { Plan } from '../../contract/run.ts'
import type { Episode } from '../../contract/trajectories.ts'
import { tf } from '../../tensor/tf.ts'
import type { Agent } from '../algorithms/agent.ts'
import type { TrajectoryContext } from '../job.ts'
import { driftWarning, estimatePhase, estimateReturns, type Estimates } from './estimate.ts'
import type { EstimateSize } from './size.ts'

export interface EstimateStep {
  /** Of one algorithm with one kind of settings. */
  readonly agents: readonly Agent[]
  readonly episodes: readonly Episode[]
  readonly size: EstimateSize
  /** Where the job stands. */
  end(): Checkpoint
}

/** Null where none was asked for. */
export async function* estimateStep(
  context: TrajectoryContext,
  { agents, episodes, size, end }: EstimateStep,
): AsyncGenerator<JobEvent, Estimates | null> {
  if (size.updates === 0) return null
  const policies = agents.map((agent) => agent.save())
  try {
    const estimates = yield* estimateReturns(context, { ...size, of: agents[0]!, policies, episodes, base: end() })
    const warning = driftWarning(estimates)
    if (warning) yield warning
    return estimates
  } finally {
    tf.dispose(policies)
  }
}

/** Seconds for each update on a quiet two-core machine. */
const secondsOf = ({ members }: EstimateSize, policies: number): number => 0.001 * members * policies

export const estimatePlan = (size: EstimateSize, policies: number): Plan['steps'] =>
  size.updates === 0
    ? []
    : [
        {
          ...{ phase: estimatePhase, steps: size.updates, weight: size.updates * secondsOf(size, policies) },
          note: `${size.members} fits on resampled episodes${policies > 1 ? ', before and after' : ''}`,
        },
      ]
