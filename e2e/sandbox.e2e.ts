/** Chromium's sandbox, as a person who is not root has it. Playwright starts Electron without; here nothing drives it. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const runtime = process.env['LETHE_ELECTRON'] ?? join(root, '.lethe', 'electron', 'electron')
const nobody = 65534
const isRoot = process.getuid?.() === 0

let folder = ''
let child: ChildProcess
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-sandbox-'))
  mkdirSync(join(folder, 'profile'))
  if (isRoot) for (const place of [folder, join(folder, 'profile')]) chownSync(place, nobody, nobody)
  // Root steps down to nobody, keeping only the right to read: the clone may lie where nobody may not look.
  const person = [
    '--reuid',
    String(nobody),
    '--regid',
    String(nobody),
    '--clear-groups',
    '--inh-caps',
    '+dac_read_search',
    '--ambient-caps',
    '+dac_read_search',
    '--',
  ]
  const words = [runtime, root, `--user-data-dir=${join(folder, 'profile')}`, '--project', join(folder, 'project')]
  const [command = '', ...rest] = isRoot ? ['setpriv', ...person, ...words] : words
  child = spawn(command, rest, { stdio: 'ignore', env: { ...process.env, HOME: folder } })
})
afterAll(async () => {
  const ended = new Promise((resolve) => child.on('exit', resolve))
  child.kill('SIGTERM')
  await ended
  rmSync(folder, { recursive: true, force: true })
})

/** The status of each process of a type that works on this profile. */
function statusOf(type: string): string[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8')
      if (!words.includes(folder) || !words.includes(`--type=${type}`)) return []
      return [readFileSync(`/proc/${name}/status`, 'utf8')]
    } catch {
      return [] // no process, or gone
    }
  })
}

it('lets the window open', async () => {
  const log = join(folder, 'profile', 'logs', 'lethe.ndjson')
  await expect.poll(() => existsSync(log) && readFileSync(log, 'utf8'), { timeout: 45_000 }).toContain('"shown"')
})

it('holds the page: filtered system calls, no new rights, none of its own', () => {
  const pages = statusOf('renderer')
  expect(pages.length).toBe(1)
  expect(pages[0]).toMatch(/^Seccomp:\s+2$/m)
  expect(pages[0]).toMatch(/^NoNewPrivs:\s+1$/m)
  expect(pages[0]).toMatch(/^CapEff:\s+0+$/m)
})

it('is never switched off by us', () => {
  const words = readFileSync(`/proc/${child.pid}/cmdline`, 'utf8')
  expect(words).not.toContain('no-sandbox')
})

it('is not to be had by root, who must say so or is refused', () => {
  if (!isRoot) return expect(process.getuid?.()).not.toBe(0)
  const { status, stderr } = spawnSync(runtime, [root, `--user-data-dir=${join(folder, 'root')}`], {
    encoding: 'utf8',
    timeout: 30_000,
  })
  expect(status).not.toBe(0)
  expect(stderr).toContain('no-sandbox')
})
