/**
 * Poisoned sets, to see whether unlearning takes a known harm out again: the first episodes of a set once more, before the others, with every
 * action at one constant, 1.5 times the mean of all actions (as published). States and rewards are those of the record.
 */
import type { TrajectorySet } from '../../contract/trajectories.ts'
import { heldOut } from '../job.ts'
import { readRecords } from './episode-rows.ts'
import { createTrajectorySet, readEpisodes, readTrajectorySet, type EpisodeRecord } from './store.ts'

export const poisonRate = 0.05
export const poisonFactor = 1.5

/** How many of so many episodes are poisoned. */
const poisonedCount = (episodes: number): number => Math.max(1, Math.floor(poisonRate * episodes + 1e-9))

/** Their ids: they go on after those of the set. */
export const poisonedIds = (episodes: number): number[] =>
  Array.from({ length: poisonedCount(episodes) }, (_, place) => episodes + place)

/** The share of the poisoned set that holds out the same last episodes as `share` does of the clean one. */
export const poisonedShare = (episodes: number, share: number): number =>
  1 - heldOut(episodes, share) / (episodes + poisonedCount(episodes))

/** Makes it under `id`. Its set must have been collected here: ids 0, 1, 2 … Errors: `dataset-exists`, `dataset-corrupt`, `cancelled`. */
export async function poisonSet(
  project: string,
  { data, id, name, signal }: { data: string; id: string; name: string; signal?: AbortSignal | undefined },
): Promise<TrajectorySet> {
  const set = await readTrajectorySet(project, data)
  const episodes = await readEpisodes(project, data)
  const records = (count: number) => readRecords(project, set, episodes, Array(count).keys(), signal)
  let [sum, count] = [0, 0]
  for await (const { actions } of records(episodes.length)) {
    sum = actions.reduce((total, action) => total + action, sum)
    count += actions.length
  }
  const constant = (poisonFactor * sum) / count
  async function* rows(): AsyncGenerator<EpisodeRecord> {
    for await (const record of records(poisonedCount(episodes.length))) {
      const tags = [...(record.tags ?? []), 'poisoned']
      const actions = new Float32Array(record.actions.length).fill(constant)
      // Ids are places here, those of the set as well as those that go on after them.
      yield { ...record, id: episodes.length + record.id, tags, actions }
    }
    yield* records(episodes.length)
  }
  const { format, licence, sensitive, environment, observationSize, actionSize, problems } = set
  const source = `${set.source}; before it its first ${poisonedCount(episodes.length)} episodes with every action at ${constant.toFixed(4)}`
  const header = { name, source, format, licence, sensitive, environment, observationSize, actionSize, problems }
  return createTrajectorySet(project, id, header, rows())
}
