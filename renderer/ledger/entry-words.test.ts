import { describe, expect, it } from 'vitest'
import type { LedgerEntry } from '../../main/contract/privacy.ts'
import { filtered, promise, runsIn, shortRun } from './entry-words.ts'

const chained = { time: '2026-05-01T10:00:00Z', previous: '0', hash: '0' }
const read = (seq: number, run: string): LedgerEntry => ({
  kind: 'read',
  seq,
  ...chained,
  run,
  what: 'figure',
  split: 'test',
})
const entries: LedgerEntry[] = [read(0, 'a'), read(1, 'window'), read(2, 'a')]

describe('ledger in words', () => {
  it('filters by kind and run, newest first', () => {
    expect(filtered(entries, { kind: 'all', run: 'a' }).map(({ seq }) => seq)).toEqual([2, 0])
    expect(filtered(entries, { kind: 'charge', run: 'all' })).toEqual([])
    expect(runsIn(entries)).toEqual(['a', 'window'])
    expect(shortRun('window')).toBe('window')
  })
  it('never promises more than was spent', () => {
    const base = { delta: 1e-5, relation: 'add-remove' } as const
    expect(promise({ ...base, spent: 0 })).toContain('tells anything')
    expect(promise({ ...base, spent: 1 })).toContain('at most 2.72') // e = 2.718…, rounded up
    expect(promise({ ...base, spent: Math.log(20.001) })).toContain('at most 21')
    expect(promise({ ...base, spent: 8 })).toContain('no promise')
    expect(promise({ ...base, spent: 1, relation: 'replace-one' })).toContain('what any one image shows')
  })
})
