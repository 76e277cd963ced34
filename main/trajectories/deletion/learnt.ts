/** What an agent has learnt of the episodes of a set. It may have been trained on another: one that this is a version of, or one that is gone. */
import type { ChosenEpisode, Content } from '../../contract/deletion.ts'
import { LetheError } from '../../contract/errors.ts'
import type { Episode } from '../../contract/trajectories.ts'
import type { AgentHeader } from '../algorithms/agent-file.ts'
import { heldOut } from '../job.ts'
import type { ForgetPool } from '../unlearning/forget-set.ts'
import { holderOf } from './holders.ts'
import { learntBy, type RunFolder } from './runs-on.ts'

export interface LearntAmong {
  /** All that the agent's own set held. */
  readonly own: Content
  /** Those it learnt and has not been made to forget, as its own set names them. */
  readonly learnt: readonly ChosenEpisode[]
  /** The same as the other set names them, to choose among. */
  readonly pool: ForgetPool
}

/** Errors: `config-invalid` where none of them can be found in what the agent was trained on. */
export function learntAmong(
  { id: run, header }: { readonly id: string; readonly header: Pick<AgentHeader, 'data' | 'share'> },
  { id: data, episodes }: { readonly id: string; readonly episodes: readonly Episode[] },
  runs: readonly RunFolder[],
  contents: readonly Content[],
): LearntAmong {
  const content = contents.find(({ contentHash }) => contentHash === header.data.contentHash)
  const own = content && { ...content, data: header.data.id }
  const known = new Set(episodes.map(({ sha256 }) => sha256))
  const both = own ? holderOf(own, known) : null
  const made = runs.find(({ id }) => id === run)
  const found = both && made && learntBy(made, runs, [both])
  if (!own || !found || both.chosen.length === 0)
    throw new LetheError(
      'config-invalid',
      `Run ${run} was not trained on ${data}, nor on a set that is known to hold any of its episodes.`,
      'Choose an agent of that set, or open the request without one; the agents that may have learnt them are listed.',
    )
  const end = own.episodes.length - heldOut(own.episodes.length, header.share)
  const left = new Set(found.ids.filter((id) => !found.forgotten.includes(id)))
  const learnt = both.chosen.filter(({ id, place }) => place < end && left.has(id))
  const hashes = new Set(learnt.map(({ sha256 }) => sha256))
  const trained = episodes.filter(({ sha256 }) => hashes.has(sha256))
  return { own, learnt, pool: { all: episodes, trained, share: header.share } }
}
