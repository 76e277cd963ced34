/** Which page of the help is shown, and the way there. */
import { createStore } from 'zustand/vanilla'

export interface HelpState {
  /** Pages in the order they were visited, each `page` or `page#place`. */
  readonly visited: readonly string[]
  readonly at: number
}

export const helpStore = createStore<HelpState>(() => ({ visited: ['first-steps'], at: 0 }))

/** Pages that lie ahead are forgotten when another way is taken, as in a browser. */
export function visit(page: string): void {
  helpStore.setState(({ visited, at }) =>
    visited[at] === page
      ? { visited, at }
      : { visited: [...visited.slice(0, at + 1), page].slice(-50), at: Math.min(at + 1, 49) },
  )
}

export function step(by: 1 | -1): void {
  helpStore.setState(({ visited, at }) => ({ at: Math.max(0, Math.min(visited.length - 1, at + by)) }))
}
