import { describe, expect, it } from 'vitest'
import type { LoggedEvent } from '../../main/contract/calls.ts'
import type { RunEvent } from '../../main/contract/run.ts'
import { addPoint, emptyView, foldEvents, type Series } from './run-view.ts'

const log = (events: RunEvent[], from = 0): LoggedEvent[] =>
  events.map((event, index) => ({ ...event, seq: from + index, time: '2026-01-01T00:00:00Z' }))
const metric = (step: number, value: number): RunEvent => ({ kind: 'metric', name: 'loss', step, value, private: true })

describe('series', () => {
  it('stays bounded and keeps the newest value', () => {
    let series: Series | undefined
    for (let step = 0; step < 100_000; step++) series = addPoint(series, step, step / 2, true)
    expect(series?.steps.length).toBeLessThanOrEqual(512)
    expect(series?.steps.length).toBeGreaterThan(200)
    expect(series?.last).toEqual({ step: 99_999, value: 49_999.5 })
    const gaps = new Set(series?.steps.slice(1).map((step, index) => step - (series?.steps[index] ?? 0)))
    expect([...gaps]).toEqual([series?.stride])
  })
  it('is cut back by a resumed run', () => {
    let series: Series | undefined
    for (const step of [1, 2, 3, 4]) series = addPoint(series, step, step, true)
    series = addPoint(series, 3, 30, true)
    expect(series.steps).toEqual([1, 2, 3])
    expect(series.values).toEqual([1, 2, 30])
    expect(addPoint(series, 0, 9, true).steps).toEqual([0])
  })
  it('is not private once one of its values is not', () => {
    expect(addPoint(addPoint(undefined, 1, 1, false), 2, 1, true).private).toBe(false)
  })
})

describe('folding', () => {
  it('keeps the newest preview of a name with a version that changes', () => {
    const view = foldEvents(
      emptyView,
      log([1, 2].map((step) => ({ kind: 'preview', name: 'samples', step, file: 'artifacts/samples.png' }))),
    )
    expect(view?.previews).toEqual({ samples: { name: 'samples', step: 2, file: 'artifacts/samples.png', version: 1 } })
  })
  it('shows a final picture in place of its previews', () => {
    const artifact = (name: string): RunEvent => ({
      kind: 'artifact',
      name,
      file: `artifacts/${name}`,
      sha256: '',
      bytes: 1,
    })
    const view = foldEvents(
      emptyView,
      log([{ kind: 'preview', name: 'samples', step: 2, file: 'x' }, artifact('samples-final.png'), artifact('a.npz')]),
    )
    expect(view?.previews).toEqual({
      samples: { name: 'samples', step: null, file: 'artifacts/samples-final.png', version: 1 },
    })
    expect(Object.keys(view?.artifacts ?? {})).toEqual(['samples-final.png', 'a.npz'])
  })
  it('ignores what it has seen and asks for a new start at a gap', () => {
    const view = foldEvents(emptyView, log([metric(1, 1), metric(2, 2)]))
    expect(view && foldEvents(view, log([metric(2, 2), metric(3, 3)], 1))?.series['loss']?.steps).toEqual([1, 2, 3])
    expect(view && foldEvents(view, log([metric(9, 9)], 5))).toBeNull()
  })
  it('bounds warnings and counts a stage once', () => {
    const events = log([
      ...Array.from({ length: 80 }, (_none, index): RunEvent => ({ kind: 'warning', message: `w${index}` })),
      ...[1, 2].map((): RunEvent => ({ kind: 'spend', stage: 'mean', account: 'train', ledgerSeq: 1, ledgerHash: '' })),
    ])
    const view = foldEvents(emptyView, events)
    expect(view?.warnings.length).toBe(50)
    expect(view?.warnings[49]).toBe('w79')
    expect(view?.spent).toEqual(['mean'])
    expect(view?.lastSeq).toBe(81)
  })
})
