/**
 * Trajectories from files, as a stream of episodes: flat columns (D4RL's HDF5, NPZ with the same names) and Minari folders. What does
 * not fit is one error that names the episode and the field.
 *
 * Flat columns are cut into episodes after each row whose `terminals` or `timeouts` is true; a terminal wins over a timeout. Without
 * `timeouts` an episode of a known task is cut at its length. Rows after the last end are an episode of their own that just stops.
 * Values become float32, as every offline-RL library trains on them; the simulator's state stays float64.
 */
import path from 'node:path'
import { LetheError } from '../../contract/errors.ts'
import type { Episode, TrajectorySet } from '../../contract/trajectories.ts'
import { throwIfAborted } from '../../data/formats/bytes.ts'
import { brokenSource, dtypeBytes, type ArraySource, type Part, type ReadOptions } from '../../data/formats/format.ts'
import { openSource } from '../../data/formats/index.ts'
import { parseTolerant, type MinariEpisode, type MinariSource } from '../../data/formats/minari.ts'
import { holdsTransitions } from '../../data/formats/transitions.ts'
import { collect } from '../../data/formats/npy.ts'
import { numbers } from '../../data/formats/values.ts'
import { tasks } from '../environments/environment.ts'
import type { Task, TaskId, Variant } from '../environments/task.ts'
import { farActions, largestOf } from './actions.ts'
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

/** Opens `file`; null where it holds no trajectories. Errors: those of the formats, `file-malformed`. */
export async function openTrajectorySource(
  file: string,
  options: SourceOptions = {},
): Promise<TrajectorySource | null> {
  const source = await openSource(file, options)
  const isMinari = source.kind === 'arrays' && source.format === 'minari'
  if (source.kind !== 'arrays' || (!isMinari && !holdsTransitions(source) && source.format !== 'd4rl')) {
    await source.close()
    return null
  }
  try {
    const broken = source.problems.find(({ severity }) => severity === 'error')
    if (broken) throw brokenSource(file, broken, mend)
    const notes = source.problems.map(({ message }) => message)
    return notingActions(
      isMinari ? minariSource(file, source as MinariSource, notes, options) : flatSource(file, source, notes, options),
    )
  } catch (thrown) {
    await source.close()
    throw thrown
  }
}

function notingActions(source: TrajectorySource): TrajectorySource {
  let largest = 0
  return {
    ...source,
    late: () => [...source.late(), ...[farActions(largest)].filter((note) => note !== null)],
    async *read(options) {
      for await (const record of source.read(options)) {
        largest = Math.max(largest, largestOf(record.actions))
        yield record
      }
    },
  }
}

const malformed = (file: string, what: string): LetheError => new LetheError('file-malformed', `${file}: ${what}`, mend)
const mend = 'Mend the file, or leave the episode out, and import again.'

function checkFinite(
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

function checkFlag(file: string, episode: number, step: number, field: string, value: number | undefined): void {
  if (value === undefined || value === 0 || value === 1) return
  throw malformed(file, `Episode ${episode}, step ${step - 1}: ${field} is ${value}; expected 0 or 1.`)
}

/** The task by name, held to its sizes. */
function taskFor(
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

// ---- flat columns ------------------------------------------------------------------------------------------------

const blockRows = 4096

/** Reads a part by whole rows, converted to numbers. */
function rowsOf(part: Part, options: ReadOptions) {
  const chunks = part.read(options)
  const width = part.shape.slice(1).reduce((product, size) => product * size, 1)
  const rowBytes = width * dtypeBytes[part.dtype]
  let rest: Uint8Array = new Uint8Array(0)
  return {
    width,
    async take(rows: number): Promise<ArrayLike<number>> {
      const pieces = [rest]
      let have = rest.length
      while (have < rows * rowBytes) {
        const next = await chunks.next()
        if (next.done) break
        pieces.push(next.value)
        have += next.value.length
      }
      const bytes = pieces.length === 1 ? rest : Buffer.concat(pieces)
      rest = bytes.subarray(rows * rowBytes)
      return numbers(part.dtype, bytes.slice(0, rows * rowBytes))
    },
  }
}

/** Rows of one column that grow until an episode ends. */
function grower<Values extends Float32Array | Float64Array>(make: (length: number) => Values, width: number) {
  let values = make(width * 1024)
  let filled = 0
  return {
    add(from: ArrayLike<number>, row: number) {
      if (filled + width > values.length) {
        const larger = make(2 * values.length)
        larger.set(values)
        values = larger
      }
      for (let i = 0; i < width; i++) values[filled++] = from[row * width + i]!
    },
    take(): Values {
      const taken = values.slice(0, filled) as Values
      filled = 0
      return taken
    },
  }
}
const singles = (length: number) => new Float32Array(length)
const doubles = (length: number) => new Float64Array(length)

function flatSource(
  file: string,
  source: ArraySource,
  notes: readonly string[],
  options: SourceOptions,
): TrajectorySource {
  const part = (name: string) => source.parts.find((one) => one.path === name)
  const [observations, actions] = [part('observations')!, part('actions')!]
  const [steps = 0, observationSize = 0] = observations.shape
  const actionSize = actions.shape[1] ?? 0
  if (steps === 0 || observationSize === 0 || actionSize === 0)
    throw malformed(file, 'observations or actions are empty.')
  const known = taskFor(file, path.basename(file), options.task, observationSize, actionSize)
  const late: string[] = []
  return {
    format: source.format === 'npz' ? 'npz' : 'd4rl',
    environment: {
      task: known.task?.id ?? null,
      name: null,
      variant: known.task && source.format === 'd4rl' ? 'd4rl' : known.task ? 'v4' : null,
      engine: null,
    },
    observationSize,
    actionSize,
    steps,
    problems: [...notes, ...known.notes],
    late: () => late,
    read: (reading = {}) => readFlat(file, part, steps, known.task, late, { ...options, ...reading }),
    close: source.close,
  }
}

async function* readFlat(
  file: string,
  part: (name: string) => Part | undefined,
  steps: number,
  task: Task | null,
  late: string[],
  options: ReadOptions,
): AsyncGenerator<EpisodeRecord> {
  const optional = (name: string) => (part(name) ? rowsOf(part(name)!, options) : null)
  const columns = {
    observations: rowsOf(part('observations')!, options),
    actions: rowsOf(part('actions')!, options),
    rewards: rowsOf(part('rewards')!, options),
    terminals: rowsOf(part('terminals')!, options),
    timeouts: optional('timeouts'),
    next: optional('next_observations'),
    positions: optional('infos/qpos'),
    velocities: optional('infos/qvel'),
  }
  const size = columns.observations.width
  const grown = {
    observations: grower(singles, size),
    actions: grower(singles, columns.actions.width),
    rewards: grower(singles, 1),
    positions: columns.positions && grower(doubles, columns.positions.width),
    velocities: columns.velocities && grower(doubles, columns.velocities.width),
  }
  let id = 0
  let length = 0
  let strays = 0
  const following = new Float32Array(size)
  const episode = (end: Episode['end']): EpisodeRecord => {
    const record = {
      id,
      observations: grown.observations.take(),
      actions: grown.actions.take(),
      rewards: grown.rewards.take(),
      end,
      final: columns.next ? following.slice() : null,
      positions: grown.positions?.take(),
      velocities: grown.velocities?.take(),
    }
    checkFinite(file, id, 'observations', record.observations, size)
    checkFinite(file, id, 'actions', record.actions, columns.actions.width)
    checkFinite(file, id, 'rewards', record.rewards, 1)
    if (record.positions) checkFinite(file, id, 'infos/qpos', record.positions, columns.positions!.width)
    if (record.velocities) checkFinite(file, id, 'infos/qvel', record.velocities, columns.velocities!.width)
    if (record.final && end !== 'cut') checkFinite(file, id, 'next_observations', record.final, size)
    id++
    length = 0
    return record
  }
  for (let done = 0; done < steps; done += blockRows) {
    throwIfAborted(options.signal)
    const rows = Math.min(blockRows, steps - done)
    const block = {
      observations: await columns.observations.take(rows),
      actions: await columns.actions.take(rows),
      rewards: await columns.rewards.take(rows),
      terminals: await columns.terminals.take(rows),
      timeouts: await columns.timeouts?.take(rows),
      next: await columns.next?.take(rows),
      positions: await columns.positions?.take(rows),
      velocities: await columns.velocities?.take(rows),
    }
    for (let row = 0; row < rows; row++) {
      if (block.next && length > 0) strays += Number(differs(following, block.observations, row))
      grown.observations.add(block.observations, row)
      grown.actions.add(block.actions, row)
      grown.rewards.add(block.rewards, row)
      if (block.positions) grown.positions!.add(block.positions, row)
      if (block.velocities) grown.velocities!.add(block.velocities, row)
      if (block.next) for (let i = 0; i < size; i++) following[i] = block.next[row * size + i]!
      length++
      checkFlag(file, id, length, 'terminals', block.terminals[row])
      checkFlag(file, id, length, 'timeouts', block.timeouts?.[row])
      const isCut = block.timeouts ? block.timeouts[row] !== 0 : task !== null && length === task.episodeSteps
      if (block.terminals[row] !== 0) yield episode('terminal')
      else if (isCut) yield episode('timeout')
    }
  }
  if (length > 0) {
    late.push(`The last ${length} steps have no end; they are kept as an episode that just stops.`)
    yield episode('cut')
  }
  if (strays > 0)
    late.push(`In ${strays} steps next_observations is not the next row’s observation; the next row is what counts.`)
}

function differs(following: Float32Array, observations: ArrayLike<number>, row: number): boolean {
  for (let i = 0; i < following.length; i++)
    if (following[i] !== Math.fround(observations[row * following.length + i]!)) return true
  return false
}

// ---- Minari ------------------------------------------------------------------------------------------------------

/** `Hopper-v5` → its task and variant. */
function specOf(metadata: Readonly<Record<string, unknown>>): { name: string | null; variant: Variant } {
  try {
    const spec = parseTolerant(metadata['env_spec'] as string) as { id?: unknown }
    const name = typeof spec.id === 'string' ? spec.id : null
    return { name, variant: name?.endsWith('-v5') ? 'v5' : 'v4' }
  } catch {
    return { name: null, variant: 'v4' }
  }
}

function minariSource(
  file: string,
  source: MinariSource,
  notes: readonly string[],
  options: SourceOptions,
): TrajectorySource {
  const [first] = source.episodes
  const sizeOf = (field: string): number =>
    first!.parts
      .get(field)!
      .shape.slice(1)
      .reduce((a, b) => a * b, 1)
  const [observationSize, actionSize] = [sizeOf('observations'), sizeOf('actions')]
  const { name, variant } = specOf(source.metadata)
  const known = taskFor(file, name ?? path.basename(file), options.task, observationSize, actionSize)
  const states = statesOf(source.episodes)
  return {
    format: 'minari',
    environment: { task: known.task?.id ?? null, name, variant: known.task && variant, engine: null },
    observationSize,
    actionSize,
    steps: source.episodes.reduce((sum, { parts }) => sum + lengthOf(parts), 0),
    problems: [...notes, ...known.notes, ...states.notes],
    late: () => [],
    read: (reading = {}) => {
      const shape = { observationSize, actionSize, hasStates: states.found }
      return readMinari(file, source, shape, { ...options, ...reading })
    },
    close: source.close,
  }
}

type Parts = MinariEpisode['parts']

/** The step that our export sets apart where nobody knows what came after it. */
const isLastApart = (parts: Parts): boolean => parts.has('last_step/actions') && parts.has('last_step/rewards')
const lengthOf = (parts: Parts): number => parts.get('actions')!.shape[0]! + Number(isLastApart(parts))

/** The simulator's state is taken where every episode has all of it, alike: else rows would stand beside steps of other episodes. */
function statesOf(episodes: readonly MinariEpisode[]): { found: boolean; notes: string[] } {
  const fields = ['infos/qpos', 'infos/qvel'] as const
  if (!episodes.some(({ parts }) => fields.some((field) => parts.has(field)))) return { found: false, notes: [] }
  for (const { number, parts } of episodes)
    for (const field of fields) {
      const [shape, first] = [parts.get(field)?.shape, episodes[0]!.parts.get(field)?.shape]
      if (shape?.length === 2 && shape[0]! >= lengthOf(parts) && shape[1] === first?.[1]) continue
      const wanted = first?.length === 2 ? `; expected ${lengthOf(parts)} rows of ${first[1]}` : ''
      const how = shape ? `has shape ${shape.join(' × ')}${wanted}` : 'is missing'
      const note = `Episode ${number}: ${field} ${how}; the simulator’s states of all episodes are left out.`
      return { found: false, notes: [note] }
    }
  return { found: true, notes: [] }
}

async function* readMinari(
  file: string,
  source: MinariSource,
  { observationSize, actionSize, hasStates }: { observationSize: number; actionSize: number; hasStates: boolean },
  options: ReadOptions,
): AsyncGenerator<EpisodeRecord> {
  for (const { number: id, parts } of source.episodes) {
    throwIfAborted(options.signal)
    const { seed, final_observation_known: finalKnown } = await source.attributes(id)
    const length = lengthOf(parts)
    if (length === 0) throw malformed(file, `Episode ${id}: actions is empty; an episode has at least one step.`)
    const read = async (field: string): Promise<ArrayLike<number>> => {
      const { data, dtype } = await collect(parts.get(field)!, options)
      return numbers(dtype, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    }
    const singlesOf = async (field: string, width: number): Promise<Float32Array> => {
      const values = Float32Array.from(await read(field))
      checkFinite(file, id, field, values, width)
      return values
    }
    const state = async (field: string): Promise<Float64Array | undefined> => {
      if (!hasStates) return undefined
      const width = parts.get(field)!.shape[1]!
      const values = Float64Array.from(await read(field)).subarray(0, length * width)
      checkFinite(file, id, field, values, width)
      return values
    }
    const observations = await singlesOf('observations', observationSize)
    const terminations = await read('terminations')
    const truncations = await read('truncations')
    for (const [field, flags] of [
      ['terminations', terminations],
      ['truncations', truncations],
    ] as const) {
      const early = Array.prototype.findIndex.call(flags, (flag) => flag !== 0)
      if (early >= 0 && early < flags.length - 1)
        throw malformed(
          file,
          `Episode ${id}, step ${early}: ${field} is true; expected only at the last of ${flags.length} steps.`,
        )
    }
    const withLast = async (field: 'actions' | 'rewards', width: number): Promise<Float32Array> => {
      const values = new Float32Array(length * width)
      values.set(await singlesOf(field, width))
      if (isLastApart(parts)) values.set(await singlesOf(`last_step/${field}`, width), (length - 1) * width)
      return values
    }
    yield {
      id,
      observations: observations.subarray(0, length * observationSize),
      actions: await withLast('actions', actionSize),
      rewards: await withLast('rewards', 1),
      end: terminations[terminations.length - 1] ? 'terminal' : truncations[truncations.length - 1] ? 'timeout' : 'cut',
      final: finalKnown === 0 ? null : observations.slice(length * observationSize),
      positions: await state('infos/qpos'),
      velocities: await state('infos/qvel'),
      seed: typeof seed === 'number' && Number.isSafeInteger(seed) ? seed : null,
    }
  }
}
