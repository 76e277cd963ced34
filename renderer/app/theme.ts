/** Dark, light, or as the system says. The choice is kept by the page; the tokens follow `data-theme` on the root. */
import { useSyncExternalStore } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Theme } from '../../main/contract/calls/shell.ts'
import { ask } from './bridge.ts'
import { showFailure } from './store.ts'

const themes: readonly Theme[] = ['system', 'light', 'dark']

export const themeWords = { system: 'Theme as the system', light: 'Light theme', dark: 'Dark theme' } as const

const key = 'theme'
const chosen = createStore<{ readonly theme: Theme }>(() => ({ theme: 'system' }))

export const useTheme = (): Theme => useStore(chosen, ({ theme }) => theme)

/** What is shown, dark or light, whoever chose it: for who draws on a canvas. */
export const useShownTheme = (): string | undefined =>
  useSyncExternalStore(onShown, () => document.documentElement.dataset['theme'])

function onShown(changed: () => void): () => void {
  const observer = new MutationObserver(changed)
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  return () => observer.disconnect()
}

function show(dark: boolean): void {
  const { theme } = chosen.getState()
  document.documentElement.dataset['theme'] = theme === 'dark' || (theme === 'system' && dark) ? 'dark' : 'light'
}

/** The next of the three. */
export function changeTheme(): void {
  const { theme } = chosen.getState()
  chosen.setState({ theme: themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system' })
}

/** Shows the theme that was chosen last, and follows the person and the system from then on. */
export function followTheme(): void {
  const systemDark = window.matchMedia('(prefers-color-scheme: dark)')
  const kept = window.localStorage.getItem(key)
  chosen.setState({ theme: themes.find((theme) => theme === kept) ?? 'system' })
  show(systemDark.matches)
  systemDark.addEventListener('change', () => show(systemDark.matches))
  chosen.subscribe(({ theme }) => {
    window.localStorage.setItem(key, theme)
    void ask('shell.theme', { theme }, showFailure)
    show(systemDark.matches)
  })
}
