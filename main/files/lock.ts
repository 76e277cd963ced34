/** One owner at a time, across processes. The lock file names its owner; the lock of a dead owner is taken over. */
import { promises as fs, readFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { LetheError, type ErrorCode } from '../contract/errors.ts'

interface Owner {
  readonly pid: number
  /** Start time in clock ticks since boot: tells a process from a later one with the same number. */
  readonly started: string
}

export interface Lock {
  release(): Promise<void>
}

/** State and start time: fields 3 and 22 of /proc/PID/stat; the second field is the name in brackets and may hold spaces. */
function statusOf(pid: number): { state: string; started: string } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', started: fields[19] ?? '' }
  } catch {
    return { state: '', started: '' }
  }
}

function alive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const { state, started } = statusOf(owner.pid)
  if (state === 'Z') return false // dead, and not yet buried by its parent
  return started === '' || owner.started === '' || started === owner.started
}

/** Null for a file that names nobody, 'gone' where there is no file. */
async function readOwner(file: string): Promise<Owner | null | 'gone'> {
  try {
    return JSON.parse(await fs.readFile(file, 'utf8')) as Owner
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : null
  }
}

/** The living owner of a lock, or null. */
export async function lockOwner(file: string): Promise<number | null> {
  const owner = await readOwner(file)
  return owner && owner !== 'gone' && alive(owner) ? owner.pid : null
}

/** Takes the lock or returns null at once when a living process holds it. */
export async function tryLock(file: string): Promise<Lock | null> {
  const mine = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`
  await fs.writeFile(
    mine,
    JSON.stringify({ pid: process.pid, started: statusOf(process.pid).started } satisfies Owner),
    {
      mode: 0o600,
    },
  )
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      try {
        await fs.link(mine, file) // atomic, and the file is complete from the first moment
        return { release: () => fs.rm(file, { force: true }) }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      const owner = await readOwner(file)
      if (owner === 'gone') continue // released meanwhile
      if (owner && alive(owner)) return null
      await removeStale(file)
    }
    return null
  } finally {
    await fs.rm(mine, { force: true })
  }
}

/** Only one process at a time may judge a lock dead and remove it; otherwise two could remove each other's fresh locks. */
async function removeStale(file: string): Promise<void> {
  const guard = `${file}.stale`
  try {
    await fs.mkdir(guard)
  } catch {
    const made = await fs.stat(guard).catch(() => null)
    if (made && Date.now() - made.mtimeMs > 10_000) await fs.rmdir(guard).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 20))
    return
  }
  try {
    // Only what is there and dead: an absent file may be a fresh lock the next moment.
    const owner = await readOwner(file)
    if (owner !== 'gone' && !(owner && alive(owner))) await fs.rm(file, { force: true })
  } finally {
    await fs.rmdir(guard).catch(() => undefined)
  }
}

/** Takes the lock, waiting up to `waitMs`; then an error with `code` that names the owner. */
export async function lock(
  file: string,
  what: string,
  options: { waitMs?: number; code?: ErrorCode } = {},
): Promise<Lock> {
  const deadline = Date.now() + (options.waitMs ?? 0)
  for (;;) {
    const taken = await tryLock(file)
    if (taken) return taken
    if (Date.now() >= deadline) {
      const owner = await lockOwner(file)
      throw new LetheError(
        options.code ?? 'run-locked',
        `${what} is in use by process ${owner ?? 'unknown'}.`,
        'Wait until it ends, or stop that process.',
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

export async function withLock<T>(file: string, what: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  const held = await lock(file, what, { waitMs })
  try {
    return await work()
  } finally {
    await held.release()
  }
}
