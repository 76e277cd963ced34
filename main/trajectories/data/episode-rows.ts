/** One episode out of a set of millions of steps: only its rows are read, and they are held against the episode's hash. */
import { createHash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import { LetheError } from '../../contract/errors.ts'
import type { ColumnName, Episode, TrajectorySet } from '../../contract/trajectories.ts'
import { throwIfAborted } from '../../data/formats/bytes.ts'
import { parseNpyHeader } from '../../data/formats/npy.ts'
import { columnFile, hashedColumns, type EpisodeRecord } from './store.ts'

export interface EpisodeRows {
  readonly observations: Float32Array
  readonly actions: Float32Array
  readonly rewards: Float32Array
  /** The observation after the last step; zeros where the source did not tell it. */
  readonly final: Float32Array
  /** The simulator's state before each step, where the set has it. */
  readonly positions: Float64Array | null
  readonly velocities: Float64Array | null
}

/** `place` is that of the episode in its set. Errors: `dataset-corrupt`. */
export async function readEpisodeRows(
  project: string,
  set: TrajectorySet,
  episode: Episode,
  place: number,
): Promise<EpisodeRows> {
  const hash = createHash('sha256')
  const found = new Map<ColumnName, Uint8Array>()
  const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
  for (const name of hashedColumns) {
    if (!set.columns[name]) continue
    const bytes = await readRows(columnFile(project, set.id, name), episode.start, episode.length)
    found.set(name, bytes)
    hash.update(`${name} ${digest(bytes)}\n`)
  }
  const final = await readRows(columnFile(project, set.id, 'final-observations'), place, 1)
  if (hash.update(`final ${digest(final)}\n`).digest('hex') !== episode.sha256)
    throw new LetheError(
      'dataset-corrupt',
      `Episode ${episode.id} of ${set.id} was changed after the import: its rows no longer match its hash.`,
      'Import the data again.',
    )
  const floats = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
    new Float32Array(buffer, byteOffset, byteLength / 4)
  const doubles = (name: ColumnName): Float64Array | null => {
    const bytes = found.get(name)
    return bytes ? new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8) : null
  }
  return {
    observations: floats(found.get('observations')!),
    actions: floats(found.get('actions')!),
    rewards: floats(found.get('rewards')!),
    final: floats(final),
    positions: doubles('positions'),
    velocities: doubles('velocities'),
  }
}

/** Episodes of a set, as they go into another. `places` are theirs in its list. Errors: `dataset-corrupt`, `cancelled`. */
export async function* readRecords(
  project: string,
  set: TrajectorySet,
  episodes: readonly Episode[],
  places: Iterable<number>,
  signal?: AbortSignal,
): AsyncGenerator<EpisodeRecord> {
  for (const place of places) {
    throwIfAborted(signal)
    const { id, end, tags, seed, finalKnown } = episodes[place]!
    const { final, positions, velocities, ...columns } = await readEpisodeRows(project, set, episodes[place]!, place)
    yield {
      ...columns,
      ...{ id, end, tags, seed },
      final: finalKnown ? final : null,
      positions: positions ?? undefined,
      velocities: velocities ?? undefined,
    }
  }
}

const headBytes = 4096

async function readRows(file: string, first: number, count: number): Promise<Uint8Array> {
  const handle = await fs.open(file)
  try {
    const head = Buffer.alloc(headBytes)
    const { bytesRead } = await handle.read(head, 0, headBytes, 0)
    const { start, bytes, shape } = parseNpyHeader(file, head.subarray(0, bytesRead))
    const rowBytes = bytes / Math.max(1, shape[0]!)
    const rows = new Uint8Array(count * rowBytes)
    await handle.read(rows, 0, rows.length, start + first * rowBytes)
    return rows
  } finally {
    await handle.close()
  }
}
