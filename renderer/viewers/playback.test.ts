/** The clock of a replay: whole steps at the pace of the simulation, stopped by hand, at the end or round again. */
import { expect, test } from 'vitest'
import { createPlayback, type Frames } from './playback.ts'

/** Frames that a test makes pass. */
function handMade() {
  let next: ((milliseconds: number) => void) | null = null
  let time = 1000
  const frames: Frames = {
    request(draw) {
      next = draw
      return 1
    },
    cancel: () => void (next = null),
  }
  return {
    frames,
    asked: () => next !== null,
    pass(milliseconds: number) {
      const draw = next
      next = null
      time += milliseconds
      draw?.(time)
    },
  }
}

function started(steps: number, dt: number) {
  const hand = handMade()
  const playback = createPlayback(steps, dt, hand.frames)
  const step = () => playback.store.getState().step
  const play = () => {
    playback.toggle()
    hand.pass(0)
  }
  return { ...hand, playback, step, play }
}

test('it plays in real time, and at a multiple of it, in whole steps', () => {
  const { playback, step, play, pass } = started(1000, 0.008)
  play()
  pass(20)
  expect(step()).toBe(2)
  pass(20)
  expect(step()).toBe(5)
  playback.setSpeed(0.25)
  pass(32)
  expect(step()).toBe(6)
  playback.setSpeed(4)
  pass(16)
  expect(step()).toBe(14)
})

test('no frame is asked for while it stands, and a long pause is not made up for', () => {
  const { playback, step, play, pass, asked } = started(1000, 0.01)
  expect(asked()).toBe(false)
  play()
  pass(60_000)
  expect(step()).toBe(25)
  playback.toggle()
  expect(asked()).toBe(false)
  expect(playback.store.getState().playing).toBe(false)
  play()
  playback.close()
  expect(asked()).toBe(false)
})

test('it stops at the end and begins anew from there; a loop goes round', () => {
  const { playback, step, play, pass, asked } = started(10, 0.1)
  playback.seek(8)
  play()
  pass(250)
  expect([step(), playback.store.getState().playing, asked()]).toEqual([9, false, false])
  playback.setLoop(true)
  play()
  expect(step()).toBe(0)
  for (let i = 0; i < 5; i++) pass(230)
  expect(step()).toBe(1)
})

test('a step by hand stops it and stays within the episode', () => {
  const { playback, step, play, asked } = started(10, 0.1)
  play()
  playback.move(3)
  expect([step(), playback.store.getState().playing, asked()]).toEqual([3, false, false])
  playback.move(-100)
  expect(step()).toBe(0)
  playback.move(Infinity)
  expect(step()).toBe(9)
  playback.move(-Infinity)
  expect(step()).toBe(0)
})

test('an episode of one step', () => {
  const { playback, step, play, pass } = started(1, 0.1)
  playback.setLoop(true)
  play()
  pass(200)
  expect(step()).toBe(0)
})
