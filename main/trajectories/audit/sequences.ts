/** Actions and values of an agent at every step of many trajectories: one call of the program for thousands of steps. */
import type { RandomStream } from '../../contract/job.ts'
import type { AnyAlgorithm } from '../algorithms/algorithms.ts'
import type { Agent } from '../algorithms/agent.ts'
import type { Settings } from '../algorithms/algorithm.ts'
import { turnsOf } from '../algorithms/turns.ts'

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
  const { lanes, sizes } = agent
  const actions = new Float32Array(steps.count * sizes.actions)
  for (const turn of turnsOf(lanes, 0, steps.count)) {
    turn.put(actions, agent.act(turn.take(steps.observations, sizes.observations), stream.key()), sizes.actions)
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
  const { lanes, sizes } = agent
  for (const turn of turnsOf(lanes, from, to)) {
    const key = noise && { key: noise.stream.key(), scale: noise.scale }
    const [seen, taken] = [turn.take(steps.observations, sizes.observations), turn.take(actions, sizes.actions)]
    turn.put(values, agent.values(seen, taken, key ?? undefined)!, 1)
    yield
  }
}
