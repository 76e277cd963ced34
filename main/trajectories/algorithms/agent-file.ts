/** An agent as a file: all its variables as safetensors, and in the header what it takes to go on with it. */
import { z } from 'zod'
import { LetheError } from '../../contract/errors.ts'
import { decodeParameters, encodeParameters, readSafetensors } from '../../tensor/safetensors.ts'
import { parseWith } from '../../files/atomic.ts'
import { tf } from '../../tensor/tf.ts'
import { makeAgent, type Agent, type AgentOptions } from './agent.ts'
import { algorithmOf } from './algorithms.ts'

export const agentFile = 'agent.safetensors'

const headerSchema = z.strictObject({
  schema: z.literal('lethe.agent/1'),
  algorithm: z.string(),
  settings: z.record(z.string(), z.unknown()),
  observations: z.number().int().positive(),
  actions: z.number().int().positive(),
  /** Updates it has had: where warm-up and delayed updates stand. */
  steps: z.number().int().nonnegative(),
  data: z.strictObject({ id: z.string(), contentHash: z.string() }).describe('what it was trained on'),
  share: z.number().describe('of its episodes, from the first'),
  without: z.array(z.number().int()).describe('episodes left out, or forgotten since'),
  forgot: z.array(z.number().int()).default([]).describe('of these, the ones it had learnt from'),
})
export type AgentHeader = z.infer<typeof headerSchema>

export function encodeAgent(
  agent: Agent,
  header: Pick<AgentHeader, 'steps' | 'data' | 'share' | 'without'> & Partial<Pick<AgentHeader, 'forgot'>>,
): Uint8Array {
  const values = agent.save()
  const whole: AgentHeader = {
    schema: 'lethe.agent/1',
    algorithm: agent.algorithm.id,
    settings: agent.settings as unknown as Record<string, unknown>,
    ...agent.sizes,
    forgot: [],
    ...header,
  }
  const bytes = encodeParameters(values, { agent: JSON.stringify(whole) })
  tf.dispose(values)
  return bytes
}

/** What an agent's file says of it, without its weights. Errors: `file-malformed`. */
export function agentHeader(bytes: Uint8Array, source: string): AgentHeader {
  const { metadata } = readSafetensors(bytes, source)
  let header: unknown
  try {
    header = JSON.parse(metadata['agent'] ?? '')
  } catch (cause) {
    const message = `${source}: its header does not say what agent it is.`
    throw new LetheError('file-malformed', message, 'Train it again.', { cause })
  }
  return parseWith(headerSchema, header, source)
}

/** An agent ready to go on. Errors: `file-malformed`, `method-missing`. */
export function openAgent(
  bytes: Uint8Array,
  source: string,
  options: AgentOptions = {},
): { agent: Agent; header: AgentHeader } {
  const header = agentHeader(bytes, source)
  const values = decodeParameters(bytes, source).parameters
  try {
    const algorithm = algorithmOf(header.algorithm)
    const settings = parseWith(algorithm.config, header.settings, source)
    const agent = makeAgent(algorithm, settings, header, options)
    try {
      agent.load(values)
    } catch (error) {
      agent.close()
      throw error
    }
    return { agent, header }
  } finally {
    tf.dispose(values)
  }
}
