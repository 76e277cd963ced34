/** One run, worked on with one number of threads and then another: the bytes stay those of its first attempt. */
import { createHash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { writeDigits } from '../testing/small-project.ts'
import { synthesizeWords, terminal } from '../testing/terminal.ts'
import { readLines } from '../files/atomic.ts'
import { openEnvironment } from './environment.ts'
import { readEnvironment, runPaths, type RunPaths } from './folder.ts'

const root = await fs.mkdtemp(path.join(os.tmpdir(), 'lethe-threads-'))
afterAll(() => fs.rm(root, { recursive: true, force: true }))
const inProject = (name: string): string[] => ['--project', path.join(root, name)]
const withThreads = (threads: number) => terminal({ TF_NUM_INTRAOP_THREADS: String(threads) })
const [one, two] = [withThreads(1), withThreads(2)]

async function onlyRun(name: string): Promise<RunPaths> {
  const names = await fs.readdir(path.join(root, name, 'runs')).catch(() => [])
  return runPaths(path.join(root, name), names.find((entry) => !entry.startsWith('.')) ?? 'none')
}

async function fingerprint({ folder, metrics, artifacts }: RunPaths): Promise<Record<string, string>> {
  const files = [metrics, ...(await fs.readdir(artifacts)).sort().map((name) => path.join(artifacts, name))]
  const hashes = files.map(async (file) => {
    const hash = createHash('sha256').update(await fs.readFile(file))
    return [path.relative(folder, file), hash.digest('hex')] as const
  })
  return Object.fromEntries(await Promise.all(hashes))
}

test('resumed with other threads, a run keeps those of its first attempt, and ends with the same bytes', async () => {
  await writeDigits(path.join(root, 'digits.npz'), 1200)
  const words = ['data', 'import', path.join(root, 'digits.npz'), '--name', 'Digits', '--budget', '20']
  for (const name of ['whole', 'stopped']) expect((await one.json(...words, ...inProject(name))).code).toBe(0)
  const synthesize = [...synthesizeWords, '--seed', '5']
  expect((await one.json(...synthesize, ...inProject('whole'))).code).toBe(0)

  const started = one.start([...synthesize, ...inProject('stopped')])
  let ended = false
  void started.ended.then(() => (ended = true))
  const steps = async () => fs.readdir((await onlyRun('stopped')).checkpoints).catch(() => [])
  while (!ended && (await steps()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  started.process.kill('SIGKILL')
  expect((await started.ended).signal).toBe('SIGKILL')

  const paths = await onlyRun('stopped')
  expect((await two.json('runs', 'resume', paths.id, ...inProject('stopped'))).code).toBe(0)
  expect(await readEnvironment(paths)).toMatchObject({ backend: { threads: 1 } })
  expect(await readLines(paths.events)).not.toContainEqual(expect.objectContaining({ kind: 'warning' }))
  expect(await fingerprint(paths)).toEqual(await fingerprint(await onlyRun('whole')))
}, 300_000)

test('what cannot be kept is said', async () => {
  const paths = await onlyRun('stopped')
  const environment = (await readEnvironment(paths)) as { backend: object }
  const elsewhere = { ...environment, backend: { ...environment.backend, device: 'Another processor' } }
  const { warning } = await openEnvironment('auto', elsewhere)
  expect(warning).toContain('Another processor')
  expect((await openEnvironment('auto', null)).warning).toBeNull()
})
