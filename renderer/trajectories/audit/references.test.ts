import { expect, test } from 'vitest'
import type { Agent } from '../../../main/contract/calls/forgetting.ts'
import { referencesOf } from './references.ts'

const agent = (run: string, change: Partial<Agent> = {}): Agent => ({
  ...{ run, title: run, algorithm: 'td3-bc', data: 'hops', created: '', steps: 100, preset: 'desk', share: 1 },
  ...{ without: [], learntFrom: 4, source: null, original: null, method: null, forgotten: [], retired: false },
  ...{ evaluation: null, estimate: null, ...change },
})
const without = [1, 2]
const unlearned = agent('unlearned', { original: 'original', method: 'trajdeleter', without })
const episodes = { ids: [0, 1, 2, 3, 4] }

test('a reference trained anew knows nothing of what was forgotten: never the original', () => {
  const agents = [
    unlearned,
    agent('original'),
    agent('anew', { without: [0, 1, 2] }),
    agent('retrain', { original: 'original', method: 'retrain', without }),
    agent('knows one', { without: [1] }),
    agent('finetuned', { original: 'original', method: 'finetune', without }),
    agent('retired', { without, retired: true }),
    agent('other set', { data: 'others', without }),
  ]
  expect(referencesOf(unlearned, agents, episodes).map(({ run }) => run)).toEqual(['anew', 'retrain'])
  expect(referencesOf(agents[1]!, agents, episodes)).toEqual([])
})

test('what its original left out before was not forgotten by it', () => {
  const original = agent('original', { without: [3] })
  const agents = [original, agent('held out', { learntFrom: 2, without: [1] })]
  const audited = agent('audited', { original: 'original', method: 'trajdeleter', without: [1, 3] })
  expect(referencesOf(audited, agents, episodes).map(({ run }) => run)).toEqual(['held out'])
})
