/** SIGKILL between two checkpoints of a training on trajectories, then resume: the same agent, byte for byte, as one never killed. */
import { createHash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { terminal } from '../testing/terminal.ts'
import { readRecord, runPaths, type RunPaths } from './folder.ts'

const root = await fs.mkdtemp(path.join(os.tmpdir(), 'lethe-kill-training-'))
afterAll(() => fs.rm(root, { recursive: true, force: true }))
const { start, json } = terminal({ LETHE_PROJECT: root, TF_NUM_INTRAOP_THREADS: '1' })
const train = [
  ...['trajectories', 'train', '--algorithm', 'td3-bc', '--data', 'hops', '--preset', 'tiny', '--seed', '7'],
  ...['--set', 'steps=3000', '--set', 'actorEvery=2'],
]

const runNames = async (): Promise<string[]> =>
  (await fs.readdir(path.join(root, 'runs')).catch(() => [])).filter((name) => !name.startsWith('.'))
const stepsKept = async ({ checkpoints }: RunPaths): Promise<number[]> =>
  (await fs.readdir(checkpoints).catch(() => [])).map(Number).filter(Number.isFinite)

async function fingerprint({ folder }: RunPaths): Promise<string[]> {
  const files = ['artifacts/agent.safetensors', 'metrics.ndjson'].map((name) => fs.readFile(path.join(folder, name)))
  return (await Promise.all(files)).map((bytes) => createHash('sha256').update(bytes).digest('hex'))
}

/** Kills once a checkpoint beyond `step` is there; false if it ended before. The next one is 150 updates away. */
async function killBeyond(step: number, words: readonly string[], paths: () => Promise<RunPaths>): Promise<boolean> {
  const started = start(words)
  let ended = false
  void started.ended.then(() => (ended = true))
  while (!ended && !(await stepsKept(await paths())).some((kept) => kept > step))
    await new Promise((resolve) => setTimeout(resolve, 5))
  started.process.kill('SIGKILL')
  return (await started.ended).signal === 'SIGKILL'
}

test('a training killed three times ends as one that was left alone', async () => {
  const collect = ['trajectories', 'collect', 'hopper', '--policy', 'medium', '--episodes', '3', '--name', 'hops']
  expect((await json(...collect)).code).toBe(0)
  const unbroken = await json(...train)
  expect(unbroken.code).toBe(0)
  const whole = runPaths(root, unbroken.document['run'] as string)

  const killed = async (): Promise<RunPaths> =>
    runPaths(root, (await runNames()).find((name) => name !== whole.id) ?? 'none')
  for (const [attempt, step] of [0, 600, 1500].entries()) {
    const words = attempt === 0 ? train : ['runs', 'resume', (await killed()).id]
    expect(await killBeyond(step, words, killed)).toBe(true)
    expect((await readRecord(await killed())).outcome).toBeNull()
    expect(Math.max(...(await stepsKept(await killed())))).toBeLessThan(3000)
  }
  expect((await json('runs', 'resume', (await killed()).id)).code).toBe(0)
  expect(await fingerprint(await killed())).toEqual(await fingerprint(whole))
}, 180_000)
