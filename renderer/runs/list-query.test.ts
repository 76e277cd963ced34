import { describe, expect, it } from 'vitest'
import type { RunState, RunSummary } from '../../main/contract/run.ts'
import { allRuns, choicesOf, queryRuns } from './list-query.ts'

const run = (id: string, change: Partial<RunSummary> = {}): RunSummary => ({
  ...{
    schema: 'lethe.run/1',
    id,
    kind: 'images.synthesize',
    title: `DP-MERF on digits, ε = ${id}`,
    state: 'succeeded',
  },
  ...{ created: '2026-01-01', started: null, ended: null, error: null, outcome: null, attempts: 1, folder: '' },
  ...{ progress: null, data: 'digits', method: 'dp-merf', tags: [], note: '', waitsFor: null },
  ...change,
})
const ids = (runs: readonly RunSummary[]) => runs.map(({ id }) => id)
const three = [
  run('3', { tags: ['keep'], state: 'failed' }),
  run('2', { note: 'Blurry sevens', method: 'dpsgd' }),
  run('1', { data: 'faces', state: 'running' }),
]

describe('the list of runs', () => {
  it('finds words in title, note, tags, data, method and state, all of them', () => {
    expect(ids(queryRuns(three, { ...allRuns, words: 'blurry DIGITS' }))).toEqual(['2'])
    expect(ids(queryRuns(three, { ...allRuns, words: 'keep' }))).toEqual(['3'])
    expect(ids(queryRuns(three, { ...allRuns, words: 'running' }))).toEqual(['1'])
    expect(ids(queryRuns(three, { ...allRuns, words: 'blurry faces' }))).toEqual([])
  })
  it('takes a star in a word for anything on the line', () => {
    expect(ids(queryRuns(three, { ...allRuns, words: 'merf*ε*1' }))).toEqual(['1'])
    expect(ids(queryRuns(three, { ...allRuns, words: 'b*s*vens' }))).toEqual(['2'])
    expect(ids(queryRuns(three, { ...allRuns, words: 'sevens*blurry' }))).toEqual([])
    expect(ids(queryRuns(three, { ...allRuns, words: '* keep*' }))).toEqual(['3'])
  })
  it('is never kept busy by what is typed', () => {
    const long = [run('9', { note: `${'a'.repeat(200_000)}!` })]
    const start = performance.now()
    for (const words of ['/(a+)+$/', '/(a|a)*$/', 'a*'.repeat(200) + 'b', '(a*)*b'])
      expect(queryRuns(long, { ...allRuns, words })).toEqual([])
    expect(performance.now() - start).toBeLessThan(1000)
  })
  it('filters and orders', () => {
    expect(ids(queryRuns(three, { ...allRuns, data: 'digits', method: 'dpsgd' }))).toEqual(['2'])
    expect(ids(queryRuns(three, { ...allRuns, tag: 'keep' }))).toEqual(['3'])
    expect(ids(queryRuns(three, { ...allRuns, order: 'oldest' }))).toEqual(['1', '2', '3'])
    expect(ids(queryRuns(three, { ...allRuns, order: 'state' }))).toEqual(['1', '3', '2'])
    expect(ids(three)).toEqual(['3', '2', '1'])
    expect(choicesOf(three)).toEqual({ data: ['digits', 'faces'], method: ['dp-merf', 'dpsgd'], tag: ['keep'] })
  })
  it('finds words among a thousand', () => {
    const states: RunState[] = ['succeeded', 'failed', 'cancelled']
    const runs = Array.from({ length: 1000 }, (_none, index) =>
      run(String(index), { state: states[index % 3] ?? 'failed', note: `note ${index}` }),
    )
    const found = (words: string) => queryRuns(runs, { ...allRuns, words, order: 'title' }).length
    expect([found('note'), found('note 77'), found('n*te 9*99'), found('nothing like this')]).toEqual([1000, 19, 1, 0])
  })
})
