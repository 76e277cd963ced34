/**
 * Nothing leaves the machine, shown from outside: in a network namespace of its own, with a way out whose packets are counted, and
 * with every call that could reach a socket traced. Then the same with canaries, so that each detector is known to see.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { build, bundlePath } from '../tools/build.mjs'
import type { Seen } from './offline-drive.ts'

const here = dirname(fileURLToPath(import.meta.url))
const runtime = process.env['LETHE_ELECTRON'] ?? join(here, '..', '.lethe', 'electron', 'electron')
const calls = 'connect,sendto,sendmsg,sendmmsg,bind'

let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-offline-'))
  await build(['e2e/offline-drive'])
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Watched extends Seen {
  /** Traced calls that name an address of the internet. */
  readonly traced: string[]
  /** Traced calls in all: zero would mean that the tracer saw nothing. */
  readonly calls: number
}

function watch(mode: 'flow' | 'canary'): Watched {
  const trace = join(folder, `${mode}.trace`)
  const traced = join(folder, `${mode}.sh`)
  writeFileSync(
    traced,
    `#!/bin/sh\nexec strace -f --seccomp-bpf -qq -e trace=${calls} -e signal=none -o ${trace} ${runtime} "$@"\n`,
  )
  chmodSync(traced, 0o700)
  const space = process.getuid?.() === 0 ? ['-n'] : ['-rn']
  const { stdout, stderr, status } = spawnSync(
    'unshare',
    [...space, join(here, 'offline', 'rig.sh'), process.execPath, bundlePath('e2e/offline-drive'), mode],
    { encoding: 'utf8', timeout: 230_000, env: { ...process.env, LETHE_ELECTRON: traced } },
  )
  expect(status, stderr).toBe(0)
  const seen = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Seen
  const lines = readFileSync(trace, 'utf8').split('\n')
  return { ...seen, calls: lines.length, traced: lines.filter((line) => /AF_INET6?\b/.test(line)) }
}

/** The inspector that Playwright opens listens on the loopback. It is not there in a packed application. */
const ofDriver = (line: string): boolean => /\bbind\(.*(?:127\.0\.0\.1|"::1")/.test(line)

describe('from the first start to the report of a run', () => {
  let seen: Watched
  beforeAll(() => void (seen = watch('flow')))
  it('nothing is needed from outside', () => {
    expect(seen.state).toBe('succeeded')
    expect(seen.report).toBeGreaterThan(1000)
  })
  it('no process makes a call to the network', () => {
    expect(seen.calls).toBeGreaterThan(100)
    expect(seen.traced.filter((line) => !ofDriver(line))).toEqual([])
  })
  it('no packet leaves', () => expect(seen.sent).toBe(0))
  it('the application counts no attempt', () => expect(seen.offline).toMatchObject({ attempts: 0, refused: [] }))
})

describe('canaries', () => {
  let seen: Watched
  beforeAll(() => void (seen = watch('canary')))
  it('are seen by the tracer, from main and from a lab', () => {
    const text = seen.traced.join('\n')
    expect(text).toContain('192.0.2.2')
    expect(text).toContain('192.0.2.3')
  })
  it('are counted on their way out', () => expect(seen.sent).toBeGreaterThanOrEqual(2))
  it('are refused and counted by the application itself', () => {
    const { attempts, refused } = seen.offline
    expect(attempts).toBeGreaterThanOrEqual(2)
    expect(refused).toContainEqual({ process: 'main', what: 'net.Socket.connect', count: 1 })
    expect(refused).toContainEqual({ process: 'window', what: 'request by http:', count: 1 })
    expect(seen.knocks).toEqual(['net.Socket.connect'])
  })
  it('that the walls hold back never reach the wire', () => {
    expect(seen.traced.join('\n')).not.toMatch(/192\.0\.2\.[14]\b/)
  })
})
