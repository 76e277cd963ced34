/**
 * What an offline-RL algorithm is here: networks as variables of a program, and updates written as sections of it. Training, unlearning
 * and shadows run the same updates; the two ways in which unlearning changes them are in `Variation`.
 */
import { z } from 'zod'
import type { Value, Variable } from '../../tensor/program/graph.ts'
import * as op from '../../tensor/program/operations.ts'
import type { TaskId } from '../environments/task.ts'
import type { Maker, Network } from './networks.ts'

/** A batch inside a program: rows are transitions. */
export interface Batch {
  readonly observations: Value
  readonly actions: Value
  /** [n] */
  readonly rewards: Value
  readonly nextObservations: Value
  /** 1 − d, [n]: 0 where the transition ends in a terminal state. */
  readonly continues: Value
}

export const commonSettings = {
  discount: z.number().min(0).max(1).default(0.99).describe('γ, what a reward one step later is worth (paper: 0.99)'),
  targetRate: z
    .number()
    .positive()
    .max(1)
    .default(0.005)
    .describe('τ, share by which target networks follow at each update (paper: 0.005)'),
}
export const rate = (value: number) =>
  z.number().positive().max(1).default(value).describe(`Adam's learning rate (paper: ${value})`)
export const batchSize = (value: number) =>
  z.number().int().min(2).max(10_000).default(value).describe(`transitions in an update (paper: ${value})`)
export const hidden = (...widths: number[]) =>
  z
    .array(z.number().int().min(1).max(4096))
    .min(1)
    .max(6)
    .default(widths)
    .describe(`widths of the hidden layers (paper: ${widths.join('-')})`)
export const warmUp = (published: number, share: number) =>
  z
    .number()
    .int()
    .nonnegative()
    .default(published)
    .describe(`updates before the policy is trained in full (paper: ${published}; desk: ${100 * share} % of the steps)`)

/** Agents of d3rlpy 2.8 were trained without the tanh after the decoder; no preset sets it. */
export const decoderSetting = z
  .literal('linear')
  .optional()
  .describe(
    'linear: the output of the decoder is the action, as in agents of d3rlpy 2.8; absent: its tanh, as in the papers',
  )

/** How an update differs from the ordinary one. */
export interface Variation<Networks> {
  /** A frozen agent whose Bellman target counts as well, with this weight: the convergence phase. */
  readonly anchor: { readonly networks: Networks; readonly weight: number } | null
  /** Multiplies the loss of the actor: the forgetting phase. */
  readonly actorWeight: number
}
export const ordinary: Variation<never> = { anchor: null, actorWeight: 1 }

export interface UpdateContext<Settings, Networks, Optimisers> {
  readonly settings: Settings
  readonly networks: Networks
  readonly optimisers: Optimisers
  readonly batch: Batch
  /** int32 [2], fresh for each update: every random number comes from it. */
  readonly key: Value
  readonly variation: Variation<Networks>
}

/** What any algorithm's settings hold. */
export interface Settings {
  readonly batch: number
  readonly discount: number
}

export interface Algorithm<S extends Settings = Settings, Networks = unknown, Optimisers = unknown> {
  readonly id: string
  readonly title: string
  readonly paper: string
  readonly config: z.ZodType<S>
  /** Observations are shifted and scaled by the data's moments. */
  readonly standardises: boolean
  /** Rewards are scaled to a range of returns of 1000 (IQL). */
  readonly scalesRewards: boolean
  networks(make: Maker, settings: S): Networks
  optimisers(make: Maker, networks: Networks, settings: S): Optimisers
  /** The kinds of update there are, and which one is update `step`, counted from 0. */
  readonly phases: readonly string[]
  phaseAt(settings: S, step: number): string
  /** Updates before the policy is trained in full; 0 for none. Presets give it this share of the steps. */
  warmUp(settings: S): number
  readonly warmUpShare: number
  /** Expected milliseconds of one update with the paper's networks on a quiet two-core machine. */
  readonly cost: number
  /** Updates of the desk preset, and what the fast one changes. */
  readonly deskSteps: number
  readonly fast: Readonly<Record<string, unknown>>
  /** What the published agents of a task were trained with, where it is not the default. */
  readonly published?: Readonly<Partial<Record<TaskId, Readonly<Record<string, unknown>>>>>
  /** Writes one update; gives its losses. */
  update(phase: string, context: UpdateContext<S, Networks, Optimisers>): Readonly<Record<string, Value>>
  /** The greedy action for each observation. */
  act(networks: Networks, observations: Value, key: Value, settings: S): Value
  /** Q of each critic, [n]; none for behaviour cloning. */
  critics(networks: Networks): readonly Network[]
}

/** The critic's loss at its own Bellman target, and at that of the frozen agent where there is one. */
export function anchored<Networks>(
  { networks, variation }: { readonly networks: Networks; readonly variation: Variation<Networks> },
  loss: (of: Networks, name: string) => Value,
): Value {
  const own = loss(networks, '')
  const { anchor } = variation
  return anchor ? op.add(own, op.multiply(loss(anchor.networks, 'anchor-'), anchor.weight)) : own
}

/** r + γ (1 − d) · value, through which no gradient flows. */
export const bellman = ({ rewards, continues }: Batch, value: Value, discount: number): Value =>
  op.stopGradient(op.add(rewards, op.multiply(op.multiply(continues, discount), value)))

export const follow = (targets: readonly Network[], sources: readonly Network[], by: number): void => {
  const list = (networks: readonly Network[]): Variable[] =>
    networks.flatMap((network) => network.flatMap(({ weight, bias }) => [weight, bias]))
  op.moveTowards(list(targets), list(sources), by)
}

/** Of [n · samples, m] actions, those drawn for one state one after the other, the best of each state by value: [n, m]. */
export function bestSample(actions: Value, values: Value, samples: number): Value {
  const rows = actions.shape[0]! / samples
  const { graph } = actions
  const best = op.indexOfLargest(op.reshape(values, [rows, samples]), 1)
  const starts = op.constant(
    graph,
    Array.from({ length: rows }, (_, row) => row * samples),
    [rows],
    'int32',
  )
  return op.rowsOf(actions, op.addIntegers(best, starts), [rows, actions.shape[1]!])
}
