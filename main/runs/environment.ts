/** What a run was made with: enough to say whether another machine should get the same bytes. */
import os from 'node:os'
import type { Device } from '../contract/run.ts'
import { loadBackend, type Backend } from '../tensor/backend.ts'
import { version } from '../version.ts'

type Used = Pick<Backend, 'name' | 'library' | 'device' | 'threads'>

export interface Environment {
  readonly record: Record<string, unknown>
  /** Why this attempt may not give the bits of the one before; null where nothing has changed. */
  readonly warning: string | null
}

/**
 * Loads the engine on the device asked for, as the first in a process; the record names what it got. A sum split among more threads
 * rounds differently, so that a run keeps the number of threads of the attempt before, whoever resumes it.
 */
export async function openEnvironment(
  wanted: Device,
  before: Readonly<Record<string, unknown>> | null,
): Promise<Environment> {
  const last = before?.['backend'] as Partial<Used> | undefined
  const kept = Number.isInteger(last?.threads) && last!.threads! > 0 ? { threads: last!.threads! } : {}
  const { name, library, device, threads } = await loadBackend({ device: wanted, ...kept })
  const used: Used = { name, library, device, threads }
  const record = {
    schema: 'lethe.environment/1',
    lethe: version,
    node: process.versions.node,
    electron: process.versions['electron'] ?? null,
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
    processor: os.cpus()[0]?.model ?? 'unknown',
    cores: os.cpus().length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    backend: used,
  }
  const same = !last || (Object.keys(used) as (keyof Used)[]).every((part) => used[part] === last[part])
  return { record, warning: same ? null : changeOf(last, used) }
}

const wordsOf = ({ name, library, device, threads }: Partial<Used>): string =>
  `${device} (${name} ${library}, ${threads} ${threads === 1 ? 'thread' : 'threads'})`

const changeOf = (last: Partial<Used>, used: Used): string =>
  `The attempt before computed on ${wordsOf(last)}, this one on ${wordsOf(used)}: results may differ in their last digits from those of a run that was never stopped.`
