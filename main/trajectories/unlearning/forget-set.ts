/** Which trajectories are to be forgotten, and what becomes of their rewards. */
import { LetheError } from '../../contract/errors.ts'
import type { Episode } from '../../contract/trajectories.ts'
import { rootStream } from '../../math/random.ts'
import { heldOut } from '../job.ts'

/** As words: `tail:0.01`, `random:0.01`, `highest:0.01`, `lowest:0.01` or `ids:3,14,15`. */
export const selectorHelp = 'tail:RATE, random:RATE, highest:RATE, lowest:RATE (by return), ids:3,14,15 or csv:FILE'

export interface ForgetPool {
  /** All episodes of the set, in its order. */
  readonly all: readonly Episode[]
  /** Those that the agent was trained on. */
  readonly trained: readonly Episode[]
  /** Share of all that it was trained on. */
  readonly share: number
}

/**
 * The ids a selector means, in the set's order. A rate is a share of all episodes. `tail` is the published choice: the episodes just
 * before the held-out end, unshuffled, with scikit-learn's rounding. Errors: `config-invalid`.
 */
export function forgetIds(selector: string, pool: ForgetPool, seed: number): number[] {
  const [kind = '', rest = ''] = selector.split(/:(.*)/s)
  const chosen = kind === 'ids' ? listed(rest, pool) : drawn(kind, rateOf(selector, rest), pool, seed)
  const wanted = new Set(chosen)
  if (wanted.size === 0) throw invalid(selector, 'names no episode')
  if (wanted.size >= pool.all.length)
    throw invalid(
      selector,
      'names every episode of the set, and nothing would be left',
      'Remove the whole set instead, and the agents and other runs made of it.',
    )
  if (wanted.size >= pool.trained.length) throw invalid(selector, 'names every episode that the agent was trained on')
  const ids = pool.trained.filter(({ id }) => wanted.has(id)).map(({ id }) => id)
  if (ids.length === 0) throw invalid(selector, 'names only episodes that the agent never saw or has forgotten')
  return ids
}

function listed(rest: string, { all, trained }: ForgetPool): number[] {
  const known = new Set(all.map(({ id }) => id))
  const learnt = new Set(trained.map(({ id }) => id))
  return rest
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map((word) => {
      const id = Number(word)
      if (!Number.isInteger(id) || !known.has(id)) throw invalid(word, 'is not the id of an episode of the set')
      if (!learnt.has(id)) throw invalid(`episode ${word}`, 'was not among those the agent was trained on')
      return id
    })
}

function drawn(kind: string, rate: number, { all, trained, share }: ForgetPool, seed: number): number[] {
  const count = Math.max(1, Math.floor(rate * all.length + 1e-9))
  const byReturn = [...trained].sort((a, b) => a.return - b.return || a.id - b.id)
  const idsOf = (episodes: readonly Episode[]): number[] => episodes.map(({ id }) => id)
  if (kind === 'highest') return idsOf(byReturn.slice(-count))
  if (kind === 'lowest') return idsOf(byReturn.slice(0, count))
  if (kind === 'random') {
    const order = rootStream(seed).fork('forget set').permutation(trained.length)
    return [...order.subarray(0, count)].map((place) => trained[place]!.id)
  }
  if (kind !== 'tail') throw invalid(kind, `is not a way to choose; expected ${selectorHelp}`)
  const split = rate + (1 - share)
  const end = heldOut(all.length, 1 - split)
  // Of few episodes the rounding leaves none before the held-out end: then it is the last of those trained on.
  const boundary = all.length - heldOut(all.length, share)
  const start = all.length - end < boundary ? all.length - end : boundary - 1
  return idsOf(all.slice(start, start + Math.max(1, Math.floor((end * rate) / split + 1e-9))))
}

function rateOf(selector: string, text: string): number {
  const rate = Number(text)
  if (text !== '' && rate > 0 && rate < 1) return rate
  throw invalid(selector, `has no rate above 0 and below 1; expected ${selectorHelp}`)
}

const invalid = (
  what: string,
  reason: string,
  hint = 'Choose among the episodes that it was trained on; `lethe data show` and the table of episodes list all.',
): LetheError =>
  new LetheError('config-invalid', `${what.length > 60 ? `${what.slice(0, 60)}…` : what} ${reason}.`, hint)

/** What is learned from each reward: as it was, turned round, or a ramp over the episode from its smallest to its largest (`random reward`). */
export function changedRewards(
  how: 'negated' | 'ramp',
  forget: ReadonlySet<number>,
  rewards: Float32Array,
): (value: number, episode: Episode, step: number) => number {
  const ranges = new Map<number, readonly [number, number]>()
  const rangeOf = ({ id, start, length }: Episode): readonly [number, number] => {
    let range = ranges.get(id)
    if (!range) {
      const own = rewards.subarray(start, start + length)
      ranges.set(id, (range = [own.reduce((a, b) => Math.min(a, b)), own.reduce((a, b) => Math.max(a, b))]))
    }
    return range
  }
  return (value, episode, step) => {
    if (!forget.has(episode.id)) return value
    if (how === 'negated') return -value
    const [low, high] = rangeOf(episode)
    return low + ((high - low) * step) / Math.max(1, episode.length - 1)
  }
}
