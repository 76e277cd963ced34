import { expect, test } from 'vitest'
import type { DecidedCopy, DeletionStatement } from '../../../main/contract/deletion.ts'
import type { TrajectorySet } from '../../../main/contract/trajectories.ts'
import { formatTime } from '../../app/format.ts'
import {
  askedFor,
  closingWords,
  decidedWords,
  doubtsOf,
  fateWords,
  goingWith,
  groupsOf,
  idWords,
  keptWith,
  learntWords,
  lostWith,
  whenWords,
} from './request-words.ts'

const copy = (id: string, change: Partial<DecidedCopy> = {}): DecidedCopy => ({
  ...{ id, kind: 'run', name: id, where: id, holds: 'it', bytes: 1, certain: true, within: null, obstacle: null },
  ...{ reason: '', fate: 'undecided', decided: null },
  ...change,
})

test('two copies of one name are told apart by when they were made, and each says when it was decided', () => {
  const now = new Date('2026-12-01T12:00:00')
  const sets = [{ id: 'ward', created: new Date(2026, 10, 3, 9, 5).toISOString() }] as TrajectorySet[]
  const words = formatTime('2026-11-28T18:11:45Z', now)
  const when = (id: string) => whenWords({ id }, sets, now)
  expect(when('run:20261128-181145-trajectories-train-997264')).toBe(words)
  expect(when('checkpoints:20261128-181145-trajectories-train-997264')).toBe(words)
  expect(when('trash:20261128T181145-ward-997264')).toBe(words)
  expect(when('dataset:ward')).toBe('3 Nov, 09:05')
  expect([when('dataset:gone'), when('export:0'), when('unknown:notes.txt')]).toEqual(['', '', ''])
  const decided = new Date(2026, 10, 28, 18, 20).toISOString()
  expect(decidedWords({ fate: 'kept', decided }, now)).toBe('Kept 28 Nov, 18:20.')
  expect(decidedWords({ fate: 'undecided', decided: null }, now)).toBe('')
})

test('ids are said as ranges, and many are cut', () => {
  expect(idWords([5, 3, 4, 9, 11, 12])).toBe('3–5, 9, 11–12')
  expect(idWords([1, 3, 5], 2)).toBe('1, 3, …')
})

test('what lies in a copy goes with it, is shown as going, and is not asked for twice', () => {
  const copies = [copy('run:a'), copy('checkpoints:a', { within: 'run:a' }), copy('run:b')]
  expect(goingWith(copies, new Set(['run:a'])).map(({ id }) => id)).toEqual(['run:a', 'checkpoints:a'])
  expect(askedFor(copies, new Set(['run:a', 'checkpoints:a']))).toEqual(['run:a'])
  expect(askedFor(copies, new Set(['checkpoints:a']))).toEqual(['checkpoints:a'])
})

test('every copy is in one group, and its words never say more than is known', () => {
  const copies = [
    copy('a'),
    copy('b', { obstacle: 'outside' }),
    copy('c', { fate: 'kept', certain: false }),
    copy('d', { fate: 'removed' }),
    copy('e', { fate: 'removing' }),
    copy('f', { kind: 'document', obstacle: 'outside' }),
  ]
  expect(groupsOf(copies).flatMap((group) => group.copies.map(({ id }) => id))).toEqual(['a', 'b', 'f', 'c', 'd', 'e'])
  expect(copies.map(fateWords)).toEqual([
    'still contains them',
    'still contains them, out of reach',
    'kept, may contain them',
    'removed for good',
    'being removed',
    'names them, out of reach',
  ])
})

test('a report that names them is not counted among the copies that contain them', () => {
  const report = copy('document:0', { kind: 'document', obstacle: 'outside' })
  const words = (copies: readonly DecidedCopy[]) => closingWords(about({ copies: [...copies], agent: null })).join(' ')
  expect(words([report])).toMatch(/No copy that Lethe knows of contains them\. 1 report or table .* names them\./)
  expect(words([copy('a'), report])).toMatch(/1 copy in the list still contains them\. 1 report or table/)
})

test('what looks ticked is kept too, and what lies in it keeps its own reason', () => {
  const copies = [
    copy('run:a'),
    copy('checkpoints:a', { within: 'run:a' }),
    copy('export:a', { within: 'run:a', fate: 'kept', reason: 'asked for' }),
    copy('run:b'),
  ]
  expect(keptWith(copies, new Set(['run:a'])).map(({ id }) => id)).toEqual(['run:a', 'checkpoints:a'])
  expect(keptWith(copies, new Set(['export:a'])).map(({ id }) => id)).toEqual(['export:a'])
})

const copies = [copy('dataset:s', { kind: 'dataset' }), copy('run:a'), copy('run:b')]
const about = (change: Partial<DeletionStatement>) =>
  ({ data: 's', agent: 'a', learnt: [1], unlearned: 'b', audited: null, copies, ...change }) as DeletionStatement
const lost = (change: Partial<DeletionStatement>, ...ids: readonly string[]) =>
  lostWith(
    about(change),
    copies.filter(({ id }) => ids.includes(id)),
  ).join(' ')

test('before the set goes, it is said that nothing can be audited without it', () => {
  expect(lost({}, 'dataset:s')).toMatch(/audit is not done yet.*never be audited/)
  expect(lost({ unlearned: null }, 'dataset:s')).toMatch(/not made to forget them yet/)
  expect(lost({}, 'run:a')).toMatch(/compares the new agent with the original/)
})

test('where nothing is lost by it, nothing is said', () => {
  expect(lost({}, 'run:b', 'dataset:s')).toBe('')
  expect(lost({ audited: 'c' }, 'dataset:s')).toBe('')
  expect(lost({ learnt: [] }, 'dataset:s')).toBe('')
  expect(lost({ unlearned: null }, 'run:a', 'dataset:s')).toBe('')
})

test('a request repeats the doubts of its own run', () => {
  const values = (forgotten: number, remaining: number) => ({ forgotten, remaining, unseen: null })
  const outcome = (after: number) => ({
    before: { evaluation: null, values: values(100, 100) },
    after: { evaluation: null, values: values(after, 100) },
  })
  expect(doubtsOf({ outcome: outcome(110) })).toEqual([expect.stringMatching(/has not forgotten them/)])
  expect(doubtsOf({ outcome: outcome(50) })).toEqual([])
  expect(doubtsOf({ outcome: null })).toEqual([])
})

test('how many an agent learnt from is said as a number', () => {
  expect(learntWords(3, 3)).toBe('The agent was trained on all 3 of them.')
  expect(learntWords(2, 3)).toBe('The agent was trained on 2 of them.')
  expect(learntWords(2, 2)).toBe('The agent was trained on both.')
  expect(learntWords(1, 1)).toBe('The agent was trained on it.')
})
