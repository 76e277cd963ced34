/** The second way to begin: images of one's own. */
import { showScreen } from './store.ts'

export function startImport(): void {
  showScreen('data')
}
