/** What runs can compute on here, by what is installed: files are looked at, nothing is loaded. */
import { existsSync } from 'node:fs'
import os from 'node:os'
import type { Devices } from './contract/calls/lab.ts'
import { packageFile } from './resources.ts'
import { deviceMemory } from './tensor/backend.ts'

const built = (name: string): boolean =>
  existsSync(packageFile('@tensorflow', name, 'lib', 'napi-v8', 'tfjs_binding.node'))

let card: ReturnType<typeof deviceMemory> | undefined

export async function devices(): Promise<Devices> {
  const found = await (card ??= deviceMemory())
  const gpuBuilt = built('tfjs-node-gpu')
  return {
    cores: os.cpus().length,
    memoryBytes: os.totalmem(),
    cpu: { installed: built('tfjs-node'), name: os.cpus()[0]?.model.trim() ?? 'processor' },
    gpu: {
      installed: gpuBuilt && found !== null,
      name: found?.device ?? null,
      missing: gpuBuilt ? (found ? null : 'no card is found') : 'its build of TensorFlow is not installed',
    },
  }
}
