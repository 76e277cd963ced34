/** The episodes of a set as columns of numbers: a set may hold tens of thousands. A place is an episode's row in them. */
import type { EpisodeColumns } from '../../main/contract/calls/trajectories.ts'
import type { Agent } from '../../main/contract/calls/forgetting.ts'
import { readLab, type Failure } from '../app/bridge.ts'

export interface Episodes {
  /** The set they are of, and its content: what was read of another is not shown. */
  readonly data: string
  readonly contentHash: string
  readonly count: number
  readonly ids: readonly number[]
  readonly lengths: readonly number[]
  readonly returns: readonly number[]
  readonly ends: string
  /** The tags of an episode, as words. */
  readonly tags: readonly string[]
  /** Means of equal parts of each episode's rewards, `points` to an episode; null until they are read. */
  readonly rewards: Float32Array | null
}

/** Points of a sparkline. */
export const points = 32

export async function readEpisodeColumns(
  data: string,
  contentHash: string,
  onFailure: (failure: Failure) => void,
): Promise<Episodes | null> {
  const answer = await readLab(`trajectories/${data}/episodes`, { onFailure })
  if (!answer) return null
  const { tags, tagSets, ...columns } = (await answer.json()) as EpisodeColumns
  const words = tagSets.map((set) => set.join(', '))
  return {
    ...columns,
    ...{ data, contentHash, count: columns.ids.length, rewards: null },
    tags: tags.map((place) => words[place] ?? ''),
  }
}

export async function readRewardMeans(
  data: string,
  onFailure: (failure: Failure) => void,
): Promise<Float32Array | null> {
  const answer = await readLab(`trajectories/${data}/rewards?points=${points}`, { onFailure })
  return answer && new Float32Array(await answer.arrayBuffer())
}

/** Ids of the episodes that an agent still knows. */
export function learntOf({ learntFrom, without }: Agent, { ids }: Pick<Episodes, 'ids'>): ReadonlySet<number> {
  const gone = new Set(without)
  return new Set(ids.slice(0, learntFrom ?? ids.length).filter((id) => !gone.has(id)))
}

export const endWords = (letter: string | undefined): string =>
  letter === 't' ? 'terminal' : letter === 'o' ? 'time limit' : 'cut'
