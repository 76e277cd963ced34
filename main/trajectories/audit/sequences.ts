/** Actions and values of an agent at every step of many trajectories: one call of the program for thousands of steps. */
import type { RandomStream } from '../../contract/job.ts'
import type { AnyAlgorithm } from '../algorithms/algorithms.ts'
import type { Agent } from '../algorithms/agent.ts'
import type { Settings } from '../algorithms/algorithm.ts'

export interface Steps {
  readonly count: number
  /** [count, observations] */
  readonly observations: Float32Array
}

/** ε = scale · (z − ½), z standard normal: its mean is not zero, as in the released code. */
export interface StateNoise {
  readonly scale: number
  readonly stream: RandomStream
}

/** Algorithms whose policy draws many actions and takes the best of them: the setting that says how many. */
const drawn: Readonly<Record<string, string>> = { bcq: 'samples', bear: 'actSamples' }

/** The settings of an agent that only acts and values. Fewer drawn actions are as many times faster. */
export function actingSettings<S extends Settings>({ id }: AnyAlgorithm, settings: S, samples: number | null): S {
  const name = drawn[id]
  if (name === undefined || samples === null) return settings
  return { ...settings, [name]: Math.min(samples, (settings as unknown as Record<string, number>)[name]!) }
}

/** Steps in one call: what is drawn for each of them must fit into memory, too. */
export function lanesFor({ id }: AnyAlgorithm, settings: Settings): number {
  const samples = drawn[id] === undefined ? 1 : (settings as unknown as Record<string, number>)[drawn[id]]!
  return Math.max(32, Math.min(2048, Math.floor(20_480 / samples)))
}

export const callsFor = (steps: number, lanes: number): number => Math.ceil(steps / lanes)

/** What the agent would do at each step. Yields after each call. The same stream, the same draws, whichever agent it is. */
export function* actionsAt(agent: Agent, steps: Steps, stream: RandomStream): Generator<void, Float32Array> {
  const width = agent.sizes.actions
  const actions = new Float32Array(steps.count * width)
  for (const { from, to, observations } of calls(agent, steps, 0, steps.count)) {
    const found = agent.act(observations, stream.key())
    actions.set(found.subarray(0, (to - from) * width), from * width)
    yield
  }
  return actions
}

/** The mean of the agent's critics for these actions at the steps `from` … `to`, written to `values`. Yields after each call. */
export function* valuesAt(
  agent: Agent,
  steps: Steps,
  actions: Float32Array,
  values: Float32Array,
  { from, to, noise }: { readonly from: number; readonly to: number; readonly noise: StateNoise | null },
): Generator<void, void> {
  const width = agent.sizes.actions
  for (const call of calls(agent, steps, from, to)) {
    const taken = padded(actions, call.from, call.to, width, agent.lanes)
    const key = noise && { key: noise.stream.key(), scale: noise.scale }
    const found = agent.values(call.observations, taken, key ?? undefined)!
    values.set(found.subarray(0, call.to - call.from), call.from)
    yield
  }
}

function* calls(agent: Agent, { observations }: Steps, from: number, to: number) {
  for (let start = from; start < to; start += agent.lanes) {
    const end = Math.min(to, start + agent.lanes)
    yield {
      from: start,
      to: end,
      observations: padded(observations, start, end, agent.sizes.observations, agent.lanes),
    }
  }
}

/** Rows of a matrix; a call takes exactly `lanes` of them. */
function padded(matrix: Float32Array, from: number, to: number, width: number, lanes: number): Float32Array {
  const rows = new Float32Array(lanes * width)
  rows.set(matrix.subarray(from * width, to * width))
  return rows
}
