/**
 * BCQ: batch-constrained Q-learning, continuous (Fujimoto, Meger and Precup, ICML 2019). In each update:
 *
 *   VAE       mean (decode(s, z) − a)² + 0.5 KL,   z = μ + σ ε of the encoder
 *   critics   Σ_i mean (Q_i(s, a) − y)²,   y = r + γ (1 − d) max over n actions a' = ξ̄(s', decode(s', z)) of 0.75 min_i Q̄_i + 0.25 max_i Q̄_i
 *   actor     −mean Q_1(s, ξ(s, decode(s, z))),   ξ(s, a) = clip(a + 0.05 tanh(network(s, a)), ±1)
 *
 * Latent codes of decoded actions are standard normals cut to ±0.5. The agent acts by the best, by Q_1, of n decoded and perturbed
 * actions: its policy is random. The n × batch decoded actions of the target are nearly all of the work; `samples: 10` is the fast preset.
 */
import { z } from 'zod'
import type { Value } from '../../tensor/program/graph.ts'
import * as op from '../../tensor/program/operations.ts'
import {
  anchored,
  batchSize,
  bellman,
  bestSample,
  commonSettings,
  decoderSetting,
  follow,
  hidden,
  rate,
  type Algorithm,
} from './algorithm.ts'
import {
  autoEncoder,
  autoEncoderLoss,
  criticValues,
  decoded,
  mixed,
  perturbed,
  squaredErrors,
  type AutoEncoder,
  type Network,
} from './networks.ts'

const config = z.strictObject({
  ...commonSettings,
  batch: batchSize(100),
  actorRate: rate(1e-3),
  criticRate: rate(1e-3),
  coderRate: rate(1e-3),
  hidden: hidden(400, 300),
  coderHidden: hidden(750, 750),
  decoder: decoderSetting,
  klWeight: z.number().nonnegative().default(0.5).describe('weight of the KL term of the auto-encoder (paper: 0.5)'),
  flexibility: z.number().nonnegative().default(0.05).describe('Φ, how far actions are perturbed (paper: 0.05)'),
  smallerWeight: z
    .number()
    .min(0)
    .max(1)
    .default(0.75)
    .describe('weight of the smaller target critic against the larger (paper: 0.75)'),
  samples: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(100)
    .describe(
      'n, actions that the target and the policy choose from (paper: 100 as published, 10 in the paper; fast: 10)',
    ),
})
type Config = z.infer<typeof config>

interface Networks {
  readonly coder: AutoEncoder
  readonly perturbation: Network
  readonly critics: readonly Network[]
  readonly targetPerturbation: Network
  readonly targetCritics: readonly Network[]
}

/** Actions for each observation `samples` times over, [n · samples, actions], and the observations beside them. */
function candidates(coder: AutoEncoder, perturbation: Network, observations: Value, noise: Value, flexibility: number) {
  const repeated = op.repeatRows(observations, noise.shape[0]! / observations.shape[0]!)
  const actions = decoded(coder, repeated, op.clip(noise, -0.5, 0.5))
  return { observations: repeated, actions: perturbed(perturbation, repeated, actions, flexibility) }
}

export const bcq: Algorithm<Config, Networks, Readonly<Record<'coder' | 'actor' | 'critics', op.AdamVariables>>> = {
  id: 'bcq',
  title: 'BCQ',
  paper: 'Fujimoto, Meger and Precup 2019',
  config,
  standardises: false,
  scalesRewards: false,
  networks(make, settings) {
    const { observations, actions } = make.sizes
    const both = observations + actions
    const critics = [0, 1].map((i) => make.network(`critic-${i}`, [both, ...settings.hidden, 1]))
    const perturbation = make.network('perturbation', [both, ...settings.hidden, actions])
    return {
      coder: autoEncoder(make, settings.coderHidden, settings.decoder !== 'linear'),
      perturbation,
      critics,
      targetPerturbation: make.copy('target/perturbation', perturbation),
      targetCritics: critics.map((critic, i) => make.copy(`target/critic-${i}`, critic)),
    }
  },
  optimisers: (make, { coder, perturbation, critics }) => ({
    coder: make.adam('coder', [coder.encoder, coder.decoder]),
    actor: make.adam('actor', [perturbation]),
    critics: make.adam('critics', critics),
  }),
  phases: ['all'],
  phaseAt: () => 'all',
  warmUp: () => 0,
  warmUpShare: 0,
  cost: 190,
  deskSteps: 20_000,
  fast: { samples: 10 },
  update(_phase, context) {
    const { settings, networks, optimisers, batch, key, variation } = context
    const { observations, actions, nextObservations } = batch
    const [rows, width] = actions.shape as [number, number]
    const codeNoise = op.normal(key, 'code-noise', [rows, 2 * width])
    const coder = autoEncoderLoss(networks.coder, observations, actions, codeNoise, settings.klWeight)
    op.minimise(coder, optimisers.coder, settings.coderRate)

    const values = criticValues(networks.critics, observations, actions)
    const critic = anchored(context, (of, name) => {
      const latent = op.normal(key, `${name}target-latent`, [rows * settings.samples, 2 * width])
      const next = candidates(of.coder, of.targetPerturbation, nextObservations, latent, settings.flexibility)
      const each = mixed(criticValues(of.targetCritics, next.observations, next.actions), settings.smallerWeight)
      const best = op.largest(op.reshape(each, [rows, settings.samples]), 1)
      return squaredErrors(values, bellman(batch, best, settings.discount))
    })
    op.minimise(critic, optimisers.critics, settings.criticRate)

    const latent = op.normal(key, 'actor-latent', [rows, 2 * width])
    const chosen = candidates(networks.coder, networks.perturbation, observations, latent, settings.flexibility)
    const [value] = criticValues(networks.critics.slice(0, 1), observations, chosen.actions)
    const actor = op.negate(op.mean(value!))
    op.minimise(op.multiply(actor, variation.actorWeight), optimisers.actor, settings.actorRate)
    follow(networks.targetCritics, networks.critics, settings.targetRate)
    follow([networks.targetPerturbation], [networks.perturbation], settings.targetRate)
    return { coder, critic, actor }
  },
  act({ coder, perturbation, critics }, observations, key, { samples, flexibility }) {
    const shape = [observations.shape[0]! * samples, coder.decoder[0]!.weight.shape[0]! - observations.shape[1]!]
    const chosen = candidates(coder, perturbation, observations, op.normal(key, 'latent', shape), flexibility)
    const [value] = criticValues(critics.slice(0, 1), chosen.observations, chosen.actions)
    return bestSample(chosen.actions, value!, samples)
  },
  critics: ({ critics }) => critics,
}
