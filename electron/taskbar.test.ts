import { expect, it } from 'vitest'
import type { RunSummary } from '../main/contract/run.ts'
import { followTaskbar } from './taskbar.ts'

const progress = { phase: 'a', step: 1, totalSteps: 2, rate: null, secondsLeft: null }
const run = (id: string, change: Partial<RunSummary> = {}): { summary: RunSummary } => ({
  summary: { id, state: 'running', waitsFor: null, progress: { ...progress, whole: 0.25 }, ...change } as RunSummary,
})

it('shows the run that holds the device until the last has ended, and asks for a look only then', () => {
  const shown: unknown[] = []
  const window = {
    setProgressBar: (...words: unknown[]) => void shown.push(words),
    flashFrame: (flag: boolean) => void shown.push(flag),
    isFocused: () => false,
  }
  const hear = followTaskbar(() => window)
  hear('run-changed', run('b', { waitsFor: 'a', progress }))
  hear('run-changed', run('a', { progress }))
  hear('run-changed', run('a'))
  hear('run-changed', run('a', { state: 'paused' }))
  hear('run-changed', run('a', { state: 'succeeded' }))
  hear('engine-gone', {})
  hear('run-changed', run('b', { state: 'cancelled' }))
  expect(shown).toEqual([
    [-1],
    [2, { mode: 'indeterminate' }],
    [0.25, { mode: 'normal' }],
    [0.25, { mode: 'paused' }],
    true,
    [-1],
    true,
    [-1],
  ])
})
