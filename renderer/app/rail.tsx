/** Where one can go. What is not built yet is named, and says so when it is entered. */
import { Icon, Mark } from '../ui/icons.tsx'
import { keysOf } from './command-table.ts'
import { screenComponents } from './screen-components.ts'
import { screens } from './screens.ts'
import { showScreen, toggleRail, usePage } from './store.ts'
import { changeTheme, themeWords, useTheme } from './theme.ts'

type Row = (typeof screens)[number]

const isShown = (row: Row): boolean => row.id in screenComponents || 'later' in row

function Place({ row: { id, name, icon } }: { readonly row: Row }) {
  const current = usePage((state) => state.screen === id)
  const later = !(id in screenComponents)
  return (
    <button
      type="button"
      className={later ? 'place later' : 'place'}
      aria-current={current ? 'page' : undefined}
      title={`${name}  ${keysOf(`go.${id}`)}`}
      onClick={() => showScreen(id)}
    >
      <Icon name={icon} />
      <span className="place-name">{name}</span>
      {later && <span className="soon">later</span>}
    </button>
  )
}

function ThemeSwitch() {
  const theme = useTheme()
  return (
    <button
      type="button"
      className="rail-button"
      onClick={changeTheme}
      aria-label={`${themeWords[theme]}; change`}
      title={themeWords[theme]}
    >
      <Icon name={theme} />
    </button>
  )
}

function FoldSwitch() {
  const folded = usePage((state) => state.railFolded)
  const words = folded ? 'Unfold the rail' : 'Fold the rail'
  return (
    <button
      type="button"
      className="rail-button fold"
      aria-label={words}
      aria-expanded={!folded}
      title={`${words}  ${keysOf('window.rail')}`}
      onClick={toggleRail}
    >
      <Icon name="rail" />
    </button>
  )
}

export function Rail({ narrow }: { readonly narrow: boolean }) {
  return (
    <nav className="rail" aria-label="Screens">
      <div className="brand">
        <Mark />
        <span>Lethe</span>
      </div>
      <ul>
        {screens.filter(isShown).map((row) => (
          <li key={row.id}>
            <Place row={row} />
          </li>
        ))}
      </ul>
      <footer>
        <ThemeSwitch />
        {!narrow && <FoldSwitch />}
      </footer>
    </nav>
  )
}
