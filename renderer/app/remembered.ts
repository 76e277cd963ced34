/** What the window keeps over a restart: the screen, the chosen run, whether the rail is folded. */
import { store } from './store.ts'
import { screens } from './screens.ts'

const key = 'window'

export function restoreWindow(): void {
  let kept: Record<string, unknown> = {}
  try {
    kept = JSON.parse(window.localStorage.getItem(key) ?? '{}') as Record<string, unknown>
  } catch {
    // Written by something else: the window starts as the first time.
  }
  const screen = screens.find(({ id }) => id === kept['screen'])?.id ?? 'runs'
  const selected = typeof kept['selected'] === 'string' ? kept['selected'] : null
  store.setState({ screen, selected, railFolded: kept['railFolded'] === true })
}

export function rememberWindow(): () => void {
  return store.subscribe(({ screen, selected, railFolded }, before) => {
    if (screen === before.screen && selected === before.selected && railFolded === before.railFolded) return
    window.localStorage.setItem(key, JSON.stringify({ screen, selected, railFolded }))
  })
}
