/** The frame of the window: the rail on the left, one screen beside it, and what went wrong last. */
import { useEffect } from 'react'
import { Button } from '../ui/controls.tsx'
import { Icon } from '../ui/icons.tsx'
import { Notices } from '../ui/notices.tsx'
import { listenToKeys, useCommands } from './commands.ts'
import { loadAll, startDemo } from './feed.ts'
import { PanelBoundary } from './panel-boundary.tsx'
import { Rail } from './rail.tsx'
import { screenComponents } from './screen-components.ts'
import { screens } from './screens.ts'
import { StatusBar } from './status-bar.tsx'
import { dismissFailure, openHelp, showScreen, toggleRail, usePage } from './store.ts'
import { changeTheme } from './theme.ts'
import './shell.css'

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
            <button type="button" className="link" onClick={() => openHelp(failure.code)}>
              What this means
            </button>
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

/** A screen of a later version: what it will do, and that it does not yet. */
function Later() {
  const screen = usePage((state) => state.screen)
  const row = screens.find(({ id }) => id === screen)
  return (
    <section className="later-screen">
      <h1>{row?.name} comes with a later version</h1>
      <p>{row && 'later' in row && row.later}</p>
    </section>
  )
}

function useWindowCommands() {
  const starting = usePage((state) => state.starting)
  useCommands([
    ...screens
      .filter((row) => row.id in screenComponents || 'later' in row)
      .map(({ id }) => ({ id: `go.${id}` as const, run: () => showScreen(id) })),
    { id: 'images.demo', run: () => void startDemo(), blocked: starting ? 'The demo is being prepared' : null },
    { id: 'help.diagnostics', run: () => openHelp('diagnostics') },
    { id: 'window.rail', run: toggleRail },
    { id: 'window.theme', run: changeTheme },
    { id: 'window.dismiss', run: dismissFailure },
  ])
  useEffect(listenToKeys, [])
}

export function Shell() {
  useWindowCommands()
  const screen = usePage((state) => state.screen)
  const folded = usePage((state) => state.railFolded)
  const opened = usePage((state) => state.runs !== null)
  const Current = opened ? (screenComponents[screen] ?? Later) : Unopened
  return (
    <div className={folded ? 'shell folded' : 'shell'}>
      <Rail />
      <main className="screen">
        <PanelBoundary key={screen} name="This screen">
          <Current />
        </PanelBoundary>
      </main>
      <StatusBar />
      {opened && <Failure />}
      <Notices />
    </div>
  )
}
