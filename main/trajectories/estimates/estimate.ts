/**
 * What agents would return, estimated from recorded episodes: a part of the jobs that train and that unlearn, and a job of its own.
 *
 * Which episodes: those that the agent was trained on; after an unlearning those that are left, for the agent before as well as after.
 * There its actions are nearest to recorded ones, nothing is fitted to what was to be forgotten, and the held-out end stays what it is, a control
 * that nobody has touched. The price: the agent was made to look good on these very episodes, so the estimate leans to the hopeful side. A tenth of
 * the episodes would be too few to fit Q on, and their actions too far from the agent's.
 *
 * Interval: mean of the members ± t · their deviation, t of 95 %: the spread of the fit, from the choice of episodes, first weights and batches.
 * It is no guarantee: what all members get wrong together, above all the value of actions that the data never took, it does not show.
 *
 * Divergence: no true Q lies beyond the extreme rewards / (1 − γ). Where a member's mean does (by a tenth more than the whole range), or is no
 * number, the estimate is refused. Cutting Q to the range would instead give a figure that looks like any other and says nothing.
 * With γ = 1 there is no such range and, for episodes that were cut, no value either: refused as well. The run itself goes on.
 */
import type { Estimate, EstimateChange } from '../../contract/estimate.ts'
import type { Checkpoint, JobEvent } from '../../contract/job.ts'
import type { Episode } from '../../contract/trajectories.ts'
import { LetheError } from '../../contract/errors.ts'
import { studentQuantile } from '../../math/special.ts'
import type { Parameters } from '../../tensor/layers.ts'
import { decodeParameters, encodeParameters } from '../../tensor/safetensors.ts'
import { tf } from '../../tensor/tf.ts'
import { makeAgent, type Agent } from '../algorithms/agent.ts'
import { readReplay, scalingFor, usableSteps, type Replay } from '../algorithms/replay.ts'
import { actionsAt, lanesFor } from '../audit/sequences.ts'
import type { TrajectoryContext } from '../job.ts'
import { makeFittedQ, type FittedQ, type Transitions } from './fitted-q.ts'
import type { EstimateSize } from './size.ts'

export const estimatePhase = 'Estimating returns'

export interface EstimateOrder extends EstimateSize {
  /** Of which kind the policies are. */
  readonly of: Pick<Agent, 'algorithm' | 'settings' | 'sizes'>
  /** Variables of each agent. */
  readonly policies: readonly Parameters[]
  readonly episodes: readonly Episode[]
  /** What a checkpoint of this phase holds besides: the end of what the job did before. */
  readonly base: Pick<Checkpoint, 'step' | 'state' | 'parts'>
}

export interface Estimates {
  /** One for each policy. */
  readonly each: readonly Estimate[]
  /** The last less the first; null where either is missing, or there is but one. */
  readonly change: EstimateChange | null
}

export interface Interval {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** Mean ± t · scale · deviation; of a single value no more than that. */
export function spread(values: readonly number[], scale = 1): Interval {
  const value = values.reduce((a, b) => a + b, 0) / values.length
  if (values.length < 2) return { value, low: value, high: value }
  const variance = values.reduce((sum, one) => sum + (one - value) ** 2, 0) / (values.length - 1)
  const half = studentQuantile(0.025, values.length - 1) * Math.sqrt(variance) * scale
  return { value, low: value - half, high: value + half }
}

interface Recorded {
  readonly behaviour: Estimate['behaviour']
  /** Of the returns that follow each step. */
  readonly mean: number
  readonly deviation: number
  /** Where the mean of any true Q lies. */
  readonly range: readonly [low: number, high: number]
}

/** What the episodes themselves returned, discounted. */
export function recorded(episodes: readonly Episode[], rewards: Float32Array, discount: number): Recorded {
  let [count, sum, squares, least, most] = [0, 0, 0, 0, 0]
  const starts = episodes.map(({ start, length }) => {
    let after = 0
    for (let row = start + length - 1; row >= start; row--) {
      const reward = rewards[row]!
      after = reward + discount * after
      ;[least, most] = [Math.min(least, reward), Math.max(most, reward)]
      ;[sum, squares] = [sum + after, squares + after * after]
    }
    count += length
    return after
  })
  const beyond = episodes.map(({ end, length }) => (end === 'terminal' ? 0 : discount ** length))
  const mean = sum / count
  const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean))
  return {
    behaviour: { ...spread(starts, 1 / Math.sqrt(starts.length)), beyond: spread(beyond).value },
    mean,
    deviation: deviation > 1e-6 * Math.abs(mean) ? deviation : Math.abs(mean) || 1,
    range: [least / (1 - discount), most / (1 - discount)],
  }
}

/** How a fit failed whose members have these mean values; null where all is well. */
export function wrong(
  values: readonly number[],
  { range: [low, high], deviation }: Pick<Recorded, 'range' | 'deviation'>,
): string | null {
  const slack = Math.max(0.1 * (high - low), deviation)
  const bad = values.find((value) => !(value >= low - slack && value <= high + slack))
  if (bad === undefined) return null
  return Number.isFinite(bad)
    ? `The fit diverged: it gave a mean value of ${bad.toPrecision(4)}, and rewards of this data allow none beyond ${low.toPrecision(4)} … ${high.toPrecision(4)}.`
    : 'The fit diverged: its values are no longer numbers.'
}

/** Runs the fits from their start or from the context's checkpoint; the last act of a job. */
export async function* estimateReturns(
  context: TrajectoryContext,
  order: EstimateOrder,
): AsyncGenerator<JobEvent, Estimates> {
  const discount = (order.of.settings as { discount: number }).discount
  const episodes = order.episodes.filter((episode) => usableSteps(episode) > 0)
  const record = recorded(order.episodes, await context.trajectories.column('rewards'), discount)
  const common = { members: order.members, updates: order.updates, discount, behaviour: record.behaviour }
  const refused = (problem: string): Estimates => ({
    each: order.policies.map(() => ({ ...common, value: null, low: null, high: null, drift: null, problem })),
    change: null,
  })
  if (discount === 1) return refused('The agent’s discount is 1: without a discount there is no value to fit.')
  if (episodes.length < 2) return refused('One episode alone cannot be resampled.')
  const owned: { dispose(): void }[] = []
  try {
    const replay = await readReplay(context.trajectories, episodes)
    owned.push(replay)
    const transitions = yield* read(context, { ...order, episodes }, replay, discount, record)
    owned.push(transitions.next)
    const fit = makeFittedQ(transitions, order.members, context.stream('estimate'))
    owned.push({ dispose: fit.close })
    const { trail, problem } = yield* fitted(context, order, fit, record)
    if (problem !== null) return refused(problem)
    const [last, before] = [trail.at(-1)!, trail.at(-1 - Math.round(looks / 5)) ?? trail[0]!]
    const each = last.map((values, policy): Estimate => {
      const drift = spread(values).value - spread(before[policy]!).value
      return { ...spread(values), ...common, drift, problem: null }
    })
    const change = each.length < 2 ? null : spread(last.at(-1)!.map((value, member) => value - last[0]![member]!))
    return { each, change }
  } finally {
    for (const one of owned.reverse()) one.dispose()
  }
}

/** The transitions, and what each policy would do after each of them and at each start: all calls of the agent there are. */
async function* read(
  context: TrajectoryContext,
  { of, policies, episodes, updates }: EstimateOrder,
  replay: Replay,
  discount: number,
  record: Recorded,
): AsyncGenerator<JobEvent, Transitions> {
  const { trajectories } = context
  const { observations: o, actions: a } = of.sizes
  const observations = await trajectories.column('observations')
  const starts = new Float32Array(episodes.length * o)
  episodes.forEach(({ start }, i) => starts.set(observations.subarray(start * o, (start + 1) * o), i * o))
  const seen = new Float32Array(replay.count * o + starts.length)
  const successors = tf.slice(replay.table as tf.Tensor2D, [0, o + a + 2], [replay.count, o])
  seen.set(successors.dataSync())
  successors.dispose()
  seen.set(starts, replay.count * o)
  const agent = makeAgent(of.algorithm, of.settings, of.sizes, { lanes: lanesFor(of.algorithm, of.settings) })
  const chosen: Float32Array[] = []
  try {
    for (const values of policies) {
      agent.load(values)
      const acting = actionsAt(
        agent,
        { count: replay.count + episodes.length, observations: seen },
        context.stream('estimate policies'),
      )
      let next = acting.next()
      for (; !next.done; next = acting.next())
        yield { kind: 'progress', phase: estimatePhase, step: 0, totalSteps: updates }
      chosen.push(next.value)
    }
  } finally {
    agent.close()
  }
  const { mean, deviation } = await scalingFor(trajectories, episodes)
  const ends = chosen.map((actions) => tf.tensor2d(actions.subarray(0, replay.count * a), [replay.count, a]))
  const next = tf.concat(ends, 1)
  tf.dispose(ends)
  return {
    ...{ replay, sizes: of.sizes, next, starts, mean, deviation, discount },
    lengths: episodes.map(usableSteps),
    startActions: chosen.map((actions) => actions.subarray(replay.count * a)),
    returns: { mean: record.mean, deviation: record.deviation },
  }
}

/** How often the values at the starts are looked at on the way. */
const looks = 20
const fitPart = 'estimate.safetensors'

interface Place {
  done: number
  /** By look, policy and member. */
  trail: number[][][]
}

async function* fitted(
  context: TrajectoryContext,
  { updates, base }: EstimateOrder,
  fit: FittedQ,
  record: Recorded,
): AsyncGenerator<JobEvent, { trail: number[][][]; problem: string | null }> {
  const keys = context.stream('estimate updates')
  const place: Place = { done: 0, trail: [] }
  resume(context.checkpoint, fit, keys, place)
  const every = (parts: number): number => Math.max(1, Math.round(updates / parts))
  const names = fit.policies === 1 ? ['value'] : ['before', 'after']
  while (place.done < updates) {
    const look = (place.done + 1) % every(200) === 0
    const seen = fit.update(keys.key(), look)
    place.done++
    yield { kind: 'progress', phase: estimatePhase, step: place.done, totalSteps: updates }
    if (seen) {
      const problem = wrong([...seen.values, ...(Number.isFinite(seen.loss) ? [] : [NaN])], record)
      if (problem !== null) return { trail: place.trail, problem }
    }
    if (place.done % every(looks) !== 0 && place.done !== updates) continue
    const values = fit.startValues()
    const problem = wrong(values.flat(), record)
    if (problem !== null) return { trail: place.trail, problem }
    place.trail.push(values)
    for (const [policy, name] of names.entries()) {
      const { value } = spread(values[policy]!)
      yield { kind: 'metric', name: `estimate/${name}`, step: place.done, value, private: false }
    }
    yield checkpointOf(base, fit, keys, place)
  }
  return { trail: place.trail, problem: null }
}

function checkpointOf(
  { step, state, parts }: EstimateOrder['base'],
  fit: FittedQ,
  keys: ReturnType<TrajectoryContext['stream']>,
  { done, trail }: Place,
): JobEvent {
  const values = fit.save()
  const bytes = encodeParameters(values)
  tf.dispose(values)
  const estimate = { done, trail: [...trail], keys: keys.state() }
  return {
    kind: 'checkpoint',
    checkpoint: { step: step + done, state: { ...state, estimate }, parts: { ...parts, [fitPart]: bytes } },
  }
}

function resume(
  checkpoint: Checkpoint | null,
  fit: FittedQ,
  keys: ReturnType<TrajectoryContext['stream']>,
  place: Place,
): void {
  const state = checkpoint?.state['estimate'] as (Place & { keys: never }) | undefined
  if (!checkpoint || !state) return
  const bytes = checkpoint.parts[fitPart]
  if (!bytes)
    throw new LetheError(
      'checkpoint-corrupt',
      `The checkpoint of step ${checkpoint.step} has no ${fitPart}.`,
      'Remove it; the run goes on from the one before.',
    )
  const { parameters } = decodeParameters(bytes, fitPart)
  fit.restore(parameters)
  tf.dispose(parameters)
  keys.restore(state.keys)
  Object.assign(place, { done: state.done, trail: [...state.trail] })
}

/** What a run says where the estimate had not settled. */
export function driftWarning({ each }: Estimates): JobEvent | null {
  const moving = each.some(
    ({ low, high, drift }) => low !== null && high !== null && drift !== null && Math.abs(drift) > (high - low) / 4,
  )
  if (!moving) return null
  const message =
    'The estimate of the return was still moving in the last fifth of its updates; more of them (estimateSteps) would settle it.'
  return { kind: 'warning', message }
}
