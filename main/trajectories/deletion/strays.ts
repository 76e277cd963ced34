/** What in the folder of a project is not of Lethe's making, or was left behind half done: it may hold episodes, and a person is to look. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import type { Copy } from '../../contract/deletion.ts'
import { isHalfRemoved, readTrashRecord } from '../../files/trash.ts'
import { isSetName } from './holders.ts'
import { isRunName } from './runs-on.ts'

export const strays = async (project: string): Promise<Copy[]> => [
  ...(await unfinished(project)),
  ...(await unknown(project)),
]

const perhaps = { certain: false, within: null, bytes: null, obstacle: null, reason: 'Not removed.' } as const

/** Where sets and runs are written: under a name that ends so, until they are whole. */
const written: readonly string[] = ['data', 'runs']
const isUnfinished = (place: string, name: string): boolean => written.includes(place) && name.endsWith('.tmp')

/** What a process that was killed while it wrote a set or removed one has left. */
async function unfinished(project: string): Promise<Copy[]> {
  const found: Copy[] = []
  for (const place of [...written, 'trash'])
    for (const name of await fs.readdir(path.join(project, place)).catch(() => [])) {
      const removed = place === 'trash' && isHalfRemoved(name)
      if (!removed && !isUnfinished(place, name)) continue
      const where = `${place}/${name}`
      found.push({
        ...perhaps,
        ...{ id: `unfinished:${where}`, kind: 'unfinished', name, where },
        ...(removed
          ? {
              holds: 'what was being removed for good when a process was stopped',
              obstacle: 'Its removal is ended when the request or the trash is next opened.',
            }
          : {
              holds: 'what was being written when a process was stopped',
              obstacle: isWriting(name) ? 'Its process is still at work.' : null,
            }),
      })
    }
  return found
}

/** The name ends in `.PID-RANDOM.tmp`; a process of that number may be another one by now, then it stays. */
function isWriting(name: string): boolean {
  const pid = Number(/\.(\d+)-[0-9a-f]+\.tmp$/.exec(name)?.[1])
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

type Entry = { readonly name: string; isDirectory(): boolean; isFile(): boolean }
/** With what is left where the writing of a head was cut short. */
const isRecord = ({ name }: Entry): boolean => /\.(ndjson|head\.json(\.\d+-[0-9a-f]+\.tmp)?)$/.test(name)
const top = new Set(['lethe.json', 'data', 'runs', 'trash', 'ledger', 'reviews', 'requests', 'exports'])

/** What Lethe itself puts there; the others of this list look into it. Links are not followed. */
const ours: Record<string, (entry: Entry, project: string) => boolean | Promise<boolean>> = {
  '': ({ name }) => top.has(name) || name.startsWith('lethe.json.'),
  data: (entry) => entry.isDirectory() && isSetName(entry.name),
  runs: (entry) => entry.isDirectory() && isRunName(entry.name),
  trash: async ({ name }, project) => isHalfRemoved(name) || (await readTrashRecord(project, name)) !== null,
  ...{ ledger: isRecord, reviews: isRecord, requests: isRecord, exports: isRecord },
}

/** A lock, or that of a lock while a dead owner's is removed: an empty folder. */
async function isLock(entry: Entry, file: string): Promise<boolean> {
  if (!/\.lock(\.stale|\.\d+-[0-9a-f]+)?$/.test(entry.name)) return false
  return entry.isFile() || (entry.isDirectory() && (await fs.readdir(file).catch(() => [])).length === 0)
}

/** Evidence bundles, exports, copies made by hand, links: whatever somebody put into the folder of the project. */
async function unknown(project: string): Promise<Copy[]> {
  const found: Copy[] = []
  for (const [place, isOurs] of Object.entries(ours)) {
    const entries = await fs.readdir(path.join(project, place), { withFileTypes: true }).catch(() => [])
    for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name))) {
      const { name } = entry
      if (isUnfinished(place, name) || (await isLock(entry, path.join(project, place, name)))) continue
      if (await isOurs(entry, project)) continue
      const where = path.posix.join(place, name)
      found.push({
        ...perhaps,
        ...{ id: `unknown:${where}`, kind: 'unknown', name, where },
        holds: entry.isSymbolicLink()
          ? 'a link to something elsewhere'
          : 'not of Lethe’s making here; an evidence bundle, an export or something else',
        obstacle: 'Look into it, and delete it yourself if it holds them.',
        reason: 'Lethe does not know what is in it.',
      })
    }
  }
  return found
}
