/**
 * BEAR: bootstrapping error accumulation reduction (Kumar, Fu, Tucker and Levine, NeurIPS 2019), on SAC with a temperature of 0. In
 * each update:
 *
 *   VAE       mean (decode(s, z) − a)² + 0.5 KL
 *   MMD       of 4 actions of the VAE (latent codes cut to ±0.5) and 4 of π, before tanh:
 *             √(mean k(π, π) + mean k(β, β) − 2 mean k(π, β) + 1e-6);   L = mean e^{log α} (MMD − 0.05), log α in [−5, 10] ascends it
 *   critics   Σ_i mean (Q_i(s, a) − y)²,   y = r + γ (1 − d) max over 10 a' ~ π(s') of 0.75 min_i Q̄_i + 0.25 max_i Q̄_i
 *   actor     −mean min_i Q_i(s, ã) + L;   L alone during the warm-up
 *
 * The agent acts by the best, by Q_1, of 100 actions of π. The published runs loaded agents with their step counter at zero, so the
 * warm-up began again with each load (the mode `released` of unlearning); here the counter is part of the agent.
 */
import { z } from 'zod'
import { read, type Value, type Variable } from '../../tensor/program/graph.ts'
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
  warmUp,
  type Algorithm,
  type UpdateContext,
} from './algorithm.ts'
import {
  autoEncoder,
  autoEncoderLoss,
  criticValues,
  decodedRaw,
  gaussian,
  mixed,
  sampled,
  smallest,
  squaredErrors,
  type AutoEncoder,
  type Network,
} from './networks.ts'

const config = z.strictObject({
  ...commonSettings,
  batch: batchSize(256),
  actorRate: rate(1e-4),
  criticRate: rate(3e-4),
  coderRate: rate(3e-4),
  alphaRate: rate(1e-3),
  hidden: hidden(256, 256),
  coderHidden: hidden(750, 750),
  decoder: decoderSetting,
  klWeight: z.number().nonnegative().default(0.5).describe('weight of the KL term of the auto-encoder (paper: 0.5)'),
  kernel: z
    .enum(['laplacian', 'gaussian'])
    .default('laplacian')
    .describe('of the MMD (paper: laplacian for Hopper and Walker2d, gaussian for HalfCheetah)'),
  kernelWidth: z.number().positive().default(20).describe('σ of that kernel (paper: 20)'),
  mmdThreshold: z.number().default(0.05).describe('distance that α lets pass (paper: 0.05)'),
  mmdSamples: z.number().int().min(1).max(100).default(4).describe('actions of each side in the MMD (paper: 4)'),
  smallerWeight: z
    .number()
    .min(0)
    .max(1)
    .default(0.75)
    .describe('weight of the smaller target critic against the larger (paper: 0.75)'),
  targetSamples: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(10)
    .describe('actions that the target chooses from (paper: 10)'),
  actSamples: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(100)
    .describe('actions that the policy chooses from (paper: 100)'),
  warmUp: warmUp(40_000, 0.04),
})
type Config = z.infer<typeof config>

interface Networks {
  readonly coder: AutoEncoder
  readonly actor: Network
  readonly critics: readonly Network[]
  readonly targetActor: Network
  readonly targetCritics: readonly Network[]
  readonly logAlpha: Variable
}
type Optimisers = Readonly<Record<'coder' | 'actor' | 'critics' | 'alpha', op.AdamVariables>>

const logRange = [-20, 2] as const

/** Mean kernel between all pairs of samples of each row; a [n, k, 1, m], b [n, 1, k, m] → [n]. */
function meanKernel(a: Value, b: Value, { kernel, kernelWidth }: Config): Value {
  const difference = op.subtract(a, b)
  const distance = op.sum(kernel === 'laplacian' ? op.abs(difference) : op.square(difference), [3])
  return op.mean(op.exp(op.multiply(distance, -1 / (2 * kernelWidth))), [1, 2])
}

/** MMD between the policy and the data's actions as the VAE has them, [n]. */
function discrepancy(
  { settings, networks, batch, key }: UpdateContext<Config, Networks, Optimisers>,
  name: string,
): Value {
  const { observations, actions } = batch
  const [rows, width] = actions.shape as [number, number]
  const samples = settings.mmdSamples
  const latent = op.clip(op.normal(key, `${name}-mmd-latent`, [rows * samples, 2 * width]), -0.5, 0.5)
  const behaviour = op.stopGradient(decodedRaw(networks.coder, op.repeatRows(observations, samples), latent))
  const noise = op.normal(key, `${name}-mmd-noise`, [rows * samples, width])
  const policy = sampled(gaussian(networks.actor, observations, logRange), noise)
  const across = (x: Value): Value => op.reshape(x, [rows, samples, 1, width])
  const down = (x: Value): Value => op.reshape(x, [rows, 1, samples, width])
  const own = op.add(
    meanKernel(across(policy), down(policy), settings),
    meanKernel(across(behaviour), down(behaviour), settings),
  )
  const cross = meanKernel(across(policy), down(behaviour), settings)
  return op.sqrt(op.add(op.subtract(own, op.multiply(cross, 2)), 1e-6))
}

export const bear: Algorithm<Config, Networks, Optimisers> = {
  id: 'bear',
  title: 'BEAR',
  paper: 'Kumar, Fu, Tucker and Levine 2019',
  config,
  standardises: false,
  scalesRewards: false,
  networks(make, settings) {
    const { observations, actions } = make.sizes
    const actor = make.network('actor', [observations, ...settings.hidden, 2 * actions])
    const critics = [0, 1].map((i) => make.network(`critic-${i}`, [observations + actions, ...settings.hidden, 1]))
    return {
      coder: autoEncoder(make, settings.coderHidden, settings.decoder !== 'linear'),
      actor,
      critics,
      targetActor: make.copy('target/actor', actor),
      targetCritics: critics.map((critic, i) => make.copy(`target/critic-${i}`, critic)),
      logAlpha: make.scalar('log-alpha', 0),
    }
  },
  optimisers: (make, { coder, actor, critics, logAlpha }) => ({
    coder: make.adam('coder', [coder.encoder, coder.decoder]),
    actor: make.adam('actor', [actor]),
    critics: make.adam('critics', critics),
    alpha: make.adam('alpha', [logAlpha]),
  }),
  phases: ['warm-up', 'all'],
  phaseAt: (settings, step) => (step < settings.warmUp ? 'warm-up' : 'all'),
  warmUp: (settings) => settings.warmUp,
  warmUpShare: 0.04,
  cost: 50,
  deskSteps: 30_000,
  fast: { targetSamples: 4, actSamples: 10 },
  published: { halfcheetah: { kernel: 'gaussian' } },
  update(phase, context) {
    const { settings, networks, optimisers, batch, key, variation } = context
    const { observations, actions, nextObservations } = batch
    const [rows, width] = actions.shape as [number, number]
    const codeNoise = op.normal(key, 'code-noise', [rows, 2 * width])
    const coder = autoEncoderLoss(networks.coder, observations, actions, codeNoise, settings.klWeight)
    op.minimise(coder, optimisers.coder, settings.coderRate)

    const alpha = (): Value => op.exp(op.clip(read(networks.logAlpha), -5, 10))
    const excess = op.mean(op.subtract(discrepancy(context, 'alpha'), settings.mmdThreshold))
    op.minimise(
      op.negate(op.multiply(op.exp(read(networks.logAlpha)), op.stopGradient(excess))),
      optimisers.alpha,
      settings.alphaRate,
    )
    op.setTo(networks.logAlpha, op.clip(read(networks.logAlpha), -5, 10))

    const values = criticValues(networks.critics, observations, actions)
    const critic = anchored(context, (of, name) => {
      const noise = op.normal(key, `${name}target-noise`, [rows * settings.targetSamples, width])
      const next = op.tanh(sampled(gaussian(of.actor, nextObservations, logRange), noise))
      const repeated = op.repeatRows(nextObservations, settings.targetSamples)
      const each = mixed(criticValues(of.targetCritics, repeated, next), settings.smallerWeight)
      const best = op.largest(op.reshape(each, [rows, settings.targetSamples]), 1)
      return squaredErrors(values, bellman(batch, best, settings.discount))
    })
    op.minimise(critic, optimisers.critics, settings.criticRate)

    const distance = op.mean(op.subtract(discrepancy(context, 'actor'), settings.mmdThreshold))
    const near = op.multiply(op.stopGradient(alpha()), distance)
    const chosen = op.tanh(
      sampled(gaussian(networks.actor, observations, logRange), op.normal(key, 'actor-noise', actions.shape)),
    )
    const actor =
      phase === 'warm-up'
        ? near
        : op.subtract(near, op.mean(smallest(criticValues(networks.critics, observations, chosen))))
    op.minimise(op.multiply(actor, variation.actorWeight), optimisers.actor, settings.actorRate)
    follow(networks.targetCritics, networks.critics, settings.targetRate)
    follow([networks.targetActor], [networks.actor], settings.targetRate)
    return { coder, mmd: op.add(excess, settings.mmdThreshold), critic, actor }
  },
  act({ actor, critics }, observations, key, { actSamples }) {
    const policy = gaussian(actor, observations, logRange)
    const noise = op.normal(key, 'noise', [observations.shape[0]! * actSamples, policy.mean.shape[1]!])
    const actions = op.tanh(sampled(policy, noise))
    const [value] = criticValues(critics.slice(0, 1), op.repeatRows(observations, actSamples), actions)
    return bestSample(actions, value!, actSamples)
  },
  critics: ({ critics }) => critics,
}
