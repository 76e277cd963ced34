/** What every synthesis method is. One method is one file in methods/; methods.ts is the registry. */
import type { z } from 'zod'
import type { Dataset } from '../contract/dataset.ts'
import type { JobEvent, RunContext } from '../contract/job.ts'
import type { Stage } from '../contract/privacy.ts'
import type { Plan } from '../contract/run.ts'

/** Labelled synthetic images: uint8 pixels N,H,W,C and class indices. */
export interface ImageSet {
  readonly count: number
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly images: Uint8Array
  readonly labels: Uint8Array
}

export interface Synthesiser<Config> {
  readonly id: string
  readonly title: string
  readonly paper: string
  /** Taxonomy of DPImageBench. */
  readonly architecture: 'generator network' | 'diffusion' | 'API'
  readonly pretraining: 'none' | 'public' | 'selected public' | 'DP central images'
  readonly mechanism: string
  readonly noisedQuantity: string
  readonly adjacency: string
  readonly accountant: string
  /** `experimental` until somebody other than the author has checked the proof in the header against the code. */
  readonly status: 'experimental' | 'reviewed'
  readonly config: z.ZodType<Config>
  /** `desk` is for two cores and minutes, `paper` is the publication's, `tiny` is for tests. */
  readonly presets: Readonly<Record<'desk' | 'paper' | 'tiny', Partial<Config>>>
  plan(
    config: Config,
    dataset: Dataset,
    target: { readonly epsilon: number; readonly delta: number },
  ): {
    readonly stages: readonly Stage[]
    readonly steps: Plan['steps']
    readonly memoryBytes: number
    readonly notes: readonly string[]
  }
  /** Checkpoints of a method carry its own state; it is given back as `context.checkpoint`. */
  run(context: RunContext, config: Config): AsyncGenerator<JobEvent, ImageSet>
}
