/** The application itself: what it is, how the machine is, whether the project is still there. */
import { createHash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import path from 'node:path'
import type { HandlersOf } from '../contract/calls.ts'
import type { labCalls } from '../contract/calls/lab.ts'
import { devices } from '../devices.ts'
import { doctor } from '../doctor.ts'
import { memory } from '../machine.ts'
import { runsFolder } from '../runs/folder.ts'
import { writeSupportBundle } from '../support/bundle.ts'
import { version } from '../version.ts'
import type { LabContext } from './context.ts'

/** `logs` is the folder of the window's own log, where there is a window. */
export function aboutPart({ project, readOnly }: Pick<LabContext, 'project' | 'readOnly'>, logs?: string) {
  const handlers: HandlersOf<typeof labCalls> = {
    'lab.about': () => Promise.resolve({ version, project, projectName: path.basename(project), readOnly }),
    'lab.devices': devices,
    'lab.doctor': () => doctor({ load: false, project, readOnly }),
    'lab.supportBundle': ({ target }) => writeSupportBundle(project, target, logs),
    'lab.pulse': async () => ({
      project: await conditionOf(project),
      memory: await memory(),
      marks: {
        data: await markOf(path.join(project, 'data'), (id) => path.join(id, 'manifest.json')),
        requests: await markOf(path.join(project, 'requests'), (record) => record),
        // Of runs that are at work somewhere else the states are read when the window is looked at.
        runs: await markOf(runsFolder(project)),
      },
    }),
  }
  return { handlers }
}

/** Looks at the folder only; nothing is written, so a drive may sleep on. */
async function conditionOf(project: string): Promise<'there' | 'missing' | 'read-only'> {
  const there = await fs.stat(path.join(project, 'lethe.json')).catch(() => null)
  if (!there) return 'missing'
  const writable = await fs.access(project, fs.constants.W_OK).then(
    () => true,
    () => false,
  )
  return writable ? 'there' : 'read-only'
}

/** Of the entries of a folder, and of when the file of each was last written. */
async function markOf(folder: string, fileOf?: (entry: string) => string): Promise<string> {
  const names = (await fs.readdir(folder).catch(() => [])).filter((name) => !/^\.|\.lock/.test(name)).sort()
  const writtenAt = async (name: string) =>
    fileOf && (await fs.stat(path.join(folder, fileOf(name))).catch(() => null))?.mtimeMs
  const entries = await Promise.all(names.map(async (name) => [name, await writtenAt(name)]))
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex').slice(0, 16)
}
