/**
 * Shadow agents: copies of the original, each trained a little further on the episodes it learnt from. They are what an agent that knows
 * the trajectories looks like. Made once for an agent and kept in the cache of its data, so that they go when the data goes.
 */
import { createHash } from 'node:crypto'
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

/** Takes from the cache what is there, and trains the rest. One that was cut short is made again. */
export async function* shadowsOf(context: TrajectoryContext, order: ShadowOrder): AsyncGenerator<JobEvent, Shadows> {
  const { header, count, steps } = order
  const episodes = trainingEpisodes(context.trajectories, header.share, header.without)
  const names = Array.from({ length: count }, (_, index) => shadowName(order, episodes, index))
  const files = await Promise.all(names.map((name) => intact(context, name, order)))
  const began = performance.now()
  const missing = files.flatMap((file, index) => (file ? [] : [index]))
  const progress = (done: number): JobEvent => ({
    ...{ kind: 'progress', phase: shadowPhase, step: done, totalSteps: count * steps },
  })
  if (missing.length > 0) {
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
          yield progress(before + step + 1)
        }
        const { data, share, without } = header
        files[index] = encodeAgent(agent, { steps: header.steps + steps, data, share, without })
        await context.cache.write(names[index]!, files[index])
      }
    } finally {
      tf.dispose(parameters)
      agent.close()
      replay.dispose()
    }
  }
  yield progress(count * steps)
  return { files: files as Uint8Array[], made: missing.length, seconds: (performance.now() - began) / 1000 }
}

/** A file of the cache that is what it should be, else null. */
async function intact(context: TrajectoryContext, name: string, order: ShadowOrder): Promise<Uint8Array | null> {
  const bytes = await context.cache.read(name)
  if (!bytes) return null
  try {
    const { algorithm, steps } = agentHeader(bytes, name)
    return algorithm === order.header.algorithm && steps === order.header.steps + order.steps ? bytes : null
  } catch {
    return null
  }
}
