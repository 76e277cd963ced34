/**
 * CQL: conservative Q-learning, its H variant on SAC (Kumar, Zhou, Tucker and Levine, NeurIPS 2020). In each update:
 *
 *   temperature  −mean e^{log τ} (log π(ã | s) − |A|),   ã ~ π(s)
 *   conservative for each critic log Σ exp over 3 n values {Q(s, a) − log density of a}: n actions of π(s), n of π(s'), n uniform, minus
 *                Q of the data's action; C = mean over batch and critics; L = α (w C − threshold)
 *   α            ascends L (where its rate is above 0), cut to [0, 1e6]
 *   critics      Σ_i mean (Q_i(s, a) − y)² + L,   y = r + γ (1 − d) min_i Q̄_i(s', tanh μ(s'))
 *   actor        mean [e^{log τ} log π(ã | s) − min_i Q_i(s, ã)]
 *
 * No gradient flows into the sampled actions, and none of their count is corrected for. α and the critics share one draw of actions;
 * the published code draws, and computes, twice.
 */
import { z } from 'zod'
import { read, type Value, type Variable } from '../../tensor/program/graph.ts'
import * as op from '../../tensor/program/operations.ts'
import {
  anchored,
  batchSize,
  bellman,
  commonSettings,
  follow,
  hidden,
  rate,
  type Algorithm,
  type UpdateContext,
} from './algorithm.ts'
import {
  criticValues,
  gaussian,
  sampled,
  smallest,
  squaredErrors,
  squashedLogDensity,
  type Network,
} from './networks.ts'

const config = z.strictObject({
  ...commonSettings,
  batch: batchSize(256),
  actorRate: rate(1e-4),
  criticRate: rate(3e-4),
  temperatureRate: rate(1e-4),
  alphaRate: z
    .number()
    .min(0)
    .max(1)
    .default(1e-4)
    .describe('learning rate of α; 0 keeps it at 1 (published agents: 0 or 1e-4)'),
  hidden: hidden(256, 256),
  conservativeWeight: z.number().nonnegative().default(5).describe('w (paper: 5)'),
  threshold: z.number().default(10).describe('what w C is compared with (paper: 10)'),
  samples: z.number().int().min(1).max(100).default(10).describe('n, actions of each of the three kinds (paper: 10)'),
})
type Config = z.infer<typeof config>

interface Networks {
  readonly actor: Network
  readonly critics: readonly Network[]
  readonly targetCritics: readonly Network[]
  readonly logTemperature: Variable
  readonly logAlpha: Variable
}
type Optimisers = Readonly<Record<'actor' | 'critics' | 'temperature' | 'alpha', op.AdamVariables>>

const logRange = [-20, 2] as const

/** C above. */
function conservativeGap(
  { settings, networks, batch, key }: UpdateContext<Config, Networks, Optimisers>,
  values: readonly Value[],
): Value {
  const { samples } = settings
  const { observations, actions, nextObservations } = batch
  const [rows, width] = actions.shape as [number, number]
  const shape = [rows * samples, width]
  const drawn = [observations, nextObservations].map((given, i) => {
    const policy = gaussian(networks.actor, given, logRange)
    const raw = sampled(policy, op.normal(key, i === 0 ? 'policy-noise' : 'next-policy-noise', shape))
    return { actions: op.tanh(raw), density: op.reshape(squashedLogDensity(policy, raw), [rows, samples]) }
  })
  const uniform = op.subtract(op.multiply(op.uniform(key, 'uniform-actions', shape), 2), 1)
  const inThree = [...drawn.map((one) => one.actions), uniform].map((one) => op.reshape(one, [rows, samples, width]))
  const all = op.stopGradient(op.reshape(op.concat(inThree, 1), [rows * 3 * samples, width]))
  const flat = op.broadcastTo(op.constant(all.graph, width * Math.log(0.5)), [rows, samples])
  const densities = op.stopGradient(op.concat([...drawn.map((one) => one.density), flat], 1))
  const repeated = op.repeatRows(observations, 3 * samples)
  const gaps = criticValues(networks.critics, repeated, all).map((q, i) => {
    const soft = op.logSumExp(op.subtract(op.reshape(q, [rows, 3 * samples]), densities), 1)
    return op.mean(op.subtract(soft, values[i]!))
  })
  return op.multiply(
    gaps.reduce((a, b) => op.add(a, b)),
    1 / gaps.length,
  )
}

export const cql: Algorithm<Config, Networks, Optimisers> = {
  id: 'cql',
  title: 'CQL',
  paper: 'Kumar, Zhou, Tucker and Levine 2020',
  config,
  standardises: false,
  scalesRewards: false,
  networks(make, settings) {
    const { observations, actions } = make.sizes
    const critics = [0, 1].map((i) => make.network(`critic-${i}`, [observations + actions, ...settings.hidden, 1]))
    return {
      actor: make.network('actor', [observations, ...settings.hidden, 2 * actions]),
      critics,
      targetCritics: critics.map((critic, i) => make.copy(`target/critic-${i}`, critic)),
      logTemperature: make.scalar('log-temperature', 0),
      logAlpha: make.scalar('log-alpha', 0),
    }
  },
  optimisers: (make, { actor, critics, logTemperature, logAlpha }) => ({
    actor: make.adam('actor', [actor]),
    critics: make.adam('critics', critics),
    temperature: make.adam('temperature', [logTemperature]),
    alpha: make.adam('alpha', [logAlpha]),
  }),
  phases: ['all'],
  phaseAt: () => 'all',
  warmUp: () => 0,
  warmUpShare: 0,
  cost: 55,
  deskSteps: 30_000,
  fast: { samples: 4 },
  published: {
    hopper: { batch: 100, actorRate: 3e-4, temperatureRate: 3e-4 },
    walker2d: { actorRate: 3e-4, temperatureRate: 3e-4 },
    halfcheetah: { hidden: [256, 256, 256], alphaRate: 0 },
  },
  update(_phase, context) {
    const { settings, networks, optimisers, batch, key, variation } = context
    const { observations, actions, nextObservations } = batch
    const width = actions.shape[1]!

    const policy = gaussian(networks.actor, observations, logRange)
    const temperatureRaw = sampled(policy, op.normal(key, 'temperature-noise', actions.shape))
    const excess = op.stopGradient(op.subtract(squashedLogDensity(policy, temperatureRaw), width))
    const temperature = op.negate(op.mean(op.multiply(op.exp(read(networks.logTemperature)), excess)))
    op.minimise(temperature, optimisers.temperature, settings.temperatureRate)

    const values = criticValues(networks.critics, observations, actions)
    const gap = op.subtract(
      op.multiply(conservativeGap(context, values), settings.conservativeWeight),
      settings.threshold,
    )
    const alpha = (): Value => op.clip(op.exp(read(networks.logAlpha)), 0, 1e6)
    if (settings.alphaRate > 0)
      op.minimise(op.negate(op.multiply(alpha(), op.stopGradient(gap))), optimisers.alpha, settings.alphaRate)
    const conservative = op.multiply(op.stopGradient(alpha()), gap)
    const critic = anchored(context, (of) => {
      const next = op.tanh(gaussian(of.actor, nextObservations, logRange).mean)
      const target = smallest(criticValues(of.targetCritics, nextObservations, next))
      return op.add(squaredErrors(values, bellman(batch, target, settings.discount)), conservative)
    })
    op.minimise(critic, optimisers.critics, settings.criticRate)

    const raw = sampled(policy, op.normal(key, 'actor-noise', actions.shape))
    const value = smallest(criticValues(networks.critics, observations, op.tanh(raw)))
    const price = op.multiply(op.stopGradient(op.exp(read(networks.logTemperature))), squashedLogDensity(policy, raw))
    const actor = op.mean(op.subtract(price, value))
    op.minimise(op.multiply(actor, variation.actorWeight), optimisers.actor, settings.actorRate)
    follow(networks.targetCritics, networks.critics, settings.targetRate)
    return { temperature, conservative, critic, actor }
  },
  act: ({ actor }, observations) => op.tanh(gaussian(actor, observations, logRange).mean),
  critics: ({ critics }) => critics,
}
