/** SIGKILL at any moment of a run, then resume: the same bytes as a run never killed, and every look at the data paid for. */
import { createHash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readLines } from '../files/atomic.ts'
import { rootStream } from '../math/random.ts'
import { ledgerOf, readLedger } from '../privacy/ledger.ts'
import { writeDigits } from '../testing/small-project.ts'
import { synthesizeWords, terminal, type Started } from '../testing/terminal.ts'
import { readRecord, runPaths, type RunPaths } from './folder.ts'

const root = await fs.mkdtemp(path.join(os.tmpdir(), 'lethe-kill-'))
afterAll(() => fs.rm(root, { recursive: true, force: true }))
const { start, json } = terminal()
const synthesize = [...synthesizeWords, '--seed', '5']
const inProject = (name: string): string[] => ['--project', path.join(root, name)]
const onlyRun = async (name: string): Promise<RunPaths> => {
  const names = await fs.readdir(path.join(root, name, 'runs')).catch(() => [])
  const run = names.find((one) => !one.startsWith('.'))
  return runPaths(path.join(root, name), run ?? 'none')
}
const eventsOf = (paths: RunPaths): Promise<unknown[]> => readLines(paths.events).catch(() => [])

/** Everything that must not depend on how often the run was killed. */
async function fingerprint(paths: RunPaths): Promise<Record<string, string>> {
  const files = [
    'metrics.ndjson',
    'artifacts/synthetic.npz',
    'artifacts/generator.safetensors',
    'artifacts/samples-final.png',
  ]
  const hashes = files.map(async (file) => [
    file,
    createHash('sha256')
      .update(await fs.readFile(path.join(paths.folder, file)))
      .digest('hex'),
  ])
  return {
    ...(Object.fromEntries(await Promise.all(hashes)) as Record<string, string>),
    outcome: JSON.stringify((await readRecord(paths)).outcome),
  }
}

/** Kills once the run has written `events` more events and `milliseconds` have passed; false if it ended before. */
async function killAfter(
  name: string,
  started: Started,
  before: number,
  events: number,
  milliseconds: number,
): Promise<boolean> {
  let ended = false
  void started.ended.then(() => (ended = true))
  const sleep = (time: number) => new Promise((resolve) => setTimeout(resolve, time))
  while (!ended && (await eventsOf(await onlyRun(name))).length < before + events) await sleep(5)
  await sleep(milliseconds)
  started.process.kill('SIGKILL')
  return (await started.ended).signal === 'SIGKILL'
}

test('killed again and again, resumed, and bit-equal', async () => {
  await writeDigits(path.join(root, 'digits.npz'), 1200)
  for (const name of ['whole', 'killed'])
    expect(
      (
        await json(
          'data',
          'import',
          path.join(root, 'digits.npz'),
          '--name',
          'Digits',
          '--budget',
          '20',
          ...inProject(name),
        )
      ).code,
    ).toBe(0)
  expect((await json(...synthesize, ...inProject('whole'))).code).toBe(0)
  const whole = await onlyRun('whole')
  const length = (await eventsOf(whole)).length

  // A moment is some events after the start and up to 60 ms more: inside writes, releases, checkpoints, scoring.
  const moments = rootStream(20).fork('kill')
  let kills = 0
  for (let attempt = 0; attempt < 6; attempt++) {
    const paths = await onlyRun('killed')
    const before = (await eventsOf(paths)).length
    const words = attempt === 0 ? synthesize : ['runs', 'resume', paths.id]
    const killed = await killAfter(
      'killed',
      start([...words, ...inProject('killed')]),
      before,
      1 + moments.integer(Math.ceil(length / 4)),
      moments.integer(60),
    )
    if (!killed) break
    kills++
    expect((await json('runs', 'show', (await onlyRun('killed')).id, ...inProject('killed'))).document).toMatchObject({
      run: { state: 'interrupted' },
    })
    expect((await json('ledger', 'verify', 'digits', ...inProject('killed'))).document).toMatchObject({ ok: true })
    const entries = await readLedger(ledgerOf(path.join(root, 'killed'), 'digits'))
    const charged = entries.flatMap((entry) => (entry.kind === 'charge' ? [`${entry.stage}.f64`] : []))
    const released = (await fs.readdir((await onlyRun('killed')).releases).catch(() => [])).filter((file) =>
      file.endsWith('.f64'),
    )
    expect(charged).toEqual(expect.arrayContaining(released)) // nothing came out unpaid
    expect(new Set(charged).size).toBe(charged.length)
  }
  expect(kills).toBeGreaterThan(2)

  // Two resumes at once: one works, the other is told so.
  const run = (await onlyRun('killed')).id
  const answers = await Promise.all([0, 1].map(() => json('runs', 'resume', run, ...inProject('killed'))))
  const [winner, loser] = answers.sort((a, b) => a.code! - b.code!)
  expect(winner).toMatchObject({ code: 0, document: { run } })
  expect(loser).toMatchObject({ code: 1, document: { error: { code: 'run-locked' } } })

  for (const part of ['artifacts', 'checkpoints', 'releases'] as const)
    expect((await fs.readdir((await onlyRun('killed'))[part])).filter((name) => name.endsWith('.tmp'))).toEqual([])
  expect(await fingerprint(await onlyRun('killed'))).toEqual(await fingerprint(whole))
  const { document } = await json('ledger', 'show', 'digits', ...inProject('killed'))
  const { document: expected } = await json('ledger', 'show', 'digits', ...inProject('whole'))
  expect(document['spent']).toBe(expected['spent'])
  expect((await json('ledger', 'verify', 'digits', ...inProject('killed'))).document).toMatchObject({ ok: true })
}, 180_000)
