import { describe, expect, it, vi } from 'vitest'
import { createNotices, lifetime, mostNotices, withNotice, type ShownNotice } from './notice-list.ts'

/** Time that passes when it is told to; nobody is at the notices. */
function handClock() {
  let now = 0
  const timers = new Set<{ at: number; run: () => void }>()
  return {
    isHeld: () => false,
    start(milliseconds: number, run: () => void) {
      const timer = { at: now + milliseconds, run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    pass(milliseconds: number) {
      now += milliseconds
      for (const timer of [...timers]) if (timer.at <= now && timers.delete(timer)) timer.run()
    },
  }
}

describe('notices', () => {
  it('go away in their time, but failures stay', () => {
    const clock = handClock()
    const notices = createNotices(clock)
    notices.notify({ message: 'Imported' })
    notices.notify({ message: 'Disk full', kind: 'failed' })
    clock.pass(60_000)
    expect(notices.list().map(({ message }) => message)).toEqual(['Disk full'])
  })

  it('stay while they are held, each for its whole time again, and go as ever once they are let go', () => {
    const clock = handClock()
    let held = true
    const notices = createNotices({ ...clock, isHeld: () => held })
    notices.notify({ message: 'Imported' })
    clock.pass(5_000)
    clock.pass(4_900)
    expect(notices.list()).toHaveLength(1)
    held = false
    clock.pass(200)
    expect(notices.list()).toHaveLength(0)
  })

  it('undo the newest first, each once, and never after it has gone', () => {
    const clock = handClock()
    const notices = createNotices(clock)
    const [first, second] = [vi.fn(), vi.fn()]
    notices.notify({ message: 'Renamed', undo: { label: 'Undo', run: first } })
    notices.notify({ message: 'Removed', undo: { label: 'Undo', run: second } })
    notices.notify({ message: 'Saved' })
    expect(notices.undoLast()).toBe(true)
    expect([first, second].map((run) => run.mock.calls.length)).toEqual([0, 1])
    clock.pass(60_000)
    expect(notices.undoLast()).toBe(false)
    expect(first).not.toHaveBeenCalled()
  })

  it('do not stack the same words twice, but keep two things to undo apart', () => {
    const notices = createNotices(handClock())
    notices.notify({ message: 'Copied' })
    notices.notify({ message: 'Copied' })
    expect(notices.list()).toHaveLength(1)
    const run = vi.fn()
    notices.notify({ message: 'Removed', undo: { label: 'Undo', run } })
    notices.notify({ message: 'Removed', undo: { label: 'Undo', run } })
    expect(notices.list()).toHaveLength(3)
  })

  it('make room by the oldest that is not a failure', () => {
    const notice = (id: number, kind: ShownNotice['kind']): ShownNotice => ({ id, kind, message: `${id}` })
    const full = [notice(1, 'failed'), notice(2, 'info'), notice(3, 'failed'), notice(4, 'done')]
    expect(withNotice(full, notice(5, 'info')).map(({ id }) => id)).toEqual([1, 3, 4, 5])
    const failures = [1, 2, 3, 4].map((id) => notice(id, 'failed'))
    expect(withNotice(failures, notice(5, 'info'))).toHaveLength(mostNotices)
    expect(withNotice(failures, notice(5, 'info')).at(-1)?.id).toBe(5)
  })

  it('leave longer time where there is more to do', () => {
    expect(lifetime({ message: '', undo: { label: '', run: () => {} } })).toBeGreaterThan(lifetime({ message: '' }))
  })
})
