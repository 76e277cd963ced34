/** How much memory each run at work takes, told every two seconds: what the system counts for its process, and the graphics card's. */
import type { TopicName, TopicValue } from '../main/contract/calls.ts'

const everyMs = 2000

export interface Worker {
  readonly pid?: number | undefined
  /** In use on the graphics card, as the trainer said last; null on a processor. */
  readonly graphicsBytes: number | null
}

interface Options {
  readonly workers: ReadonlyMap<string, Worker>
  /** Null for a process that is not there any more. */
  residentBytes(this: void, pid: number): number | null
  tell<Name extends TopicName>(this: void, topic: Name, value: TopicValue<Name>): void
}

/** Returns what stops it. */
export function watchMemory({ workers, residentBytes, tell }: Options): () => void {
  const timer = setInterval(() => {
    for (const [run, { pid, graphicsBytes }] of workers) {
      const resident = pid === undefined ? null : residentBytes(pid)
      if (resident !== null) tell('run-memory', { run, residentBytes: resident, graphicsBytes })
    }
  }, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}
