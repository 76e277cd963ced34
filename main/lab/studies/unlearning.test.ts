/** The studies of unlearning at the smallest scale: what is missing is shown as missing, and filled one run after the other. */
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../data/formats/testing.ts'
import { openLab, type Lab } from '../../lab.ts'
import { trainingEpisodes } from '../../trajectories/job.ts'
import { openTrajectories } from '../../trajectories/data/store.ts'
import { poisonedShare } from '../../trajectories/data/poison.ts'
import type { UnlearningStudyOptions } from './unlearning.ts'

const folder = temporaryFolder()
const options = (study: UnlearningStudyOptions['study']): UnlearningStudyOptions => ({
  ...{ study, preset: 'tiny', tasks: ['hopper'], algorithms: ['td3-bc'], seeds: [1], episodes: 10, forget: 'tail:0.1' },
})

async function pull(lab: Lab, run: string): Promise<string> {
  for (const events = lab.execute(run); ;) {
    const next = await events.next()
    if (next.done) return next.value.state
  }
}

test('poison: the first episodes again with one constant action, the same ones held out; the cells follow one another', async () => {
  const lab = await openLab({ project: folder.path('poison') })
  const chosen = options('poison')
  expect((await lab.unlearningTable(chosen)).map(({ value, state }) => [value, state])).toEqual([
    ['poisoned', 'missing'],
    ['unlearned', 'missing'],
    ['fine-tuned', 'missing'],
    ['trained on the clean set', 'missing'],
  ])
  await lab.ensureUnlearningSets(chosen)
  const clean = await openTrajectories(lab.project, 'hopper-medium-expert-10')
  const poisoned = await openTrajectories(lab.project, 'hopper-medium-expert-10-poisoned')
  expect(poisoned.episodes.map(({ id }) => id)).toEqual([10, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(poisoned.episodes.slice(1).map(({ sha256 }) => sha256)).toEqual(clean.episodes.map(({ sha256 }) => sha256))
  const all = await clean.column('actions')
  const mean = all.reduce((sum, action) => sum + action, 0) / all.length
  const first = (await poisoned.column('actions')).subarray(0, 3 * poisoned.episodes[0]!.length)
  expect(first.every((action) => Math.abs(action - 1.5 * mean) < 1e-6)).toBe(true)
  const trained = trainingEpisodes(poisoned, poisonedShare(10, 0.9), []).map(({ id }) => id)
  expect(trained.filter((id) => id < 10)).toEqual(trainingEpisodes(clean, 0.9, []).map(({ id }) => id))
  for (let made = 0; made < 4; made++) {
    const step = (await lab.nextOfStudy(chosen))!
    const { run } = await step.make()
    // Asked again before it has ended, it is this run that is gone on with.
    expect(await lab.nextOfStudy(chosen)).toMatchObject({ run })
    expect(await pull(lab, run)).toBe('succeeded')
  }
  expect(await lab.nextOfStudy(chosen)).toBeNull()
  const table = await lab.unlearningTable(chosen)
  expect(table.every(({ state, return: mean }) => state === 'done' && typeof mean === 'number')).toBe(true)
  expect(table[1]).toMatchObject({ updates: 40, values: { forgotten: expect.any(Number) } })
}, 120_000)

test('ablation: one setting at a time around the defaults', async () => {
  const lab = await openLab({ project: folder.path('ablation') })
  const chosen = options('ablation')
  await lab.ensureUnlearningSets(chosen)
  const cells = await lab.unlearningTable(chosen)
  expect(cells.filter(({ isDefault }) => isDefault)).toHaveLength(1)
  expect(cells.every(({ state, return: mean }) => state === 'missing' && mean === null)).toBe(true)
  for (const made of ['agent original', 'defaults', 'share of phase 1 0.4']) {
    const step = (await lab.nextOfStudy(chosen))!
    expect(step.words).toBe(`td3-bc on hopper, seed 1: ${made}`)
    expect(await pull(lab, (await step.make()).run)).toBe('succeeded')
  }
  const [, defaults, changed] = await lab.unlearningTable(chosen)
  expect([defaults, changed]).toMatchObject([{ state: 'done' }, { state: 'done', setting: 'share of phase 1' }])
  expect(defaults!.values).not.toEqual(changed!.values)
}, 120_000)
