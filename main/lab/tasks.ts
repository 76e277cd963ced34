/** Long work that the window asked for by a name of its own: it hears how far it is, and may stop it. */
import { LetheError } from '../contract/errors.ts'
import type { TopicValue } from '../contract/calls.ts'

export interface Progress {
  readonly signal: AbortSignal
  readonly onProgress: (done: number, total: number) => void
}

/** Milliseconds between two tellings, at least. */
const tellEvery = 100

export type Tasks = ReturnType<typeof makeTasks>

export function makeTasks(tell: (topic: 'task-progress', value: TopicValue<'task-progress'>) => void) {
  const running = new Map<string, AbortController>()
  return {
    /** Errors: `usage` for a name that is in use, and whatever `work` throws; `cancelled` once it was stopped. */
    async run<Value>(task: string, work: (progress: Progress) => Promise<Value>): Promise<Value> {
      if (running.has(task)) throw new LetheError('usage', `Task ${task} is running already.`)
      const controller = new AbortController()
      running.set(task, controller)
      let told = -Infinity
      const onProgress = (done: number, total: number): void => {
        if (performance.now() - told < tellEvery && done < total) return
        told = performance.now()
        tell('task-progress', { task, done, total })
      }
      try {
        return await work({ signal: controller.signal, onProgress })
      } finally {
        running.delete(task)
      }
    },
    cancel: (task: string): void => running.get(task)?.abort(),
    cancelAll: (): void => running.forEach((controller) => controller.abort()),
  }
}
