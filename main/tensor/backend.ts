import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus } from 'node:os'
import path from 'node:path'
import { LetheError } from '../contract/errors.ts'
import { findNative } from './native.ts'
import { restoreRemovedFunctions } from './node-shim.ts'
import { tf } from './tf.ts'

/** The one place that chooses and loads the tensor engine. Everything about it is settled at the first call in a process. */

export interface BackendOptions {
  /** 'auto' takes the GPU build where it is installed and finds a device, else the CPU build. */
  readonly device?: 'auto' | 'cpu' | 'gpu'
  /** Threads inside one kernel; by default $TF_NUM_INTRAOP_THREADS, else one for each processor. */
  readonly threads?: number
  /** Kernels that give the same bits on every run; slower on a GPU, free on a CPU. */
  readonly deterministic?: boolean
  /** For unit tests only: stock operations in plain JavaScript; the native kernels are missing. */
  readonly allowJavaScript?: boolean
}

/** What runs, as it is written into the record of every run. */
export interface Backend {
  readonly name: 'tensorflow-cpu' | 'tensorflow-gpu' | 'javascript'
  /** Version of TensorFlow, or of the JavaScript library. */
  readonly library: string
  /** Model of the processor or of the graphics card. */
  readonly device: string
  readonly threads: number
  readonly deterministic: boolean
}

let loaded: Promise<Backend> | undefined

/** Loads the engine once; later calls give the same answer, whatever their options. */
export function loadBackend(options: BackendOptions = {}): Promise<Backend> {
  loaded ??= load(options).catch((error) => {
    loaded = undefined
    throw error
  })
  return loaded
}

async function load({
  device = 'auto',
  threads = Number(process.env.TF_NUM_INTRAOP_THREADS) || cpus().length,
  deterministic = true,
  allowJavaScript = false,
}: BackendOptions): Promise<Backend> {
  if (!Number.isInteger(threads) || threads < 1) {
    throw new LetheError(
      'config-invalid',
      `threads: expected a whole number from 1, found ${threads}`,
      'Leave it out for all processors.',
    )
  }
  if (allowJavaScript) {
    packageRequire('@tensorflow/tfjs')
    await tf.setBackend('cpu')
    return { name: 'javascript', library: tf.version_core, device: processor(), threads: 1, deterministic: true }
  }
  prepareEnvironment(threads, deterministic)
  restoreRemovedFunctions()
  const failures = loadPackage(device)
  const native = findNative()
  if (!native) {
    throw new LetheError(
      'backend-missing',
      `native TensorFlow could not be loaded: ${failures}`,
      device === 'gpu'
        ? 'Run "npm run setup -- --gpu", or choose the device "cpu". "lethe doctor" says what is missing.'
        : 'Run "npm run setup". "lethe doctor" says what is missing.',
    )
  }
  const onGpu = native.isUsingGpuDevice
  if (device === 'gpu' && !onGpu) {
    throw new LetheError(
      'backend-missing',
      'the GPU build of TensorFlow found no device',
      'Check the driver with nvidia-smi, or choose the device "cpu".',
    )
  }
  const memory = onGpu ? await deviceMemory() : null
  return {
    name: onGpu ? 'tensorflow-gpu' : 'tensorflow-cpu',
    library: native.binding.TF_Version,
    device: memory?.device ?? processor(),
    threads,
    deterministic,
  }
}

// Bundles are CommonJS and the test runner provides the same name.
const packageRequire = createRequire(__filename)

/** Loads the first package that is there; else says what was wrong with each. */
function loadPackage(device: 'auto' | 'cpu' | 'gpu'): string {
  const failures: string[] = []
  const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']
  for (const name of device === 'cpu' ? packages.slice(1) : device === 'gpu' ? packages.slice(0, 1) : packages) {
    try {
      // Looked for first: the package registers half of itself before it notices that its addon is missing.
      const folder = path.dirname(packageRequire.resolve(`${name}/package.json`))
      if (!existsSync(path.join(folder, 'lib/napi-v8/tfjs_binding.node'))) throw new Error('its addon is not built')
      packageRequire(name)
      return ''
    } catch (error) {
      failures.push(`${name}: ${String((error as Error).message).split('\n')[0]}`)
    }
  }
  return failures.join('; ')
}

/** TensorFlow reads these once, when it is loaded. */
function prepareEnvironment(threads: number, deterministic: boolean): void {
  const { env } = process
  env.TF_NUM_INTRAOP_THREADS = env.OMP_NUM_THREADS = String(threads)
  if (deterministic) env.TF_DETERMINISTIC_OPS = '1'
  // These stay as the user has set them.
  env.TF_CPP_MIN_LOG_LEVEL ||= '2'
  env.TF_ENABLE_ONEDNN_OPTS ||= '1'
  env.TF_FORCE_GPU_ALLOW_GROWTH ||= 'true'
}

const processor = () => cpus()[0]?.model.trim() || 'unknown processor'

export interface DeviceMemory {
  readonly device: string
  readonly totalMiB: number
  readonly usedMiB: number
}

/** Memory of the first NVIDIA card as its driver reports it; null where there is none. */
export function deviceMemory(): Promise<DeviceMemory | null> {
  const question = ['--query-gpu=name,memory.total,memory.used', '--format=csv,noheader,nounits']
  return new Promise((resolve) => {
    execFile('nvidia-smi', question, { timeout: 5000 }, (error, output) => {
      const [device, total, used] = String(output).split('\n')[0]!.split(', ')
      resolve(error || !device ? null : { device, totalMiB: Number(total), usedMiB: Number(used) })
    })
  })
}
