/** What a params.json of d3rlpy says of an agent, as settings of ours; what cannot be ours is refused by name. */
import { z } from 'zod'
import { LetheError } from '../../contract/errors.ts'
import { parseWith } from '../../files/atomic.ts'
import type { Scaling } from '../algorithms/agent.ts'
import type { Settings } from '../algorithms/algorithm.ts'
import { algorithmOf, type AnyAlgorithm } from '../algorithms/algorithms.ts'
import type { Sizes } from '../algorithms/networks.ts'

export interface ForeignAgent {
  readonly algorithm: AnyAlgorithm
  readonly settings: Settings
  readonly sizes: Sizes
  readonly scaling: Scaling
  /** The line of d3rlpy that wrote it. */
  readonly line: 1 | 2
  /** Whether its decoder must be said. */
  readonly needsDecoder: boolean
}

const part = z.looseObject({ type: z.string(), params: z.record(z.string(), z.unknown()).optional() })
const shape = z.array(z.number().int().positive())
const secondLine = z.looseObject({
  observation_shape: shape,
  action_size: z.number().int().positive(),
  config: z.looseObject({ type: z.string(), params: z.record(z.string(), z.unknown()) }),
})
const firstLine = z.looseObject({
  algorithm: z.string(),
  observation_shape: shape,
  action_size: z.number().int().positive(),
})

const names: Readonly<Record<string, string>> = {
  ...{ td3_plus_bc: 'td3-bc', iql: 'iql', cql: 'cql', bcq: 'bcq', bear: 'bear', bc: 'bc' },
  ...{ plas: 'plas', plas_with_perturbation: 'plas' },
  ...{ TD3PlusBC: 'td3-bc', IQL: 'iql', CQL: 'cql', BCQ: 'bcq', BEAR: 'bear', BC: 'bc' },
  ...{ PLAS: 'plas', PLASWithPerturbation: 'plas' },
}

const common = { batch: 'batch_size', discount: 'gamma', targetRate: 'tau' }
const rates = { actorRate: 'actor_learning_rate', criticRate: 'critic_learning_rate' }
const coding = { coderRate: 'imitator_learning_rate', smallerWeight: 'lam' }

/** Our setting ← theirs. What a file does not say keeps our default, which is the paper's. */
const settingNames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'td3-bc': {
    ...{ ...common, ...rates, valueWeight: 'alpha', policyNoise: 'target_smoothing_sigma' },
    ...{ noiseLimit: 'target_smoothing_clip', actorEvery: 'update_actor_interval' },
  },
  iql: {
    ...{ ...common, ...rates, valueRate: 'critic_learning_rate', expectile: 'expectile' },
    ...{ inverseTemperature: 'weight_temp', largestWeight: 'max_weight' },
  },
  cql: {
    ...{ ...common, ...rates, temperatureRate: 'temp_learning_rate', alphaRate: 'alpha_learning_rate' },
    ...{ conservativeWeight: 'conservative_weight', threshold: 'alpha_threshold', samples: 'n_action_samples' },
  },
  bcq: {
    ...{ ...common, ...rates, ...coding, klWeight: 'beta', flexibility: 'action_flexibility' },
    ...{ samples: 'n_action_samples' },
  },
  bear: {
    ...{ ...common, ...rates, ...coding, alphaRate: 'alpha_learning_rate', klWeight: 'vae_kl_weight' },
    ...{ kernel: 'mmd_kernel', kernelWidth: 'mmd_sigma', mmdThreshold: 'alpha_threshold', warmUp: 'warmup_steps' },
    ...{ mmdSamples: 'n_mmd_action_samples', targetSamples: 'n_target_samples', actSamples: 'n_action_samples' },
  },
  plas: { ...common, ...rates, ...coding, klWeight: 'beta', flexibility: 'action_flexibility', warmUp: 'warmup_steps' },
  bc: { batch: 'batch_size', discount: 'gamma', actorRate: 'learning_rate' },
}

/** Whose auto-encoder's output is an action, so that it matters whether its tanh is taken. */
export const codes = (algorithm: string): boolean => ['bcq', 'bear', 'plas'].includes(algorithm)

export interface Chosen {
  /** The algorithm, where the person names it: it must be the file's. */
  readonly algorithm?: string | undefined
  readonly decoder?: 'tanh' | 'linear' | undefined
}

/** Errors: `file-malformed` for what is no such file, `format-unsupported` for an agent that cannot be one of ours. */
export function readForeignParameters(json: unknown, source: string, chosen: Chosen = {}): ForeignAgent {
  const line = typeof json === 'object' && json !== null && 'config' in json ? 2 : 1
  const second = line === 2 ? parseWith(secondLine, json, source) : null
  const first = line === 1 ? parseWith(firstLine, json, source) : null
  const type = second?.config.type ?? first!.algorithm
  const given: Readonly<Record<string, unknown>> = second?.config.params ?? first!
  const { observation_shape: observations, action_size: actions } = second ?? first!
  const id = Object.hasOwn(names, type) ? names[type]! : null
  const refuse = (what: string, hint = 'Only agents that can be trained on here are brought in.') =>
    new LetheError('format-unsupported', `${source}: ${what}`, hint)
  if (id === null) throw refuse(`agents of ${type} are not known here.`, `Known are ${Object.keys(names).join(', ')}.`)
  if (chosen.algorithm !== undefined && algorithmOf(chosen.algorithm).id !== id)
    throw new LetheError(
      'config-invalid',
      `${source} is of ${algorithmOf(id).title}, not of ${algorithmOf(chosen.algorithm).title}.`,
      'Leave out --algorithm, or give the file that belongs to the weights.',
    )
  if (observations.length !== 1) throw refuse(`observations of shape ${observations.join(' × ')} are not vectors.`)
  const take: Take = (schema, value, field) => parseWith(schema, value, `${source}, ${field}`)
  requireOurs(given, refuse, take)
  const needsDecoder = codes(id) && line === 2
  if (needsDecoder && chosen.decoder === undefined)
    throw refuse(
      'd3rlpy 2.8 trains the auto-encoders of BCQ, BEAR and PLAS without the tanh that earlier versions and the papers have; the file does not say which this is.',
      'Say it: linear for d3rlpy 2.8, tanh for earlier versions; --decoder in the terminal.',
    )
  const algorithm = algorithmOf(id)
  const wanted = {
    ...settingsFrom(id, type, given, refuse, take),
    ...(chosen.decoder === 'linear' && codes(id) ? { decoder: 'linear' } : {}),
  }
  return {
    algorithm,
    settings: parseWith(algorithm.config, wanted, source),
    sizes: { observations: observations[0]!, actions },
    scaling: scalingFrom(algorithm, given, observations[0]!, refuse, take),
    line,
    needsDecoder,
  }
}

type Refuse = (what: string, hint?: string) => LetheError
/** A value of the file as it must be. Errors: `file-malformed` naming file and field. */
type Take = <Value>(schema: z.ZodType<Value>, value: unknown, field: string) => Value

/** What our programs do not have. */
function requireOurs(given: Readonly<Record<string, unknown>>, refuse: Refuse, take: Take): void {
  const only: Readonly<Record<string, readonly unknown[]>> = {
    ...{ n_critics: [2], n_frames: [1], n_steps: [1], soft_q_backup: [false], max_q_backup: [false] },
    policy_type: ['deterministic'],
  }
  for (const [name, values] of Object.entries(only)) {
    const value = given[name]
    if (value !== undefined && value !== null && !values.includes(value))
      throw refuse(`${name} is ${JSON.stringify(value)}; agents here have ${values.join(' or ')}.`)
  }
  const quality = take(part.nullish(), given['q_func_factory'], 'q_func_factory')
  if (quality && quality.type !== 'mean')
    throw refuse(`critics of type ${quality.type}; agents here estimate the mean.`)
  if (quality?.params?.['share_encoder'] === true) throw refuse('critics that share an encoder; here each has its own.')
  const scaler = take(part.nullish(), given['action_scaler'], 'action_scaler')
  if (scaler && scaler.type !== 'none') {
    const { minimum, maximum } = scaler.params ?? {}
    const within = [minimum, maximum].every((bound, side) =>
      [bound].flat(2).every((value) => value === (side ? 1 : -1)),
    )
    if (!within) throw refuse(`actions scaled by ${scaler.type}; actions here lie within ±1.`)
  }
}

/** Widths of a plain network of ReLU. */
function widthsOf(factory: unknown, name: string, refuse: Refuse, take: Take): number[] {
  const { type, params = {} } = take(part, factory ?? { type: 'default' }, name)
  const { activation = 'relu', hidden_units: widths } = params
  if (type !== 'vector' && type !== 'default') throw refuse(`${name} of type ${type}; networks here are plain layers.`)
  if (activation !== 'relu')
    throw refuse(`${name} with activation ${JSON.stringify(activation)}; networks here use ReLU.`)
  for (const extra of [
    'use_batch_norm',
    'use_layer_norm',
    'use_dense',
    'dropout_rate',
    'exclude_last_activation',
    'last_activation',
  ])
    if (params[extra]) throw refuse(`${name} with ${extra}; networks here have none.`)
  if (widths === undefined) return [256, 256]
  return take(shape.min(1), widths, `${name}.hidden_units`)
}

function settingsFrom(id: string, type: string, given: Readonly<Record<string, unknown>>, refuse: Refuse, take: Take) {
  const settings: Record<string, unknown> = {}
  for (const [ours, theirs] of Object.entries(settingNames[id]!))
    if (given[theirs] !== undefined && given[theirs] !== null) settings[ours] = given[theirs]
  const actorName = id === 'bc' ? 'encoder_factory' : 'actor_encoder_factory'
  const hidden = widthsOf(given[actorName], actorName, refuse, take)
  for (const other of id === 'bc'
    ? []
    : ['critic_encoder_factory', ...(id === 'iql' ? ['value_encoder_factory'] : [])]) {
    const widths = widthsOf(given[other], other, refuse, take)
    if (widths.join() !== hidden.join())
      throw refuse(`${other} has widths ${widths.join('-')}, ${actorName} ${hidden.join('-')}; here they are the same.`)
  }
  return {
    ...settings,
    hidden,
    ...(codes(id)
      ? { coderHidden: widthsOf(given['imitator_encoder_factory'], 'imitator_encoder_factory', refuse, take) }
      : {}),
    ...(id === 'plas' ? { perturbation: /perturbation/i.test(type) } : {}),
  }
}

/** Errors for scaling that our algorithm does not have. */
function scalingFrom(
  algorithm: AnyAlgorithm,
  given: Readonly<Record<string, unknown>>,
  observations: number,
  refuse: Refuse,
  take: Take,
): Scaling {
  const of = (name: string) => take(part.nullish(), given[name], name) ?? { type: 'none', params: {} }
  const seen = of('observation_scaler').type === 'none' ? of('scaler') : of('observation_scaler')
  const reward = of('reward_scaler')
  const vector = (name: 'mean' | 'std'): number[] =>
    take(z.array(z.number()).length(observations), [standard?.[name]].flat(2), `${name} of the observation scaler`)
  if (seen.type !== 'none' && !(seen.type === 'standard' && algorithm.standardises))
    throw refuse(
      `observations scaled by ${seen.type}; ${algorithm.title} here ${algorithm.standardises ? 'only standardises' : 'takes them as they are'}.`,
    )
  const standard = seen.type === 'standard' ? (seen.params ?? {}) : null
  const epsilon = z.number().catch(1e-3).parse(standard?.['eps'])
  return {
    mean: standard ? vector('mean') : Array.from({ length: observations }, () => 0),
    deviation: standard ? vector('std').map((value) => value + epsilon) : Array.from({ length: observations }, () => 1),
    reward: rewardScale(algorithm, reward, refuse),
  }
}

function rewardScale(algorithm: AnyAlgorithm, { type, params = {} }: z.infer<typeof part>, refuse: Refuse): number {
  if (type === 'none') return 1
  const { return_max: most, return_min: least, multiplier = 1 } = params
  if (
    !algorithm.scalesRewards ||
    !/^return/.test(type) ||
    typeof most !== 'number' ||
    typeof least !== 'number' ||
    typeof multiplier !== 'number'
  )
    throw refuse(
      `rewards scaled by ${type}; ${algorithm.title} here ${algorithm.scalesRewards ? 'scales by the range of returns' : 'takes them as they are'}.`,
    )
  if (!(most > least))
    throw refuse(`rewards scaled by returns from ${least} to ${most}; the largest must be above the smallest.`)
  return multiplier / (most - least)
}
