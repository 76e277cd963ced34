import { expect, test } from 'vitest'
import type { Agent } from '../../main/contract/calls/forgetting.ts'
import type { TrajectorySet } from '../../main/contract/trajectories.ts'
import { agentsOf } from './trajectories-store.ts'

test('agents of a set that went through a deletion request are found with what is left of it, and only then', () => {
  const agents = [
    { run: 'old', data: 'hops' },
    { run: 'new', data: 'hops-without' },
    { run: 'other', data: 'ward' },
  ] as Agent[]
  const left = { id: 'hops-without', origin: { data: 'hops' } } as TrajectorySet
  const whole = { id: 'hops' } as TrajectorySet
  const runs = (sets: TrajectorySet[], data: string | null) => agentsOf({ agents, sets }, data).map(({ run }) => run)
  expect(runs([left], 'hops-without')).toEqual(['old', 'new'])
  expect(runs([left, whole], 'hops-without')).toEqual(['new'])
  expect(runs([left, whole], 'hops')).toEqual(['old'])
  expect(runs([whole], null)).toEqual([])
})
