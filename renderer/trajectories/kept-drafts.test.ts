import { beforeEach, expect, test } from 'vitest'
import type { TrajectorySet } from '../../main/contract/trajectories.ts'
import { agentsStore, changeTrain, changeUnlearn, firstTrain, firstUnlearn, showImport } from './agents-store.ts'
import { changeDraft, firstDraft } from './audit/audit-store.ts'
import { lookKey, readKept, restoreDrafts, writeKept, type Looks } from './kept-drafts.ts'
import { requestStore, tick } from './request/request-store.ts'
import { noneSelected, showTab, trajectoriesStore } from './trajectories-store.ts'

const ward = { id: 'ward', contentHash: 'a' } as TrajectorySet
const hops = { id: 'hops', contentHash: 'b' } as TrajectorySet
const look = (ids: number[], query = '') => ({ query, selection: new Set(ids), rule: null })

beforeEach(() => {
  trajectoriesStore.setState({
    ...{ sets: [ward, hops], data: 'ward', agent: 'run-1', tab: 'agents' },
    ...look([3, 5]),
  })
  changeTrain(firstTrain)
  changeUnlearn(firstUnlearn)
  changeDraft(firstDraft)
  requestStore.setState({ chosen: null, ticked: noneSelected as ReadonlySet<never> })
})

test('what was put together is there again: forms, selections of every set, ticks', () => {
  changeTrain({ algorithm: 'iql', set: { steps: 5000 } })
  changeUnlearn({ method: 'retrain', seed: 7 })
  changeDraft({ episodes: 'selected', retrained: 'run-2' })
  requestStore.setState({ chosen: 'request-1' })
  tick(['dataset:ward'], true)
  const rule = { words: 'tail:0.01', agent: 'run-9' }
  const looks: Looks = new Map([[lookKey('hops', 'b'), { ...look([8], 'expert'), rule }]])
  const kept = readKept(writeKept(looks))!
  expect(kept).toMatchObject({ tab: 'agents', data: 'ward', agent: 'run-1', request: 'request-1' })
  expect(kept.train).toEqual({ ...firstTrain, algorithm: 'iql', set: { steps: 5000 } })
  expect(kept.unlearn).toEqual({ ...firstUnlearn, method: 'retrain', seed: 7 })
  expect(kept.audit).toEqual({ ...firstDraft, episodes: 'selected' })
  expect(new Map(kept.looks)).toEqual(
    new Map([
      [lookKey('ward', 'a'), look([3, 5])],
      [lookKey('hops', 'b'), { ...look([8], 'expert'), rule }],
    ]),
  )
  expect(kept.ticked).toEqual(['dataset:ward'])
})

test('a set that is gone, or has another content, leaves nothing behind', () => {
  const looks: Looks = new Map([
    [lookKey('hops', 'before'), look([8])],
    [lookKey('gone', 'c'), look([1])],
  ])
  trajectoriesStore.setState(look([]))
  expect(readKept(writeKept(looks))!.looks).toEqual([])
})

test.each([null, '', '[]', '{', '"words"', 'null'])('%j is no draft', (text) => expect(readKept(text)).toBeNull())

test('what is not sound is as on the first day, and takes nothing else with it', () => {
  const kept = readKept(
    JSON.stringify({
      ...{ tab: 'games', form: 3, data: {}, train: { algorithm: 'iql' } },
      unlearn: { ...firstUnlearn, method: 'hope' },
      audit: { ...firstDraft, preset: 'paper' },
      looks: [['ward a', { query: 4, selection: [1, 'x', 2.5], rule: { words: 3 } }], 'nonsense'],
      ticked: [1, 'run:a'],
    }),
  )!
  expect(kept).toMatchObject({ tab: 'trajectories', form: 'train', data: null, train: firstTrain })
  expect(kept.unlearn).toEqual(firstUnlearn)
  expect(kept.audit.preset).toBe('paper')
  expect(kept.looks).toEqual([['ward a', look([1])]])
  expect(kept.ticked).toEqual(['run:a'])
})

test('who asked for a tab or a form meanwhile has it', () => {
  const looks: Looks = new Map()
  const kept = readKept(writeKept(looks))!
  trajectoriesStore.setState({ data: null, tab: 'trajectories' })
  restoreDrafts(kept, looks)
  expect(trajectoriesStore.getState()).toMatchObject({ data: 'ward', tab: 'agents', agent: 'run-1' })
  trajectoriesStore.setState({ data: null, tab: 'requests' })
  showImport()
  showTab('requests')
  restoreDrafts(kept, looks)
  expect(trajectoriesStore.getState().tab).toBe('requests')
  expect(agentsStore.getState().form).toBe('import')
})

test('who was led to a set already stays there, with the forms of before', () => {
  changeTrain({ algorithm: 'cql' })
  const looks: Looks = new Map()
  const kept = readKept(writeKept(looks))!
  changeTrain(firstTrain)
  trajectoriesStore.setState({ data: 'hops', tab: 'trajectories', agent: null })
  restoreDrafts(kept, looks)
  expect(trajectoriesStore.getState()).toMatchObject({ data: 'hops', tab: 'trajectories', agent: null })
  expect(agentsStore.getState().train.draft.algorithm).toBe('cql')
  expect(looks.get(lookKey('ward', 'a'))?.selection).toEqual(new Set([3, 5]))
})
