import { expect, test } from 'vitest'
import type { RunState } from '../../../main/contract/run.ts'
import { answers, mayAnswer } from './request-attempts.ts'

const request = { data: 's', opened: '2026-01-02T10:00:00.000Z', agent: 'a', learnt: [3, 5], unlearned: 'b' }
const run = (id: string, state: RunState, created: string, kind = 'trajectories.unlearn') => ({
  ...{ id, state, kind, data: 's', created: `2026-01-02T${created}:00.000Z` },
})

test('runs at work may answer a request, and those that stopped since it was opened', () => {
  const runs = [
    run('old', 'cancelled', '09:00'),
    run('waits', 'queued', '09:30'),
    run('stopped', 'cancelled', '11:00'),
    run('done', 'succeeded', '11:30'),
    run('audit', 'running', '12:00', 'trajectories.audit'),
    { ...run('other', 'running', '12:00'), data: 't' },
  ]
  expect(mayAnswer(runs, 'unlearned', request).map(({ id }) => id)).toEqual(['stopped', 'waits'])
  expect(mayAnswer(runs, 'audited', request).map(({ id }) => id)).toEqual(['audit'])
})

test('one that is of another agent, or of fewer episodes, is not said to be of the request', () => {
  expect(answers({ agent: 'a', forget: [1, 3, 5] }, 'unlearned', request)).toBe(true)
  expect(answers({ agent: 'a', forget: [3] }, 'unlearned', request)).toBe(false)
  expect(answers({ agent: 'c', forget: [3, 5] }, 'unlearned', request)).toBe(false)
  expect(answers({ agent: 'b', forgotten: [3, 5] }, 'audited', request)).toBe(true)
  expect(answers({ agent: 'b', forgotten: [3, 5] }, 'audited', { ...request, unlearned: null })).toBe(false)
  expect(answers({}, 'unlearned', request)).toBe(false)
})
