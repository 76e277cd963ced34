/**
 * Steps a second of each simulated task in one thread, beside the bare native loop: the same model file, the same random actions, the
 * same frame skip, observation, reward, health test and resets. Time is that of the processor, so that a busy machine counts less.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { rootStream } from '../main/math/random.ts'
import { installationFolder } from '../main/resources.ts'
import { makeEnvironment, tasks } from '../main/trajectories/environments/environment.ts'
import { paired, startPeer } from './harness.ts'

const steps = 4000

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'lethe-bench-'))
  try {
    for (const { id } of tasks) await compare(id, path.join(folder, `${id}.f64`))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function compare(id: string, file: string): Promise<void> {
  const environment = await makeEnvironment(id)
  const { task } = environment
  const stream = rootStream(0).fork(id)
  const count = task.actions.length
  const actions = Float64Array.from({ length: steps * count }, () => 2 * stream.uniform() - 1)
  writeFileSync(file, new Uint8Array(actions.buffer))
  const rows = Array.from({ length: steps }, (_, step) => actions.subarray(step * count, (step + 1) * count))
  const model = path.join(installationFolder(), 'resources', 'models', `${id}.xml`)
  const peer = await startPeer('MuJoCo for Python, bare loop', 'mujoco.py', [id, model, file])
  const lethe = (): number => {
    const starts = stream.fork('starts')
    const before = process.cpuUsage()
    environment.reset(starts)
    for (let step = 0, length = 1; step < steps; step++, length++) {
      environment.step(rows[step]!)
      if (!environment.terminated && length < task.episodeSteps) continue
      environment.reset(starts)
      length = 0
    }
    const { user, system } = process.cpuUsage(before)
    return steps / ((user + system) / 1e6)
  }
  await paired({ name: 'mujoco', figure: id, unit: 'steps/s', lethe, peer, rate: true, rounds: 11, warmUp: 2 })
  peer?.close()
  environment.close()
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
