/** Free bytes on the disk of a folder; null where nobody says. Node before 18.15 cannot ask by itself. */
import { execFile } from 'node:child_process'
import { promises as fs } from 'node:fs'

export async function freeSpace(folder: string): Promise<number | null> {
  if (typeof fs.statfs === 'function') {
    const found = await fs.statfs(folder).catch(() => null)
    return found && found.bavail * found.bsize
  }
  return new Promise((resolve) => {
    execFile('df', ['-Pk', '--', folder], { timeout: 5000 }, (error, output) => {
      const kibibytes = String(output).trim().split('\n')[1]?.split(/\s+/)[3]
      resolve(error || !kibibytes ? null : Number(kibibytes) * 1024)
    })
  })
}
