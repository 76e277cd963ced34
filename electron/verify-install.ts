/**
 * `lethe --verify-install`: is every file of the packed application the one that was packed? The list of hashes was written when it
 * was (tools/package.mjs). It tells a damaged copy from a whole one; against somebody who can write here, compare the list's own hash
 * (it is printed) with the one that came by another way.
 */
import { createHash } from 'node:crypto'
import { createReadStream, promises as fs } from 'node:fs'
import { join, relative, sep } from 'node:path'

export const manifestName = 'files.sha256'

export interface Verdict {
  readonly files: number
  readonly manifest: string
  /** One line each: what is missing, changed, or was never packed. */
  readonly faults: readonly string[]
}

function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  return new Promise((resolve, reject) => {
    createReadStream(file)
      .on('data', (bytes) => hash.update(bytes))
      .on('end', () => resolve(hash.digest('hex')))
      .on('error', reject)
  })
}

async function filesBelow(root: string, folder = root): Promise<string[]> {
  const entries = await fs.readdir(folder, { withFileTypes: true })
  const found = await Promise.all(
    entries.map((entry) => {
      const place = join(folder, entry.name)
      return entry.isDirectory()
        ? filesBelow(root, place)
        : Promise.resolve([relative(root, place).split(sep).join('/')])
    }),
  )
  return found.flat()
}

/** `root` is the folder of the executable; the list lies in its `resources`. */
export async function verifyInstall(root: string): Promise<Verdict> {
  const list = join('resources', manifestName).split(sep).join('/')
  const text = await fs.readFile(join(root, list), 'utf8')
  const expected = new Map(
    text.split('\n').flatMap((line): [string, string][] => (line === '' ? [] : [[line.slice(66), line.slice(0, 64)]])),
  )
  const present = new Set(await filesBelow(root))
  const faults: string[] = []
  for (const [name, hash] of expected) {
    if (!present.has(name)) faults.push(`missing: ${name}`)
    else if ((await hashOf(join(root, name)).catch(() => '')) !== hash) faults.push(`changed: ${name}`)
  }
  for (const name of present) if (name !== list && !expected.has(name)) faults.push(`not ours: ${name}`)
  return { files: expected.size, manifest: createHash('sha256').update(text).digest('hex'), faults: faults.sort() }
}

/** Prints the verdict; answers with the exit code. */
export async function reportInstall(root: string, print: (line: string) => void): Promise<number> {
  try {
    const { files, manifest, faults } = await verifyInstall(root)
    for (const fault of faults) print(fault)
    print(`${files} files, list ${manifest}: ${faults.length === 0 ? 'as packed' : `${faults.length} faults`}`)
    return faults.length === 0 ? 0 : 1
  } catch (error) {
    print(`The list of files cannot be read: ${(error as Error).message}`)
    return 1
  }
}
