/**
 * IQL: implicit Q-learning (Kostrikov, Nair and Levine, ICLR 2022). In each update, in this order:
 *
 *   V         mean |τ − 1(u < 0)| u²,   u = Q̄(s, a) − V(s)
 *   critics   Σ_i mean (Q_i(s, a) − y)²,   y = r + γ (1 − d) V(s')
 *   actor     −mean [min(exp(β (Q̄(s, a) − V(s))), 100) · log π(a | s)]
 *   targets   follow the critics
 *
 * Q̄ is the mean of the two target critics, as in the code that TrajDeleter's agents were trained with, or their smaller, as in
 * the paper (`targets`). π is a normal squashed by tanh with a deviation that depends on the state, as in those agents, or, as in the
 * paper's code, a normal around tanh(μ) with one deviation for all states (`density`): the former makes much of actions at ±1, whose
 * atanh is far from all others. Rewards are scaled by 1000 / (largest − smallest return of the data).
 */
import { z } from 'zod'
import { read, type Value, type Variable } from '../../tensor/program/graph.ts'
import * as op from '../../tensor/program/operations.ts'
import { anchored, batchSize, bellman, commonSettings, follow, hidden, rate, type Algorithm } from './algorithm.ts'
import {
  average,
  criticValues,
  forward,
  gaussian,
  logDensity,
  smallest,
  squashedLogDensity,
  squaredErrors,
  unsquashed,
  type Network,
} from './networks.ts'

const config = z.strictObject({
  ...commonSettings,
  batch: batchSize(256),
  actorRate: rate(3e-4),
  criticRate: rate(3e-4),
  valueRate: rate(3e-4),
  hidden: hidden(256, 256),
  expectile: z.number().gt(0).lt(1).default(0.7).describe('τ of the expectile that V estimates (paper: 0.7)'),
  inverseTemperature: z
    .number()
    .nonnegative()
    .default(3)
    .describe('β, how strongly advantages weigh actions (paper: 3)'),
  largestWeight: z.number().positive().default(100).describe('where those weights are cut (paper: 100)'),
  targets: z
    .enum(['mean', 'min'])
    .default('mean')
    .describe('what of the two target critics counts; mean: the published agents; min: the paper'),
  density: z
    .enum(['squashed', 'normal'])
    .default('squashed')
    .describe("distribution of actions; squashed: the published agents; normal: the paper's code"),
})
type Config = z.infer<typeof config>

interface Networks {
  /** μ and log σ side by side, or μ alone where `logDeviation` is. */
  readonly actor: Network
  readonly logDeviation: Variable | null
  readonly value: Network
  readonly critics: readonly Network[]
  readonly targetCritics: readonly Network[]
}

const logRange = [-5, 2] as const

/** log π(a | s), [n]. */
function density({ actor, logDeviation }: Networks, observations: Value, actions: Value): Value {
  if (!logDeviation) return squashedLogDensity(gaussian(actor, observations, logRange), unsquashed(actions))
  const mean = op.tanh(forward(actor, observations))
  return logDensity({ mean, logDeviation: op.clip(read(logDeviation), ...logRange) }, actions)
}

const valueAt = (network: Network, observations: Value): Value =>
  op.reshape(forward(network, observations), [observations.shape[0]!])

export const iql: Algorithm<
  Config,
  Networks,
  { actor: op.AdamVariables; value: op.AdamVariables; critics: op.AdamVariables }
> = {
  id: 'iql',
  title: 'IQL',
  paper: 'Kostrikov, Nair and Levine 2022',
  config,
  standardises: false,
  scalesRewards: true,
  networks(make, settings) {
    const { observations, actions } = make.sizes
    const critics = [0, 1].map((i) => make.network(`critic-${i}`, [observations + actions, ...settings.hidden, 1]))
    return {
      actor: make.network('actor', [
        observations,
        ...settings.hidden,
        settings.density === 'squashed' ? 2 * actions : actions,
      ]),
      logDeviation: settings.density === 'squashed' ? null : make.zeros('log-deviation', [actions]),
      value: make.network('value', [observations, ...settings.hidden, 1]),
      critics,
      targetCritics: critics.map((critic, i) => make.copy(`target/critic-${i}`, critic)),
    }
  },
  optimisers: (make, { actor, logDeviation, value, critics }) => ({
    actor: make.adam('actor', logDeviation ? [actor, logDeviation] : [actor]),
    value: make.adam('value', [value]),
    critics: make.adam('critics', critics),
  }),
  phases: ['all'],
  phaseAt: () => 'all',
  warmUp: () => 0,
  warmUpShare: 0,
  cost: 6,
  deskSteps: 50_000,
  fast: {},
  update(_phase, context) {
    const { settings, networks, optimisers, batch, variation } = context
    const { observations, actions, nextObservations } = batch
    const both = criticValues(networks.targetCritics, observations, actions)
    const target = op.stopGradient(settings.targets === 'mean' ? average(both) : smallest(both))

    const distance = op.subtract(target, valueAt(networks.value, observations))
    const side = op.abs(op.subtract(settings.expectile, op.less(distance, 0)))
    const value = op.mean(op.multiply(side, op.square(distance)))
    op.minimise(value, optimisers.value, settings.valueRate)

    const values = criticValues(networks.critics, observations, actions)
    const critic = anchored(context, (of) =>
      squaredErrors(values, bellman(batch, valueAt(of.value, nextObservations), settings.discount)),
    )
    op.minimise(critic, optimisers.critics, settings.criticRate)

    const advantage = op.subtract(target, valueAt(networks.value, observations))
    const grown = op.exp(op.multiply(advantage, settings.inverseTemperature))
    const weight = op.stopGradient(op.minimum(grown, settings.largestWeight))
    const actor = op.negate(op.mean(op.multiply(weight, density(networks, observations, actions))))
    op.minimise(op.multiply(actor, variation.actorWeight), optimisers.actor, settings.actorRate)
    follow(networks.targetCritics, networks.critics, settings.targetRate)
    return { value, critic, actor }
  },
  act: ({ actor }, observations, _key, { density: form }) =>
    op.tanh(form === 'normal' ? forward(actor, observations) : gaussian(actor, observations, logRange).mean),
  critics: ({ critics }) => critics,
}
