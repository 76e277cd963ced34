/** What agents would do along trajectories, and what critics say of it. One program serves all agents: their variables are loaded in turn. */
import type { Audit, AuditGroup } from '../../contract/audit.ts'
import type { RandomStream } from '../../contract/job.ts'
import type { Episode } from '../../contract/trajectories.ts'
import { parseWith } from '../../files/atomic.ts'
import { decodeParameters } from '../../tensor/safetensors.ts'
import { tf } from '../../tensor/tf.ts'
import { agentHeader } from '../algorithms/agent-file.ts'
import { makeAgent, type Agent } from '../algorithms/agent.ts'
import { algorithmOf } from '../algorithms/algorithms.ts'
import { actingSettings, actionsAt, callsFor, lanesFor, valuesAt, type StateNoise, type Steps } from './sequences.ts'
import type { AuditConfig } from './audit.ts'

export interface Audited extends Steps {
  /** One after the other, by group. `row`: its first step. */
  readonly episodes: readonly { readonly episode: Episode; readonly group: AuditGroup; readonly row: number }[]
}

/** Agents' files. */
export interface Subjects {
  readonly original: Uint8Array
  readonly agent: Uint8Array
  readonly retrained: Uint8Array | null
  readonly shadows: readonly Uint8Array[]
}

/** Values of each step, with noise on the states. */
export interface Measured {
  readonly references: readonly Float32Array[]
  readonly agent: Float32Array
  readonly original: Float32Array
  readonly retrained: Float32Array | null
  readonly apart: Audit['apart']
  /** Whether the original's critics have been trained at all. */
  readonly trained: boolean
}

type Names = (name: string) => RandomStream

/** Whole passes over all steps: for the plan, and for progress. */
export const passes = ({
  shadows,
  evaluations,
  retrained,
}: Pick<AuditConfig, 'shadows' | 'evaluations' | 'retrained'>): number => {
  const targets = retrained === null ? 2 : 3
  return shadows * (1 + evaluations) + 3 * targets
}

type Range = readonly [from: number, to: number]

/** Where the audited agents are valued by their own critic; elsewhere by the original's. */
function ownRanges({ episodes, count }: Audited, critic: AuditConfig['critic']): { own: Range[]; original: Range[] } {
  if (critic === 'consistent') return { own: [], original: [[0, count]] }
  const remaining = episodes.filter(({ group }) => group === 'remaining')
  const [first, last] = [remaining[0], remaining.at(-1)]
  if (!first || !last) return { own: [[0, count]], original: [] }
  const [from, to]: Range = [first.row, last.row + last.episode.length]
  const own: Range[] = [
    [0, from],
    [to, count],
  ]
  return { own: own.filter(([start, end]) => end > start), original: [[from, to]] }
}

/** Yields, after each call of the program, how many there will be. */
export function* measure(
  subjects: Subjects,
  audited: Audited,
  config: AuditConfig,
  stream: Names,
): Generator<number, Measured> {
  const header = agentHeader(subjects.original, 'the original agent')
  const algorithm = algorithmOf(header.algorithm)
  const full = parseWith(algorithm.config, header.settings, 'the original agent')
  const settings = actingSettings(algorithm, full, config.policySamples)
  const lanes = lanesFor(algorithm, settings)
  const agent = makeAgent(algorithm, settings, header, { lanes })
  const work = measureWith(agent, subjects, audited, config, stream)
  const total = passes(config) * callsFor(audited.count, lanes)
  try {
    for (;;) {
      const next = work.next()
      if (next.done) return { ...next.value, trained: algorithm.id !== 'plas' || header.steps > algorithm.warmUp(full) }
      yield total
    }
  } finally {
    agent.close()
  }
}

function* measureWith(
  agent: Agent,
  subjects: Subjects,
  audited: Audited,
  config: AuditConfig,
  stream: Names,
): Generator<void, Omit<Measured, 'trained'>> {
  const whole: readonly Range[] = [[0, audited.count]]
  const ranges = ownRanges(audited, config.critic)
  const noiseOf = (name: string): StateNoise => ({ scale: config.noise, stream: stream(`noise ${name}`) })
  const act = (file: Uint8Array) => {
    load(agent, file)
    return actionsAt(agent, audited, stream('policies'))
  }
  const value = function* (
    actions: Float32Array,
    values: Float32Array,
    where: readonly Range[],
    noise: StateNoise | null,
  ) {
    for (const [from, to] of where) yield* valuesAt(agent, audited, actions, values, { from, to, noise })
  }
  const values = () => new Float32Array(audited.count)

  const shadows: { actions: Float32Array; references: Float32Array[] }[] = []
  for (const file of subjects.shadows) {
    shadows.push({ actions: yield* act(file), references: Array.from({ length: config.evaluations }, values) })
  }
  const target = function* (file: Uint8Array | null) {
    if (!file) return null
    const found = { actions: yield* act(file), noisy: values(), clean: values(), noise: noiseOf('target') }
    yield* value(found.actions, found.clean, whole, null)
    yield* value(found.actions, found.noisy, ranges.own, found.noise)
    return found
  }
  const original = (yield* target(subjects.original))!
  const audit = (yield* target(subjects.agent))!
  const retrained = yield* target(subjects.retrained)
  load(agent, subjects.original)
  for (const [index, { actions, references }] of shadows.entries())
    for (const [j, into] of references.entries()) yield* value(actions, into, whole, noiseOf(`shadow ${index}/${j}`))
  for (const one of [original, audit, retrained])
    if (one) yield* value(one.actions, one.noisy, ranges.original, one.noise)

  const between = (a: Seen, b: Seen) => apartOf(a, b, audited, agent.sizes.actions)
  return {
    references: shadows.flatMap(({ references }) => references),
    ...{ agent: audit.noisy, original: original.noisy, retrained: retrained?.noisy ?? null },
    apart: {
      agentAndOriginal: between(audit, original),
      agentAndRetrained: retrained && between(audit, retrained),
      originalAndRetrained: retrained && between(original, retrained),
    },
  }
}

function load(agent: Agent, file: Uint8Array): void {
  const { parameters } = decodeParameters(file, 'an agent of the audit')
  try {
    agent.load(parameters)
  } finally {
    tf.dispose(parameters)
  }
}

interface Seen {
  readonly actions: Float32Array
  readonly clean: Float32Array
}

/** Means over the steps of each group. Both draw the same numbers, so that only what they learnt differs. */
function apartOf(a: Seen, b: Seen, { episodes }: Audited, width: number): Audit['apart']['agentAndOriginal'] {
  const over = (group: AuditGroup) => {
    let [count, value, action] = [0, 0, 0]
    for (const { row, episode } of episodes.filter((one) => one.group === group))
      for (let step = row; step < row + episode.length; step++, count++) {
        value += Math.abs(a.clean[step]! - b.clean[step]!)
        let square = 0
        for (let i = step * width; i < (step + 1) * width; i++) square += (a.actions[i]! - b.actions[i]!) ** 2
        action += Math.sqrt(square)
      }
    return count === 0 ? null : { value: value / count, action: action / count }
  }
  return { forgotten: over('forgotten'), remaining: over('remaining'), 'never-seen': over('never-seen') }
}
