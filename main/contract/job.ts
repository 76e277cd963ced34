/**
 * The shape of long work. A job is an async generator: whoever pulls it decides about cancel, pause and back-pressure.
 * Types only; written structurally so that every layer may import them.
 */
import type { z } from 'zod'
import type { Dataset, SplitName } from './dataset.ts'
import type { PrivacyMode, Stage } from './privacy.ts'
import type { Plan } from './run.ts'

/** A named, counter-based random stream (main/math/random.ts makes them). */
export interface RandomStream {
  uint32(): number
  uniform(): number
  normal(): number
  integer(below: number): number
  permutation(length: number): Uint32Array
  key(): [number, number]
  fork(name: string): RandomStream
  state(): StreamState
  restore(state: StreamState): void
}
export interface StreamState {
  readonly key: string
  readonly counter: number
}

/** Pixels are uint8, [count, height, width, channels]; labels are class indices. Loaded on demand, checked by hash once. */
export interface SplitView {
  readonly count: number
  readonly images: Uint8Array
  readonly labels: Uint8Array | Uint16Array
}
export interface DataView {
  readonly dataset: Dataset
  /** Hash over the pixel and label hashes of every split: the key of whatever is cached about this data. */
  readonly hash: string
  readonly folder: string
  split(name: SplitName): Promise<SplitView>
}

/**
 * The only doors from private data to a method, made from the stages of the plan. Each charges the ledger before it
 * draws noise, and keeps what it released in the run folder, so that a resumed run never pays or draws twice.
 */
export interface Mechanisms {
  /** values + N(0, (noiseMultiplier · sensitivity)²) per entry. `compute` runs only if this stage was not released before. */
  gaussian(stage: string, compute: () => Promise<Float64Array>): Promise<Float64Array>
  /** Index of the largest count after Laplace noise; only the index leaves. Ties and order carry no information. */
  reportNoisyMax(stage: string, counts: () => Promise<readonly number[]>): Promise<number>
  /** One count + Laplace noise. */
  noisyCount(stage: string, count: () => Promise<number>): Promise<number>
  /** Says, in the ledger, that private data is read without noise; the figure must be shown as not private. */
  nonPrivateRead(what: string, split: SplitName): Promise<void>
}

export interface Checkpoint {
  readonly step: number
  /** Small state: counters, stream states, phase. */
  readonly state: Record<string, unknown>
  /** Named blobs: safetensors, NPY. */
  readonly parts: Readonly<Record<string, Uint8Array>>
}

/** What every job is given. */
export interface JobContext {
  readonly run: string
  readonly signal: AbortSignal
  /** Streams for everything but privacy noise: initial weights, shuffles, latent codes. Same name, same stream. */
  stream(name: string): RandomStream
  readonly checkpoint: Checkpoint | null
  /** Where results outlive the run and serve the next: keyed by content, safe to delete. Null when absent or broken. */
  readonly cache: {
    read(key: string): Promise<Uint8Array | null>
    write(key: string, bytes: Uint8Array): Promise<void>
  }
  /** Reads an artifact of this run that an earlier attempt wrote. */
  artifact(name: string): Promise<Uint8Array | null>
}

/** What a job on images is given. */
export interface RunContext extends JobContext {
  readonly mode: PrivacyMode
  readonly data: DataView
  readonly mechanisms: Mechanisms
}

/** What a job yields; the runner turns blobs into files and files into `RunEvent`s. */
export type JobEvent =
  | { readonly kind: 'progress'; readonly phase: string; readonly step: number; readonly totalSteps: number }
  | {
      readonly kind: 'metric'
      readonly name: string
      readonly step: number
      readonly value: number
      readonly private: boolean
    }
  | { readonly kind: 'preview'; readonly name: string; readonly step: number; readonly png: Uint8Array }
  | { readonly kind: 'artifact'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: 'checkpoint'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'warning'; readonly message: string }

export type Outcome = Record<string, unknown>

/** Of images, where every read of private data is planned and charged; of trajectories, where `Context` and `Data` are those of that workbench. */
export interface Job<Config, Context = RunContext, Data = Dataset> {
  readonly kind: string
  readonly subject: 'images' | 'trajectories'
  readonly config: z.ZodType<Config>
  title(config: Config, input: { readonly dataset: Data }): string
  /** The id of the data set the run is charged to. */
  data(config: Config): string
  seed(config: Config): number
  mode(config: Config): PrivacyMode
  plan(
    config: Config,
    input: { readonly dataset: Data },
  ): Omit<Plan, 'privacy'> & {
    readonly privacy: {
      readonly targetEpsilon: number
      readonly delta: number
      readonly stages: readonly Stage[]
    } | null
  }
  run(context: Context, config: Config): AsyncGenerator<JobEvent, Outcome>
}
