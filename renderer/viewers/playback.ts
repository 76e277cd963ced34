/** Where a replay stands, and how it moves on: one clock for the scene, the curves and the slider. */
import { createStore, type StoreApi } from 'zustand/vanilla'

export interface PlaybackState {
  /** The step shown, 0 … steps − 1. */
  readonly step: number
  readonly playing: boolean
  /** Of real time. */
  readonly speed: number
  readonly loop: boolean
}

export interface Playback {
  readonly store: StoreApi<PlaybackState>
  readonly steps: number
  seek(step: number): void
  /** A step is made by hand: it stops there. */
  move(by: number): void
  toggle(): void
  setSpeed(speed: number): void
  setLoop(loop: boolean): void
  close(): void
}

export const speeds = [0.25, 0.5, 1, 2, 4] as const

/** Time of the frames; the browser's own where none is given. */
export interface Frames {
  request(draw: (milliseconds: number) => void): number
  cancel(frame: number): void
}
const browserFrames: Frames = {
  request: (draw) => requestAnimationFrame(draw),
  cancel: (frame) => cancelAnimationFrame(frame),
}

/** More than this between two frames was a pause, not time that passed: a hidden window, a busy machine. */
const longestFrame = 250

/** `dt` is the seconds of one step. Frames are asked for only while it plays. */
export function createPlayback(steps: number, dt: number, frames: Frames = browserFrames): Playback {
  const last = Math.max(0, steps - 1)
  const store = createStore<PlaybackState>(() => ({ step: 0, playing: false, speed: 1, loop: false }))
  const clamped = (step: number) => Math.min(last, Math.max(0, Math.round(step)))
  let frame: number | null = null
  /** Exact place and time of the frame before; steps are whole, time is not. */
  let place = 0
  let before: number | null = null

  const stop = (): void => {
    if (frame !== null) frames.cancel(frame)
    frame = null
    before = null
  }
  const draw = (time: number): void => {
    const { speed, loop } = store.getState()
    const passed = before === null ? 0 : Math.min(longestFrame, time - before)
    before = time
    place += (passed / 1000 / dt) * speed
    if (!loop && place >= last) {
      place = last
      stop()
      store.setState({ step: last, playing: false })
      return
    }
    place %= last + 1
    const step = Math.min(last, Math.floor(place))
    if (step !== store.getState().step) store.setState({ step })
    frame = frames.request(draw)
  }
  const seek = (step: number): void => {
    place = clamped(step)
    if (place !== store.getState().step) store.setState({ step: place })
  }
  return {
    store,
    steps,
    seek,
    move(by) {
      stop()
      seek(store.getState().step + by)
      if (store.getState().playing) store.setState({ playing: false })
    },
    toggle() {
      if (store.getState().playing) {
        stop()
        store.setState({ playing: false })
        return
      }
      if (store.getState().step >= last) seek(0)
      store.setState({ playing: true })
      frame = frames.request(draw)
    },
    setSpeed: (speed) => store.setState({ speed }),
    setLoop: (loop) => store.setState({ loop }),
    close: stop,
  }
}
