/** The registry of synthesis methods. To add one: write methods/<name>.ts, add it here; the tests walk this array. */
import { z } from 'zod'
import { LetheError } from '../contract/errors.ts'
import type { Synthesiser } from './method.ts'
import { dpMerf } from './methods/dp-merf.ts'

export const methods = [dpMerf] as const

/** Methods have different configurations; from here on theirs is unknown data that their own schema parses. */
export type AnyMethod = Synthesiser<Record<string, unknown>>

export function methodOf(id: string): AnyMethod {
  const method = methods.find((candidate) => candidate.id === id)
  if (!method)
    throw new LetheError(
      'method-missing',
      `There is no method ${JSON.stringify(id)}; known: ${methods.map((one) => one.id).join(', ')}.`,
      'See `lethe images methods`.',
    )
  return method
}

/** What people and programs are told about a method; the configuration as a JSON schema. */
export function describeMethod(method: AnyMethod) {
  const { config: _config, presets, plan: _plan, run: _run, ...facts } = method
  return { ...facts, presets, configSchema: configSchemaOf(method) }
}

export const configSchemaOf = ({ config }: AnyMethod) => z.toJSONSchema(config, { io: 'input' })

export type Preset = keyof AnyMethod['presets']

/** Every field of a method's configuration as a preset sets it. */
export const presetOf = (method: AnyMethod, preset: Preset): Record<string, unknown> =>
  method.config.parse(method.presets[preset])
