/** Dark, light, or as the system says. The choice is kept by the page; the tokens follow `data-theme` on the root. */

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const key = 'theme'
const systemDark = window.matchMedia('(prefers-color-scheme: dark)')

export function readTheme(): Theme {
  const kept = window.localStorage.getItem(key)
  return themes.find((theme) => theme === kept) ?? 'system'
}

function show(theme: Theme): void {
  const dark = theme === 'dark' || (theme === 'system' && systemDark.matches)
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light'
}

export function keepTheme(theme: Theme): void {
  window.localStorage.setItem(key, theme)
  show(theme)
}

export function followTheme(): void {
  show(readTheme())
  systemDark.addEventListener('change', () => show(readTheme()))
}
