/** All pages of the help, in order. */
import { helpPages as made } from 'lethe:help'
import type { HelpPage } from './help-page.ts'

export const helpPages = made as readonly HelpPage[]
