/** The theme a person chose, kept in the profile: the window has its colours before the page has loaded, dialogs follow. */
import { readFileSync } from 'node:fs'
import { themes, type Theme } from '../main/contract/calls/shell.ts'
import { writeJson } from '../main/files/atomic.ts'

export interface KeptTheme {
  set(theme: Theme): Promise<void>
}

/** `show` puts a theme in force; it is called at once with the kept one. */
export function keepTheme(file: string, show: (theme: Theme) => void): KeptTheme {
  let kept: unknown
  try {
    kept = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    // The first start, or a broken file: as the system.
  }
  show(themes.find((theme) => theme === kept) ?? 'system')
  return {
    async set(theme) {
      show(theme)
      await writeJson(file, theme)
    },
  }
}
