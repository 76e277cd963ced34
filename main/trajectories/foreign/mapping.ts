/** Which arrays of d3rlpy make which variable of an agent of ours, optimisers included. */
import { LetheError } from '../../contract/errors.ts'
import type { Parameters } from '../../tensor/layers.ts'
import { tf } from '../../tensor/tf.ts'
import type { Agent } from '../algorithms/agent.ts'
import type { Weight } from './weights.ts'

/** Arrays that stand side by side in one variable: the heads of a normal's mean and log deviation. */
interface Recipe {
  readonly parts: readonly string[]
  /** PyTorch keeps a layer's weights as outputs × inputs. */
  readonly transposed: boolean
  /** What ours is of theirs where it is kept in another form; then its moments begin anew. */
  readonly become?: (values: Float32Array) => Float32Array
}

const logDeviations = [-5, 2] as const

/** [our network, their module, their heads] of an algorithm. */
function networksOf(
  algorithm: string,
  has: (name: string) => boolean,
): (readonly [string, string, readonly string[]])[] {
  const critics = (prefix: string, from: string) =>
    [0, 1].map((i) => [`${prefix}critic-${i}`, `${from}.${i}`, ['_fc']] as const)
  const both = [...critics('', 'q_funcs'), ...critics('target/', 'targ_q_funcs')]
  const normal = ['_mu', '_logstd']
  const coder = [['encoder', 'vae_encoder', normal] as const, ['decoder', 'vae_decoder', ['_fc']] as const]
  const target = has('targ_policy._encoder._layers.0.weight') ? 'targ_policy' : 'policy'
  const rows: Readonly<Record<string, (readonly [string, string, readonly string[]])[]>> = {
    'td3-bc': [['actor', 'policy', ['_fc']], ['target/actor', 'targ_policy', ['_fc']], ...both],
    iql: [['actor', 'policy', has('policy._logstd') ? ['_mu'] : normal], ['value', 'value_func', ['_fc']], ...both],
    cql: [['actor', 'policy', normal], ...both],
    bcq: [['perturbation', 'policy', ['_fc']], ['target/perturbation', 'targ_policy', ['_fc']], ...coder, ...both],
    bear: [['actor', 'policy', normal], ['target/actor', target, normal], ...coder, ...both],
    plas: [
      ['latent-policy', 'policy', ['_fc']],
      ['target/latent-policy', 'targ_policy', ['_fc']],
      ...(has('perturbation._fc.weight')
        ? ([
            ['perturbation', 'perturbation', ['_fc']],
            ['target/perturbation', 'targ_perturbation', ['_fc']],
          ] as const)
        : []),
      ...coder,
      ...both,
    ],
    bc: [['actor', 'imitator', ['_fc']]],
  }
  return rows[algorithm]!
}

/** [our group of Adam, their optimiser, the modules it holds in order]. */
const optimisers: Readonly<Record<string, readonly (readonly [string, string, readonly string[]])[]>> = {
  'td3-bc': [
    ['actor', 'actor_optim', ['policy']],
    ['critics', 'critic_optim', ['q_funcs']],
  ],
  iql: [
    ['actor', 'actor_optim', ['policy']],
    ['critics', 'critic_optim', ['q_funcs', 'value_func']],
    ['value', 'critic_optim', ['q_funcs', 'value_func']],
  ],
  cql: [
    ['actor', 'actor_optim', ['policy']],
    ['critics', 'critic_optim', ['q_funcs']],
    ['temperature', 'temp_optim', ['log_temp']],
    ['alpha', 'alpha_optim', ['log_alpha']],
  ],
  bcq: [
    ['actor', 'actor_optim', ['policy']],
    ['critics', 'critic_optim', ['q_funcs']],
    ['coder', 'vae_optim', ['vae_encoder|vae_decoder']],
  ],
  bear: [
    ['actor', 'actor_optim', ['policy']],
    ['critics', 'critic_optim', ['q_funcs']],
    ['coder', 'vae_optim', ['vae_encoder|vae_decoder']],
    ['alpha', 'alpha_optim', ['log_alpha']],
  ],
  plas: [
    ['actor', 'actor_optim', ['policy', 'perturbation']],
    ['critics', 'critic_optim', ['q_funcs']],
    ['coder', 'vae_optim', ['vae_encoder|vae_decoder']],
  ],
  bc: [['actor', 'optim', ['imitator']]],
}

const scalars: Readonly<Record<string, string>> = { 'log-temperature': 'log_temp', 'log-alpha': 'log_alpha' }

/** How each variable of the agent is made, where the file has it. */
function recipesFor(agent: Agent, weights: ReadonlyMap<string, Weight>): Map<string, Recipe> {
  const { hidden, coderHidden } = agent.settings as unknown as { hidden: number[]; coderHidden?: number[] }
  const recipes = new Map<string, Recipe>()
  for (const [ours, module, heads] of networksOf(agent.algorithm.id, (name) => weights.has(name))) {
    const depth = (ours === 'encoder' || ours === 'decoder' ? coderHidden! : hidden).length
    for (let layer = 0; layer <= depth; layer++)
      for (const kind of ['weight', 'bias'] as const) {
        const stems = layer < depth ? [`_encoder._layers.${2 * layer}`] : heads
        const parts = stems.map((stem) => `${module}.${stem}.${kind}`)
        recipes.set(`${ours}/${layer}.${kind}`, { parts, transposed: kind === 'weight' })
      }
  }
  if (agent.program.variables.includes('log-deviation'))
    recipes.set('log-deviation', { parts: ['policy._logstd'], transposed: false, become: deviationFrom })
  for (const [ours, module] of Object.entries(scalars))
    if (agent.program.variables.includes(ours))
      recipes.set(ours, { parts: [`${module}._parameter`], transposed: false })
  return recipes
}

/**
 * What no params.json says: IQL of d3rlpy 1.0 squashes actions and takes the mean of the two target critics; from 1.1 on one deviation, without
 * squashing, serves all observations, and the smaller target counts.
 */
export const settingsByWeights = (algorithm: string, weights: ReadonlyMap<string, Weight>): Record<string, unknown> =>
  algorithm !== 'iql'
    ? {}
    : weights.has('policy._logstd')
      ? { density: 'normal', targets: 'min' }
      : { density: 'squashed', targets: 'mean' }

export interface Loaded {
  readonly notes: readonly string[]
}

/** Puts the arrays into an agent that was started. Errors: `file-malformed` naming the array that is missing or of another shape. */
export function loadForeign(agent: Agent, weights: ReadonlyMap<string, Weight>, source: string): Loaded {
  const values = agent.save()
  const recipes = recipesFor(agent, weights)
  const notes: string[] = []
  const put = (name: string, data: Float32Array): void => {
    const before = values[name]!
    values[name] = tf.tensor(data, before.shape)
    before.dispose()
  }
  const lookUp = (name: string): Weight | null => weights.get(name) ?? null
  try {
    for (const [ours, recipe] of recipes) put(ours, assembled(ours, recipe, values[ours]!.shape, lookUp, source))
    for (const [group, optimiser, modules] of optimisers[agent.algorithm.id]!)
      if (!loadMoments({ agent, group, optimiser, modules, recipes, weights, source, put, values }))
        notes.push(`The file holds no moments of ${optimiser}: that optimiser begins anew.`)
    if (recipes.has('log-deviation'))
      notes.push(
        'd3rlpy keeps the deviation of actions as a share of its range, here its logarithm is trained: its moments begin anew.',
      )
    agent.load(values)
    return { notes }
  } finally {
    tf.dispose(values)
  }
}

/** IQL of d3rlpy 2 has one log deviation for all observations, kept as a share of its range. */
const deviationFrom = (share: Float32Array): Float32Array => {
  const [low, high] = logDeviations
  return share.map((value) => low + (high - low) / (1 + Math.exp(-value)))
}

function assembled(
  ours: string,
  { parts, transposed, become }: Recipe,
  shape: readonly number[],
  lookUp: (name: string) => Weight | null,
  source: string,
): Float32Array {
  const [inputs, outputs] = shape.length === 2 ? [shape[0]!, shape[1]!] : [1, shape[0] ?? 1]
  const width = outputs / parts.length
  const data = new Float32Array(inputs * outputs)
  parts.forEach((name, place) => {
    const found = lookUp(name)
    const expected = transposed ? [width, inputs] : [width]
    if (!found)
      throw new LetheError(
        'file-malformed',
        `${source}: expected ${name} of shape [${expected.join(', ')}] for ${ours}, found no such array.`,
        'Give the params.json that belongs to these weights.',
      )
    const size = found.shape.reduce((product, one) => product * one, 1)
    const fits = transposed ? found.shape.join() === expected.join() : size === width
    if (!fits)
      throw new LetheError(
        'file-malformed',
        `${source}: expected ${name} of shape [${expected.join(', ')}], found [${found.shape.join(', ')}].`,
        'Give the params.json that belongs to these weights.',
      )
    const odd = found.data.findIndex((value) => !Number.isFinite(value))
    if (odd >= 0)
      throw new LetheError(
        'file-malformed',
        `${source}: ${name} holds ${found.data[odd]} at ${odd}.`,
        'Such an agent cannot be used.',
      )
    for (let input = 0; input < inputs; input++)
      for (let output = 0; output < width; output++)
        data[input * outputs + place * width + output] = found.data[transposed ? output * inputs + input : output]!
  })
  return become ? become(data) : data
}

interface Moments {
  readonly agent: Agent
  readonly group: string
  readonly optimiser: string
  readonly modules: readonly string[]
  readonly recipes: ReadonlyMap<string, Recipe>
  readonly weights: ReadonlyMap<string, Weight>
  readonly source: string
  readonly values: Readonly<Parameters>
  put(name: string, data: Float32Array): void
}

/** Adam's moments are numbered in the order of the optimiser's parameters. False where the file has none. */
function loadMoments({ agent, group, optimiser, modules, recipes, weights, source, values, put }: Moments): boolean {
  const step = weights.get(`${optimiser}.state.0.step`)
  if (!step) return false
  const belongs = (module: string) => (name: string) => module.split('|').some((one) => name.startsWith(`${one}.`))
  const order = modules.flatMap((module) => [...weights.keys()].filter(belongs(module)))
  for (const [slot, theirs] of [
    ['first', 'exp_avg'],
    ['second', 'exp_avg_sq'],
  ] as const)
    for (const [ours, recipe] of recipes) {
      const variable = `adam/${group}/${slot}/${ours}`
      if (recipe.become || !agent.program.variables.includes(variable)) continue
      const lookUp = (name: string): Weight | null => {
        const place = order.indexOf(name)
        return place < 0 ? null : (weights.get(`${optimiser}.state.${place}.${theirs}`) ?? null)
      }
      put(variable, assembled(variable, recipe, values[variable]!.shape, lookUp, `${source}, ${optimiser}`))
    }
  put(`adam/${group}/step`, Float32Array.of(step.data[0]!))
  return true
}
