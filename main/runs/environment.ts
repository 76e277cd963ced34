/** What a run was made with: enough to say whether another machine should get the same bytes. */
import os from 'node:os'
import type { Device } from '../contract/run.ts'
import { loadBackend } from '../tensor/backend.ts'
import { version } from '../version.ts'

/** Loads the engine on the device asked for, as the first in a process; the record names what it got. */
export async function environmentRecord(wanted: Device): Promise<Record<string, unknown>> {
  const { name, library, device, threads } = await loadBackend({ device: wanted })
  return {
    schema: 'lethe.environment/1',
    lethe: version,
    node: process.versions.node,
    electron: process.versions['electron'] ?? null,
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
    processor: os.cpus()[0]?.model ?? 'unknown',
    cores: os.cpus().length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    backend: { name, library, device, threads },
  }
}
