/**
 * What set-up knows between calls: `.lethe/setup.json`, one entry for each step that is done, and the lock that lets
 * one set-up work at a time.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { home, inHome } from './paths.mjs'
import { killGroup, running, startTime, watcher } from './process.mjs'

/**
 * `version` is the recipe the step followed: when it differs from today's, the step is done again.
 * @typedef {{ version: string, note: string, date: string, seconds: number, path?: string }} Done
 * @typedef {{ message: string, date: string }} Failure
 * @typedef {{ schema: 'lethe.setup/1', steps: Record<string, Done>, failures: Record<string, Failure>,
 *   gpu?: boolean }} State
 */

const stateFile = inHome('setup.json')
const lockFile = inHome('setup.lock')

/** @returns {State} */
export function readState() {
  try {
    const state = JSON.parse(readFileSync(stateFile, 'utf8'))
    if (state.schema === 'lethe.setup/1') return state
  } catch {
    // None yet, or not readable: every step then looks at what is there.
  }
  return { schema: 'lethe.setup/1', steps: {}, failures: {} }
}

/** @param {(state: State) => void} change  by the holder of the lock only */
export function changeState(change) {
  const state = readState()
  change(state)
  replace(stateFile, JSON.stringify(state, null, 2) + '\n')
}

/** @param {string} path @param {string} text */
function replace(path, text) {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, text)
    renameSync(temporary, path)
  } finally {
    rmSync(temporary, { force: true })
  }
}

/**
 * Waits until no other set-up works here, and takes the lock. A lock whose process is gone is taken over, after what
 * that process had started (an `npm ci`, say) is ended.
 * @param {(line: string) => void} say
 * @returns {Promise<() => void>} gives it back
 */
export async function takeLock(say) {
  mkdirSync(home, { recursive: true })
  const mine = () => JSON.stringify({ ...identity(process.pid), children: [...running].map(identity) })
  const candidate = `${lockFile}.${process.pid}`
  for (let told = false; ; await sleep(300)) {
    writeFileSync(candidate, mine())
    try {
      linkSync(candidate, lockFile)
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    } finally {
      rmSync(candidate, { force: true })
    }
    const holder = readHolder(lockFile)
    if (!holder) continue
    if (isAlive(holder)) {
      if (!told) say(`Another set-up is under way (process ${holder.pid}); waiting for it.`)
      told = true
    } else {
      for (const child of holder.children ?? []) if (isAlive(child)) killGroup(child.pid)
      // Moved aside first: should a third process have replaced it in between, it is put back.
      const aside = `${lockFile}.stale.${process.pid}`
      try {
        renameSync(lockFile, aside)
        if (readHolder(aside)?.pid !== holder.pid) linkSync(aside, lockFile)
      } catch {
        // Somebody else was quicker.
      }
      rmSync(aside, { force: true })
    }
  }
  watcher.changed = () => {
    try {
      replace(lockFile, mine())
    } catch {
      // The disk is full, as the step at work will say; the lock still names this process.
    }
  }
  return () => {
    watcher.changed = () => {}
    if (readHolder(lockFile)?.pid === process.pid) rmSync(lockFile, { force: true })
  }
}

/** @param {number} pid */
const identity = (pid) => ({ pid, start: startTime(pid) })

/** @param {string} path @returns {{ pid: number, start: string, children?: { pid: number, start: string }[] } | undefined} */
function readHolder(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** @param {{ pid: number, start: string }} holder */
function isAlive({ pid, start }) {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (error.code !== 'EPERM') return false
  }
  return startTime(pid) === start
}
