/**
 * The log of the main process: one JSON line an event, few of them, kept short by rotation, for its owner only. Every message is
 * redacted before it is written: what is not there cannot leak.
 */
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Redact } from '../main/support/redact.ts'

export type Level = 'info' | 'warning' | 'error'
export type Component = 'main' | 'window' | 'lab' | 'trainer' | 'network'

export interface Log {
  (level: Level, component: Component, code: string, message?: string): void
}

const mostBytes = 1_000_000
const mostFiles = 5
const mostCharacters = 2000

/** A disk that is full or gone must not take the window with it: a line that cannot be written is lost. */
export function createLog(folder: string, redact: Redact, now: () => Date = () => new Date()): Log {
  const file = (number: number): string => join(folder, number === 0 ? 'lethe.ndjson' : `lethe-${number}.ndjson`)
  const rotate = (): void => {
    for (let number = mostFiles - 1; number > 0; number--) {
      try {
        renameSync(file(number - 1), file(number))
      } catch {
        // There are not yet so many.
      }
    }
  }
  let size = 0
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch {
    // It is there.
  }
  try {
    size = statSync(file(0)).size
  } catch {
    // The first line makes it.
  }
  return (level, component, code, message = '') => {
    const said = redact(message.slice(0, mostCharacters))
    const line = JSON.stringify({ time: now().toISOString(), level, component, code, message: said }) + '\n'
    try {
      if (size + line.length > mostBytes) {
        rotate()
        size = 0
      }
      appendFileSync(file(0), line, { mode: 0o600 })
      size += line.length
    } catch {
      // See above.
    }
  }
}
