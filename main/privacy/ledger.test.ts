import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PrivacyEvent, PrivacyPlan } from '../contract/privacy.ts'
import { rootStream } from '../math/random.ts'
import { gaussianEpsilon } from './accountants/gaussian.ts'
import { appendLedger, ledgerOf, readLedger, summarise, verifyLedger, type Ledger } from './ledger.ts'
import { makeMechanisms } from './mechanisms.ts'
import { defaultDelta, gaussianStage, pureStage } from './plan.ts'

let project = ''
let ledger: Ledger
beforeEach(async () => {
  project = await fs.mkdtemp(path.join(os.tmpdir(), 'lethe-ledger-'))
  ledger = ledgerOf(project, 'digits')
  await appendLedger(ledger, {
    kind: 'open',
    data: 'digits',
    relation: 'add-remove',
    delta: 1e-5,
    budget: 3,
    unit: 'one image',
    dataHash: '0',
    contentHash: '0',
  })
})
afterEach(() => fs.rm(project, { recursive: true, force: true }))

const gaussian: PrivacyEvent = { kind: 'gaussian', noiseMultiplier: 4, rate: 1, steps: 1 }
const charge = (run: string, event: PrivacyEvent = gaussian) =>
  appendLedger(ledger, {
    kind: 'charge',
    run,
    stage: 'embedding',
    account: 'train',
    sensitivity: 1,
    mode: 'research',
    event,
  })

test('a data set spends the larger of its two accounts, composed over runs', async () => {
  await charge('a')
  await charge('b')
  await appendLedger(ledger, {
    kind: 'charge',
    run: 'a',
    stage: 'selection',
    account: 'validation',
    sensitivity: 1,
    mode: 'research',
    event: { kind: 'pure', epsilon: 0.5, count: 1 },
  })
  const summary = summarise(await readLedger(ledger))
  expect(summary.spent).toBeCloseTo(gaussianEpsilon([gaussian, gaussian], 1e-5)!, 9)
  expect(summary.accounts.validation.pld).toBeLessThanOrEqual(0.5 + 1e-9)
  expect(summary.remaining).toBeCloseTo(3 - summary.spent, 12)
})

test('a change of any byte is found', async () => {
  await charge('a')
  await charge('b')
  const whole = await fs.readFile(ledger.file)
  for (let place = 0; place < whole.length; place += 7) {
    const changed = Buffer.from(whole)
    changed[place]! ^= 1
    await fs.writeFile(ledger.file, changed)
    expect((await verifyLedger(ledger)).ok, `byte ${place}`).toBe(false)
  }
  await fs.writeFile(ledger.file, whole)
  expect((await verifyLedger(ledger)).ok).toBe(true)
})

test('a ledger cut short at a line is found, and refuses further charges', async () => {
  await charge('a')
  await charge('b')
  const lines = (await fs.readFile(ledger.file, 'utf8')).split('\n')
  await fs.writeFile(ledger.file, lines.slice(0, 2).join('\n') + '\n')
  expect(await verifyLedger(ledger)).toMatchObject({ ok: false, firstBad: 2 })
  await expect(charge('c')).rejects.toMatchObject({ code: 'ledger-corrupt' })
})

test('a line torn by a crash was never acted on and is dropped', async () => {
  await charge('a')
  await fs.appendFile(ledger.file, '{"seq":2,"time":')
  expect(await readLedger(ledger)).toHaveLength(2)
  await charge('b')
  expect(await readLedger(ledger)).toHaveLength(3)
})

test('many writers at once keep the chain', async () => {
  await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      appendLedger(ledger, { kind: 'read', run: `r${index}`, what: 'figure', split: 'test' }),
    ),
  )
  expect((await verifyLedger(ledger)).entries).toHaveLength(13)
})

function mechanisms(mode: 'research' | 'release', run: string, epsilon = 1) {
  const plan: PrivacyPlan = {
    relation: 'add-remove',
    mode,
    delta: 1e-5,
    targetEpsilon: epsilon,
    stages: [
      gaussianStage({ id: 'sum', account: 'train', noisedQuantity: 'a sum', sensitivity: 1, epsilon, delta: 1e-5 }),
      pureStage({ id: 'choice', account: 'validation', noisedQuantity: 'a choice', epsilon: 0.5 }),
      pureStage({ id: 'count', account: 'validation', noisedQuantity: 'a count', epsilon: 0.5 }),
    ],
    epsilon,
    accounts: { train: {}, validation: {} },
    spentBefore: 0,
    spentAfter: epsilon,
    budget: 3,
  }
  const order: string[] = []
  const made = makeMechanisms({
    run,
    plan,
    ledger,
    folder: path.join(project, run),
    stream: rootStream(1),
    onSpend: () => order.push('charged'),
  })
  return { made, order }
}
const charges = async () => (await readLedger(ledger)).filter((entry) => entry.kind === 'charge').length

test('a release is charged before its noise is drawn, kept, and never paid twice', async () => {
  const { made, order } = mechanisms('research', 'run-a')
  const values = Float64Array.from({ length: 100 }, (_, index) => index)
  const first = await made.gaussian('sum', () => Promise.resolve(values))
  expect(order).toEqual(['charged'])
  expect(first).not.toEqual(values)
  const again = await mechanisms('research', 'run-a').made.gaussian('sum', () =>
    Promise.reject(new Error('read the data again')),
  )
  expect(again).toEqual(first)
  expect(await charges()).toBe(1)
})

test('a crash between charge and release: research draws the same noise for nothing, release mode pays again', async () => {
  for (const [mode, expected] of [
    ['research', 1],
    ['release', 2],
  ] as const) {
    const run = `crash-${mode}`
    const before = await charges()
    const compute = () => Promise.resolve(new Float64Array(50))
    const first = await mechanisms(mode, run).made.gaussian('sum', compute)
    await fs.rm(path.join(project, run), { recursive: true })
    const second = await mechanisms(mode, run).made.gaussian('sum', compute)
    expect((await charges()) - before).toBe(expected)
    if (mode === 'research') expect(second).toEqual(first)
    else expect(second).not.toEqual(first)
  }
})

test('a charge over the budget is refused and nothing is released', async () => {
  await mechanisms('research', 'one', 2.5).made.gaussian('sum', () => Promise.resolve(new Float64Array(1)))
  await expect(
    mechanisms('research', 'two', 2.5).made.gaussian('sum', () => Promise.resolve(new Float64Array(1))),
  ).rejects.toMatchObject({
    code: 'budget-exceeded',
  })
  expect(await charges()).toBe(1)
  expect(await fs.stat(path.join(project, 'two')).catch(() => null)).toBeNull()
})

test('a stage that the plan does not declare cannot be released', async () => {
  const { made } = mechanisms('research', 'run-b')
  await expect(made.noisyCount('another', () => Promise.resolve(1))).rejects.toMatchObject({ code: 'privacy-invalid' })
  await expect((async () => made.noisyCount('sum', () => Promise.resolve(1)))()).rejects.toMatchObject({
    code: 'privacy-invalid',
  })
})

test('report-noisy-max and the noisy count are right on average', async () => {
  let hits = 0
  let sum = 0
  const rounds = 60
  for (let round = 0; round < rounds; round++) {
    const plan = mechanisms('release', `round-${round}`)
    // Every round is a release of its own; a fresh ledger keeps the budget out of this test.
    await fs.rm(path.join(project, 'ledger'), { recursive: true })
    await appendLedger(ledger, {
      kind: 'open',
      data: 'digits',
      relation: 'add-remove',
      delta: 1e-5,
      budget: 3,
      unit: 'one image',
      dataHash: '0',
      contentHash: '0',
    })
    if ((await plan.made.reportNoisyMax('choice', () => Promise.resolve([100, 130, 90]))) === 1) hits++
    sum += await plan.made.noisyCount('count', () => Promise.resolve(1000))
  }
  expect(hits).toBeGreaterThanOrEqual(rounds - 1)
  expect(Math.abs(sum / rounds - 1000)).toBeLessThan(3)
})

test('delta is 1 / (N ln N), rounded down', () => {
  expect(defaultDelta(55_000)).toBeCloseTo(1.6657e-6, 12)
  expect(defaultDelta(55_000)).toBeLessThanOrEqual(1 / (55_000 * Math.log(55_000)))
  expect(defaultDelta(2000)).toBeCloseTo(6.578e-5, 8)
})
