/** The sets of trajectories in the project and in its trash, and which of some episodes each holds, found by their hashes. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import type { Content, Holder } from '../../contract/deletion.ts'
import type { Episode } from '../../contract/trajectories.ts'
import { holdsTrajectories } from '../../data/catalogue.ts'
import { foldersInTrash } from '../../files/trash.ts'
import { readEpisodesIn } from '../data/store.ts'
import { shortHash } from './exports.ts'

/** A folder of a set, and all that it holds, or null where that cannot be read. */
export interface SetFolder {
  readonly origin: string
  readonly folder: string
  readonly name: string
  /** The id of its entry in the trash; null for one in the project. */
  readonly trash: string | null
  readonly content: Content | null
}

/** The id of the copy that such a folder is. */
export const copyOfFolder = ({ origin, trash }: SetFolder): string =>
  trash === null ? `dataset:${origin}` : `trash:${trash}`

export const isSetName = (name: string): boolean => /^[\w-]{1,64}$/.test(name)

export const contentOf = (
  data: string,
  { contentHash, created }: Pick<Content, 'contentHash' | 'created'>,
  episodes: readonly Pick<Episode, 'id' | 'sha256'>[],
): Content => ({ data, contentHash, created, episodes: episodes.map(({ id, sha256 }) => [id, shortHash(sha256)]) })

/** What of the episodes with these hashes a set holds. */
export function holderOf({ data, contentHash, episodes }: Content, hashes: Iterable<string>): Holder {
  const whole = new Map([...hashes].map((sha256) => [shortHash(sha256), sha256]))
  const chosen = episodes.flatMap(([id, short], place) => {
    const sha256 = whole.get(short)
    return sha256 === undefined ? [] : [{ id, place, sha256 }]
  })
  return { data, contentHash, episodes: episodes.length, chosen }
}

/** The holders among some sets. */
export const holdersAmong = (contents: readonly Content[], hashes: Iterable<string>): Holder[] => {
  const all = [...hashes]
  return contents.map((content) => holderOf(content, all)).filter(({ chosen }) => chosen.length > 0)
}

/** Sets of trajectories, and damaged ones that may be such. Sets of images are passed over. */
export async function readSetFolders(project: string): Promise<SetFolder[]> {
  const names = await fs.readdir(path.join(project, 'data'), { withFileTypes: true }).catch(() => [])
  const places = [
    ...names
      .filter((entry) => entry.isDirectory() && isSetName(entry.name))
      .map(({ name }) => ({ origin: name, folder: path.join(project, 'data', name), trash: null })),
    ...(await foldersInTrash(project, 'dataset')).map(({ origin, folder }) => ({
      ...{ origin, folder },
      trash: path.basename(path.dirname(folder)),
    })),
  ]
  const found: SetFolder[] = []
  for (const place of places.sort((a, b) => a.folder.localeCompare(b.folder))) {
    const manifest = await fs.readFile(path.join(place.folder, 'manifest.json'), 'utf8').catch(() => '')
    const episodes = await readEpisodesIn(place.folder).catch(() => null)
    if (episodes === null && manifest !== '' && !holdsTrajectories(manifest)) continue
    const { name, contentHash, created = '' } = factsIn(manifest)
    const content = episodes && contentHash ? contentOf(place.origin, { contentHash, created }, episodes) : null
    found.push({ ...place, name: name ?? place.origin, content })
  }
  return found
}

function factsIn(manifest: string): {
  readonly name?: string
  readonly contentHash?: string
  readonly created?: string
} {
  try {
    return JSON.parse(manifest) as ReturnType<typeof factsIn>
  } catch {
    return {}
  }
}
