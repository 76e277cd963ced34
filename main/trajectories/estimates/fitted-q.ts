/**
 * Fitted Q evaluation (Le, Voloshin and Yue: "Batch policy learning under constraints", ICML 2019): Q of a policy from recorded transitions,
 *
 *   minimise  mean (Q(s, a) − y)²,   y = r + γ (1 − d) Q̄(s', π(s'))
 *
 * as many times as there are members, each on its own resample of the episodes (Hao, Ji, Duan, Lu, Szepesvári and Wang: "Bootstrapping
 * fitted Q-evaluation for off-policy inference", ICML 2021). All members of all policies are one stack of matrices: an update is one call.
 *
 * Deviations: Q̄ follows Q by a moving average instead of being refitted to the end in rounds; networks give Q in deviations from the mean of
 * what the data itself returned, so that they begin at the behaviour's value and not at 0; π(s') is drawn once for each transition.
 * Policies share initial weights, resamples and batches, member by member: what differs between two is the policies.
 */
import type { RandomStream } from '../../contract/job.ts'
import type { Parameters } from '../../tensor/layers.ts'
import {
  input,
  makeGraph,
  read,
  section,
  variable,
  type Graph,
  type Value,
  type Variable,
} from '../../tensor/program/graph.ts'
import * as op from '../../tensor/program/operations.ts'
import { compile, type Program } from '../../tensor/program/program.ts'
import { tf } from '../../tensor/tf.ts'
import type { Replay } from '../algorithms/replay.ts'
import type { Sizes } from '../algorithms/networks.ts'

/** A target rate ten times that of the algorithms: the mean of Q settles at this rate times 1 − γ, and has few updates to do so. */
const constants = { batch: 256, hidden: [128, 128], rate: 1e-3, targetRate: 0.05, lanes: 256 } as const

export interface Transitions {
  readonly replay: Replay
  readonly sizes: Sizes
  /** [rows, policies · actions]: what each policy would do next. */
  readonly next: tf.Tensor
  /** Rows of each episode, one episode after the other; at least one each. */
  readonly lengths: readonly number[]
  /** First observation of each episode, and what each policy does there. */
  readonly starts: Float32Array
  readonly startActions: readonly Float32Array[]
  readonly mean: readonly number[]
  readonly deviation: readonly number[]
  readonly discount: number
  /** Of the discounted returns that follow each transition in the record. */
  readonly returns: { readonly mean: number; readonly deviation: number }
}

export interface FittedQ {
  readonly policies: number
  readonly members: number
  /** Reads the loss and the mean of Q over the batch, of each policy's members in turn, where `look` is set: that waits for them. */
  update(key: readonly [number, number], look: boolean): { readonly loss: number; readonly values: number[] } | null
  /** Mean over the start states of each member's resample, by policy and member. */
  startValues(): number[][]
  save(): Parameters
  restore(values: Parameters): void
  close(): void
}

interface Stack {
  readonly weight: Variable
  readonly bias: Variable
}

function stacks(graph: Graph, name: string, count: number, widths: readonly number[]): Stack[] {
  return widths.slice(1).map((outputs, i) => ({
    weight: variable(graph, `${name}/${i}.weight`, [count, widths[i]!, outputs]),
    bias: variable(graph, `${name}/${i}.bias`, [count, 1, outputs]),
  }))
}

const variablesOf = (layers: readonly Stack[]): Variable[] => layers.flatMap(({ weight, bias }) => [weight, bias])

/** x [stack, n, inputs] → [stack, n]. */
function valuesOf(layers: readonly Stack[], x: Value): Value {
  const out = layers.reduce((hidden, { weight, bias }, i) => {
    const sum = op.add(op.matMuls(hidden, read(weight)), read(bias))
    return i < layers.length - 1 ? op.relu(sum) : sum
  }, x)
  return op.reshape(out, out.shape.slice(0, 2))
}

/** Which rows each member draws from, and how often each episode's start counts for it. */
interface Resamples {
  readonly rows: Int32Array
  readonly firsts: Int32Array
  readonly counts: Float32Array
  readonly weights: readonly Float64Array[]
}

function resample(lengths: readonly number[], members: number, stream: RandomStream): Resamples {
  const begins: number[] = []
  lengths.reduce((sum, length) => (begins.push(sum), sum + length), 0)
  const drawn = Array.from({ length: members }, (_, member) => {
    const draws = stream.fork(`member ${member}`)
    return lengths.map(() => draws.integer(lengths.length))
  })
  const counts = drawn.map((episodes) => episodes.reduce((sum, episode) => sum + lengths[episode]!, 0))
  const rows = new Int32Array(counts.reduce((a, b) => a + b, 0))
  const firsts = new Int32Array(members)
  let to = 0
  const weights = drawn.map((episodes, member) => {
    const weight = new Float64Array(lengths.length)
    firsts[member] = to
    for (const episode of episodes) {
      weight[episode]! += 1 / lengths.length
      for (let step = 0; step < lengths[episode]!; step++) rows[to++] = begins[episode]! + step
    }
    return weight
  })
  return { rows, firsts, counts: Float32Array.from(counts), weights }
}

interface Shape {
  readonly policies: number
  readonly members: number
}

/** The batch of each member, [members, batch, …], scaled as the networks take it; and the same next states with each policy's actions. */
function drawBatch(graph: Graph, { replay: _replay, ...data }: Transitions, { policies, members }: Shape, key: Value) {
  const { observations: o, actions: a } = data.sizes
  const [n, width] = [members * constants.batch, 2 * o + a + 2]
  const [table, next] = [input(graph, 'table', [-1, width]), input(graph, 'next', [-1, policies * a])]
  const rows = input(graph, 'resampled', [-1], 'int32')
  const [firsts, counts] = [input(graph, 'firsts', [members, 1], 'int32'), input(graph, 'counts', [members, 1])]
  const standardised = standardiser(graph, data)
  return () => {
    const places = op.toIntegers(op.multiply(op.uniform(key, 'places', [members, constants.batch]), counts))
    const at = op.rowsOf(rows, op.reshape(op.addIntegers(places, firsts), [n]), [n])
    const drawn = op.rowsOf(table, at, [n, width])
    const nextActions = op.rowsOf(next, at, [n, policies * a])
    const part = (from: number, size: number): Value => op.columns(drawn, from, from + size)
    const stack = (x: Value): Value => op.reshape(x, [members, constants.batch, x.shape[1]!])
    const repeated = (x: Value): Value =>
      policies === 1
        ? x
        : op.concat(
            Array.from({ length: policies }, () => x),
            0,
          )
    const pairs = stack(op.concat([standardised(part(0, o)), part(o, a)]))
    const successors = standardised(part(o + a + 2, o))
    const after = Array.from({ length: policies }, (_, policy) =>
      stack(op.concat([successors, op.columns(nextActions, policy * a, (policy + 1) * a)])),
    )
    const scalars = (from: number): Value => repeated(op.reshape(part(from, 1), [members, constants.batch]))
    return {
      pairs: repeated(pairs),
      after: policies === 1 ? after[0]! : op.concat(after, 0),
      rewards: scalars(o + a),
      continues: scalars(o + a + 1),
    }
  }
}

function standardiser(graph: Graph, { mean, deviation }: Pick<Transitions, 'mean' | 'deviation'>) {
  const [m, d] = [op.constant(graph, mean, [mean.length]), op.constant(graph, deviation, [deviation.length])]
  return (x: Value): Value => op.divide(op.subtract(x, m), d)
}

/** Writes and compiles the program, with its first weights. `transitions` stay the caller's to dispose, after `close`. */
export function makeFittedQ(transitions: Transitions, members: number, stream: RandomStream): FittedQ {
  const { sizes, returns, discount, startActions } = transitions
  const shape = { policies: startActions.length, members }
  const stack = shape.policies * members
  const widths = [sizes.observations + sizes.actions, ...constants.hidden, 1]
  const graph = makeGraph()
  const key = input(graph, 'key', [2], 'int32')
  const [networks, targets] = [stacks(graph, 'q', stack, widths), stacks(graph, 'target', stack, widths)]
  const adam = op.adamFor(graph, 'adam', variablesOf(networks))
  const draw = drawBatch(graph, transitions, shape, key)
  const inUnits = (x: Value): Value => op.add(op.multiply(x, returns.deviation), returns.mean)
  section(graph, 'update', () => {
    const { pairs, after, rewards, continues } = draw()
    const next = op.multiply(op.multiply(continues, discount), inUnits(valuesOf(targets, after)))
    const target = op.divide(op.subtract(op.add(rewards, next), returns.mean), returns.deviation)
    const values = valuesOf(networks, pairs)
    const errors = op.mean(op.square(op.subtract(values, op.stopGradient(target))), [1])
    op.minimise(op.sum(errors), adam, constants.rate)
    op.moveTowards(variablesOf(targets), variablesOf(networks), constants.targetRate)
    return { errors, values: op.mean(inUnits(values), [1]) }
  })
  const points = input(graph, 'points', [shape.policies, constants.lanes, widths[0]!])
  const standardised = standardiser(graph, transitions)
  section(graph, 'values', () => {
    const flat = op.reshape(points, [shape.policies * constants.lanes, widths[0]!])
    const scaled = op.concat([
      standardised(op.columns(flat, 0, sizes.observations)),
      op.columns(flat, sizes.observations, widths[0]!),
    ])
    const each = op.reshape(scaled, [shape.policies, 1, constants.lanes, widths[0]!])
    const all = op.broadcastTo(each, [shape.policies, members, constants.lanes, widths[0]!])
    return { values: inUnits(valuesOf(targets, op.reshape(all, [stack, constants.lanes, widths[0]!]))) }
  })
  const program = compile(graph)
  const resamples = resample(transitions.lengths, members, stream.fork('resamples'))
  begin(program, widths, shape, stream.fork('networks'))
  return running(program, transitions, shape, resamples)
}

/** Weights and biases uniform within ± 1/√inputs, the same for every policy; moments zero. */
function begin(program: Program, widths: readonly number[], { policies, members }: Shape, stream: RandomStream): void {
  const values: Parameters = {}
  widths.slice(1).forEach((outputs, i) => {
    const bound = 1 / Math.sqrt(widths[i]!)
    for (const [part, rows] of [
      ['weight', widths[i]!],
      ['bias', 1],
    ] as const) {
      const draws = stream.fork(`${i}.${part}`)
      const one = Float32Array.from({ length: members * rows * outputs }, () => bound * (2 * draws.uniform() - 1))
      const all = new Float32Array(policies * one.length)
      for (let policy = 0; policy < policies; policy++) all.set(one, policy * one.length)
      for (const network of ['q', 'target'])
        values[`${network}/${i}.${part}`] = tf.tensor3d(all, [policies * members, rows, outputs])
    }
  })
  for (const name of program.variables)
    values[name] ??= name === 'adam/step' ? tf.scalar(0) : tf.zerosLike(values[name.replace(/^adam\/\w+\//, '')]!)
  program.load(values)
  tf.dispose(values)
}

function running(
  program: Program,
  transitions: Transitions,
  { policies, members }: Shape,
  resamples: Resamples,
): FittedQ {
  const { replay, next, sizes, starts, startActions } = transitions
  const feeds = {
    ...{ table: replay.table, next, resampled: tf.tensor1d(resamples.rows, 'int32') },
    firsts: tf.tensor2d(resamples.firsts, [members, 1], 'int32'),
    counts: tf.tensor2d(resamples.counts, [members, 1]),
  }
  const own = [feeds.resampled, feeds.firsts, feeds.counts]
  return {
    policies,
    members,
    update(key, look) {
      const keyTensor = tf.tensor1d([...key], 'int32')
      const found = program.run('update', { ...feeds, key: keyTensor }, ['errors', 'values'])
      keyTensor.dispose()
      const mean = (values: Float32Array): number => values.reduce((a, b) => a + b, 0) / values.length
      const seen = look
        ? {
            loss: mean(found.errors.dataSync() as Float32Array) * transitions.returns.deviation ** 2,
            values: [...(found.values.dataSync() as Float32Array)],
          }
        : null
      tf.dispose(found)
      return seen
    },
    startValues() {
      const { observations: o, actions: a } = sizes
      const count = starts.length / o
      const sums = Array.from({ length: policies }, () => new Array<number>(members).fill(0))
      for (let from = 0; from < count; from += constants.lanes) {
        const some = Math.min(constants.lanes, count - from)
        const points = new Float32Array(policies * constants.lanes * (o + a))
        for (let policy = 0; policy < policies; policy++)
          for (let i = 0; i < some; i++) {
            const to = (policy * constants.lanes + i) * (o + a)
            points.set(starts.subarray((from + i) * o, (from + i + 1) * o), to)
            points.set(startActions[policy]!.subarray((from + i) * a, (from + i + 1) * a), to + o)
          }
        const fed = tf.tensor3d(points, [policies, constants.lanes, o + a])
        const { values } = program.run('values', { points: fed }, ['values'])
        const found = values.dataSync() as Float32Array
        tf.dispose([fed, values])
        for (let policy = 0; policy < policies; policy++)
          for (let member = 0; member < members; member++)
            for (let i = 0; i < some; i++)
              sums[policy]![member]! +=
                resamples.weights[member]![from + i]! * found[(policy * members + member) * constants.lanes + i]!
      }
      return sums
    },
    save: () => program.save(),
    restore: (values) => program.load(values),
    close() {
      program.close()
      tf.dispose(own)
    },
  }
}
