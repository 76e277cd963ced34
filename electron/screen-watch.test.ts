import { EventEmitter } from 'node:events'
import type { PowerMonitor } from 'electron'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { watchScreen } from './screen-watch.ts'

class Monitor extends EventEmitter {
  state: 'active' | 'locked' = 'active'
  getSystemIdleState = () => this.state
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function watch(platform: string) {
  const monitor = new Monitor()
  const told: boolean[] = []
  const stop = watchScreen(monitor as unknown as PowerMonitor, (locked) => told.push(locked), platform)
  return { monitor, told, stop }
}

it('hears the lock and the sleep where there are events', () => {
  const { monitor, told } = watch('darwin')
  for (const event of ['lock-screen', 'suspend', 'unlock-screen', 'suspend', 'resume', 'unlock-screen'])
    monitor.emit(event)
  expect(told).toEqual([true, false, true, false])
})

it('asks where there are none, and stays covered while asleep', () => {
  const { monitor, told, stop } = watch('linux')
  monitor.state = 'locked'
  vi.advanceTimersByTime(3000)
  monitor.state = 'active'
  vi.advanceTimersByTime(3000)
  monitor.emit('suspend')
  vi.advanceTimersByTime(9000)
  expect(told).toEqual([true, false, true])
  monitor.emit('resume')
  vi.advanceTimersByTime(3000)
  expect(told).toEqual([true, false, true, false])
  stop()
  monitor.state = 'locked'
  vi.advanceTimersByTime(9000)
  expect(told).toHaveLength(4)
})
