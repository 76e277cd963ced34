import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { mayRestart, startSupervisor } from './supervisor.ts'

class FakeChild extends EventEmitter {
  readonly sent: unknown[] = []
  killed = false
  readonly pid = undefined
  postMessage(message: unknown): void {
    this.sent.push(message)
  }
  kill(): boolean {
    this.killed = true
    queueMicrotask(() => this.emit('exit', 9))
    return true
  }
}

function setUp() {
  const labs: FakeChild[] = []
  const trainers: [string, FakeChild][] = []
  const told: [string, unknown][] = []
  let time = 0
  const supervisor = startSupervisor({
    startLab: () => {
      const child = new FakeChild()
      labs.push(child)
      return child
    },
    startTrainer: (run) => {
      const child = new FakeChild()
      trainers.push([run, child])
      return child
    },
    tell: (topic, value) => void told.push([topic, value]),
    residentBytes: () => 2 ** 30,
    now: () => time,
    grace: { trainer: 100, lab: 50 },
  })
  return { supervisor, labs, trainers, told, lab: () => labs[labs.length - 1]!, advance: (by: number) => (time += by) }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('restarts', () => {
  it('allows three within a minute', () => {
    expect(mayRestart([0], 0)).toBe(true)
    expect(mayRestart([0, 1, 2], 2)).toBe(true)
    expect(mayRestart([0, 1, 2, 3], 3)).toBe(false)
    expect(mayRestart([0, 1, 2, 90_000], 90_000)).toBe(true)
  })

  it('starts the lab again, answers what was asked of the dead one, and gives up in the end', async () => {
    const { supervisor, labs, told, lab } = setUp()
    const lost = supervisor.call('runs.list', {})
    lab().emit('exit', 139)
    expect(await lost).toMatchObject({ ok: false, error: { code: 'engine-gone' } })
    expect(labs.length).toBe(2)
    for (let i = 0; i < 3; i++) lab().emit('exit', 1)
    expect(labs.length).toBe(4)
    expect(told.length).toBe(4)
    expect(await supervisor.call('runs.list', {})).toMatchObject({ ok: false, error: { code: 'engine-gone' } })
    expect(await supervisor.resource('runs/a/artifacts/b.png')).toMatchObject({ error: { code: 'engine-gone' } })
  })
})

describe('calls', () => {
  it('matches answers by id, in any order', async () => {
    const { supervisor, lab } = setUp()
    const [first, second] = [supervisor.call('runs.list', {}), supervisor.resource('runs/a/artifacts/b.png')]
    const ids = lab().sent.map((message) => (message as { id: number }).id)
    lab().emit('message', { kind: 'answer', id: ids[1], value: null })
    lab().emit('message', { kind: 'answer', id: ids[0], value: { ok: true, value: [] } })
    lab().emit('message', { kind: 'answer', id: 999, value: null })
    expect(await first).toEqual({ ok: true, value: [] })
    expect(await second).toBeNull()
  })
})

describe('trainers', () => {
  it('starts one for each run and tells of its end', () => {
    const { trainers, told, lab } = setUp()
    lab().emit('message', { kind: 'start-run', run: 'a' })
    expect(trainers.map(([run]) => run)).toEqual(['a'])
    trainers[0]![1].emit('exit', 9)
    const gone = {
      code: 'engine-gone',
      message: expect.stringContaining('code 9') as string,
      hint: expect.any(String) as string,
    }
    expect(lab().sent).toEqual([{ kind: 'report', run: 'a', events: [], gone }])
    lab().emit('message', { kind: 'start-run', run: 'a' })
    trainers[1]![1].emit('message', { kind: 'events', events: [{ seq: 0 }] })
    expect(lab().sent[1]).toEqual({ kind: 'report', run: 'a', events: [{ seq: 0 }] })
    trainers[1]![1].emit('exit', 0) // may be a killed one all the same: the lab looks
    expect(lab().sent[2]).toMatchObject({ kind: 'report', run: 'a', events: [], gone: { code: 'engine-gone' } })
    expect(told).toEqual([])
  })
})

describe('a run resumed before its last process is gone', () => {
  it('goes on in the next one', () => {
    const { trainers, lab } = setUp()
    lab().emit('message', { kind: 'start-run', run: 'a' })
    lab().emit('message', { kind: 'start-run', run: 'a' })
    expect(trainers.length).toBe(1)
    trainers[0]![1].emit('exit', 0)
    expect(trainers.map(([run]) => run)).toEqual(['a', 'a'])
    expect(lab().sent).toEqual([]) // nothing was left undone
    trainers[1]![1].emit('exit', 0)
    expect(trainers.length).toBe(2)
  })
})

describe('closing', () => {
  it('asks, waits, kills what does not answer, and starts nothing more', async () => {
    const { supervisor, trainers, lab, labs, told } = setUp()
    lab().emit('message', { kind: 'start-run', run: 'a' })
    const closed = supervisor.close()
    expect(supervisor.close()).toBe(closed)
    const trainer = trainers[0]![1]
    expect(trainer.sent).toEqual([{ kind: 'stop' }])
    lab().emit('message', { kind: 'start-run', run: 'b' })
    expect(trainers.length).toBe(1)
    await vi.advanceTimersByTimeAsync(99)
    expect(trainer.killed).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(trainer.killed).toBe(true)
    expect(lab().sent[lab().sent.length - 1]).toEqual({ kind: 'close' })
    lab().emit('exit', 0)
    await closed
    expect(labs.length).toBe(1)
    expect(lab().killed).toBe(false)
    expect(told).toEqual([])
  })
})
