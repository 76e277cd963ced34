import { createHash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LoggedEvent } from '../contract/calls.ts'
import type { RunRecord } from '../contract/run.ts'
import { readLines } from '../files/atomic.ts'
import { tryLock } from '../files/lock.ts'
import { appendLedger, ledgerOf } from '../privacy/ledger.ts'
import { tf } from '../tensor/tf.ts'
import { quickSynthesis, smallProject, type SmallProject } from '../testing/small-project.ts'
import { requestOf } from './control.ts'
import { readRecord, runPaths, runsFolder } from './folder.ts'

let small: SmallProject
beforeAll(async () => {
  small = await smallProject()
})
afterAll(() => small.remove())

const create = async (change: Partial<Parameters<SmallProject['lab']['createSynthesis']>[0]> = {}): Promise<string> =>
  (await small.lab.createSynthesis({ ...quickSynthesis, ...change })).run

/** Pulls a run to its end; `watch` may abort by returning true after an event. */
async function pull(
  run: string,
  watch: (event: LoggedEvent, seen: number) => boolean | void | Promise<void> = () => undefined,
): Promise<RunRecord> {
  const stop = new AbortController()
  const events = small.lab.execute(run, { signal: stop.signal })
  for (let seen = 0; ; seen++) {
    const next = await events.next()
    if (next.done) return next.value
    if ((await watch(next.value, seen)) === true) stop.abort()
  }
}

/** Everything a run leaves that must not depend on how often it was stopped. */
async function fingerprint(run: string): Promise<Record<string, string>> {
  const paths = runPaths(small.folder, run)
  const files = [
    'metrics.ndjson',
    'artifacts/synthetic.npz',
    'artifacts/generator.safetensors',
    'artifacts/samples-final.png',
  ]
  const entries = await Promise.all(
    files.map(async (file) => [
      file,
      createHash('sha256')
        .update(await fs.readFile(path.join(paths.folder, file)))
        .digest('hex'),
    ]),
  )
  return {
    ...(Object.fromEntries(entries) as Record<string, string>),
    outcome: JSON.stringify((await readRecord(paths)).outcome),
  }
}

test('a run ends with images, scores, charges, and the same bytes every time', async () => {
  const first = await create()
  expect(await pull(first)).toMatchObject({ state: 'succeeded', error: null })
  const tensors = tf.memory().numTensors
  const second = await create()
  expect((await pull(second)).state).toBe('succeeded')
  expect(await fingerprint(second)).toEqual(await fingerprint(first))
  expect(tf.memory().numTensors).toBe(tensors)
  const { entries } = await small.lab.ledger('digits')
  expect(
    entries
      .filter((entry) => entry.kind === 'charge' && entry.run === second)
      .map((entry) => entry.kind === 'charge' && entry.stage),
  ).toEqual(['embedding', 'selection', 'validation-accuracy'])
  expect((await small.lab.checkLedger('digits')).ok).toBe(true)
  const { report } = await small.lab.writeReport(first)
  expect(await fs.readFile(report, 'utf8')).toContain('ε = 2')
}, 120_000)

test('a run stopped anywhere and resumed ends bit-equal, and pays once', async () => {
  const whole = await create({ seed: 3 })
  await pull(whole)
  const expected = await fingerprint(whole)
  const length = (await readLines(runPaths(small.folder, whole).events)).length
  const stopped = await create({ seed: 3 })
  let stops = 0
  for (const at of [2, 5, 9, 14, 20, 27]) {
    const record = await pull(stopped, (_event, seen) => seen >= Math.min(at, length - 4))
    if (record.state === 'succeeded') break
    expect(record.state).toBe('interrupted')
    stops++
  }
  expect(stops).toBeGreaterThan(2)
  if ((await readRecord(runPaths(small.folder, stopped))).state !== 'succeeded') await pull(stopped)
  expect(await fingerprint(stopped)).toEqual(expected)
  const { entries } = await small.lab.ledger('digits')
  expect(entries.filter((entry) => entry.kind === 'charge' && entry.run === stopped)).toHaveLength(3)
}, 120_000)

test('cancel comes within one step; a cancelled run can go on', async () => {
  const run = await create({ seed: 4 })
  const paths = runPaths(small.folder, run)
  let after = 0
  const record = await pull(run, async (event) => {
    if (after > 0) after++
    if (event.kind === 'preview' && after === 0) {
      await requestOf(paths, 'cancel')
      after = 1
    }
  })
  expect(record.state).toBe('cancelled')
  expect(after).toBeLessThanOrEqual(3)
  expect((await pull(run)).state).toBe('succeeded')
}, 60_000)

test('pause holds the run until it is told to go on', async () => {
  const run = await create({ seed: 5 })
  const paths = runPaths(small.folder, run)
  const states: string[] = []
  let asked = false
  const record = await pull(run, async (event) => {
    if (event.kind === 'state') states.push(event.state)
    if (event.kind === 'progress' && event.phase === 'Training the generator' && !asked) {
      asked = true
      await requestOf(paths, 'pause')
      setTimeout(() => void requestOf(paths, 'run'), 400)
    }
  })
  expect(record.state).toBe('succeeded')
  expect(states).toEqual(['running', 'paused', 'running', 'succeeded'])
}, 60_000)

test('two starts of one run: the second is refused and the first goes on', async () => {
  const run = await create({ seed: 6 })
  let refused: unknown
  const record = await pull(run, async (_event, seen) => {
    if (seen === 1) refused = await pull(run).catch((error: unknown) => error)
  })
  expect(refused).toMatchObject({ code: 'run-locked' })
  expect(record.state).toBe('succeeded')
  await expect(pull(run)).rejects.toMatchObject({ code: 'run-state' })
}, 60_000)

test('a second run waits for the device and can be cancelled while it waits', async () => {
  const device = await tryLock(path.join(runsFolder(small.folder), '.device.lock'))
  const run = await create({ seed: 7 })
  const phases: string[] = []
  const record = await pull(run, async (event) => {
    if (event.kind !== 'progress') return
    phases.push(event.phase)
    await requestOf(runPaths(small.folder, run), 'cancel')
  })
  await device!.release()
  expect(phases).toEqual(['Waiting for the run before'])
  expect(record.state).toBe('cancelled')
})

test('a damaged checkpoint is passed over, with a word', async () => {
  const run = await create({ seed: 8 })
  const paths = runPaths(small.folder, run)
  let checkpoints = 0
  await pull(run, (event) => event.kind === 'checkpoint' && ++checkpoints === 3)
  const [newest] = (await fs.readdir(paths.checkpoints)).sort().reverse()
  await fs.truncate(path.join(paths.checkpoints, newest!, 'manifest.json'), 10)
  const warnings: string[] = []
  const record = await pull(run, (event) => void (event.kind === 'warning' && warnings.push(event.message)))
  expect(record).toMatchObject({ state: 'succeeded', error: null })
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain('damaged')
}, 60_000)

test('data changed after the import stops a run before anything is charged', async () => {
  const other = await smallProject(600)
  try {
    const file = path.join(other.folder, 'data', 'digits', 'train-images.npy')
    const bytes = await fs.readFile(file)
    bytes[5000]! ^= 1
    await fs.writeFile(file, bytes)
    const { run } = await other.lab.createSynthesis(quickSynthesis)
    const events = other.lab.execute(run)
    let next = await events.next()
    while (!next.done) next = await events.next()
    expect(next.value).toMatchObject({ state: 'failed', error: { code: 'dataset-corrupt' } })
    expect((await other.lab.ledger('digits')).summary.spent).toBe(0)
  } finally {
    await other.remove()
  }
}, 60_000)

test('release mode draws fresh noise and reads nothing without it', async () => {
  const runs = [await create({ mode: 'release', epsilon: 1 }), await create({ mode: 'release', epsilon: 1 })]
  for (const run of runs) expect((await pull(run)).state).toBe('succeeded')
  const [first, second] = await Promise.all(runs.map(fingerprint))
  expect(first!['artifacts/synthetic.npz']).not.toBe(second!['artifacts/synthetic.npz'])
  const { entries } = await small.lab.ledger('digits')
  expect(entries.some((entry) => entry.kind === 'read' && runs.includes(entry.run))).toBe(false)
  // Reads of other runs, in research mode, are told of.
  const read = { kind: 'read', run: 'earlier', what: 'a look', split: 'test' } as const
  await appendLedger(ledgerOf(small.folder, 'digits'), read)
  const { report } = await small.lab.writeReport(runs[0]!)
  const html = await fs.readFile(report, 'utf8')
  expect(html).not.toContain('reference line')
  expect(html).not.toContain('Fréchet distance')
  // Nothing that would confirm a guess about the data may leave: no hash of it or of the ledger, no class counts.
  const text = html + (await fs.readFile(report.replace(/html$/, 'json'), 'utf8'))
  const dataset = await small.lab.showData('digits')
  const { entries: all } = await small.lab.ledger('digits')
  const secrets = [
    dataset.contentHash,
    ...Object.values(dataset.splits).flatMap((split) => [split.imagesSha256, split.labelsSha256]),
    ...all
      .flatMap((entry) => [entry.hash.slice(0, 12), entry.previous.slice(0, 12)])
      .filter((hash) => !/^0+$/.test(hash)),
  ]
  for (const secret of secrets) expect(text).not.toContain(secret)
  expect(text).not.toContain('classCounts')
  expect(text).toContain(' without noise: by runs in research mode')
}, 90_000)
