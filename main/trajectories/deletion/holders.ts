/** Which sets of trajectories hold some episodes: in the project and in its trash, found by the hashes of the episodes. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import type { Holder } from '../../contract/deletion.ts'
import type { Episode } from '../../contract/trajectories.ts'
import { holdsTrajectories } from '../../data/catalogue.ts'
import { foldersInTrash } from '../../files/trash.ts'
import { readEpisodesIn } from '../data/store.ts'

/** A folder of a set: what of the episodes it holds, or null where it cannot be read. */
export interface HolderFolder {
  readonly origin: string
  readonly folder: string
  readonly name: string
  /** The id of its entry in the trash; null for one in the project. */
  readonly trash: string | null
  readonly holder: Holder | null
}

export function holderOf(
  data: string,
  contentHash: string,
  episodes: readonly Episode[],
  hashes: ReadonlySet<string>,
): Holder {
  const chosen = episodes.flatMap(({ id, sha256 }, place) => (hashes.has(sha256) ? [{ id, place, sha256 }] : []))
  return { data, contentHash, episodes: episodes.length, chosen }
}

/** Folders that hold any of them, and damaged ones that may. Sets of images are passed over. */
export async function findHolders(project: string, hashes: ReadonlySet<string>): Promise<HolderFolder[]> {
  const names = await fs.readdir(path.join(project, 'data'), { withFileTypes: true }).catch(() => [])
  const places = [
    ...names
      .filter((entry) => entry.isDirectory() && /^[\w-]{1,64}$/.test(entry.name))
      .map(({ name }) => ({ origin: name, folder: path.join(project, 'data', name), trash: null })),
    ...(await foldersInTrash(project, 'dataset')).map(({ origin, folder }) => ({
      ...{ origin, folder },
      trash: path.basename(path.dirname(folder)),
    })),
  ]
  const found: HolderFolder[] = []
  for (const place of places.sort((a, b) => a.folder.localeCompare(b.folder))) {
    const manifest = await fs.readFile(path.join(place.folder, 'manifest.json'), 'utf8').catch(() => '')
    const episodes = await readEpisodesIn(place.folder).catch(() => null)
    if (episodes === null && manifest !== '' && !holdsTrajectories(manifest)) continue
    const { name, contentHash } = factsIn(manifest)
    const holder = episodes && contentHash ? holderOf(place.origin, contentHash, episodes, hashes) : null
    if (holder === null || holder.chosen.length > 0) found.push({ ...place, name: name ?? place.origin, holder })
  }
  return found
}

function factsIn(manifest: string): { readonly name?: string; readonly contentHash?: string } {
  try {
    return JSON.parse(manifest) as { name?: string; contentHash?: string }
  } catch {
    return {}
  }
}
