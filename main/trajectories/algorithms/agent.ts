/**
 * An agent in motion: the program of an algorithm on one layout of data, with its variables. Every update is one call of TensorFlow:
 * it draws the batch, computes the losses, moves the networks.
 */
import type { RandomStream } from '../../contract/job.ts'
import type { Parameters } from '../../tensor/layers.ts'
import { input, makeGraph, read, section, variable, type Graph, type Value } from '../../tensor/program/graph.ts'
import * as op from '../../tensor/program/operations.ts'
import { compile, type Feeds, type Program } from '../../tensor/program/program.ts'
import { tf } from '../../tensor/tf.ts'
import { ordinary, type Batch, type Settings, type Variation } from './algorithm.ts'
import type { AnyAlgorithm } from './algorithms.ts'
import { average, criticValues, maker, type Maker, type Sizes } from './networks.ts'
import type { Replay } from './replay.ts'

/** How the data is shifted and scaled before an agent sees it: fixed at its training and part of it since. */
export interface Scaling {
  readonly mean: readonly number[]
  readonly deviation: readonly number[]
  /** Rewards are multiplied by this. */
  readonly reward: number
}

export interface Agent {
  readonly algorithm: AnyAlgorithm
  readonly settings: Settings
  readonly sizes: Sizes
  readonly lanes: number
  readonly program: Program
  /** Update `step` (from 0) on a batch of `replay`; the losses asked for, by name, are the caller's to dispose. */
  update(replay: Replay, step: number, key: readonly [number, number], options?: UpdateOptions): Losses | null
  /** Greedy actions for `lanes` observations, as one row-major array. */
  act(observations: Float32Array, key: readonly [number, number]): Float32Array
  /** Mean of the critics at `lanes` pairs, with noise on the observations where it is given; null for an agent without critics. */
  values(observations: Float32Array, actions: Float32Array, noise?: ObservationNoise): Float32Array | null
  /** First values, from a stream of initial weights; an anchor keeps what it has. */
  start(stream: RandomStream, scaling: Scaling): void
  save(): Parameters
  /** Takes over a saved agent: the anchor, if there is one, becomes a copy of it. */
  load(values: Parameters): void
  /** Goes on from saved values; an anchor, if there is one, stays what `load` made it. */
  restore(values: Parameters): void
  close(): void
}

/** scale · (z − ½) is added to each number of each observation, z standard normal. */
export interface ObservationNoise {
  readonly key: readonly [number, number]
  readonly scale: number
}

export interface UpdateOptions {
  /** Which of the agent's variations; by default the ordinary update. */
  readonly variation?: string
  /** Whether to read the losses back, which waits for them. */
  readonly losses?: boolean
}
export type Losses = Readonly<Record<string, number>>

export interface AgentOptions {
  /** Rows of `act` and `values`. */
  readonly lanes?: number
  /** Other updates than the ordinary one, by name; an anchored one reads the variables below `anchor/`. */
  readonly variations?: Readonly<Record<string, { readonly actorWeight: number; readonly anchorWeight: number | null }>>
}

export const anchorPrefix = 'anchor/'
const defaultLanes = 10

interface Inputs {
  readonly table: Value
  readonly rows: Value
  readonly key: Value
}

/** A batch drawn uniformly, with replacement, in this section; scaled as the agent wants it. */
function drawBatch(
  { table, rows, key }: Inputs,
  count: number,
  { observations, actions }: Sizes,
  scale: Scaled,
): Batch {
  const width = 2 * observations + actions + 2
  const indices = op.integersBelow(key, 'indices', [count], rows)
  const drawn = op.rowsOf(table, indices, [count, width], 'rows')
  const part = (from: number, size: number): Value => op.columns(drawn, from, from + size)
  const scalars = (name: string, from: number): Value => op.named(op.reshape(part(from, 1), [count]), name)
  return {
    observations: scale.observations(op.named(part(0, observations), 'observations')),
    actions: op.named(part(observations, actions), 'actions'),
    rewards: scale.rewards(scalars('rewards', observations + actions)),
    continues: scalars('continues', observations + actions + 1),
    nextObservations: scale.observations(op.named(part(observations + actions + 2, observations), 'next-observations')),
  }
}

interface Scaled {
  observations(x: Value): Value
  rewards(x: Value): Value
}

/** Variables that hold the scaling, where the algorithm has any. */
function scalingOf(graph: Graph, { standardises, scalesRewards }: AnyAlgorithm, sizes: Sizes) {
  const moments = standardises
    ? {
        mean: variable(graph, 'scaling/mean', [sizes.observations]),
        deviation: variable(graph, 'scaling/deviation', [sizes.observations]),
      }
    : null
  const reward = scalesRewards ? variable(graph, 'scaling/reward', []) : null
  const scaled: Scaled = {
    observations: (x) => (moments ? op.divide(op.subtract(x, read(moments.mean)), read(moments.deviation)) : x),
    rewards: (x) => (reward ? op.multiply(x, read(reward)) : x),
  }
  const start = (scaling: Scaling): Parameters => ({
    ...(moments && {
      [moments.mean.name]: tf.tensor1d([...scaling.mean]),
      [moments.deviation.name]: tf.tensor1d([...scaling.deviation]),
    }),
    ...(reward && { [reward.name]: tf.scalar(scaling.reward) }),
  })
  return { scaled, start }
}

interface Written {
  readonly graph: Graph
  /** Losses of each section of updates. */
  readonly lossNames: ReadonlyMap<string, readonly string[]>
  readonly hasCritics: boolean
  initial(stream: RandomStream, scaling: Scaling): Parameters
}

/** The program of an agent: a section for each kind of update, one to act, one for values. */
function writeProgram(
  algorithm: AnyAlgorithm,
  settings: Settings,
  sizes: Sizes,
  { lanes = defaultLanes, variations = {} }: AgentOptions,
): Written {
  const graph = makeGraph()
  const inputs: Inputs = {
    table: input(graph, 'table', [-1, 2 * sizes.observations + sizes.actions + 2]),
    rows: input(graph, 'row-count', [], 'int32'),
    key: input(graph, 'key', [2], 'int32'),
  }
  const make = maker(graph, sizes)
  const networks = algorithm.networks(make, settings as never)
  const optimisers = algorithm.optimisers(make, networks, settings as never)
  const anchored = Object.values(variations).some(({ anchorWeight }) => anchorWeight !== null)
  const anchorMaker: Maker | null = anchored ? maker(graph, sizes, anchorPrefix) : null
  const anchorNetworks = anchorMaker && algorithm.networks(anchorMaker, settings as never)
  const { scaled, start } = scalingOf(graph, algorithm, sizes)
  const lossNames = new Map<string, string[]>()

  const writeUpdate = (name: string, phase: string, variation: Variation<never>): void => {
    const { outputs } = section(graph, `${name}/${phase}`, () => {
      const batch = drawBatch(inputs, settings.batch, sizes, scaled)
      const context = { settings, networks, optimisers, batch, key: inputs.key, variation }
      return algorithm.update(phase, context as never)
    })
    lossNames.set(`${name}/${phase}`, Object.keys(outputs))
  }
  for (const phase of algorithm.phases) {
    writeUpdate('ordinary', phase, ordinary)
    for (const [name, { actorWeight, anchorWeight }] of Object.entries(variations)) {
      const anchor = anchorWeight === null ? null : { networks: anchorNetworks as never, weight: anchorWeight }
      writeUpdate(name, phase, { anchor, actorWeight })
    }
  }

  const critics = algorithm.critics(networks)
  const seen = input(graph, 'seen', [lanes, sizes.observations])
  const taken = input(graph, 'taken', [lanes, sizes.actions])
  section(graph, 'act', () => ({
    actions: algorithm.act(networks, scaled.observations(seen), inputs.key, settings as never),
  }))
  if (critics.length > 0) {
    const scale = input(graph, 'noise-scale', [])
    const at = (observations: Value) => ({
      values: average(criticValues(critics, scaled.observations(observations), taken)),
    })
    section(graph, 'values', () => at(seen))
    section(graph, 'noisy-values', () => {
      const noise = op.subtract(op.normal(inputs.key, 'state-noise', seen.shape), 0.5)
      return at(op.add(seen, op.multiply(noise, scale)))
    })
  }
  return {
    graph,
    lossNames,
    hasCritics: critics.length > 0,
    initial: (stream, scaling) => ({ ...make.initial(stream), ...start(scaling) }),
  }
}

/** Writes and compiles the program of an agent; its variables hold nothing before `start` or `load`. */
export function makeAgent(
  algorithm: AnyAlgorithm,
  settings: Settings,
  sizes: Sizes,
  options: AgentOptions = {},
): Agent {
  const { lanes = defaultLanes } = options
  const { graph, lossNames, hasCritics, initial } = writeProgram(algorithm, settings, sizes, options)
  const program = compile(graph)
  const own = program.variables.filter((name) => !name.startsWith(anchorPrefix))
  const anchors = program.variables.filter((name) => name.startsWith(anchorPrefix))

  const feed = (values: Float32Array, width: number): tf.Tensor => tf.tensor2d(values, [lanes, width])
  const compute = (
    name: 'act' | 'values' | 'noisy-values',
    output: 'actions' | 'values',
    feeds: Feeds,
  ): Float32Array => {
    const result = program.run(name, feeds, [output])[output]
    const values = result.dataSync() as Float32Array
    tf.dispose([feeds, result])
    return values
  }

  return {
    algorithm,
    settings,
    sizes: { observations: sizes.observations, actions: sizes.actions },
    lanes,
    program,
    update(replay, step, key, { variation = 'ordinary', losses = false } = {}) {
      const name = `${variation}/${algorithm.phaseAt(settings as never, step)}`
      const keyTensor = tf.tensor1d([...key], 'int32')
      // The same values are asked for each time: another selection would be another program to TensorFlow.
      const fetched = program.run(
        name,
        { table: replay.table, 'row-count': replay.rows, key: keyTensor },
        lossNames.get(name),
      )
      keyTensor.dispose()
      const read = losses
        ? Object.fromEntries(Object.entries(fetched).map(([loss, tensor]) => [loss, tensor.dataSync()[0]!]))
        : null
      tf.dispose(fetched)
      return read
    },
    act: (observations, key) =>
      compute('act', 'actions', {
        seen: feed(observations, sizes.observations),
        key: tf.tensor1d([...key], 'int32'),
      }),
    values(observations, actions, noise) {
      if (!hasCritics) return null
      const pairs = { seen: feed(observations, sizes.observations), taken: feed(actions, sizes.actions) }
      if (!noise) return compute('values', 'values', pairs)
      const drawn = { key: tf.tensor1d([...noise.key], 'int32'), 'noise-scale': tf.scalar(noise.scale) }
      return compute('noisy-values', 'values', { ...pairs, ...drawn })
    },
    start(stream, scaling) {
      const values = initial(stream, scaling)
      program.load(values, Object.keys(values))
      tf.dispose(values)
    },
    save: () => program.save(own),
    load(values) {
      program.load(values, own)
      const twins = anchors.map((name) => [name, values[name.slice(anchorPrefix.length)]!] as const)
      if (twins.length > 0) program.load(Object.fromEntries(twins), anchors)
    },
    restore: (values) => program.load(values, own),
    close: () => program.close(),
  }
}
