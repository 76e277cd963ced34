import { expect, test } from 'vitest'
import type { DecidedCopy } from '../../../main/contract/deletion.ts'
import { askedFor, fateWords, goingWith, groupsOf, idWords } from './request-words.ts'

const copy = (id: string, change: Partial<DecidedCopy> = {}): DecidedCopy => ({
  ...{ id, kind: 'run', name: id, where: id, holds: 'it', bytes: 1, certain: true, within: null, obstacle: null },
  ...{ reason: '', fate: 'undecided', decided: null },
  ...change,
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
  ]
  expect(groupsOf(copies).flatMap((group) => group.copies.map(({ id }) => id))).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(copies.map(fateWords)).toEqual([
    'still contains them',
    'still contains them, out of reach',
    'kept, may contain them',
    'removed for good',
    'being removed',
  ])
})
