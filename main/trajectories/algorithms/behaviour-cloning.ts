/** Behaviour cloning: mean (π(s) − a)², the control that any of the others has to beat. */
import { z } from 'zod'
import * as op from '../../tensor/program/operations.ts'
import { batchSize, commonSettings, hidden, rate, type Algorithm } from './algorithm.ts'
import { forward, type Network } from './networks.ts'

const config = z.strictObject({
  ...commonSettings,
  batch: batchSize(100),
  actorRate: rate(1e-3),
  hidden: hidden(256, 256),
})

export const behaviourCloning: Algorithm<
  z.infer<typeof config>,
  { readonly actor: Network },
  { readonly actor: op.AdamVariables }
> = {
  id: 'bc',
  title: 'Behaviour cloning',
  paper: 'Pomerleau 1991',
  config,
  standardises: false,
  scalesRewards: false,
  networks: (make, settings) => ({
    actor: make.network('actor', [make.sizes.observations, ...settings.hidden, make.sizes.actions]),
  }),
  optimisers: (make, { actor }) => ({ actor: make.adam('actor', [actor]) }),
  phases: ['all'],
  phaseAt: () => 'all',
  warmUp: () => 0,
  warmUpShare: 0,
  cost: 1.5,
  deskSteps: 20_000,
  fast: {},
  update(_phase, { settings, networks, optimisers, batch, variation }) {
    const chosen = op.tanh(forward(networks.actor, batch.observations))
    const actor = op.mean(op.square(op.subtract(chosen, batch.actions)))
    op.minimise(op.multiply(actor, variation.actorWeight), optimisers.actor, settings.actorRate)
    return { actor }
  },
  act: ({ actor }, observations) => op.tanh(forward(actor, observations)),
  critics: () => [],
}
