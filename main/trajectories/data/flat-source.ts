/**
 * Flat columns: D4RL's HDF5, and NPZ with the same names. They are cut into episodes after each row whose `terminals` or `timeouts` is
 * true; a terminal wins over a timeout. Without `timeouts` an episode of a known task is cut at its length. Rows after the last end are an
 * episode of their own that just stops. Values become float32, as every offline-RL library trains on them; the simulator's state stays float64.
 */
import path from 'node:path'
import type { Episode } from '../../contract/trajectories.ts'
import { throwIfAborted } from '../../data/formats/bytes.ts'
import { dtypeBytes, type ArraySource, type Part, type ReadOptions } from '../../data/formats/format.ts'
import { numbers } from '../../data/formats/values.ts'
import type { Task } from '../environments/task.ts'
import {
  checkFinite,
  checkFlag,
  malformed,
  taskFor,
  type SourceOptions,
  type TrajectorySource,
} from './source-parts.ts'
import type { EpisodeRecord } from './store.ts'

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

export function flatSource(
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
