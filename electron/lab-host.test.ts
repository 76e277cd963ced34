import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LetheError } from '../main/contract/errors.ts'
import { createCoalescer, hostLab, type HostedLab } from './lab-host.ts'
import type { FromLab, ToLab } from './messages.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const changed = (id: string, step: number) => ({ summary: { id, progress: { step } } })
const event = (seq: number) => ({ seq })

describe('coalescing', () => {
  it('keeps the newest summary and all events of a run, in one batch an interval', () => {
    const sent: [string, unknown][] = []
    const coalesce = createCoalescer((topic, value) => void sent.push([topic, value]), 100)
    coalesce('run-changed', changed('a', 1))
    coalesce('run-events', { run: 'a', events: [event(1)] })
    coalesce('run-changed', changed('b', 1))
    coalesce('run-events', { run: 'a', events: [event(2), event(3)] })
    coalesce('run-changed', changed('a', 2))
    expect(sent).toEqual([])
    vi.advanceTimersByTime(100)
    expect(sent).toEqual([
      ['run-events', { run: 'a', events: [event(1), event(2), event(3)] }],
      ['run-changed', changed('a', 2)],
      ['run-changed', changed('b', 1)],
    ])
    vi.advanceTimersByTime(1000)
    expect(sent.length).toBe(3)
  })

  it('drops the oldest events of a flood', () => {
    let last: number[] = []
    const coalesce = createCoalescer(
      (_topic, value) => (last = (value as { events: { seq: number }[] }).events.map(({ seq }) => seq)),
    )
    for (let seq = 1; seq <= 1000; seq++) coalesce('run-events', { run: 'a', events: [event(seq)] })
    vi.advanceTimersByTime(100)
    expect(last.length).toBe(400)
    expect([last[0], last[399]]).toEqual([601, 1000])
  })

  it('passes anything else at once', () => {
    const sent: string[] = []
    createCoalescer((topic) => void sent.push(topic))('engine-gone', { process: 'lab', reason: 'x' })
    expect(sent).toEqual(['engine-gone'])
  })
})

describe('host', () => {
  function host(open: (startRun: (run: string) => void) => Promise<HostedLab>) {
    const sent: FromLab[] = []
    let listener: (event: { data: unknown }) => void = () => undefined
    const exit = vi.fn()
    hostLab(
      { postMessage: (message) => void sent.push(message), on: (_event, given) => (listener = given) },
      open,
      exit,
    )
    return { sent, exit, ask: (message: ToLab) => listener({ data: message }) }
  }
  const lab: HostedLab = {
    call: (name) =>
      name === 'runs.start' ? Promise.reject(new Error('boom')) : Promise.resolve({ ok: true, value: [] }),
    subscribe: () => () => undefined,
    report: () => Promise.reject(new Error('boom')),
    resource: () => Promise.reject(new Error('boom')),
    close: () => Promise.resolve(),
  }

  it('answers calls and resources, and turns what is thrown into a record', async () => {
    const { sent, exit, ask } = host((startRun) => {
      startRun('a')
      return Promise.resolve(lab)
    })
    ask({ kind: 'call', id: 1, name: 'runs.list', input: {} })
    ask({ kind: 'call', id: 2, name: 'runs.start', input: { run: 'a' } })
    ask({ kind: 'resource', id: 3, path: 'runs/a/artifacts/b.png' })
    ask({ kind: 'report', run: 'a', events: [] })
    ask({ kind: 'close' })
    await vi.advanceTimersByTimeAsync(0)
    expect(sent).toContainEqual({ kind: 'start-run', run: 'a' })
    expect(sent).toContainEqual({ kind: 'answer', id: 1, value: { ok: true, value: [] } })
    expect(sent).toContainEqual({
      kind: 'answer',
      id: 2,
      value: { ok: false, error: expect.objectContaining({ code: 'internal' }) as unknown },
    })
    expect(sent).toContainEqual({
      kind: 'answer',
      id: 3,
      value: { error: expect.objectContaining({ code: 'internal', message: 'boom' }) as unknown },
    })
    expect(exit).toHaveBeenCalledOnce()
  })

  it('answers every call with the reason when the project does not open', async () => {
    const { sent, ask } = host(() =>
      Promise.reject(new LetheError('project-newer', 'Made by a later version.', 'Update.')),
    )
    ask({ kind: 'call', id: 1, name: 'runs.list', input: {} })
    await vi.advanceTimersByTimeAsync(0)
    expect(sent).toEqual([
      {
        kind: 'answer',
        id: 1,
        value: { ok: false, error: { code: 'project-newer', message: 'Made by a later version.', hint: 'Update.' } },
      },
    ])
  })
})
