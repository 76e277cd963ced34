/** Long work of the lab that this window asked for: named here, followed, and stopped on request. */
import { ask, subscribe, type Failure } from '../app/bridge.ts'
import { showFailure } from '../app/store.ts'
import { notify } from '../ui/notices.tsx'
import { dataStore, secondsLeft } from './data-store.ts'

let lastTask = 0
const started = Date.now().toString(36)
export const newTask = (what: string): string => `${what}-${started}-${++lastTask}`

export function begin(task: string, label: string): void {
  const progress = { task, label, done: 0, total: 0, since: performance.now(), secondsLeft: null }
  dataStore.setState(({ tasks }) => ({ tasks: { ...tasks, [task]: progress } }))
}
export function end(task: string): void {
  dataStore.setState(({ tasks: { [task]: _ended, ...tasks } }) => ({ tasks }))
}

/** Follows the tasks of this window. Returns what stops it. */
export const followTasks = (): (() => void) =>
  subscribe('task-progress', ({ task, done, total }) =>
    dataStore.setState(({ tasks }) => {
      const known = tasks[task]
      if (!known) return {}
      const left = secondsLeft({ done, total, since: known.since }, performance.now())
      return { tasks: { ...tasks, [task]: { ...known, done, total, secondsLeft: left } } }
    }),
  )

export const cancelTask = (task: string): void => void ask('data.cancel', { task }, showFailure)

export const told = (failure: Failure): void =>
  failure.code === 'cancelled'
    ? notify({ message: 'Stopped. Nothing of it was kept.' })
    : notify({ kind: 'failed', message: failure.message, hint: failure.hint, code: failure.code })

/** Does something long under a name of its own, and says what went wrong. Null then. */
export async function doTask<Value>(
  what: string,
  label: string,
  work: (task: string, onFailure: (failure: Failure) => void) => Promise<Value | null>,
): Promise<Value | null> {
  const task = newTask(what)
  begin(task, label)
  const made = await work(task, told)
  end(task)
  return made
}
