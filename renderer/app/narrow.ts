/** Whether the window leaves no room for the names in the rail: small, or drawn large. */
import { useSyncExternalStore } from 'react'

const narrow = '(max-width: 860px)'

function listen(listener: () => void): () => void {
  const query = window.matchMedia(narrow)
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

export const useNarrow = (): boolean => useSyncExternalStore(listen, () => window.matchMedia(narrow).matches)
