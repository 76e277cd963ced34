/**
 * Minari: a folder with `data/main_data.hdf5` and `data/metadata.json`. The file holds a group for each episode, `episode_0` …, with
 * `observations` (T+1 rows), `actions`, `rewards`, `terminations`, `truncations` (T) and perhaps `infos/…` (T+1). The metadata is read
 * with tolerance: Python writes bare Infinity and NaN, and its spaces are JSON inside strings. Our own export may set a last step apart, in
 * `last_step/actions` and `last_step/rewards` (trajectories/data/export.ts).
 */
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { LetheError } from '../../contract/errors.ts'
import { malformed, readWhole, shown } from './bytes.ts'
import { warning, type ArraySource, type Format, type Part, type Problem } from './format.ts'
import { openHdf5, partsOf, type Hdf5File } from './hdf5.ts'

export interface MinariEpisode {
  readonly number: number
  /** By name inside the episode: `observations`, `infos/qpos` … */
  readonly parts: ReadonlyMap<string, Part>
}

export interface MinariSource extends ArraySource {
  readonly metadata: Readonly<Record<string, unknown>>
  /** In order of their numbers. */
  readonly episodes: readonly MinariEpisode[]
  attributes(episode: number): Promise<Record<string, string | number>>
}

/** The folder that holds the two files, given the data set's folder, its `data` or the HDF5 file; null where there is none. */
async function dataFolder(named: string): Promise<string | null> {
  const isFile = async (file: string) => (await stat(file).catch(() => null))?.isFile() === true
  if (path.basename(named) === 'main_data.hdf5' && (await isFile(named))) return path.dirname(named)
  for (const folder of [path.join(named, 'data'), named])
    if (await isFile(path.join(folder, 'main_data.hdf5'))) return folder
  return null
}

/** Python's JSON: bare Infinity and NaN become null. Only outside of strings. */
export function parseTolerant(text: string): unknown {
  const strict = text.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (found) =>
    found[0] === '"' ? found : 'null',
  )
  return JSON.parse(strict)
}

async function readMetadata(file: string, problems: Problem[]): Promise<Record<string, unknown>> {
  try {
    const value = parseTolerant(Buffer.from(await readWhole(file, 16 << 20)).toString('utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
    throw malformed(file, 'is not a JSON object.')
  } catch (thrown) {
    const message =
      thrown instanceof LetheError ? thrown.message : `${file}: is not JSON (${(thrown as Error).message}).`
    problems.push(warning('metadata.json', 'no-metadata', `${message} The episodes are read without it.`))
    return {}
  }
}

/** Field, its axes, and its rows beyond the number of actions. */
const fields = [
  ['observations', null, 1],
  ['actions', null, 0],
  ['rewards', 1, 0],
  ['terminations', 1, 0],
  ['truncations', 1, 0],
] as const

/** Of one episode, from headers alone; names the episode and the field. */
function episodeProblems(episode: MinariEpisode, first: MinariEpisode): Problem[] {
  const problems: Problem[] = []
  const { number, parts } = episode
  const wrong = (field: string, what: string): void =>
    void problems.push({
      path: `episode_${number}/${field}`,
      code: 'file-malformed',
      message: `Episode ${number}: ${field} ${what}`,
      severity: 'error',
    })
  const steps = parts.get('actions')?.shape[0]
  for (const [field, axes, more] of fields) {
    const part = parts.get(field)
    if (!part) {
      wrong(
        field,
        [...parts.keys()].some((name) => name.startsWith(`${field}/`))
          ? 'is a dictionary; only plain vectors are read.'
          : 'is missing.',
      )
      continue
    }
    if (axes !== null && part.shape.length !== axes)
      wrong(field, `has shape ${part.shape.join(' × ')}; expected one value for each step.`)
    else if (steps !== undefined && part.shape[0] !== steps + more)
      wrong(field, `has ${part.shape[0] ?? 0} rows; expected ${steps + more} for ${steps} actions.`)
    const known = first.parts.get(field)
    if (known && part.shape.slice(1).join() !== known.shape.slice(1).join())
      wrong(
        field,
        `has ${part.shape.slice(1).join(' × ')} columns, episode ${first.number} has ${known.shape.slice(1).join(' × ')}; the set mixes environments.`,
      )
  }
  for (const field of ['actions', 'rewards']) {
    const [last, own] = [parts.get(`last_step/${field}`)?.shape, parts.get(field)?.shape]
    const expected = [1, ...(own ?? []).slice(1)].join(' × ')
    if (last && own && last.join(' × ') !== expected)
      wrong(`last_step/${field}`, `has shape ${last.join(' × ')}; expected ${expected}.`)
  }
  return problems
}

function episodesOf(parts: readonly Part[]): MinariEpisode[] {
  const found = new Map<number, Map<string, Part>>()
  for (const part of parts) {
    const [, number, name] = /^episode_(\d{1,9})\/(.+)$/.exec(part.path) ?? []
    if (number === undefined) continue
    const episode = found.get(Number(number)) ?? new Map<string, Part>()
    found.set(Number(number), episode.set(name!, part))
  }
  return [...found].sort(([a], [b]) => a - b).map(([number, parts]) => ({ number, parts }))
}

/** The simulator's state after the last step, which our export does not know. */
function withLastState({ number, parts }: MinariEpisode): MinariEpisode {
  const after = (parts.get('actions')?.shape[0] ?? 0) + 1
  const marked = [...parts].map(([name, part]): [string, Part] => {
    const isState = name.startsWith('infos/') && part.shape.length === 2 && part.shape[0] === after
    return [name, isState ? { ...part, unknownAtEnd: part.shape[1]! } : part]
  })
  return { number, parts: new Map(marked) }
}

function countProblems(metadata: Record<string, unknown>, episodes: readonly MinariEpisode[]): Problem[] {
  const problems: Problem[] = []
  const steps = episodes.reduce((sum, { parts }) => sum + (parts.get('actions')?.shape[0] ?? 0), 0)
  for (const [field, found] of [
    ['total_episodes', episodes.length],
    ['total_steps', steps],
  ] as const) {
    const told = metadata[field]
    if (typeof told === 'number' && told !== found)
      problems.push(
        warning('metadata.json', 'counts-differ', `metadata.json says ${field} ${told}; the file holds ${found}.`),
      )
  }
  const odd = episodes.findIndex(({ number }, index) => number !== index)
  if (odd >= 0)
    problems.push(warning(`episode_${odd}`, 'episode-missing', `There is no episode_${odd}; later ones are there.`))
  return problems
}

/** Errors: `file-missing` where the folder holds no main_data.hdf5, and those of HDF5. */
export async function openMinari(named: string): Promise<MinariSource> {
  const folder = await dataFolder(named)
  if (folder === null)
    throw new LetheError(
      'file-missing',
      `${named}: holds no data/main_data.hdf5.`,
      'Name the folder of one Minari data set, like hopper/expert-v0.',
    )
  const source = path.join(folder, 'main_data.hdf5')
  const file: Hdf5File = await openHdf5(source)
  const { parts, problems } = partsOf(file, source)
  const metadata = await readMetadata(path.join(folder, 'metadata.json'), problems)
  const episodes = episodesOf(parts).map(withLastState)
  if (episodes.length === 0) {
    await file.close()
    throw malformed(source, 'holds no group named like episode_0.', 'Name the folder of a Minari data set.')
  }
  for (const episode of episodes) problems.push(...episodeProblems(episode, episodes[0]!))
  problems.push(...countProblems(metadata, episodes))
  return {
    kind: 'arrays',
    format: 'minari',
    path: named,
    problems,
    parts: episodes.flatMap((episode) => [...episode.parts.values()]),
    splits: [],
    metadata,
    episodes,
    attributes: (episode) => file.attributes(shown(`episode_${episode}`)),
    close: file.close,
  }
}

export const minari: Format = {
  id: 'minari',
  title: 'Minari trajectories',
  match: ({ kind, path: folder, names }) =>
    kind === 'folder' &&
    (names.includes('main_data.hdf5') ||
      (names.includes('data') && existsSync(path.join(folder, 'data', 'main_data.hdf5')))),
  open: openMinari,
}
