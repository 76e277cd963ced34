/** One replayed episode as the lab sends it: the index of its run, and the arrays that its tracks name. */
import type { ReplayEpisode, ReplayIndex } from '../../../main/contract/replay.ts'
import { readLab, type Failure } from '../../app/bridge.ts'

export interface TrackData {
  readonly poses: Float32Array
  readonly rewards: Float32Array
}

export interface PlayedData extends TrackData {
  /** Q of its own actions along its own way, and of the recorded ones along the record; null for an agent without critics. */
  readonly values: Float32Array | null
  readonly recordedValues: Float32Array | null
}

export interface ReplayData {
  readonly index: ReplayIndex
  readonly episode: ReplayEpisode
  readonly recorded: TrackData
  readonly played: readonly PlayedData[]
}

/** The values of an NPY file of float32 that the lab wrote; its index says the shape. */
export function valuesOfNpy(bytes: ArrayBuffer): Float32Array {
  const head = new DataView(bytes)
  const start = head.getUint8(6) === 1 ? 10 + head.getUint16(8, true) : 12 + head.getUint32(8, true)
  return new Float32Array(bytes, start)
}

/** Null after `onFailure` has heard why, and where the reading was given up. */
export async function readReplay(
  run: string,
  episode: number,
  signal: AbortSignal,
  onFailure: (failure: Failure) => void,
): Promise<ReplayData | null> {
  const read = async (file: string): Promise<Float32Array> => {
    const answer = await readLab(`replays/${run}/${file}`, { signal, onFailure })
    if (!answer) throw new Error(file)
    return valuesOfNpy(await answer.arrayBuffer())
  }
  const readAny = (file: string | null) => (file === null ? Promise.resolve(null) : read(file))
  const track = async ({
    poses,
    rewards,
  }: {
    readonly poses: string
    readonly rewards: string
  }): Promise<TrackData> => {
    const [where, what] = await Promise.all([read(poses), read(rewards)])
    return { poses: where, rewards: what }
  }
  try {
    const answer = await readLab(`replays/${run}/replay.json`, { signal, onFailure })
    if (!answer) throw new Error('replay.json')
    const index = (await answer.json()) as ReplayIndex
    const found = index.episodes.find(({ id }) => id === episode)
    if (!found) throw new Error(`episode ${episode}`)
    const played = found.played.map(async (one) => ({
      ...(await track(one)),
      values: await readAny(one.values),
      recordedValues: await readAny(one.recordedValues),
    }))
    return { index, episode: found, recorded: await track(found.recorded), played: await Promise.all(played) }
  } catch (error) {
    if (!signal.aborted)
      onFailure({
        code: 'file-malformed',
        message: `The replay of run ${run} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
        hint: 'Start it again.',
      })
    return null
  }
}
