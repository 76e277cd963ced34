import { describe, expect, it } from 'vitest'
import type { RunState, RunSummary } from '../../main/contract/run.ts'
import { allRuns, choicesOf, queryRuns, queryTrouble } from './list-query.ts'

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
  it('takes an expression between slashes, and hides nothing while it is half typed', () => {
    expect(ids(queryRuns(three, { ...allRuns, words: '/ε = [12]$/m' }))).toEqual(['2', '1'])
    expect(ids(queryRuns(three, { ...allRuns, words: '/[/' }))).toEqual(['3', '2', '1'])
    expect([queryTrouble('/[/'), queryTrouble('/a/'), queryTrouble('a/b')]).toEqual([
      expect.stringContaining('not a regular expression'),
      null,
      null,
    ])
  })
  it('filters and orders', () => {
    expect(ids(queryRuns(three, { ...allRuns, data: 'digits', method: 'dpsgd' }))).toEqual(['2'])
    expect(ids(queryRuns(three, { ...allRuns, tag: 'keep' }))).toEqual(['3'])
    expect(ids(queryRuns(three, { ...allRuns, order: 'oldest' }))).toEqual(['1', '2', '3'])
    expect(ids(queryRuns(three, { ...allRuns, order: 'state' }))).toEqual(['1', '3', '2'])
    expect(ids(three)).toEqual(['3', '2', '1'])
    expect(choicesOf(three)).toEqual({ data: ['digits', 'faces'], method: ['dp-merf', 'dpsgd'], tag: ['keep'] })
  })
  it('finds words and expressions among a thousand', () => {
    const states: RunState[] = ['succeeded', 'failed', 'cancelled']
    const runs = Array.from({ length: 1000 }, (_none, index) =>
      run(String(index), { state: states[index % 3] ?? 'failed', note: `note ${index}` }),
    )
    const found = (words: string) => queryRuns(runs, { ...allRuns, words, order: 'title' }).length
    expect([found('note'), found('note 77'), found('/note 9\\d\\d$/'), found('nothing like this')]).toEqual([
      1000, 19, 100, 0,
    ])
  })
})
