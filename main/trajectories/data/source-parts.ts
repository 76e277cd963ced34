/** What sources of trajectories share: what one is, and what is held to be true of all. */
import { LetheError } from '../../contract/errors.ts'
import type { TrajectorySet } from '../../contract/trajectories.ts'
import type { ReadOptions } from '../../data/formats/format.ts'
import { tasks } from '../environments/environment.ts'
import type { Task, TaskId } from '../environments/task.ts'
import type { EpisodeRecord } from './store.ts'

export interface TrajectorySource {
  readonly format: TrajectorySet['format']
  readonly environment: TrajectorySet['environment']
  readonly observationSize: number
  readonly actionSize: number
  readonly steps: number
  readonly problems: readonly string[]
  /** What was noticed while reading; complete once all is read. */
  readonly late: () => readonly string[]
  read(options?: ReadOptions): AsyncGenerator<EpisodeRecord>
  close(): Promise<void>
}

export interface SourceOptions extends ReadOptions {
  readonly as?: string | undefined
  /** The simulated task, where the file does not tell. */
  readonly task?: TaskId | undefined
}

export const malformed = (file: string, what: string): LetheError =>
  new LetheError('file-malformed', `${file}: ${what}`, mend)
export const mend = 'Mend the file, or leave the episode out, and import again.'

export function checkFinite(
  file: string,
  episode: number,
  field: string,
  values: Float32Array | Float64Array,
  width: number,
): void {
  const bad = values.findIndex((value) => !Number.isFinite(value))
  if (bad < 0) return
  const column = width > 1 ? `, column ${bad % width}` : ''
  const what = Number.isNaN(values[bad]!) ? 'not a number' : 'infinite'
  throw malformed(file, `Episode ${episode}, step ${Math.floor(bad / width)}: ${field}${column} is ${what}.`)
}

export function checkFlag(file: string, episode: number, step: number, field: string, value: number | undefined): void {
  if (value === undefined || value === 0 || value === 1) return
  throw malformed(file, `Episode ${episode}, step ${step - 1}: ${field} is ${value}; expected 0 or 1.`)
}

/** The task by name, held to its sizes. */
export function taskFor(
  file: string,
  name: string,
  told: TaskId | undefined,
  observationSize: number,
  actionSize: number,
): { task: Task | null; notes: string[] } {
  const flat = name.toLowerCase().replace(/[^a-z0-9]/g, '')
  const task = tasks.find(({ id }) => (told ? id === told : flat.includes(id))) ?? null
  if (!task) return { task, notes: ['The simulated task is not known; the set cannot be replayed.'] }
  const [observations, actions] = [task.observation.length, task.actions.length]
  if (observations === observationSize && actions === actionSize) return { task, notes: [] }
  const what = `observations have ${observationSize} columns and actions ${actionSize}; ${task.title} has ${observations} and ${actions}`
  if (told) throw malformed(file, `${what}.`)
  return {
    task: null,
    notes: [`Its name speaks of ${task.title}, but ${what}: it is taken as a set without a simulator.`],
  }
}
