/**
 * TD3+BC (Fujimoto and Gu: "A minimalist approach to offline reinforcement learning", NeurIPS 2021).
 *
 *   critics   Σ_i mean (Q_i(s, a) − y)²,   y = r + γ (1 − d) min_i Q̄_i(s', clip(π̄(s') + clip(0.2 N, ±0.5), ±1))
 *   actor     every 2nd update: −λ mean Q_1(s, π(s)) + mean (π(s) − a)²,   λ = 2.5 / mean |Q_1|
 *   targets   follow whenever the actor was updated
 *
 * Observations are standardised by (s − μ) / (σ + 1e-3).
 */
import { z } from 'zod'
import * as op from '../../tensor/program/operations.ts'
import { anchored, batchSize, bellman, commonSettings, follow, hidden, rate, type Algorithm } from './algorithm.ts'
import { criticValues, forward, smallest, squaredErrors, type Network } from './networks.ts'

const config = z.strictObject({
  ...commonSettings,
  batch: batchSize(256),
  actorRate: rate(3e-4),
  criticRate: rate(3e-4),
  hidden: hidden(256, 256),
  valueWeight: z
    .number()
    .positive()
    .default(2.5)
    .describe('α, weight of the value against cloning in the actor (paper: 2.5)'),
  policyNoise: z
    .number()
    .nonnegative()
    .default(0.2)
    .describe('deviation of the noise on the target policy (paper: 0.2)'),
  noiseLimit: z.number().nonnegative().default(0.5).describe('where that noise is cut (paper: 0.5)'),
  actorEvery: z
    .number()
    .int()
    .min(1)
    .default(2)
    .describe('updates of the critics for each of the actor and the targets (paper: 2)'),
})
type Config = z.infer<typeof config>

interface Networks {
  readonly actor: Network
  readonly critics: readonly Network[]
  readonly targetActor: Network
  readonly targetCritics: readonly Network[]
}

export const td3Bc: Algorithm<Config, Networks, { actor: op.AdamVariables; critics: op.AdamVariables }> = {
  id: 'td3-bc',
  title: 'TD3+BC',
  paper: 'Fujimoto and Gu 2021',
  config,
  standardises: true,
  scalesRewards: false,
  networks(make, settings) {
    const { observations, actions } = make.sizes
    const actor = make.network('actor', [observations, ...settings.hidden, actions])
    const critics = [0, 1].map((i) => make.network(`critic-${i}`, [observations + actions, ...settings.hidden, 1]))
    return {
      actor,
      critics,
      targetActor: make.copy('target/actor', actor),
      targetCritics: critics.map((critic, i) => make.copy(`target/critic-${i}`, critic)),
    }
  },
  optimisers: (make, { actor, critics }) => ({
    actor: make.adam('actor', [actor]),
    critics: make.adam('critics', critics),
  }),
  phases: ['critics', 'all'],
  phaseAt: ({ actorEvery }, step) => ((step + 1) % actorEvery === 0 ? 'all' : 'critics'),
  warmUp: () => 0,
  warmUpShare: 0,
  cost: 4,
  deskSteps: 50_000,
  fast: {},
  update(phase, context) {
    const { settings, networks, optimisers, batch, key, variation } = context
    const { observations, actions, nextObservations } = batch
    const values = criticValues(networks.critics, observations, actions)
    const critic = anchored(context, ({ targetActor, targetCritics }, name) => {
      const noise = op.multiply(op.normal(key, `${name}noise`, actions.shape), settings.policyNoise)
      const smoothed = op.add(
        op.tanh(forward(targetActor, nextObservations)),
        op.clip(noise, -settings.noiseLimit, settings.noiseLimit),
      )
      const next = smallest(criticValues(targetCritics, nextObservations, op.clip(smoothed, -1, 1)))
      return squaredErrors(values, bellman(batch, next, settings.discount))
    })
    op.minimise(critic, optimisers.critics, settings.criticRate)
    if (phase === 'critics') return { critic }
    const chosen = op.tanh(forward(networks.actor, observations))
    const [value] = criticValues(networks.critics.slice(0, 1), observations, chosen)
    const weight = op.stopGradient(op.divide(settings.valueWeight, op.mean(op.abs(value!))))
    const cloning = op.mean(op.square(op.subtract(chosen, actions)))
    const actor = op.subtract(cloning, op.multiply(weight, op.mean(value!)))
    op.minimise(op.multiply(actor, variation.actorWeight), optimisers.actor, settings.actorRate)
    follow(networks.targetCritics, networks.critics, settings.targetRate)
    follow([networks.targetActor], [networks.actor], settings.targetRate)
    return { critic, actor }
  },
  act: ({ actor }, observations) => op.tanh(forward(actor, observations)),
  critics: ({ critics }) => critics,
}
