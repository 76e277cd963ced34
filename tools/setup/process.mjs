/** Child processes of set-up: captured, bounded in time, and ended with us. */
import { spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { home, inHome, root } from './paths.mjs'

/** Children under way, each the leader of a process group of its own. @type {Set<number>} */
export const running = new Set()

/**
 * Runs a command and waits for it; its output goes to `.lethe/setup.log` and, captured, to the caller.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, seconds?: number }} [options]
 * @returns {Promise<{ ok: boolean, stdout: string, stderr: string, reason: string }>} never rejects; `reason` says why not ok
 */
export function run(command, args, { cwd = root, env = {}, seconds = 3600 } = {}) {
  return new Promise((resolve) => {
    let stdout = ''
    let stderr = ''
    let timedOut = false
    log(`\n$ ${[command, ...args].join(' ')}\n`)
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    const pid = child.pid
    if (pid) started(pid)
    const timer = setTimeout(() => {
      timedOut = true
      if (pid) killGroup(pid)
    }, seconds * 1000)
    child.stdout.on('data', (data) => ((stdout += data), log(data)))
    child.stderr.on('data', (data) => ((stderr += data), log(data)))
    /** @param {boolean} ok @param {string} reason */
    const finish = (ok, reason) => {
      clearTimeout(timer)
      if (pid) ended(pid)
      resolve({ ok, stdout, stderr, reason })
    }
    child.on('error', (error) => finish(false, error.message))
    child.on('close', (code, signal) =>
      finish(
        code === 0,
        timedOut
          ? `no answer within ${seconds} s`
          : code === 0
            ? ''
            : tellingLine(stderr || stdout) || `ended with ${signal ?? code}`,
      ),
    )
  })
}

/** Called with the process groups under way whenever they change; set-up's lock keeps them on disk. */
export const watcher = { changed: (/** @type {number[]} */ _pids) => {} }

/** @param {number} pid */
const started = (pid) => (running.add(pid), watcher.changed([...running]))
/** @param {number} pid */
const ended = (pid) => (running.delete(pid), watcher.changed([...running]))

/** @param {number} pid */
export function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}

/** Ticks since boot at which a process started, or '' when there is none: tells a process from a later one of the same number. */
export function startTime(/** @type {number} */ pid) {
  try {
    return (
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19] ?? ''
    )
  } catch {
    return ''
  }
}

/** @param {string | Buffer} text */
function log(text) {
  try {
    mkdirSync(home, { recursive: true })
    appendFileSync(inHome('setup.log'), text)
  } catch {
    // A full disk is reported by the step that meets it.
  }
}

/** The line that says most: the first that names an error, else the last one. @param {string} text */
function tellingLine(text) {
  const lines = text
    .split('\n')
    .map((line) => line.trim().replace(/^npm error /, 'error: '))
    .filter(Boolean)
  const full = lines.find((line) => /no space left|ENOSPC/i.test(line))
  const error = lines.find(
    (line) => /\b(error|fatal)\b/i.test(line) && !/^error: (code|errno|syscall|path) /.test(line),
  )
  return (full ?? error ?? lines.at(-1) ?? '').slice(0, 300)
}
