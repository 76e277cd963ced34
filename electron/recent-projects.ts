/** The projects a person had open here, newest first: kept in the profile, for its owner only, and cleared on a word. */
import { promises as fs } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { LetheError } from '../main/contract/errors.ts'
import { readJson, writeJson } from '../main/files/atomic.ts'

const schema = z.strictObject({ schema: z.literal('lethe.recent/1'), projects: z.array(z.string()) })
const most = 12

export interface RecentProjects {
  list(): Promise<{ name: string; path: string; missing: boolean }[]>
  add(project: string): Promise<void>
  forget(): Promise<void>
}

const isProject = (folder: string): Promise<boolean> =>
  fs.stat(join(folder, 'lethe.json')).then(
    (found) => found.isFile(),
    () => false,
  )

/** A list that cannot be read is an empty one: nothing but convenience is lost. */
export function createRecentProjects(file: string): RecentProjects {
  const read = async (): Promise<readonly string[]> =>
    (await readJson(file, schema).catch(() => ({ projects: [] }))).projects
  const write = (projects: readonly string[]): Promise<void> => writeJson(file, { schema: 'lethe.recent/1', projects })
  let last = Promise.resolve()
  const inTurn = (change: () => Promise<void>): Promise<void> => (last = last.then(change, change))
  return {
    list: async () =>
      Promise.all(
        (await read()).map(async (path) => ({ name: basename(path), path, missing: !(await isProject(path)) })),
      ),
    add: (project) =>
      inTurn(async () => write([project, ...(await read()).filter((known) => known !== project)].slice(0, most))),
    forget: () => inTurn(() => fs.rm(file, { force: true })),
  }
}

/**
 * A folder may become the project when it is one already, or is empty: nobody wants lethe.json among their documents. To be looked
 * at and reviewed (`readOnly`) it must be one already, and nothing needs to be written. Errors: `file-missing`, `folder-read-only`,
 * `usage`.
 */
export async function checkProjectFolder(folder: string, readOnly = false): Promise<void> {
  const names = await fs.readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTDIR') throw new LetheError('usage', `${folder} is not a folder.`, 'Choose a folder.')
    throw error
  })
  if (readOnly) {
    if (await isProject(folder)) return
    throw new LetheError(
      'usage',
      `${folder} is no project of Lethe.`,
      'Choose a project; a new one is made without --read-only.',
    )
  }
  await fs.access(folder, fs.constants.W_OK).catch(() => {
    throw new LetheError('folder-read-only', `${folder} cannot be written.`, 'Choose another folder.')
  })
  if (names.length > 0 && !(await isProject(folder)))
    throw new LetheError(
      'usage',
      `${folder} is no project of Lethe, and other files lie in it.`,
      'Choose a project, or make an empty folder for a new one.',
    )
}
