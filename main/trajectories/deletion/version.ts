/** A version of a set without some of its episodes. Ids, hashes and the order of the others are those of the original. */
import type { TrajectorySet } from '../../contract/trajectories.ts'
import { LetheError } from '../../contract/errors.ts'
import { readRecords } from '../data/episode-rows.ts'
import {
  createTrajectorySet,
  isTrajectorySet,
  readEpisodes,
  readTrajectorySet,
  type EpisodeRecord,
} from '../data/store.ts'

export interface VersionOptions {
  readonly data: string
  readonly without: readonly number[]
  /** The deletion request it is made for; it names the version. */
  readonly request: string
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

const versionId = (data: string, request: string): string => `${data.slice(0, 36)}-without-${request.slice(-6)}`

/**
 * Makes it, or gives the one that was made for this request before: an episode at a time, each held against its hash, in a folder that
 * appears whole or not at all. Errors: `dataset-corrupt`, `dataset-exists`, `cancelled`, `config-invalid` where nothing would be left.
 */
export async function makeVersion(project: string, options: VersionOptions): Promise<TrajectorySet> {
  const { data, without, request } = options
  const id = versionId(data, request)
  if (await isTrajectorySet(project, id)) {
    const made = await readTrajectorySet(project, id)
    if (made.origin?.request === request) return made
    throw new LetheError(
      'dataset-exists',
      `There is a set ${id} that is no version of ${data}.`,
      'Rename or remove it.',
    )
  }
  const set = await readTrajectorySet(project, data)
  const left = new Set(without)
  const episodes = await readEpisodes(project, data)
  const kept = episodes.flatMap(({ id }, place) => (left.has(id) ? [] : [place]))
  if (kept.length === 0)
    throw new LetheError('config-invalid', `${set.name} holds no other episode.`, 'Remove the whole set instead.')
  async function* rows(): AsyncGenerator<EpisodeRecord> {
    let done = 0
    for await (const record of readRecords(project, set, episodes, kept, options.signal)) {
      yield record
      options.onProgress?.(++done, kept.length)
    }
  }
  const { name, source, format, licence, sensitive, environment, observationSize, actionSize, problems } = set
  const count = episodes.length - kept.length
  return createTrajectorySet(
    project,
    id,
    {
      ...{ source, format, licence, sensitive, environment, observationSize, actionSize, problems },
      name: `${name} without ${count} ${count === 1 ? 'episode' : 'episodes'}`.slice(0, 120),
      origin: { data, contentHash: set.contentHash, request, without: [...left].sort((a, b) => a - b) },
    },
    rows(),
  )
}
