/** What the window fetches of a set of trajectories: `app://lab/trajectories/DATA/…`, described in contract/calls/trajectories.ts. */
import type { EpisodeColumns, EpisodeHeader } from '../contract/calls/trajectories.ts'
import type { Episode, TrajectorySet } from '../contract/trajectories.ts'
import { readEpisodeRows } from '../trajectories/data/episode-rows.ts'
import { openTrajectories, readEpisodes, readTrajectorySet } from '../trajectories/data/store.ts'
import { tasks } from '../trajectories/environments/environment.ts'
import type { Resource, ResourceHandler } from './context.ts'

const mostPoints = 256

export function trajectoryResources(project: string): ResourceHandler {
  /** The means of the set shown last: to read and check all its rewards takes a while. */
  let means: { readonly key: string; readonly bytes: Promise<Uint8Array> } | null = null

  const rewards = (set: TrajectorySet, points: number): Promise<Uint8Array> => {
    const key = `${set.id} ${set.contentHash} ${points}`
    if (means?.key !== key) {
      const bytes = rewardMeans(project, set.id, points)
      bytes.catch(() => (means = null))
      means = { key, bytes }
    }
    return means.bytes
  }

  return async (path, query): Promise<Resource | null> => {
    const [, data = '', what = ''] = /^([\w-]{1,64})\/(episodes|rewards|episode)$/.exec(path) ?? []
    if (what === '') return null
    const set = await readTrajectorySet(project, data)
    if (what === 'rewards') {
      const points = wholeNumber(query.get('points'), mostPoints)
      return points ? { bytes: await rewards(set, points), type: 'application/octet-stream' } : null
    }
    const episodes = await readEpisodes(project, data)
    if (what === 'episodes')
      return { bytes: Buffer.from(JSON.stringify(columnsOf(episodes))), type: 'application/json' }
    const place = episodes.findIndex(({ id }) => String(id) === query.get('id'))
    const episode = episodes[place]
    if (!episode) return null
    return { bytes: await packEpisode(project, set, episode, place), type: 'application/octet-stream' }
  }
}

const wholeNumber = (text: string | null, most: number): number =>
  /^\d{1,6}$/.test(text ?? '') ? Math.min(Number(text), most) : 0

const endLetters = { terminal: 't', timeout: 'o', cut: 'c' } as const

export function columnsOf(episodes: readonly Episode[]): EpisodeColumns {
  const sets = new Map<string, number>()
  const tags = episodes.map((episode) => {
    const key = JSON.stringify(episode.tags)
    if (!sets.has(key)) sets.set(key, sets.size)
    return sets.get(key)!
  })
  return {
    ids: episodes.map(({ id }) => id),
    lengths: episodes.map(({ length }) => length),
    returns: episodes.map((episode) => episode.return),
    ends: episodes.map(({ end }) => endLetters[end]).join(''),
    tags,
    tagSets: [...sets.keys()].map((key) => JSON.parse(key) as string[]),
  }
}

/** Of each episode the means of `points` equal parts; an episode shorter than that repeats its steps. */
async function rewardMeans(project: string, id: string, points: number): Promise<Uint8Array> {
  const { episodes, column } = await openTrajectories(project, id)
  const rewards = await column('rewards')
  const means = new Float32Array(episodes.length * points)
  for (const [place, { start, length }] of episodes.entries())
    for (let part = 0; part < points; part++) {
      const from = start + Math.floor((part * length) / points)
      const to = Math.max(from + 1, start + Math.floor(((part + 1) * length) / points))
      let sum = 0
      for (let row = from; row < to; row++) sum += rewards[row]!
      means[place * points + part] = sum / (to - from)
    }
  return new Uint8Array(means.buffer)
}

/** Length of the header, the header, then observations, actions and rewards as float32, one row after the other. */
async function packEpisode(project: string, set: TrajectorySet, episode: Episode, place: number): Promise<Uint8Array> {
  const rows = await readEpisodeRows(project, set, episode, place)
  const task = tasks.find(({ id }) => id === set.environment.task)
  const numbered = (count: number, word: string) =>
    Array.from({ length: count }, (_, index) => ({ name: `${word} ${index + 1}`, unit: '' }))
  const header: EpisodeHeader = {
    episode,
    dt: task?.dt ?? null,
    observations:
      task?.observation.map(({ name, unit }) => ({ name, unit })) ?? numbered(set.observationSize, 'observation'),
    actions: task?.actions.map(({ name }) => ({ name, unit: '' })) ?? numbered(set.actionSize, 'action'),
  }
  let text = Buffer.from(JSON.stringify(header))
  text = Buffer.concat([text, Buffer.alloc((8 - (text.length % 4)) % 4, ' ')])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  const parts = [rows.observations, rows.actions, rows.rewards].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  )
  return Buffer.concat([length, text, ...parts])
}
