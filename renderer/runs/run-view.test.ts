import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import type { LoggedEvent } from '../../main/contract/calls.ts'
import type { RunEvent } from '../../main/contract/run.ts'
import { emptyView, foldEvents, viewOf, type RunView } from './run-view.ts'
import { addPoint, maxPoints, newTrack } from './track.ts'

const log = (events: RunEvent[], from = 0): LoggedEvent[] =>
  events.map((event, index) => ({ ...event, seq: from + index, time: '2026-01-01T00:00:00Z' }))
const metric = (step: number, value: number, name = 'loss'): RunEvent => ({
  kind: 'metric',
  name,
  step,
  value,
  private: true,
})
const stepsOf = (view: RunView | null) => [...(view?.series['loss']?.steps ?? [])]

describe('track', () => {
  const add = (track: ReturnType<typeof newTrack>, step: number, value = step) =>
    addPoint(track, { step, value, seconds: step / 10 })
  const shown = (track: ReturnType<typeof newTrack>) => [...track.steps.subarray(0, track.shown)]

  it('shows every point while there is room', () => {
    const track = newTrack()
    for (let step = 0; step < 101; step++) add(track, step)
    expect(shown(track)).toEqual(Array.from({ length: 101 }, (_none, step) => step))
  })
  it('stays bounded, in order, and loses no peak, no first and no newest point', () => {
    const track = newTrack()
    for (let step = 0; step < 100_000; step++) {
      add(track, step, step === 777 ? 50 : step === 54_321 ? -50 : Math.sin(step / 100))
      if (step % 997 === 0) expect(track.steps[track.shown - 1]).toBe(step)
    }
    const steps = shown(track)
    expect(steps.length).toBeLessThanOrEqual(maxPoints)
    expect(steps.length).toBeGreaterThan(maxPoints / 4)
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b))
    expect(steps).toEqual(expect.arrayContaining([777, 54_321, 99_999]))
    expect(track.seconds[steps.indexOf(777)]).toBe(77.7)
  })
  it('is cut back by a resumed run', () => {
    const track = newTrack()
    for (const step of [1, 2, 3, 4]) add(track, step)
    add(track, 3, 30)
    expect(shown(track)).toEqual([1, 2, 3])
    expect([...track.values.subarray(0, track.shown)]).toEqual([1, 2, 30])
    add(track, 0, 9)
    expect(shown(track)).toEqual([0])
  })
})

describe('an hour of events', () => {
  it('leaves the view no larger than a minute of them', () => {
    setFlagsFromString('--expose_gc')
    const collect = runInNewContext('gc') as () => void
    const heap = () => {
      collect()
      return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
    }
    let view: RunView = emptyView
    let seq = 0
    const replay = (count: number) => {
      for (let done = 0; done < count; done += 10) {
        const batch: RunEvent[] = Array.from({ length: 10 }, (_none, index) =>
          index === 9
            ? { kind: 'warning', message: `warning ${seq}` }
            : index === 8
              ? { kind: 'preview', name: 'samples', step: seq, file: 'artifacts/samples.png' }
              : index === 7
                ? { kind: 'progress', phase: 'Train', step: seq, totalSteps: 36_000, rate: 10, secondsLeft: 1 }
                : metric(seq + index, Math.cos(seq), `figure ${index}`),
        )
        view = foldEvents(view, log(batch, seq)) ?? view
        seq += 10
      }
    }
    replay(600)
    const before = heap()
    replay(36_000)
    expect(view.lastSeq).toBe(36_599)
    expect(heap() - before).toBeLessThan(1 << 20)
  })
})

describe('folding', () => {
  it('says that a figure is not private once one of its values is not', () => {
    const open = { ...metric(1, 1), private: false } as RunEvent
    expect(foldEvents(emptyView, log([metric(0, 1), open, metric(2, 1)]))?.series['loss']?.private).toBe(false)
  })
  it('goes on from the course that the lab sends', () => {
    const [first] = log([{ kind: 'preview', name: 'samples', step: 2, file: 'x' }], 3)
    const view = viewOf({
      header: {
        lastSeq: 9,
        start: 0,
        events: first ? [first] : [],
        series: [{ name: 'loss', private: false, length: 2, total: 5 }],
      },
      columns: new Map([
        ['loss', { steps: Float64Array.of(1, 5), values: Float64Array.of(3, 2), seconds: Float64Array.of(0, 1) }],
      ]),
    })
    expect(view).toMatchObject({ lastSeq: 9, previews: { samples: { step: 2 } }, series: { loss: { private: false } } })
    const next = foldEvents(view, log([metric(6, 1)], 10))
    expect(stepsOf(next)).toEqual([1, 5, 6])
    expect(next?.series['loss']).toMatchObject({ private: false, last: { step: 6, value: 1 } })
    expect(foldEvents(view, log([metric(7, 1)], 12))).toBeNull()
  })

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
    expect(stepsOf(view && foldEvents(view, log([metric(2, 2), metric(3, 3)], 1)))).toEqual([1, 2, 3])
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
