import { expect, it } from 'vitest'
import type { RunSummary } from '../main/contract/run.ts'
import { followTaskbar, shareOf } from './taskbar.ts'

const started = '2026-01-01T00:00:00.000Z'
const after = (seconds: number) => Date.parse(started) + 1000 * seconds
const progress = (secondsLeft: number | null) => ({ phase: 'a', step: 1, totalSteps: 2, rate: null, secondsLeft })
const run = (id: string, change: Partial<RunSummary> = {}): { summary: RunSummary } => ({
  summary: { id, state: 'running', started, waitsFor: null, progress: progress(30), ...change } as RunSummary,
})

it('is the share of the time, and unknown until a time is known', () => {
  expect(shareOf({ started, progress: progress(30) }, after(10))).toBe(0.25)
  expect(shareOf({ started, progress: progress(null) }, after(10))).toBeNull()
  expect(shareOf({ started: null, progress: null }, 0)).toBeNull()
})

it('shows the run that holds the device until the last has ended, and asks for a look only then', () => {
  const shown: unknown[] = []
  const window = {
    setProgressBar: (...words: unknown[]) => void shown.push(words),
    flashFrame: (flag: boolean) => void shown.push(flag),
    isFocused: () => false,
  }
  const hear = followTaskbar(
    () => window,
    () => after(10),
  )
  hear('run-changed', run('b', { waitsFor: 'a', progress: progress(null) }))
  hear('run-changed', run('a'))
  hear('run-changed', run('a', { state: 'paused' }))
  hear('run-changed', run('a', { state: 'succeeded' }))
  hear('engine-gone', {})
  hear('run-changed', run('b', { state: 'cancelled' }))
  expect(shown).toEqual([[-1], [0.25, { mode: 'normal' }], [0.25, { mode: 'paused' }], true, [-1], true, [-1]])
})
