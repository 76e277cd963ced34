/** Says that a run has ended where its own screen, which would show it, is not the one in sight. */
import type { RunSummary } from '../../main/contract/run.ts'
import { store } from '../app/store.ts'
import type { Notice } from '../ui/notice-list.ts'
import { notify } from '../ui/notices.tsx'
import { compareRuns, onStateChange, showTab } from './runs-store.ts'

/** Null where there is nothing to say: a cancelled run ended because somebody is here, a lost process is told of as such. */
export function wordsOfEnd({ title, state, error }: Pick<RunSummary, 'title' | 'state' | 'error'>): Notice | null {
  if (state === 'succeeded') return { kind: 'done', message: `${title} has ended well.` }
  if (state !== 'failed') return null
  return {
    kind: 'failed',
    message: `${title} failed. ${error?.message ?? ''}`.trim(),
    hint: error?.hint,
    code: error?.code,
  }
}

/** Starts telling. `select` shows a run. Returns what stops it. */
export function tellEndings(select: (run: string) => void): () => void {
  return onStateChange((_before, now) => {
    const words = wordsOfEnd(now)
    if (!words || store.getState().screen === 'runs') return
    const run = (): void => {
      compareRuns(null)
      showTab('overview')
      select(now.id)
      store.setState({ screen: 'runs' })
    }
    notify({ ...words, open: { label: 'Show the run', run } })
  })
}
