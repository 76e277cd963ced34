/** The frame of the window: the rail on the left, one screen beside it, and what went wrong last. */
import { useEffect, useState } from 'react'
import { DropTarget } from '../data/drop-target.tsx'
import { KeyList } from '../help/key-list.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { useForgettingCommands } from '../trajectories/commands.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { Notices } from '../ui/notices.tsx'
import { listenToKeys, useCommands } from './commands.ts'
import { startDemo } from './feed.ts'
import { useNarrow } from './narrow.ts'
import { Palette } from './palette.tsx'
import { PanelBoundary } from './panel-boundary.tsx'
import { ProjectsDialog } from './projects-dialog.tsx'
import { Rail } from './rail.tsx'
import { screenComponents } from './screen-components.ts'
import { screens } from './screens.ts'
import { StatusBar } from './status-bar.tsx'
import { openHelp, showScreen, toggleRail, usePage } from './store.ts'
import { changeTheme } from './theme.ts'
import { ProjectGone, ReadOnly, Unopened } from './trouble.tsx'
import './shell.css'

/** A screen of a later version: what it will do, and that it does not yet. */
function Later() {
  const screen = usePage((state) => state.screen)
  const row = screens.find(({ id }) => id === screen)
  if (!row) return null
  return (
    <EmptyState icon={row.icon} title={`${row.name}: not in this version`} lead={'later' in row ? row.later : ''} />
  )
}

type Overlay = 'palette' | 'keys' | 'projects'

function useWindowCommands(show: (what: Overlay) => void) {
  const starting = usePage((state) => state.starting)
  useCommands([
    ...screens
      .filter((row) => row.id in screenComponents || 'later' in row)
      .map(({ id }) => ({ id: `go.${id}` as const, run: () => showScreen(id) })),
    { id: 'images.demo', run: () => void startDemo(), blocked: starting ? 'The demo is being prepared' : null },
    { id: 'help.diagnostics', run: () => openHelp('diagnostics') },
    { id: 'window.rail', run: toggleRail },
    { id: 'window.theme', run: changeTheme },
    { id: 'window.palette', run: () => show('palette') },
    { id: 'window.keys', run: () => show('keys') },
    { id: 'window.projects', run: () => show('projects') },
  ])
  useForgettingCommands()
  useEffect(listenToKeys, [])
}

/** What is in the main part: a screen, or the reason why there is none. Help can always be read. */
function Main() {
  const screen = usePage((state) => state.screen)
  const opened = usePage((state) => state.runs !== null)
  const gone = usePage((state) => state.pulse?.project === 'missing')
  const Current = screenComponents[screen] ?? Later
  if (screen === 'help') return <Current />
  return gone ? <ProjectGone /> : opened ? <Current /> : <Unopened />
}

export function Shell() {
  const [shown, setShown] = useState<Overlay | null>(null)
  useWindowCommands(setShown)
  const screen = usePage((state) => state.screen)
  const narrow = useNarrow()
  const folded = usePage((state) => state.railFolded) || narrow
  const close = () => setShown(null)
  return (
    <div className={folded ? 'shell folded' : 'shell'}>
      <Rail narrow={narrow} />
      <main className="screen">
        <ReadOnly />
        <PanelBoundary key={screen} name="This screen">
          <Main />
        </PanelBoundary>
      </main>
      <StatusBar />
      <Palette open={shown === 'palette'} onClose={close} />
      <Dialog open={shown === 'keys'} title="Keys" onClose={close} wide>
        <KeyList />
      </Dialog>
      <ProjectsDialog open={shown === 'projects'} onClose={close} />
      <Notices />
      <DropTarget />
    </div>
  )
}
