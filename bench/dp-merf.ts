/**
 * DP-MERF on MNIST, 55,000 images, D = 10,000: seconds for the embedding, milliseconds for a step of the generator and
 * seconds for both together at each side's default length, against the lean PyTorch loop of peers/dp_merf.py.
 */
import os from 'node:os'
import path from 'node:path'
import { promises as fs } from 'node:fs'
import { openLab } from '../main/lab.ts'
import { paired, startPeer } from './harness.ts'

const phases = ['Private release', 'Training the generator'] as const

/** One run without scores; seconds by phase, from the run's own events. */
async function timeRun(
  project: string,
  set: Record<string, unknown>,
): Promise<Record<(typeof phases)[number], number>> {
  const lab = await openLab({ project })
  await lab.ensureBuiltIn('mnist')
  const { run } = await lab.createSynthesis({
    method: 'dp-merf',
    data: 'mnist',
    epsilon: 1,
    score: false,
    set: { images: 1000, ...set },
  })
  const seconds = { 'Private release': 0, 'Training the generator': 0 }
  let last = performance.now()
  let phase = ''
  for await (const event of lab.execute(run)) {
    const now = performance.now()
    if (phase === phases[0] || phase === phases[1]) seconds[phase] += (now - last) / 1000
    if (event.kind === 'progress') phase = event.phase
    last = now
  }
  const { summary } = await lab.showRun(run)
  if (summary.state !== 'succeeded') throw new Error(summary.error?.message ?? summary.state)
  return seconds
}

async function main(): Promise<void> {
  const project = await fs.mkdtemp(path.join(os.tmpdir(), 'lethe-bench-'))
  const peer = await startPeer('PyTorch', 'dp_merf.py')
  try {
    await timeRun(project, { steps: 1 }) // loads the library and the data
    const steps = 200
    const measure = async (figure: string): Promise<number> => {
      if (figure === 'embedding') return (await timeRun(project, { steps: 1 }))['Private release']
      const seconds = (await timeRun(project, { steps }))['Training the generator']
      return (1000 * seconds) / steps
    }
    await paired({ name: 'dp-merf', figure: 'embedding', unit: 's', lethe: measure, peer, rounds: 3, warmUp: 1 })
    await paired({ name: 'dp-merf', figure: 'step', unit: 'ms', lethe: measure, peer, rounds: 5, warmUp: 1 })
    const whole = async (): Promise<number> => {
      const seconds = await timeRun(project, {})
      return seconds['Private release'] + seconds['Training the generator']
    }
    await paired({ name: 'dp-merf', figure: 'total', unit: 's', lethe: whole, peer, rounds: 1, warmUp: 0 })
  } finally {
    peer?.close()
    await fs.rm(project, { recursive: true, force: true })
  }
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
