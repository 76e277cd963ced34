/** What jobs on trajectories share: what they are given, and which episodes they look at. */
import type { Job, JobContext } from '../contract/job.ts'
import { LetheError } from '../contract/errors.ts'
import type { Episode, TrajectorySet } from '../contract/trajectories.ts'
import type { OpenedTrajectories } from './data/store.ts'

export interface TrajectoryContext extends JobContext {
  readonly trajectories: OpenedTrajectories
  /** An artifact of another run of the project; null where it is not there. */
  artifactOf(run: string, name: string): Promise<Uint8Array | null>
}

export type TrajectoryJob<Config> = Job<Config, TrajectoryContext, TrajectorySet>

/**
 * The first `share` of the episodes, in the order of the file and without those named: the rest is held out and never trained on.
 * The published split is not shuffled either. Errors: `config-invalid` where nothing is left.
 */
export function trainingEpisodes(
  data: { readonly set: Pick<TrajectorySet, 'id'>; readonly episodes: readonly Episode[] },
  share: number,
  without: readonly number[],
): Episode[] {
  const left = new Set(without)
  const first = data.episodes.slice(0, data.episodes.length - heldOut(data.episodes.length, share))
  const chosen = first.filter(({ id }) => !left.has(id))
  if (chosen.length === 0)
    throw new LetheError('config-invalid', `${data.set.id}: no episode is left to learn from.`, 'Leave out fewer.')
  return chosen
}

/** How many episodes at the end are held out: rounded up, as scikit-learn's train_test_split does. */
export const heldOut = (episodes: number, share: number): number => Math.ceil((1 - share) * episodes - 1e-9)
