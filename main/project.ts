/** The project folder: made on first use for its owner only, recognised by lethe.json. */
import { randomUUID } from 'node:crypto'
import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { LetheError } from './contract/errors.ts'
import { makeFolder, readJson, writeJson } from './files/atomic.ts'
import { version } from './version.ts'

const projectSchema = z.object({ schema: z.string(), id: z.string(), created: z.string(), version: z.string() })

export const defaultProject = (): string =>
  process.env['LETHE_PROJECT'] ?? path.join(os.homedir(), 'Documents', 'lethe')

/**
 * Errors: `folder-read-only`, `project-newer`, `file-malformed`; with `readOnly`, where nothing is made, `file-missing` for a folder that
 * is no project.
 */
export async function openProject(folder: string, readOnly = false): Promise<string> {
  const project = path.resolve(folder)
  const file = path.join(project, 'lethe.json')
  if (!readOnly) await makeProject(project, file)
  const manifest = await readJson(file, projectSchema)
  if (manifest.schema !== 'lethe.project/1')
    throw new LetheError(
      'project-newer',
      `${project} was written as ${manifest.schema}; this version knows lethe.project/1.`,
      'Use a newer version of Lethe.',
    )
  return project
}

async function makeProject(project: string, file: string): Promise<void> {
  try {
    await makeFolder(project)
    if (!(await fs.stat(file).catch(() => null)))
      await writeJson(file, { schema: 'lethe.project/1', id: randomUUID(), created: new Date().toISOString(), version })
    await fs.access(project, fs.constants.W_OK)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM' || code === 'ENOENT')
      throw new LetheError(
        'folder-read-only',
        `${project} cannot be written (${code}).`,
        'Choose another folder with --project.',
      )
    if (code === 'ENOTDIR' || code === 'EEXIST')
      throw new LetheError('folder-read-only', `${project} is not a folder.`, 'Choose another folder with --project.')
    throw error
  }
}
