/** One episode as the lab sends it: its facts, then float32 columns. */
import { useEffect, useState } from 'react'
import type { EpisodeHeader } from '../../main/contract/calls/trajectories.ts'
import { readLab, type Failure } from '../app/bridge.ts'

export interface EpisodeData extends EpisodeHeader {
  /** Row after row. */
  readonly observationRows: Float32Array
  readonly actionRows: Float32Array
  readonly rewards: Float32Array
}

function unpackEpisode(bytes: ArrayBuffer): EpisodeData {
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

interface Reading {
  /** Both null until it is read. */
  readonly found: EpisodeData | null
  readonly failure: Failure | null
  again(): void
}

const unread: Failure = {
  code: 'file-unreadable',
  message: 'What the lab sent of the episode cannot be read.',
  hint: 'Try again.',
}

/** Reading one checks it against its hash. Who shows it says why it could not be read. */
export function useEpisode(data: string, id: number): Reading {
  const [read, setRead] = useState<(Omit<Reading, 'again'> & { readonly key: string }) | null>(null)
  const [attempt, setAttempt] = useState(0)
  const key = `${data} ${id} ${attempt}`
  useEffect(() => {
    const reading = new AbortController()
    const take = (next: Partial<Omit<Reading, 'again'>>) => {
      if (!reading.signal.aborted) setRead({ key, found: null, failure: null, ...next })
    }
    const ask = async () => {
      let failure = unread
      const answer = await readLab(`trajectories/${data}/episode?id=${id}`, {
        signal: reading.signal,
        onFailure: (told) => (failure = told),
      })
      take(answer ? { found: unpackEpisode(await answer.arrayBuffer()) } : { failure })
    }
    ask().catch(() => take({ failure: unread }))
    return () => reading.abort()
  }, [data, id, key])
  const known = read?.key === key ? read : null
  return {
    found: known?.found ?? null,
    failure: known?.failure ?? null,
    again: () => setAttempt(attempt + 1),
  }
}
