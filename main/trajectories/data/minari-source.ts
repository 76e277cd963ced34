/** Minari folders: an episode each, with one observation more than steps. */
import path from 'node:path'
import { throwIfAborted } from '../../data/formats/bytes.ts'
import type { ReadOptions } from '../../data/formats/format.ts'
import { parseTolerant, type MinariEpisode, type MinariSource } from '../../data/formats/minari.ts'
import { collect } from '../../data/formats/npy.ts'
import { numbers } from '../../data/formats/values.ts'
import type { Variant } from '../environments/task.ts'
import { checkFinite, malformed, taskFor, type SourceOptions, type TrajectorySource } from './source-parts.ts'
import type { EpisodeRecord } from './store.ts'

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

export function minariSource(
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
