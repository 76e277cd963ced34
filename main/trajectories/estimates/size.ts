/** How much work an estimate is given: fields that the configurations of training and unlearning share. */
import { z } from 'zod'
import type { TrajectorySet } from '../../contract/trajectories.ts'

export interface EstimateSize {
  /** 0 for no estimate. */
  readonly updates: number
  readonly members: number
}

/** Absent where the task is simulated and nobody asked: there returns are measured. */
export const estimateFields = {
  estimateSteps: z
    .number()
    .int()
    .min(0)
    .max(10_000_000)
    .optional()
    .describe('updates of the fits that estimate returns where there is no simulator; 0 for no estimate'),
  estimateMembers: z
    .number()
    .int()
    .min(2)
    .max(100)
    .optional()
    .describe('fits, each on its own resample of the episodes: the interval is their spread'),
}
interface Fields {
  readonly estimateSteps?: number | undefined
  readonly estimateMembers?: number | undefined
}

const sizes = {
  tiny: { estimateSteps: 60, estimateMembers: 3 },
  desk: { estimateSteps: 10_000, estimateMembers: 8 },
  paper: { estimateSteps: 100_000, estimateMembers: 20 },
} as const

export type EstimatePreset = 'tiny' | 'fast' | 'desk' | 'paper'

export const estimateSizes = (preset: EstimatePreset) => sizes[preset === 'fast' ? 'desk' : preset]

/** Nothing where the set has a simulator: configurations on such sets stay what they were. */
export const estimateDefaults = (
  { environment }: { readonly environment: Pick<TrajectorySet['environment'], 'task'> },
  preset: EstimatePreset,
): Fields => (environment.task === null ? estimateSizes(preset) : {})

export const sizeOf = ({ estimateSteps = 0, estimateMembers = sizes.desk.estimateMembers }: Fields): EstimateSize => ({
  updates: estimateSteps,
  members: estimateMembers,
})
