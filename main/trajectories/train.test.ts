import { expect, test } from 'vitest'
import { trainConfig, type TrainRequest } from './train.ts'

const settings = (request: Partial<TrainRequest>, task: 'hopper' | 'halfcheetah' | 'walker2d' | null) =>
  trainConfig({ algorithm: 'cql', data: 'any', ...request }, { environment: { task } }).parameters

test('agents of a task are trained as the published ones were, unless something else is asked for', () => {
  expect(settings({ algorithm: 'bear' }, 'halfcheetah')).toMatchObject({ kernel: 'gaussian' })
  for (const task of ['hopper', 'walker2d', null] as const)
    expect(settings({ algorithm: 'bear' }, task)).toMatchObject({ kernel: 'laplacian' })
  const rates = { actorRate: 3e-4, criticRate: 3e-4, temperatureRate: 3e-4, alphaRate: 1e-4, hidden: [256, 256] }
  expect(settings({}, 'hopper')).toMatchObject({ ...rates, batch: 100 })
  expect(settings({}, 'walker2d')).toMatchObject({ ...rates, batch: 256 })
  expect(settings({}, 'halfcheetah')).toMatchObject({ hidden: [256, 256, 256], actorRate: 1e-4, alphaRate: 0 })
  expect(settings({}, null)).toMatchObject({ hidden: [256, 256], actorRate: 1e-4, batch: 256 })
  expect(settings({ preset: 'tiny' }, 'halfcheetah')).toMatchObject({ hidden: [32, 32], alphaRate: 0 })
  expect(settings({ set: { batch: 32 } }, 'hopper')).toMatchObject({ batch: 32, actorRate: 3e-4 })
})
