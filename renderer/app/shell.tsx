/** The frame of the window: the rail on the left, one screen beside it, and what went wrong last. */
import { useEffect } from 'react'
import { DataScreen } from '../data/data-screen.tsx'
import { HelpScreen } from '../help/help-screen.tsx'
import { LedgerScreen } from '../ledger/ledger-screen.tsx'
import { RunsScreen } from '../runs/runs-screen.tsx'
import { Button } from '../ui/controls.tsx'
import { Icon } from '../ui/icons.tsx'
import { loadAll } from './feed.ts'
import { PanelBoundary } from './panel-boundary.tsx'
import { Rail } from './rail.tsx'
import { dismissFailure, screens, showScreen, usePage, type Screen } from './store.ts'
import './shell.css'

const screenOf: Record<Screen, () => React.JSX.Element | null> = {
  data: DataScreen,
  runs: RunsScreen,
  ledger: LedgerScreen,
  help: HelpScreen,
}

function Failure() {
  const failure = usePage((state) => state.failure)
  return (
    <div className="failure-place" role="alert">
      {failure && (
        <div className="failure">
          <Icon name="warning" />
          <div>
            <p>{failure.message}</p>
            {failure.hint && <p className="hint">{failure.hint}</p>}
          </div>
          <button type="button" aria-label="Dismiss" onClick={dismissFailure}>
            <Icon name="close" size={14} />
          </button>
        </div>
      )}
    </div>
  )
}

/** In place of every screen until the lab has answered once; where it answers with a reason why not, that is all there is. */
function Unopened() {
  const failure = usePage((state) => state.failure)
  if (!failure) return <p className="opening">Opening the project…</p>
  return (
    <section className="fault" role="alert">
      <h1>The project could not be opened</h1>
      <p>
        {failure.message} {failure.hint}
      </p>
      <Button onClick={() => void loadAll()}>Try again</Button>
    </section>
  )
}

/** Control and a number goes to that screen; Escape puts a message away. */
function useShortcuts() {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') dismissFailure()
      const screen = event.ctrlKey || event.metaKey ? screens[Number(event.key) - 1] : undefined
      if (!screen) return
      event.preventDefault()
      showScreen(screen)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}

export function Shell() {
  useShortcuts()
  const screen = usePage((state) => state.screen)
  const opened = usePage((state) => state.runs !== null)
  const Current = opened ? screenOf[screen] : Unopened
  return (
    <div className="shell">
      <Rail />
      <main className="screen">
        <PanelBoundary key={screen} name="This screen">
          <Current />
        </PanelBoundary>
      </main>
      {opened && <Failure />}
    </div>
  )
}
