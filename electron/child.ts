/** A process that does work for the window: what is used of it, and how it is stopped. */
import { causeOf } from './known-causes.ts'
import type { ToLab, ToTrainer } from './messages.ts'

/** The part of Electron's UtilityProcess that is used, so that a test can stand in for it. */
export interface Child {
  readonly pid?: number | undefined
  postMessage(message: unknown): void
  kill(): boolean
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'spawn', listener: () => void): unknown
  on(event: 'exit', listener: (code: number) => void): unknown
  /** The end of what it wrote to standard error. */
  readonly lastWords?: () => string
}

/** Why it ended, in words a person can act on, as far as what it said last tells. */
export const causeOfEnd = (child: Child, code: number): string | null => causeOf(child.lastWords?.() ?? '', code)

/** Resolves when the process is gone: asked first, killed after `grace` milliseconds. */
export function stop(gone: Promise<unknown>, child: Child, ask: ToLab | ToTrainer, grace: number): Promise<unknown> {
  child.postMessage(ask)
  const timer = setTimeout(() => child.kill(), grace)
  return gone.then(() => clearTimeout(timer))
}
