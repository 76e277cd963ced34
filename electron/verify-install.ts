/**
 * `lethe --verify-install`: is every file of the packed application the one that was packed? The list of hashes was written when it
 * was (tools/package.mjs). It tells a damaged copy from a whole one; against somebody who can write here, compare the list's own hash
 * (it is printed) with the one that came by another way. Nothing here waits: Electron ends by itself where there is no display, as soon as
 * it is let go on.
 */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

export const manifestName = 'files.sha256'

export interface Verdict {
  readonly files: number
  readonly manifest: string
  /** One line each: what is missing, changed, or was never packed. */
  readonly faults: readonly string[]
}

/** Empty for a file that cannot be read. */
function hashOf(file: string, block: Buffer): string {
  const hash = createHash('sha256')
  try {
    const handle = openSync(file, 'r')
    try {
      for (let length; (length = readSync(handle, block, 0, block.length, null)) > 0;)
        hash.update(block.subarray(0, length))
    } finally {
      closeSync(handle)
    }
  } catch {
    return ''
  }
  return hash.digest('hex')
}

function filesBelow(root: string, folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const place = join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(root, place) : [relative(root, place).split(sep).join('/')]
  })
}

/** `root` is the folder of the executable; the list lies in its `resources`. */
export function verifyInstall(root: string): Verdict {
  const list = join('resources', manifestName).split(sep).join('/')
  const text = readFileSync(join(root, list), 'utf8')
  const expected = new Map(
    text.split('\n').flatMap((line): [string, string][] => (line === '' ? [] : [[line.slice(66), line.slice(0, 64)]])),
  )
  const present = new Set(filesBelow(root))
  const faults: string[] = []
  const block = Buffer.alloc(1 << 20)
  for (const [name, hash] of expected) {
    if (!present.has(name)) faults.push(`missing: ${name}`)
    else if (hashOf(join(root, name), block) !== hash) faults.push(`changed: ${name}`)
  }
  for (const name of present) if (name !== list && !expected.has(name)) faults.push(`not ours: ${name}`)
  return { files: expected.size, manifest: createHash('sha256').update(text).digest('hex'), faults: faults.sort() }
}

/** Prints the verdict; answers with the exit code. */
export function reportInstall(root: string, print: (line: string) => void): number {
  try {
    const { files, manifest, faults } = verifyInstall(root)
    for (const fault of faults) print(fault)
    print(`${files} files, list ${manifest}: ${faults.length === 0 ? 'as packed' : `${faults.length} faults`}`)
    return faults.length === 0 ? 0 : 1
  } catch (error) {
    print(`The list of files cannot be read: ${(error as Error).message}`)
    return 1
  }
}
