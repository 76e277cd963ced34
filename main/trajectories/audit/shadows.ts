/**
 * Shadow agents: copies of the original, each trained a little further on the episodes it learnt from. They are what an agent that knows
 * the trajectories looks like. Made once for an agent and kept in the cache of its data, so that they go when the data goes.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { JobEvent } from '../../contract/job.ts'
import type { Episode } from '../../contract/trajectories.ts'
import { decodeParameters } from '../../tensor/safetensors.ts'
import { tf } from '../../tensor/tf.ts'
import { version } from '../../version.ts'
import { agentHeader, encodeAgent, openAgent, type AgentHeader } from '../algorithms/agent-file.ts'
import { readReplay } from '../algorithms/replay.ts'
import { trainingEpisodes, type TrajectoryContext } from '../job.ts'

export const shadowPhase = 'Training shadow agents'

export interface ShadowOrder {
  /** The agent's file, and its hash. */
  readonly original: Uint8Array
  readonly sha256: string
  readonly header: AgentHeader
  readonly count: number
  /** Updates of each. */
  readonly steps: number
  readonly seed: number
}

export interface Shadows {
  readonly files: readonly Uint8Array[]
  readonly made: number
  /** Seconds that those that were made took. */
  readonly seconds: number
}

/** One name for one shadow: whatever it depends on is in it. The agent's hash stands first, so that all shadows of an agent are found. */
export function shadowName(
  order: Omit<ShadowOrder, 'original' | 'count'>,
  episodes: readonly Episode[],
  index: number,
): string {
  const { sha256, header, steps, seed } = order
  const content = [version, header.algorithm, sha256, steps, seed, index, ...episodes.map((episode) => episode.sha256)]
  return `shadow-${sha256.slice(0, 16)}-${createHash('sha256').update(content.join('\n')).digest('hex').slice(0, 32)}`
}

/** The shadows of a run and their hashes, an artifact of it: references that were changed afterwards are told from those it had. */
export const shadowsFile = 'shadows.json'
export const shadowHashesSchema = z.array(
  z.strictObject({ name: z.string().regex(/^shadow-[0-9a-f]{16}-[0-9a-f]{32}$/), sha256: z.string() }),
)

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const hashName = (name: string): string => `sha256-of-${name}`

/** What the cache has under a name, and whether it is what was put there; null for nothing. */
export async function keptShadow(read: TrajectoryContext['cache']['read'], name: string) {
  const [bytes, noted] = await Promise.all([read(name), read(hashName(name))])
  if (!bytes) return null
  const sha256 = hash(bytes)
  return { bytes, sha256, intact: noted !== null && new TextDecoder().decode(noted) === sha256 }
}

/** Takes from the cache what is there as it was put there, and trains the rest. One that was cut short is made again. */
export async function* shadowsOf(context: TrajectoryContext, order: ShadowOrder): AsyncGenerator<JobEvent, Shadows> {
  const { header, count, steps } = order
  const episodes = trainingEpisodes(context.trajectories, header.share, header.without)
  const names = Array.from({ length: count }, (_, index) => shadowName(order, episodes, index))
  const began = performance.now()
  const kept = await Promise.all(names.map((name) => keptShadow(context.cache.read, name)))
  for (const [index, one] of kept.entries()) if (one && !one.intact) yield changedWarning(index)
  const files = kept.map((one, index) => (one?.intact && fits(one.bytes, names[index]!, order) ? one.bytes : null))
  const missing = files.flatMap((file, index) => (file ? [] : [index]))
  if (missing.length > 0) {
    for await (const made of train(context, order, episodes, missing)) {
      if ('kind' in made) yield made
      else {
        const name = names[made.index]!
        // The hash first: one without the other is made again, and nothing that was cut short is taken for changed.
        await context.cache.write(hashName(name), new TextEncoder().encode(hash(made.file)))
        await context.cache.write(name, made.file)
        files[made.index] = made.file
      }
    }
  }
  yield progressOf(order, count * steps)
  const whole = files as Uint8Array[]
  const hashes = whole.map((file, index) => ({ name: names[index]!, sha256: hash(file) }))
  yield { kind: 'artifact', name: shadowsFile, bytes: new TextEncoder().encode(JSON.stringify(hashes)) }
  return { files: whole, made: missing.length, seconds: (performance.now() - began) / 1000 }
}

const progressOf = ({ count, steps }: ShadowOrder, step: number): JobEvent => ({
  ...{ kind: 'progress', phase: shadowPhase, step, totalSteps: count * steps },
})

const changedWarning = (index: number): JobEvent => ({
  kind: 'warning',
  message: `Shadow agent ${index + 1} in the cache is not known to be what was put there: its file was changed, or its hash is missing. It is made anew.`,
})

/** Progress, and each of the missing when it is made. */
async function* train(
  context: TrajectoryContext,
  order: ShadowOrder,
  episodes: readonly Episode[],
  missing: readonly number[],
): AsyncGenerator<JobEvent | { readonly index: number; readonly file: Uint8Array }, void> {
  const { header, count, steps } = order
  const { data, share, without } = header
  const replay = await readReplay(context.trajectories, episodes)
  const { agent } = openAgent(order.original, 'the original agent')
  const { parameters } = decodeParameters(order.original, 'the original agent')
  try {
    for (const [place, index] of missing.entries()) {
      agent.load(parameters)
      const keys = context.stream(`shadow ${index}`)
      const before = (count - missing.length + place) * steps
      for (let step = 0; step < steps; step++) {
        agent.update(replay, header.steps + step, keys.key())
        yield progressOf(order, before + step + 1)
      }
      yield { index, file: encodeAgent(agent, { steps: header.steps + steps, data, share, without }) }
    }
  } finally {
    tf.dispose(parameters)
    agent.close()
    replay.dispose()
  }
}

/** Whether it is a shadow as ordered. */
function fits(bytes: Uint8Array, name: string, order: ShadowOrder): boolean {
  try {
    const { algorithm, steps } = agentHeader(bytes, name)
    return algorithm === order.header.algorithm && steps === order.header.steps + order.steps
  } catch {
    return false
  }
}
