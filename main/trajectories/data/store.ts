/**
 * Trajectory sets in a project: written as a stream, episode by episode, into NPY files; opened column by column, checked by hash.
 * Memory while writing does not depend on the size of the set.
 */
import { createHash, type Hash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { LetheError } from '../../contract/errors.ts'
import {
  episodesFileSchema,
  trajectorySetSchema,
  type ColumnName,
  type Episode,
  type TrajectorySet,
} from '../../contract/trajectories.ts'
import { dataFolder, holdsTrajectories, manifestFile, readCatalogue } from '../../data/catalogue.ts'
import { npyHeader, parseNpy } from '../../data/formats/npy.ts'
import { makeFolder, readJson, writeFolder, writeJson } from '../../files/atomic.ts'
import { withLock } from '../../files/lock.ts'

/** One episode on its way in. Rows are steps. */
export interface EpisodeRecord {
  readonly id: number
  readonly observations: Float32Array
  readonly actions: Float32Array
  readonly rewards: Float32Array
  readonly end: Episode['end']
  /** The observation after the last step, where it is known. */
  readonly final: Float32Array | null
  readonly positions?: Float64Array | undefined
  readonly velocities?: Float64Array | undefined
  readonly tags?: readonly string[]
  readonly seed?: number | null
}

export type SetHeader = Pick<
  TrajectorySet,
  'name' | 'source' | 'format' | 'licence' | 'sensitive' | 'environment' | 'observationSize' | 'actionSize'
> &
  Pick<TrajectorySet, 'origin'> & { readonly problems: readonly string[] }

export const columnFile = (project: string, id: string, column: ColumnName): string =>
  path.join(dataFolder(project, id), `${column}.npy`)
const episodesFile = (folder: string): string => path.join(folder, 'episodes.json')

/** Errors: `dataset-exists`, `file-malformed` for a set without episodes, and whatever `episodes` throws; then nothing is kept. */
export async function createTrajectorySet(
  project: string,
  id: string,
  header: SetHeader,
  episodes: AsyncIterable<EpisodeRecord>,
  late: () => readonly string[] = () => [],
): Promise<TrajectorySet> {
  const folder = dataFolder(project, id)
  await makeFolder(path.dirname(folder))
  return withLock(`${folder}.lock`, `Data set ${id}`, 0, async () => {
    if (await fs.stat(folder).catch(() => null))
      throw new LetheError(
        'dataset-exists',
        `There is already a data set ${id}.`,
        'Choose another name, or remove it first.',
      )
    let made: TrajectorySet | undefined
    await writeFolder(folder, async (temporary) => {
      made = await writeColumns(temporary, id, header, episodes, late)
      await writeJson(path.join(temporary, 'manifest.json'), made)
    })
    return made!
  })
}

interface Column {
  readonly name: ColumnName
  readonly dtype: 'float32' | 'float64' | 'bool'
  readonly width: number | null
  readonly file: fs.FileHandle
  readonly hash: Hash
  rows: number
}

async function writeColumns(
  folder: string,
  id: string,
  header: SetHeader,
  episodes: AsyncIterable<EpisodeRecord>,
  late: () => readonly string[],
): Promise<TrajectorySet> {
  const columns = new Map<ColumnName, Column>()
  const index: Episode[] = []
  const add = async (
    name: ColumnName,
    dtype: Column['dtype'],
    width: number | null,
    values: Uint8Array,
    rows: number,
  ) => {
    let column = columns.get(name)
    if (!column) {
      const file = await fs.open(path.join(folder, `${name}.npy`), 'wx+', 0o600)
      columns.set(name, (column = { name, dtype, width, file, hash: createHash('sha256'), rows: 0 }))
      await file.write(npyHeader(dtype, shapeOf(column, mostRows), headerBytes))
    }
    column.hash.update(values)
    column.rows += rows
    await column.file.appendFile(values)
  }
  try {
    for await (const episode of episodes) {
      const length = episode.rewards.length
      const rows = columnsOf(header, episode)
      requireAlike(columns, rows, episode, header)
      const final = episode.final ?? new Float32Array(header.observationSize)
      const hash = createHash('sha256')
      for (const [name, dtype, width, values] of rows) {
        hash.update(`${name} ${createHash('sha256').update(values).digest('hex')}\n`)
        await add(name, dtype, width, values, length)
      }
      await add('final-observations', 'float32', header.observationSize, bytesOf(final), 1)
      index.push({
        id: episode.id,
        start: index.length === 0 ? 0 : index.at(-1)!.start + index.at(-1)!.length,
        length,
        return: episode.rewards.reduce((sum, reward) => sum + reward, 0),
        end: episode.end,
        finalKnown: episode.final !== null,
        tags: [...(episode.tags ?? [])],
        seed: episode.seed ?? null,
        sha256: hash.update(`final ${createHash('sha256').update(bytesOf(final)).digest('hex')}\n`).digest('hex'),
      })
    }
    if (index.length === 0)
      throw new LetheError('file-malformed', `${header.source}: holds no episode.`, 'Bring a set with at least one.')
    for (const column of columns.values()) {
      await column.file.write(npyHeader(column.dtype, shapeOf(column, column.rows), headerBytes), 0, headerBytes, 0)
      await column.file.sync()
    }
  } finally {
    for (const column of columns.values()) await column.file.close()
  }
  await writeJson(episodesFile(folder), { schema: 'lethe.episodes/1', episodes: index })
  const returns = index.map((episode) => episode.return)
  return {
    schema: 'lethe.trajectories/1',
    kind: 'trajectories',
    id,
    created: new Date().toISOString(),
    ...header,
    episodes: index.length,
    steps: index.reduce((sum, { length }) => sum + length, 0),
    returns: {
      min: returns.reduce((a, b) => Math.min(a, b)),
      mean: returns.reduce((a, b) => a + b, 0) / returns.length,
      max: returns.reduce((a, b) => Math.max(a, b)),
    },
    columns: Object.fromEntries(
      [...columns.values()].map((column) => [
        column.name,
        { dtype: column.dtype, shape: shapeOf(column, column.rows), sha256: column.hash.digest('hex') },
      ]),
    ),
    contentHash: createHash('sha256')
      .update(index.map((episode) => episode.sha256).join('\n'))
      .digest('hex'),
    problems: [...header.problems, ...late()],
  }
}

type ColumnRows = readonly [name: ColumnName, dtype: Column['dtype'], width: number | null, values: Uint8Array]

/** Those of an episode's hash, in its order; the final observation follows. */
export const hashedColumns = [
  'observations',
  'actions',
  'rewards',
  'terminals',
  'timeouts',
  'positions',
  'velocities',
] as const satisfies readonly ColumnName[]

function columnsOf({ observationSize, actionSize }: SetHeader, episode: EpisodeRecord): readonly ColumnRows[] {
  const steps = episode.rewards.length
  const flags = (on: boolean): Uint8Array => Uint8Array.from({ length: steps }, (_, i) => Number(on && i === steps - 1))
  const states = (values: Float64Array | undefined) =>
    values && (['float64', values.length / steps, bytesOf(values)] as const)
  const found = {
    observations: ['float32', observationSize, bytesOf(episode.observations)],
    actions: ['float32', actionSize, bytesOf(episode.actions)],
    rewards: ['float32', null, bytesOf(episode.rewards)],
    terminals: ['bool', null, flags(episode.end === 'terminal')],
    timeouts: ['bool', null, flags(episode.end !== 'terminal')],
    positions: states(episode.positions),
    velocities: states(episode.velocities),
  } as const
  return hashedColumns.flatMap((name): ColumnRows[] => (found[name] ? [[name, ...found[name]]] : []))
}

/** Errors: `file-malformed` for an episode with other columns than those before it: later ones would be given its rows. */
function requireAlike(
  columns: ReadonlyMap<ColumnName, Column>,
  rows: readonly ColumnRows[],
  { id, rewards }: EpisodeRecord,
  { source }: SetHeader,
): void {
  const isFirst = columns.size === 0
  const bytes = { float32: 4, float64: 8, bool: 1 }
  const odd = rows.find(([name, dtype, width, values]) => {
    const known = columns.get(name)
    const isWhole = Number.isInteger(width ?? 1) && values.length === rewards.length * (width ?? 1) * bytes[dtype]
    return !isWhole || !(isFirst || known?.width === width)
  })
  const lacking = [...columns.keys()].find((name) => name !== 'final-observations' && !rows.some(([of]) => of === name))
  const wrong = odd?.[0] ?? lacking
  if (wrong === undefined) return
  throw new LetheError(
    'file-malformed',
    `${source}: Episode ${id}: ${wrong} are not there for each step, or not as wide as in the episodes before it.`,
    'Mend the file, or leave the episode out, and import again.',
  )
}

const bytesOf = (values: Float32Array | Float64Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength)

/** The header is written again at the end, when the number of rows is known: it must take as many bytes with any number. */
const mostRows = 9_999_999_999
const headerBytes = npyHeader('float32', [mostRows, 99_999]).length
const shapeOf = ({ width }: Pick<Column, 'width'>, rows: number): number[] => (width === null ? [rows] : [rows, width])

// ---- reading -----------------------------------------------------------------------------------------------------

export interface OpenedTrajectories {
  readonly project: string
  readonly set: TrajectorySet
  readonly episodes: readonly Episode[]
  /** Float32Array, Float64Array or, for booleans, Uint8Array; read and checked on first use. Errors: `dataset-corrupt`. */
  column(name: 'positions' | 'velocities'): Promise<Float64Array | null>
  column(name: 'terminals' | 'timeouts'): Promise<Uint8Array>
  column(name: 'observations' | 'actions' | 'rewards' | 'final-observations'): Promise<Float32Array>
}

export async function readTrajectorySet(project: string, id: string): Promise<TrajectorySet> {
  const missing = () =>
    new LetheError(
      'dataset-missing',
      `There is no set of trajectories ${id} in this project.`,
      'See `lethe data list`.',
    )
  if (!/^[\w-]{1,64}$/.test(id) || !(await isTrajectorySet(project, id))) throw missing()
  return readJson(manifestFile(project, id), trajectorySetSchema)
}

/** By the word in its manifest; false for what is not there. */
export async function isTrajectorySet(project: string, id: string): Promise<boolean> {
  return holdsTrajectories(await fs.readFile(manifestFile(project, id), 'utf8').catch(() => ''))
}

/** Those whose manifest can be read; the others are listed as damaged, with the damaged sets of images. */
export const listTrajectorySets = async (project: string): Promise<TrajectorySet[]> =>
  (await readCatalogue(project)).trajectories

/** The list of the episodes alone. */
export const readEpisodes = (project: string, id: string): Promise<readonly Episode[]> =>
  readEpisodesIn(dataFolder(project, id))

/** The same of a set that lies elsewhere, as in the trash. */
export async function readEpisodesIn(folder: string): Promise<readonly Episode[]> {
  return (await readJson(episodesFile(folder), episodesFileSchema)).episodes
}

export async function openTrajectories(project: string, id: string): Promise<OpenedTrajectories> {
  const set = await readTrajectorySet(project, id)
  const episodes = await readEpisodes(project, id)
  const loaded = new Map<ColumnName, Promise<unknown>>()
  const column = (name: ColumnName): Promise<unknown> => {
    let values = loaded.get(name)
    if (!values) loaded.set(name, (values = readColumn(project, set, name)))
    return values
  }
  return { project, set, episodes, column: column as OpenedTrajectories['column'] }
}

async function readColumn(project: string, set: TrajectorySet, name: ColumnName): Promise<unknown> {
  const known = set.columns[name]
  if (!known) return null
  const file = columnFile(project, set.id, name)
  const { data } = parseNpy(await fs.readFile(file), file)
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  if (createHash('sha256').update(bytes).digest('hex') !== known.sha256)
    throw new LetheError(
      'dataset-corrupt',
      `${file} was changed after the import: its bytes no longer match their hash.`,
      'Import the data again.',
    )
  return data
}
