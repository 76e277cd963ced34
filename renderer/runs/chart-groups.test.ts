import { expect, it } from 'vitest'
import { groupFigures } from './chart-groups.ts'

it('puts figures of one kind on one chart and leaves the others alone', () => {
  expect(groupFigures(['loss', 'test accuracy, CNN', 'test accuracy, MLP', 'train/reward'])).toEqual([
    { name: 'loss', figures: [{ figure: 'loss', line: 'loss' }] },
    {
      name: 'test accuracy',
      figures: [
        { figure: 'test accuracy, CNN', line: 'CNN' },
        { figure: 'test accuracy, MLP', line: 'MLP' },
      ],
    },
    { name: 'train', figures: [{ figure: 'train/reward', line: 'reward' }] },
  ])
})
