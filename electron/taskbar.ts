/** How far the runs at work are, on the window's button in the task bar, and a sign there when one ends unseen. */
import type { TopicName, TopicValue } from '../main/contract/calls.ts'
import type { RunSummary } from '../main/contract/run.ts'

/** The part of a window that is used. */
export interface TaskbarWindow {
  setProgressBar(progress: number, options?: { mode: 'normal' | 'paused' | 'indeterminate' }): void
  flashFrame(flag: boolean): void
  isFocused(): boolean
}

export function followTaskbar(window: () => TaskbarWindow | null) {
  const working = new Map<string, RunSummary>()
  return (topic: TopicName, value: unknown): void => {
    const bar = window()
    if (topic !== 'run-changed' || !bar) return
    const { summary } = value as TopicValue<'run-changed'>
    const before = working.has(summary.id)
    if (summary.state === 'running' || summary.state === 'paused') working.set(summary.id, summary)
    else working.delete(summary.id)
    if (before && !working.has(summary.id) && !bar.isFocused()) bar.flashFrame(true)
    // The run that holds the device, not one that waits for it.
    const shown = [...working.values()].find(({ waitsFor }) => waitsFor === null)
    if (!shown) return bar.setProgressBar(-1)
    const share = shown.progress?.whole ?? null // unknown while it waits or begins
    if (shown.state === 'paused') bar.setProgressBar(share ?? 0, { mode: 'paused' })
    else bar.setProgressBar(share ?? 2, { mode: share === null ? 'indeterminate' : 'normal' })
  }
}
