/** A project may come from others, and a link in it could name any file of this machine: it is neither shown nor taken along. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { LetheError } from '../contract/errors.ts'

/**
 * What of `names` is there below `root` is a file that lies where it says, not a link, a device or a pipe. `root` itself may be a link.
 * Errors: `file-unreadable`.
 */
export async function requireOwn(root: string, names: readonly string[]): Promise<void> {
  const place = await fs.realpath(root).catch(() => null)
  if (place === null) return // nothing is there
  for (const name of names) {
    const file = path.join(place, name)
    const found = await fs.realpath(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
      throw error
    })
    const dangles = found === null && (await fs.lstat(file).catch(() => null)) !== null
    if (found === null && !dangles) continue
    if (found === file && (await fs.stat(file)).isFile()) continue
    throw new LetheError(
      'file-unreadable',
      `${path.join(root, name)} is not a file of this project: it leads to another place, or is no file at all.`,
      'Put the file itself there. A link in a project from others could name any file of this machine.',
    )
  }
}
