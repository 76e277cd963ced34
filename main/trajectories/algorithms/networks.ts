/** What the algorithms are built of: networks as variables of a program, and the few forms of policy that they share. */
import type { RandomStream } from '../../contract/job.ts'
import type { Parameters } from '../../tensor/layers.ts'
import { read, variable, type Graph, type Value, type Variable } from '../../tensor/program/graph.ts'
import * as op from '../../tensor/program/operations.ts'
import { tf } from '../../tensor/tf.ts'

export interface Layer {
  readonly weight: Variable
  readonly bias: Variable
}
/** Dense layers with ReLU between them, none after the last. */
export type Network = readonly Layer[]

export interface Sizes {
  readonly observations: number
  readonly actions: number
}

/** Makes the variables of one agent, below a prefix, and remembers how they start. */
export interface Maker {
  readonly graph: Graph
  readonly sizes: Sizes
  /** Layers of these widths, inputs first; weights and biases uniform within ± 1/√inputs, PyTorch's default. */
  network(name: string, widths: readonly number[]): Network
  /** Networks that start as copies of others. */
  copy(name: string, of: Network): Network
  scalar(name: string, start: number): Variable
  zeros(name: string, shape: readonly number[]): Variable
  /** Adam's state for these. What has no start of its own starts at zero. */
  adam(name: string, of: readonly (Network | Variable)[]): op.AdamVariables
  /** First values of all variables made here; of the caller's. */
  initial(stream: RandomStream): Parameters
}

export const variablesOf = (parts: readonly (Network | Variable)[]): Variable[] =>
  parts.flatMap((part) => ('handle' in part ? [part] : part.flatMap(({ weight, bias }) => [weight, bias])))

export function maker(graph: Graph, sizes: Sizes, prefix = ''): Maker {
  const made: Variable[] = []
  const starts = new Map<Variable, ((stream: RandomStream) => tf.Tensor) | Variable>()
  const make = (name: string, shape: readonly number[]): Variable => {
    const one = variable(graph, `${prefix}${name}`, shape)
    made.push(one)
    return one
  }
  const uniform = (name: string, shape: readonly number[], inputs: number): Variable => {
    const one = make(name, shape)
    starts.set(one, (stream) => {
      const draw = stream.fork(name)
      const bound = 1 / Math.sqrt(inputs)
      const values = Float32Array.from(
        { length: shape.reduce((a, b) => a * b, 1) },
        () => bound * (2 * draw.uniform() - 1),
      )
      return tf.tensor(values, [...shape])
    })
    return one
  }
  return {
    graph,
    sizes,
    network: (name, widths) =>
      widths.slice(1).map((outputs, i) => ({
        weight: uniform(`${name}/${i}.weight`, [widths[i]!, outputs], widths[i]!),
        bias: uniform(`${name}/${i}.bias`, [outputs], widths[i]!),
      })),
    copy(name, of) {
      const twin = (source: Variable, part: string): Variable => {
        const one = make(`${name}/${part}`, source.shape)
        starts.set(one, source)
        return one
      }
      return of.map(({ weight, bias }, i) => ({ weight: twin(weight, `${i}.weight`), bias: twin(bias, `${i}.bias`) }))
    },
    scalar(name, start) {
      const one = make(name, [])
      starts.set(one, () => tf.scalar(start))
      return one
    },
    zeros: make,
    adam(name, of) {
      const state = op.adamFor(graph, `${prefix}adam/${name}`, variablesOf(of))
      made.push(...state.first, ...state.second, state.step)
      return state
    },
    initial(stream) {
      const values: Parameters = {}
      for (const one of made) {
        const start = starts.get(one)
        if (!start) values[one.name] = tf.zeros([...one.shape])
        else if (typeof start === 'function') values[one.name] = start(stream)
        else values[one.name] = values[start.name]!.clone()
      }
      return values
    },
  }
}

/** The network's output, before any last activation. x [n, inputs]. */
export function forward(network: Network, x: Value): Value {
  return network.reduce((hidden, { weight, bias }, i) => {
    const sum = op.biasAdd(op.matMul(hidden, read(weight)), read(bias))
    return i < network.length - 1 ? op.relu(sum) : sum
  }, x)
}

/** Q of each critic, [n]. */
export const criticValues = (critics: readonly Network[], observations: Value, actions: Value): Value[] => {
  const both = op.concat([observations, actions])
  return critics.map((critic) => op.reshape(forward(critic, both), [both.shape[0]!]))
}

export const smallest = (values: readonly Value[]): Value => values.reduce((a, b) => op.minimum(a, b))
export const average = (values: readonly Value[]): Value =>
  op.multiply(
    values.reduce((a, b) => op.add(a, b)),
    1 / values.length,
  )
/** weight · min + (1 − weight) · max over the critics: the soft clipped double Q of BCQ. */
export const mixed = (values: readonly Value[], weight: number): Value =>
  op.add(
    op.multiply(smallest(values), weight),
    op.multiply(
      values.reduce((a, b) => op.maximum(a, b)),
      1 - weight,
    ),
  )

/** Σ over the critics of mean (Q − y)². */
export const squaredErrors = (values: readonly Value[], y: Value): Value =>
  values.map((q) => op.mean(op.square(op.subtract(q, y)))).reduce((a, b) => op.add(a, b))

// ---- a normal squashed by tanh ---------------------------------------------------------------------------------------

/** Mean and log deviation for each observation, [n, actions]. */
export interface Gaussian {
  readonly mean: Value
  readonly logDeviation: Value
}

/** The network's output is both, side by side. */
export function gaussian(network: Network, observations: Value, range: readonly [number, number]): Gaussian {
  const out = forward(network, observations)
  const half = out.shape[1]! / 2
  return { mean: op.columns(out, 0, half), logDeviation: op.clip(op.columns(out, half, 2 * half), ...range) }
}

/** μ + σ · noise, before any squashing; noise [n · samples, m] for as many samples of each row. */
export function sampled({ mean, logDeviation }: Gaussian, noise: Value): Value {
  const samples = noise.shape[0]! / mean.shape[0]!
  const [m, s] =
    samples === 1 ? [mean, logDeviation] : [op.repeatRows(mean, samples), op.repeatRows(logDeviation, samples)]
  return op.add(m, op.multiply(op.exp(s), noise))
}

const halfLog2Pi = 0.5 * Math.log(2 * Math.PI)

/** Log density of a normal at `actions`, [n]; its log deviation for each row, or one for all. */
export function logDensity({ mean, logDeviation }: Gaussian, actions: Value): Value {
  const z = op.divide(op.subtract(actions, mean), op.exp(logDeviation))
  return op.sum(op.subtract(op.multiply(op.square(z), -0.5), op.add(logDeviation, halfLog2Pi)), [1])
}

/** Log density of tanh(raw) where raw is normal, [n]: the change of variables in the form that does not overflow. */
export function squashedLogDensity({ mean, logDeviation }: Gaussian, raw: Value): Value {
  const samples = raw.shape[0]! / mean.shape[0]!
  const [m, s] =
    samples === 1 ? [mean, logDeviation] : [op.repeatRows(mean, samples), op.repeatRows(logDeviation, samples)]
  const z = op.divide(op.subtract(raw, m), op.exp(s))
  const density = op.subtract(op.multiply(op.square(z), -0.5), op.add(s, halfLog2Pi))
  const jacobian = op.multiply(op.subtract(op.subtract(Math.log(2), raw), op.softplus(op.multiply(raw, -2))), 2)
  return op.sum(op.subtract(density, jacobian), [1])
}

/** The raw value of an action: atanh after a cut to ± 0.999999. */
export function unsquashed(actions: Value): Value {
  const cut = op.clip(actions, -0.999999, 0.999999)
  return op.multiply(op.subtract(op.log(op.add(cut, 1)), op.log(op.subtract(1, cut))), 0.5)
}

// ---- a conditional variational auto-encoder of actions ------------------------------------------------------------------

export interface AutoEncoder {
  /** (s, a) → mean and log deviation of the latent code. */
  readonly encoder: Network
  /** (s, z) → the action before tanh. */
  readonly decoder: Network
  /** Whether an action is the tanh of what is decoded. */
  readonly squashes: boolean
}

export function autoEncoder({ network, sizes }: Maker, hidden: readonly number[], squashes: boolean): AutoEncoder {
  const latent = 2 * sizes.actions
  return {
    encoder: network('encoder', [sizes.observations + sizes.actions, ...hidden, 2 * latent]),
    decoder: network('decoder', [sizes.observations + latent, ...hidden, sizes.actions]),
    squashes,
  }
}

const decode = ({ decoder }: AutoEncoder, observations: Value, latent: Value): Value =>
  forward(decoder, op.concat([observations, latent]))
/** Decoded actions before tanh; where actions are not squashed, d3rlpy 2.8 takes the tanh here and not there. */
export const decodedRaw = (coder: AutoEncoder, observations: Value, latent: Value): Value =>
  coder.squashes ? decode(coder, observations, latent) : op.tanh(decode(coder, observations, latent))
export const decoded = (coder: AutoEncoder, observations: Value, latent: Value): Value =>
  coder.squashes ? op.tanh(decode(coder, observations, latent)) : decode(coder, observations, latent)

/** Mean squared error + klWeight · KL(q(z | s, a) ‖ N(0, 1)), each a mean over batch and dimensions. noise [n, latent]. */
export function autoEncoderLoss(
  coder: AutoEncoder,
  observations: Value,
  actions: Value,
  noise: Value,
  klWeight: number,
): Value {
  const code = gaussian(coder.encoder, op.concat([observations, actions]), [-4, 15])
  const rebuilt = decoded(coder, observations, sampled(code, noise))
  const error = op.mean(op.square(op.subtract(rebuilt, actions)))
  const { mean, logDeviation } = code
  const variance = op.exp(op.multiply(logDeviation, 2))
  const spread = op.multiply(op.subtract(op.add(variance, op.square(mean)), 1), 0.5)
  return op.add(error, op.multiply(op.mean(op.subtract(spread, logDeviation)), klWeight))
}

/** BCQ's perturbation: clip(a + scale · tanh(network(s, a)), ±1). */
export const perturbed = (network: Network, observations: Value, actions: Value, scale: number): Value =>
  op.clip(op.add(actions, op.multiply(op.tanh(forward(network, op.concat([observations, actions]))), scale)), -1, 1)
