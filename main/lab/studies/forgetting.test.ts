/** The study of forgetting at the smallest scale: each cell a chain of runs, stopped and gone on with, none made twice. */
import { beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../../data/formats/testing.ts'
import { openLab, type Lab } from '../../lab.ts'
import type { ForgettingStudyOptions } from './forgetting.ts'

const options: ForgettingStudyOptions = {
  ...{ preset: 'tiny', tasks: ['hopper'], algorithms: ['td3-bc'], seeds: [1], episodes: 10 },
  ...{ forget: 'tail:0.1', method: 'trajdeleter', set: {}, audited: 'auto:4', retrained: false },
}
let lab: Lab
const folder = temporaryFolder()
beforeAll(async () => {
  lab = await openLab({ project: folder.path('project') })
})

async function pull(run: string, stopped = false): Promise<string> {
  const abort = new AbortController()
  for (const events = lab.execute(run, { signal: abort.signal }); ;) {
    const next = await events.next()
    if (next.done) return next.value.state
    if (stopped && next.value.kind === 'checkpoint') abort.abort()
  }
}

/** Makes what is missing, and tells what that was. */
async function make(chosen: ForgettingStudyOptions, stopFirst = false): Promise<string[]> {
  const made: string[] = []
  for (;;) {
    const step = await lab.nextOfForgetting(chosen)
    if (!step) return made
    const run = step.run ?? (await step.make()).run
    made.push(step.words)
    expect(await pull(run, stopFirst && made.length === 1)).toBe(
      stopFirst && made.length === 1 ? 'interrupted' : 'succeeded',
    )
  }
}

test('what is missing is shown as missing; what would be refused hours later is refused before', async () => {
  const { cells, aggregate } = await lab.forgettingTable(options)
  const nothing = { run: null, state: 'missing' }
  expect(cells).toMatchObject([
    { task: 'hopper', seed: 1, state: 'missing', runs: { original: nothing, consistent: nothing }, returns: null },
  ])
  expect(aggregate).toMatchObject({
    cells: { done: 0, of: 1 },
    loss: null,
    words: ['No cell is there yet; nothing can be said.'],
  })
  for (const wrong of [{ algorithms: ['bc'] }, { method: 'magic' }, { set: { colour: 1 } }, { forget: 'tail:2' }])
    await expect(lab.ensureForgettingSets({ ...options, ...wrong })).rejects.toThrow(
      /learns no values|called magic|colour|no rate/,
    )
})

test('a chain of runs, stopped and gone on with; its training is that of the table of returns', async () => {
  await lab.ensureForgettingSets(options)
  const trained = (await lab.nextReturn(options))!
  const { run } = await trained.make()
  expect(await make(options, true)).toEqual([
    'td3-bc on hopper, seed 1: training',
    'td3-bc on hopper, seed 1: training',
    'td3-bc on hopper, seed 1: unlearning',
    'td3-bc on hopper, seed 1: audit, released choice of critic',
    'td3-bc on hopper, seed 1: audit, consistent choice of critic',
  ])
  const { cells, aggregate } = await lab.forgettingTable(options)
  const [cell] = cells
  expect(cell).toMatchObject({
    ...{ state: 'done', runs: { original: { run }, retrained: { run: null } } },
    training: { updates: 60, seconds: expect.any(Number) },
    unlearning: { updates: 40, shareOfUpdates: 2 / 3, shareOfTime: expect.any(Number) },
    shadows: { count: 5, updates: 40, seconds: expect.any(Number) },
    returns: { before: expect.any(Number), after: expect.any(Number) },
  })
  const { released, consistent } = cell!.audits
  expect(released).toMatchObject({ trajectories: 6, auditor: null, retrained: null })
  expect(released!.shares.released).toMatchObject({ forgotten: { of: 1 }, remaining: { of: 4 }, control: { of: 1 } })
  expect(consistent!.shares.textbook.forgotten).toMatchObject({ of: 1 })
  expect(aggregate).toMatchObject({ cells: { done: 1, of: 1 }, time: { reached: null } })

  // Held against an agent trained anew, later: what was made stays, and counts where no such agent is asked for.
  const more = { ...options, retrained: true }
  expect((await lab.forgettingTable(more)).cells[0]).toMatchObject({ state: 'begun' })
  expect(await make(more)).toEqual([
    'td3-bc on hopper, seed 1: training from scratch without the forget set',
    'td3-bc on hopper, seed 1: audit, released choice of critic',
    'td3-bc on hopper, seed 1: audit, consistent choice of critic',
  ])
  const compared = (await lab.forgettingTable(more)).cells[0]!
  expect(compared).toMatchObject({ state: 'done', retraining: { updates: 60, shareOfUpdates: 1 } })
  expect(compared.audits.released).toMatchObject({
    shares: released!.shares,
    auditor: { released: { recall: expect.any(Number) } },
    retrained: { textbook: { forgotten: { of: 1 } } },
  })
}, 120_000)
