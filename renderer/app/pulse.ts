/** Looks every few seconds, while the window is seen, how much memory is free, whether the project folder is still there and what changed in it. */
import { ask } from './bridge.ts'
import { store } from './store.ts'

const every = 4000 // milliseconds

export async function takePulse(): Promise<void> {
  // What is wrong with the lab itself is told by the calls that a person waits for.
  const pulse = await ask('lab.pulse', {}, () => undefined)
  if (!pulse) return
  store.setState({ pulse })
}

/** Returns what stops it. */
export function followPulse(): () => void {
  const look = () => {
    if (document.visibilityState === 'visible') void takePulse()
  }
  look()
  const timer = setInterval(look, every)
  document.addEventListener('visibilitychange', look)
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', look)
  }
}
