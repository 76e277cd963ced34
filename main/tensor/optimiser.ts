import { LetheError } from '../contract/errors.ts'
import type { Parameters } from './layers.ts'
import { call, float32, shape } from './native.ts'
import { tf } from './tf.ts'

/**
 * Gradients and optimisers over parameter trees. An optimiser keeps all weights as one flat native variable, which
 * TensorFlow's fused kernels update in place; the tree holds copies that every update replaces.
 *
 *   const loss = tf.tidy(() => {
 *     const { value, gradients } = valueAndGradients(() => crossEntropy(network(parameters, x), labels), parameters)
 *     update(optimiser, parameters, gradients, 1e-3)
 *     return value
 *   })
 */

/** The value of `loss`, a scalar, and its gradient for each of the parameters it reads. */
export function valueAndGradients(
  loss: () => tf.Tensor,
  parameters: Parameters,
): { value: tf.Scalar; gradients: Parameters } {
  const names = Object.keys(parameters)
  const { value, grads } = tf.engine().gradients(loss, Object.values(parameters), undefined, true)
  const gradients: Parameters = {}
  names.forEach((name, index) => {
    const gradient = grads[index]
    if (!gradient) throw new LetheError('internal', `the loss does not depend on the parameter ${name}`)
    gradients[name] = gradient
  })
  return { value: value as tf.Scalar, gradients }
}

/** √(Σ g²) over the whole tree, as a scalar. */
export function globalNorm(gradients: Parameters): tf.Scalar {
  return tf.tidy(() =>
    tf.sqrt(tf.addN(Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient))))),
  ) as tf.Scalar
}

/** The tree scaled down so that its global norm is at most `limit`. */
export function clipByGlobalNorm(gradients: Parameters, limit: number): Parameters {
  return tf.tidy(() => {
    const factor = tf.minimum(tf.div(limit, globalNorm(gradients)), 1)
    return Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(gradient, factor)]))
  })
}

// A tree as one vector.

interface Layout {
  readonly names: readonly string[]
  readonly shapes: readonly (readonly number[])[]
  readonly sizes: readonly number[]
  readonly total: number
}

function layoutOf(parameters: Parameters): Layout {
  const tensors = Object.values(parameters)
  const sizes = tensors.map((tensor) => tensor.size)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  return { names: Object.keys(parameters), shapes: tensors.map((tensor) => tensor.shape), sizes, total }
}

function flatten(layout: Layout, tree: Parameters): tf.Tensor {
  const parts = layout.names.map((name, index) => {
    const part = tree[name]
    if (part && part.size === layout.sizes[index]) return tf.reshape(part, [-1])
    throw new LetheError(
      'internal',
      `${name}: expected shape [${layout.shapes[index]}], found ${part ? `[${part.shape}]` : 'nothing'}`,
    )
  })
  return parts.length === 1 ? parts[0]! : tf.concat(parts)
}

function unflatten(layout: Layout, vector: tf.Tensor): Parameters {
  const parts = layout.sizes.length === 1 ? [vector] : tf.split(vector, layout.sizes as number[])
  return Object.fromEntries(layout.names.map((name, i) => [name, tf.reshape(parts[i]!, layout.shapes[i] as number[])]))
}

// Native variables: a handle tensor, and the vector behind it that kernels change in place.

const dtype = { dtype: float32 }

function createVariable(value: tf.Tensor): tf.Tensor {
  // Under this name TensorFlow makes a new variable for every call.
  const name = { container: '', shared_name: 'cd2c89b7-88b7-44c8-ad83-06c2a9158347' }
  const [handle] = call('VarHandleOp', [], { ...name, ...dtype, shape: shape(value.shape) })
  assign(handle!, value)
  return tf.keep(handle!)
}

const assign = (handle: tf.Tensor, value: tf.Tensor) => void call('AssignVariableOp', [handle, value], dtype, 0)
const read = (handle: tf.Tensor) => call('ReadVariableOp', [handle], dtype)[0]!

function disposeVariable(handle: tf.Tensor): void {
  call('DestroyResourceOp', [handle], {}, 0)
  handle.dispose()
}

// The rules.

export interface AdamOptions {
  readonly beta1?: number
  readonly beta2?: number
  readonly epsilon?: number
  /** Decoupled weight decay (AdamW): weights shrink by learning rate · decay before each update. */
  readonly weightDecay?: number
  /** Whether the moments are corrected for having started at zero. */
  readonly correction?: boolean
}

export interface SgdOptions {
  readonly momentum?: number
  readonly nesterov?: boolean
}

export interface RmspropOptions {
  readonly decay?: number
  readonly epsilon?: number
}

type Rule = ({ readonly kind: 'adam' } & Required<AdamOptions>) | ({ readonly kind: 'sgd' } & Required<SgdOptions>)

export interface Optimiser {
  readonly rule: Rule
  readonly layout: Layout
  /** Number of updates made. */
  step: number
  /** The weights, and the rule's own vectors: Adam's first and second moment, momentum's velocity. */
  readonly weights: tf.Tensor
  readonly slots: Readonly<Record<string, tf.Tensor>>
  /** Identities of the tensors last put into the tree: where they differ, somebody has set new weights. */
  written: readonly number[]
}

/** Adam (Kingma and Ba, 2015), its arithmetic as in PyTorch: m̂ / (√v̂ + ε). */
export function adam(parameters: Parameters, options: AdamOptions = {}): Optimiser {
  const rule = {
    kind: 'adam' as const,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
    correction: true,
    ...options,
  }
  return create(rule, parameters, ['first', 'second'])
}

/** w ← w − learning rate · velocity, where velocity ← momentum · velocity + gradient. */
export function sgd(parameters: Parameters, options: SgdOptions = {}): Optimiser {
  const rule = { kind: 'sgd' as const, momentum: 0, nesterov: false, ...options }
  return create(rule, parameters, rule.momentum ? ['velocity'] : [])
}

/** RMSprop without momentum, g / (√v + ε): Adam with β₁ = 0 and without correction. */
export function rmsprop(parameters: Parameters, { decay = 0.99, epsilon = 1e-8 }: RmspropOptions = {}): Optimiser {
  return adam(parameters, { beta1: 0, beta2: decay, epsilon, correction: false })
}

function create(rule: Rule, parameters: Parameters, slots: string[]): Optimiser {
  const layout = layoutOf(parameters)
  const zeros = () => tf.tidy(() => createVariable(tf.zeros([layout.total])))
  return {
    rule,
    layout,
    step: 0,
    weights: tf.tidy(() => createVariable(flatten(layout, parameters))),
    slots: Object.fromEntries(slots.map((slot) => [slot, zeros()])),
    written: Object.values(parameters).map((tensor) => tensor.id),
  }
}

/** One step against the gradients. Replaces every tensor of `parameters` and disposes the old ones; the gradients stay the caller's. */
export function update(
  optimiser: Optimiser,
  parameters: Parameters,
  gradients: Parameters,
  learningRate: number,
): void {
  const { layout, weights, written } = optimiser
  tf.tidy(() => {
    const gradient = flatten(layout, gradients)
    if (layout.names.some((name, i) => parameters[name]?.id !== written[i]))
      assign(weights, flatten(layout, parameters))
    // Before the kernel runs: it changes a vector in place that nobody else holds, and copies any other.
    for (const name of layout.names) parameters[name]!.dispose()
    optimiser.step++
    apply(optimiser, gradient, learningRate)
    optimiser.written = replace(parameters, unflatten(layout, read(weights)))
  })
}

/** Puts `next` into the tree, kept; gives the identities. */
function replace(tree: Parameters, next: Parameters): number[] {
  return Object.entries(next).map(([name, tensor]) => (tree[name] = tf.keep(tensor)).id)
}

function apply({ rule, step, weights, slots }: Optimiser, gradient: tf.Tensor, learningRate: number): void {
  if (rule.kind === 'sgd') {
    const rate = tf.scalar(learningRate)
    if (!slots.velocity) return void call('ResourceApplyGradientDescent', [weights, rate, gradient], {}, 0)
    const inputs = [weights, slots.velocity, rate, gradient, tf.scalar(rule.momentum)]
    return void call('ResourceApplyMomentum', inputs, { use_nesterov: rule.nesterov }, 0)
  }
  if (rule.weightDecay) assign(weights, tf.mul(read(weights), 1 - learningRate * rule.weightDecay))
  // The kernel's own correction loses digits in float32 and adds ε to the uncorrected √v; so it is given none, and a
  // learning rate and an ε that contain it. The powers are those of the rounded β that the kernel uses.
  const [first, second] = rule.correction
    ? ([rule.beta1, rule.beta2].map((beta) => 1 - Math.fround(beta) ** step) as [number, number])
    : [1, 1]
  const rate = (learningRate * Math.sqrt(second)) / first
  const scalars = [0, 0, rate, rule.beta1, rule.beta2, rule.epsilon * Math.sqrt(second)].map((value) =>
    tf.scalar(value),
  )
  call('ResourceApplyAdam', [weights, slots.first!, slots.second!, ...scalars, gradient], {}, 0)
}

/** What a checkpoint needs besides the parameters: the step, and the rule's vectors as 'slot.name' tensors of the caller's. */
export function saveOptimiser({ step, layout, slots }: Optimiser): { step: number; tensors: Parameters } {
  const trees = Object.entries(slots).map(([slot, handle]) =>
    tf.tidy(() => prefixed(slot, unflatten(layout, read(handle)))),
  )
  return { step, tensors: Object.assign({}, ...trees) as Parameters }
}

/** Continues from what `saveOptimiser` gave; the tensors stay the caller's. */
export function restoreOptimiser(optimiser: Optimiser, { step, tensors }: { step: number; tensors: Parameters }): void {
  optimiser.step = step
  tf.tidy(() => {
    for (const [slot, handle] of Object.entries(optimiser.slots)) {
      const tree = Object.fromEntries(optimiser.layout.names.map((name) => [name, tensors[`${slot}.${name}`]!]))
      assign(handle, flatten(optimiser.layout, tree))
    }
  })
}

const prefixed = (prefix: string, tree: Parameters): Parameters =>
  Object.fromEntries(Object.entries(tree).map(([name, tensor]) => [`${prefix}.${name}`, tensor]))

export function disposeOptimiser({ weights, slots }: Optimiser): void {
  for (const handle of [weights, ...Object.values(slots)]) disposeVariable(handle)
}

// Averages of the weights over the steps.

export interface Average {
  readonly layout: Layout
  readonly weights: tf.Tensor
}

/** An exponential moving average that starts at the parameters' present values. */
export function average(parameters: Parameters): Average {
  const layout = layoutOf(parameters)
  return { layout, weights: tf.tidy(() => createVariable(flatten(layout, parameters))) }
}

/** average ← decay · average + (1 − decay) · parameters. */
export function updateAverage({ layout, weights }: Average, parameters: Parameters, decay: number): void {
  tf.tidy(() => {
    const distance = tf.sub(read(weights), flatten(layout, parameters))
    call('ResourceApplyGradientDescent', [weights, tf.scalar(1 - decay), distance], {}, 0)
  })
}

/** The averaged parameters, as tensors of the caller's. */
export function averagedParameters({ layout, weights }: Average): Parameters {
  return tf.tidy(() => unflatten(layout, read(weights)))
}

/** Continues from saved averages. */
export function restoreAverage({ layout, weights }: Average, parameters: Parameters): void {
  tf.tidy(() => assign(weights, flatten(layout, parameters)))
}

export function disposeAverage({ weights }: Average): void {
  disposeVariable(weights)
}

// Learning rates as functions of the step, which counts from 0.

export type Schedule = (step: number) => number

export const constantSchedule =
  (rate: number): Schedule =>
  () =>
    rate

/** Falls from `rate` to `floor` along half a cosine in `steps`, after a linear rise over `warmup` steps. */
export function cosineSchedule({
  rate,
  steps,
  warmup = 0,
  floor = 0,
}: {
  rate: number
  steps: number
  warmup?: number
  floor?: number
}): Schedule {
  return (step) => {
    if (step < warmup) return (rate * (step + 1)) / warmup
    const done = Math.min(1, (step - warmup) / Math.max(1, steps - warmup))
    return floor + ((rate - floor) * (1 + Math.cos(Math.PI * done))) / 2
  }
}

/** `rate` times `factor` once for every `every` steps gone by. */
export function stepSchedule({ rate, factor, every }: { rate: number; factor: number; every: number }): Schedule {
  return (step) => rate * factor ** Math.floor(step / every)
}

/** From `rate` to `floor` in a straight line over `steps`. */
export function linearSchedule({ rate, steps, floor = 0 }: { rate: number; steps: number; floor?: number }): Schedule {
  return (step) => rate + (floor - rate) * Math.min(1, step / steps)
}
