/** Tells when the person leaves the screen: it is locked, or the machine goes to sleep. */
import type { PowerMonitor } from 'electron'

const pollEvery = 3000

/** Linux has no event for the lock; there the state is asked for. Returns what stops the watch. */
export function watchScreen(
  monitor: PowerMonitor,
  tell: (locked: boolean) => void,
  platform: string = process.platform,
): () => void {
  let locked = false
  const change = (now: boolean): void => {
    if (now !== locked) tell((locked = now))
  }
  monitor.on('suspend', () => change(true))
  if (platform !== 'linux') {
    monitor.on('lock-screen', () => change(true))
    monitor.on('unlock-screen', () => change(false))
    return () => undefined
  }
  let asleep = false
  monitor.on('suspend', () => (asleep = true))
  monitor.on('resume', () => (asleep = false))
  const timer = setInterval(() => {
    if (!asleep) change(monitor.getSystemIdleState(3600) === 'locked')
  }, pollEvery)
  timer.unref()
  return () => clearInterval(timer)
}
