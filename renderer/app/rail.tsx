/** Where one can go. What is not built yet is named, and cannot be entered. */
import { useState } from 'react'
import { Icon, Mark, type IconName } from '../ui/icons.tsx'
import { screens, showScreen, usePage, type Screen } from './store.ts'
import { keepTheme, readTheme, themes } from './theme.ts'

type Place = { readonly name: string; readonly icon: IconName; readonly screen: Screen | null }

const places: readonly Place[] = [
  { name: 'Data', icon: 'data', screen: 'data' },
  { name: 'Private images', icon: 'images', screen: null },
  { name: 'Defects', icon: 'defects', screen: null },
  { name: 'Forgetting', icon: 'forgetting', screen: null },
  { name: 'Runs', icon: 'runs', screen: 'runs' },
  { name: 'Ledger', icon: 'ledger', screen: 'ledger' },
  { name: 'Help', icon: 'help', screen: 'help' },
]

function PlaceLink({ place }: { readonly place: Place }) {
  const current = usePage((state) => state.screen)
  const { name, icon, screen } = place
  if (screen === null)
    return (
      <span className="place later" aria-disabled="true" title={`${name} arrives with a later version`}>
        <Icon name={icon} />
        <span>{name}</span>
        <span className="soon">later</span>
      </span>
    )
  return (
    <button
      type="button"
      className="place"
      aria-current={current === screen ? 'page' : undefined}
      title={`Ctrl+${screens.indexOf(screen) + 1}`}
      onClick={() => showScreen(screen)}
    >
      <Icon name={icon} />
      <span>{name}</span>
    </button>
  )
}

const themeWords = { system: 'Theme as the system', light: 'Light theme', dark: 'Dark theme' } as const

function ThemeSwitch() {
  const [theme, setTheme] = useState(readTheme)
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
  const change = () => {
    keepTheme(next)
    setTheme(next)
  }
  return (
    <button
      type="button"
      className="theme"
      onClick={change}
      aria-label={`${themeWords[theme]}; change`}
      title={themeWords[theme]}
    >
      <Icon name={theme} />
    </button>
  )
}

export function Rail() {
  const about = usePage((state) => state.about)
  return (
    <nav className="rail" aria-label="Screens">
      <div className="brand">
        <Mark />
        <span>Lethe</span>
      </div>
      <ul>
        {places.map((place) => (
          <li key={place.name}>
            <PlaceLink place={place} />
          </li>
        ))}
      </ul>
      <footer>
        <div className="project">
          <span className="project-name" title={about?.project}>
            {about?.projectName ?? '\u00a0'}
          </span>
          <span
            className="offline"
            title="No request leaves this machine: the network is closed for every process of Lethe"
          >
            <Icon name="offline" size={13} />
            Offline
          </span>
        </div>
        <ThemeSwitch />
      </footer>
    </nav>
  )
}
