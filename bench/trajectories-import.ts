/**
 * Import of a large D4RL file, two million steps of Hopper's shape with next observations and the simulator's states (about 0.5 GB, in
 * chunks, not compressed): seconds and peak resident memory of the terminal in a process of its own, the reader's thread included. No
 * peer. Memory must stay below 1 GiB however long the file is; above it the benchmark fails.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type H5wasm from 'h5wasm'
import { rootStream } from '../main/math/random.ts'
import { installationFolder, packageFile } from '../main/resources.ts'

const steps = 2_000_000
const episodeSteps = 1000
const mostMebibytes = 1024

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'lethe-bench-'))
  try {
    const file = path.join(folder, 'hopper-large.hdf5')
    await write(file)
    const { seconds, mebibytes } = await importIn(path.join(folder, 'project'), file)
    print('import', 's', seconds)
    print('peak resident memory', 'MiB', mebibytes)
    if (mebibytes > mostMebibytes) throw new Error(`The import took ${mebibytes} MiB; the limit is ${mostMebibytes}.`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function write(file: string): Promise<void> {
  // As it is installed: bundled, it does not find its own files.
  const library = pathToFileURL(packageFile('h5wasm', 'dist', 'node', 'hdf5_hl.js')).href
  const { default: h5wasm } = (await import(library)) as { default: typeof H5wasm }
  await h5wasm.ready
  const made = new h5wasm.File(file, 'w')
  const stream = rootStream(0)
  const add = (name: string, data: Float32Array | Float64Array | Uint8Array, dtype: string): void => {
    const width = data.length / steps
    const shape = width > 1 ? [steps, width] : [steps]
    made.create_dataset({ name, data, shape, dtype, chunks: width > 1 ? [10_000, width] : [10_000] })
  }
  const singles = (width: number) => Float32Array.from({ length: width * steps }, () => 2 * stream.uniform() - 1)
  const observations = singles(11)
  const next = new Float32Array(observations.length)
  next.set(observations.subarray(11))
  add('observations', observations, '<f4')
  add('next_observations', next, '<f4')
  add('actions', singles(3), '<f4')
  add('rewards', singles(1), '<f4')
  add('terminals', new Uint8Array(steps), '|B')
  const ends = Uint8Array.from({ length: steps }, (_, step) => Number(step % episodeSteps === episodeSteps - 1))
  add('timeouts', ends, '|B')
  made.create_group('infos')
  for (const name of ['infos/qpos', 'infos/qvel']) add(name, Float64Array.from(singles(6)), '<f8')
  made.close()
}

/** Says on standard error, when the terminal ends, the most memory it had. */
const watched = `
  process.argv.splice(1, 0, process.env.LETHE_CLI)
  process.once('exit', () => process.stderr.write('\\npeak ' + process.resourceUsage().maxRSS + '\\n'))
  require(process.env.LETHE_CLI)`

async function importIn(project: string, file: string): Promise<{ seconds: number; mebibytes: number }> {
  const root = installationFolder()
  execFileSync(process.execPath, [path.join(root, 'tools', 'build.mjs'), 'cli', 'hdf5-worker'], { stdio: 'ignore' })
  const words = ['data', 'import', file, '--name', 'Large', '--project', project, '--json']
  const began = performance.now()
  const child = spawn(process.execPath, ['-e', watched, '--', ...words], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LETHE_CLI: path.join(root, 'build', 'cli.cjs') },
  })
  let [answer, said] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (answer += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const code = await new Promise((resolve) => child.on('close', resolve))
  const seconds = (performance.now() - began) / 1000
  if (code !== 0) throw new Error(`The import ended with ${String(code)}: ${said}`)
  const { dataset } = JSON.parse(answer) as { dataset: { steps: number; episodes: number } }
  if (dataset.steps !== steps || dataset.episodes !== steps / episodeSteps) throw new Error('Steps were lost.')
  return { seconds, mebibytes: Number(/^peak (\d+)$/m.exec(said)![1]) / 1024 }
}

function print(figure: string, unit: string, value: number): void {
  const line = { name: 'trajectories-import', figure, unit, lethe: Number(value.toPrecision(4)) }
  process.stdout.write(`${JSON.stringify({ ...line, peer: null, peerName: null, ratio: null })}\n`)
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
