/** Counts what tried to reach a network, in any process of Lethe. All of it was refused; the count is there to be zero. */
import type { RefusedAttempt } from '../main/contract/calls/shell.ts'

export interface Attempts {
  add(process: RefusedAttempt['process'], what: string): void
  state(): { attempts: number; refused: RefusedAttempt[] }
}

const mostKinds = 50

/** `heard` is told of the first attempt of each kind. */
export function createAttempts(heard: (process: RefusedAttempt['process'], what: string) => void): Attempts {
  const counts = new Map<string, RefusedAttempt>()
  let attempts = 0
  return {
    add(process, what) {
      attempts++
      const key = `${process} ${what}`
      const known = counts.get(key)
      if (known === undefined && counts.size >= mostKinds) return
      counts.set(key, { process, what, count: (known?.count ?? 0) + 1 })
      if (known === undefined) heard(process, what)
    },
    state: () => ({ attempts, refused: [...counts.values()] }),
  }
}
