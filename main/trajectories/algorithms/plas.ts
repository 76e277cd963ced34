/**
 * PLAS: policy in the latent action space (Zhou, Bajracharya and Held, CoRL 2020), with perturbation.
 *
 *   warm-up   the VAE alone: mean (decode(s, z) − a)² + 0.5 KL; afterwards it is frozen
 *   then      a(s) = ξ(s, decode(s, 2 tanh(network(s)))),   ξ(s, a) = clip(a + 0.01 tanh(network(s, a)), ±1)
 *   critics   Σ_i mean (Q_i(s, a) − y)²,   y = r + γ (1 − d) (λ min_i + (1 − λ) max_i) Q̄_i(s', ā(s')), λ = 1
 *   actor     −mean Q_1(s, a(s)); one Adam for latent policy and perturbation
 *
 * The published runs loaded agents with their step counter at zero: in 10,000 updates of unlearning or 5,000 of a shadow only the
 * VAE moved. Here the counter is part of the agent.
 */
import { z } from 'zod'
import type { Value } from '../../tensor/program/graph.ts'
import * as op from '../../tensor/program/operations.ts'
import {
  anchored,
  batchSize,
  bellman,
  commonSettings,
  decoderSetting,
  follow,
  hidden,
  rate,
  warmUp,
  type Algorithm,
} from './algorithm.ts'
import {
  autoEncoder,
  autoEncoderLoss,
  criticValues,
  decoded,
  forward,
  mixed,
  perturbed,
  squaredErrors,
  type AutoEncoder,
  type Network,
} from './networks.ts'

const config = z.strictObject({
  ...commonSettings,
  batch: batchSize(100),
  actorRate: rate(1e-4),
  criticRate: rate(1e-3),
  coderRate: rate(1e-4),
  hidden: hidden(400, 300),
  coderHidden: hidden(750, 750),
  decoder: decoderSetting,
  klWeight: z.number().nonnegative().default(0.5).describe('weight of the KL term of the auto-encoder (paper: 0.5)'),
  perturbation: z.boolean().default(true).describe('whether decoded actions are perturbed'),
  flexibility: z
    .number()
    .nonnegative()
    .default(0.01)
    .describe("how far actions are perturbed (paper: 0.01; d3rlpy's benchmark: 0.05)"),
  smallerWeight: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('λ, weight of the smaller target critic against the larger (paper: 1)'),
  warmUp: warmUp(500_000, 0.5),
})
type Config = z.infer<typeof config>

interface Policy {
  readonly latent: Network
  readonly perturbation: Network
}
interface Networks {
  readonly coder: AutoEncoder
  readonly policy: Policy
  readonly critics: readonly Network[]
  readonly targetPolicy: Policy
  readonly targetCritics: readonly Network[]
}

function chosen(coder: AutoEncoder, policy: Policy, observations: Value, settings: Config): Value {
  const latent = op.multiply(op.tanh(forward(policy.latent, observations)), 2)
  const actions = decoded(coder, observations, latent)
  return settings.perturbation ? perturbed(policy.perturbation, observations, actions, settings.flexibility) : actions
}

export const plas: Algorithm<Config, Networks, Readonly<Record<'coder' | 'actor' | 'critics', op.AdamVariables>>> = {
  id: 'plas',
  title: 'PLAS with perturbation',
  paper: 'Zhou, Bajracharya and Held 2020',
  config,
  standardises: false,
  scalesRewards: false,
  networks(make, settings) {
    const { observations, actions } = make.sizes
    const both = observations + actions
    const critics = [0, 1].map((i) => make.network(`critic-${i}`, [both, ...settings.hidden, 1]))
    const policy = {
      latent: make.network('latent-policy', [observations, ...settings.hidden, 2 * actions]),
      perturbation: make.network('perturbation', [both, ...settings.hidden, actions]),
    }
    return {
      coder: autoEncoder(make, settings.coderHidden, settings.decoder !== 'linear'),
      policy,
      critics,
      targetPolicy: {
        latent: make.copy('target/latent-policy', policy.latent),
        perturbation: make.copy('target/perturbation', policy.perturbation),
      },
      targetCritics: critics.map((critic, i) => make.copy(`target/critic-${i}`, critic)),
    }
  },
  optimisers: (make, { coder, policy, critics }, settings) => ({
    coder: make.adam('coder', [coder.encoder, coder.decoder]),
    actor: make.adam('actor', settings.perturbation ? [policy.latent, policy.perturbation] : [policy.latent]),
    critics: make.adam('critics', critics),
  }),
  phases: ['warm-up', 'all'],
  phaseAt: (settings, step) => (step < settings.warmUp ? 'warm-up' : 'all'),
  warmUp: (settings) => settings.warmUp,
  warmUpShare: 0.5,
  cost: 16,
  deskSteps: 120_000,
  fast: {},
  update(phase, context) {
    const { settings, networks, optimisers, batch, key, variation } = context
    const { observations, actions, nextObservations } = batch
    const [rows, width] = actions.shape as [number, number]
    if (phase === 'warm-up') {
      const noise = op.normal(key, 'code-noise', [rows, 2 * width])
      const coder = autoEncoderLoss(networks.coder, observations, actions, noise, settings.klWeight)
      op.minimise(coder, optimisers.coder, settings.coderRate)
      return { coder }
    }
    const values = criticValues(networks.critics, observations, actions)
    const critic = anchored(context, (of) => {
      const next = chosen(of.coder, of.targetPolicy, nextObservations, settings)
      const target = mixed(criticValues(of.targetCritics, nextObservations, next), settings.smallerWeight)
      return squaredErrors(values, bellman(batch, target, settings.discount))
    })
    op.minimise(critic, optimisers.critics, settings.criticRate)

    const own = chosen(networks.coder, networks.policy, observations, settings)
    const [value] = criticValues(networks.critics.slice(0, 1), observations, own)
    const actor = op.negate(op.mean(value!))
    op.minimise(op.multiply(actor, variation.actorWeight), optimisers.actor, settings.actorRate)
    const { targetPolicy, policy } = networks
    follow(networks.targetCritics, networks.critics, settings.targetRate)
    follow([targetPolicy.latent, targetPolicy.perturbation], [policy.latent, policy.perturbation], settings.targetRate)
    return { critic, actor }
  },
  act: ({ coder, policy }, observations, _key, settings) => chosen(coder, policy, observations, settings),
  critics: ({ critics }) => critics,
}
