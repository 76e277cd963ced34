/** What runs had to do with the episodes, from their configurations alone: in the project and in its trash. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { Holder } from '../../contract/deletion.ts'
import { readJson } from '../../files/atomic.ts'
import { foldersInTrash } from '../../files/trash.ts'
import { heldOut } from '../job.ts'

/** Fields of configurations that say which episodes; absent ones are of other kinds of runs. */
const configSchema = z.looseObject({
  data: z.string(),
  share: z.number().optional(),
  without: z.array(z.number()).optional(),
  agent: z.string().optional(),
  original: z.string().optional(),
  forget: z.array(z.number()).optional(),
  method: z.string().optional(),
  episodes: z.union([z.number(), z.array(z.number())]).optional(),
  forgotten: z.array(z.number()).optional(),
  remaining: z.array(z.number()).optional(),
  neverSeen: z.array(z.number()).optional(),
})
const stateSchema = z.looseObject({ kind: z.string(), title: z.string(), state: z.string(), created: z.string() })

export const isRunName = (name: string): boolean => /^[\w-]{1,120}$/.test(name)

export interface RunFolder {
  readonly id: string
  readonly folder: string
  /** The id of its entry in the trash; null for one in the project. */
  readonly trash: string | null
  /** Null where its record or its configuration cannot be read. */
  readonly record: z.infer<typeof stateSchema> | null
  readonly config: z.infer<typeof configSchema> | null
}

/** Runs on trajectories, oldest first, and those whose record is damaged. */
export async function readRunFolders(project: string): Promise<RunFolder[]> {
  const names = await fs.readdir(path.join(project, 'runs'), { withFileTypes: true }).catch(() => [])
  const places = [
    ...names
      .filter((entry) => entry.isDirectory() && isRunName(entry.name))
      .map(({ name }) => ({ id: name, folder: path.join(project, 'runs', name), trash: null })),
    ...(await foldersInTrash(project, 'run')).map(({ origin, folder }) => ({
      ...{ id: origin, folder },
      trash: path.basename(path.dirname(folder)),
    })),
  ]
  const found = await Promise.all(
    places.map(async (place): Promise<RunFolder> => {
      const record = await readJson(path.join(place.folder, 'state.json'), stateSchema).catch(() => null)
      const config = await readJson(path.join(place.folder, 'config.json'), configSchema).catch(() => null)
      return { ...place, record, config }
    }),
  )
  return found
    .filter(({ record }) => record === null || record.kind.startsWith('trajectories.'))
    .sort((a, b) => (a.record?.created ?? '').localeCompare(b.record?.created ?? '') || a.id.localeCompare(b.id))
}

/** What an agent was trained on, of the episodes that are to go. */
export interface Learnt {
  readonly share: number
  readonly without: ReadonlySet<number>
  /** Ids of those it, or an agent it descends from, was trained on. */
  readonly ids: readonly number[]
  /** Ids of those it was made to forget since. */
  readonly forgotten: readonly number[]
  /** How, one after the other. */
  readonly methods: readonly string[]
}

export const agentKinds: ReadonlySet<string> = new Set([
  ...['trajectories.train', 'trajectories.import-agent', 'trajectories.unlearn'],
])

/** What a method has made of an agent, which … */
export const forgettingWords = (method: string): string =>
  ({
    trajdeleter: 'was made to forget them (TrajDeleter)',
    'negative-reward': 'was made to forget them (negative reward, the first phase of TrajDeleter alone)',
    finetune: 'went on without them (fine-tuning), which undoes nothing on purpose',
    retrain: 'was trained from scratch without them',
  })[method] ?? `was made to forget them (${method})`

/** Training on the episodes with other rewards is a baseline of the studies; nothing is forgotten by it. */
export const forgets = (method = 'trajdeleter'): boolean => method !== 'random-reward'

/** The agents that one was made from by forgetting, the nearest first, as far as their runs are still there. */
export function ancestorsOf(run: string, runs: readonly RunFolder[]): string[] {
  const found: string[] = []
  for (let at = runs.find(({ id }) => id === run); at?.record?.kind === 'trajectories.unlearn';) {
    const parent = at.config?.agent
    if (parent === undefined || found.includes(parent)) break
    found.push(parent)
    at = runs.find(({ id }) => id === parent)
  }
  return found
}

const nothing: ReadonlySet<number> = new Set()

/** Null for a run that makes no agent. An agent whose original is gone is taken to have seen all that it does not forget. */
export function learntBy(
  run: RunFolder,
  runs: readonly RunFolder[],
  holders: readonly Holder[],
  depth = 0,
): Learnt | null {
  const { record, config } = run
  if (!record || !config) return null
  // Of one that was brought in this is what is said of it.
  if (record.kind === 'trajectories.train' || record.kind === 'trajectories.import-agent') {
    const without = new Set(config.without)
    const share = config.share ?? 1
    return { share, without, ids: seen(holders, config.data, share, without), forgotten: [], methods: [] }
  }
  if (record.kind !== 'trajectories.unlearn') return null
  const parent = depth < 100 ? runs.find(({ id }) => id === config.agent) : undefined
  const before = parent ? learntBy(parent, runs, holders, depth + 1) : null
  const share = before?.share ?? 1
  const without = new Set([...(before?.without ?? nothing), ...(config.forget ?? [])])
  const { method = 'trajdeleter', forget = [] } = config
  if (method === 'retrain')
    return { share, without, ids: seen(holders, config.data, share, without), forgotten: [], methods: [] }
  const ids = before ? before.ids : seen(holders, config.data, share, nothing)
  const now = new Set(forgets(method) ? forget : [])
  const forgotten = ids.filter((id) => now.has(id) || before?.forgotten.includes(id))
  const methods = [...(before?.methods ?? []), ...(ids.some((id) => now.has(id)) ? [method] : [])]
  return { share, without, ids, forgotten, methods }
}

/** Of the chosen episodes of a set, in any content it had: those among its first `share`, and not left out. */
function seen(holders: readonly Holder[], data: string, share: number, without: ReadonlySet<number>): number[] {
  const ids = holders
    .filter((holder) => holder.data === data)
    .flatMap(({ episodes, chosen }) =>
      chosen.filter(({ id, place }) => place < episodes - heldOut(episodes, share) && !without.has(id)),
    )
    .map(({ id }) => id)
  return [...new Set(ids)]
}

/** The ids in a configuration: what was replayed, audited, forgotten or left out. */
export function namedIn(config: RunFolder['config']): Set<number> {
  const { episodes, forgotten = [], remaining = [], neverSeen = [], forget = [], without = [] } = config ?? {}
  const shown = Array.isArray(episodes) ? episodes : []
  return new Set([...shown, ...forgotten, ...remaining, ...neverSeen, ...forget, ...without])
}

/** Of the chosen episodes, those that a run names. */
export function namedBy({ config }: RunFolder, holders: readonly Holder[]): number[] {
  const named = namedIn(config)
  const ids = holders.filter(({ data }) => data === config?.data).flatMap(({ chosen }) => chosen.map(({ id }) => id))
  return [...new Set(ids)].filter((id) => named.has(id))
}
