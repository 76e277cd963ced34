/** One episode as the lab sends it: its facts, then float32 columns. */
import { useEffect, useState } from 'react'
import type { EpisodeHeader } from '../../main/contract/calls/trajectories.ts'
import { readLab } from '../app/bridge.ts'
import { showFailure } from '../app/store.ts'

export interface EpisodeData extends EpisodeHeader {
  /** Row after row. */
  readonly observationRows: Float32Array
  readonly actionRows: Float32Array
  readonly rewards: Float32Array
}

export function unpackEpisode(bytes: ArrayBuffer): EpisodeData {
  const length = new DataView(bytes).getUint32(0, true)
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length))) as EpisodeHeader
  const { episode, observations, actions } = header
  let at = 4 + length
  const take = (count: number) => {
    const values = new Float32Array(bytes, at, count)
    at += 4 * count
    return values
  }
  return {
    ...header,
    observationRows: take(episode.length * observations.length),
    actionRows: take(episode.length * actions.length),
    rewards: take(episode.length),
  }
}

/** One dimension of a row-after-row column. */
export const dimensionOf = (rows: Float32Array, width: number, index: number): number[] =>
  Array.from({ length: rows.length / width }, (_, row) => rows[row * width + index]!)

/** Null until it is read, and after a failure that was told. Reading one checks it against its hash. */
export function useEpisode(data: string, id: number | null): EpisodeData | null {
  const [found, setFound] = useState<{ readonly key: string; readonly episode: EpisodeData } | null>(null)
  const key = `${data} ${id}`
  useEffect(() => {
    if (id === null) return
    const reading = new AbortController()
    const read = async () => {
      const answer = await readLab(`trajectories/${data}/episode?id=${id}`, {
        signal: reading.signal,
        onFailure: showFailure,
      })
      if (!answer) return
      const bytes = await answer.arrayBuffer()
      if (!reading.signal.aborted) setFound({ key, episode: unpackEpisode(bytes) })
    }
    read().catch(() => undefined) // another was chosen while this one came
    return () => reading.abort()
  }, [data, id, key])
  return found?.key === key ? found.episode : null
}
