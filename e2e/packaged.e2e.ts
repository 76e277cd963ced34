/** The packed application: its fuses, its files, and that it works with nothing of the clone around it. */
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { flipFuses, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pack, packed } from '../tools/package.mjs'
import { startLethe, type Lethe } from './pages/lethe.ts'

const program = join(packed, 'lethe')
/** The same with the inspector's fuse on, for Playwright; everything else of it is the release. */
const driven = join(packed, 'lethe-driven')
/** How a fuse stands in the wire. */
const off = '0'.charCodeAt(0)
const on = '1'.charCodeAt(0)
/** Chromium refuses root without it; any other user has the sandbox. */
const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []

let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-packed-'))
  await pack()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The environment of a person's desktop: nothing that points into the clone. */
function plainEnvironment(): Record<string, string> {
  const kept = ['PATH', 'DISPLAY', 'XAUTHORITY', 'LANG'].map((name) => [name, process.env[name] ?? ''])
  return { ...(Object.fromEntries(kept) as Record<string, string>), HOME: folder }
}

function runProgram(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return spawnSync(program, [...asRoot, ...words], {
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...plainEnvironment(), ...environment },
  })
}

describe('fuses', () => {
  it('are set as electron/SECURITY.md says', async () => {
    const wire = await getCurrentFuseWire(program)
    const found = Object.entries(FuseV1Options)
      .filter((entry): entry is [string, FuseV1Options] => typeof entry[1] === 'number')
      .map(([name, place]) => [name, wire[place] as number | undefined])
    expect(Object.fromEntries(found)).toEqual({
      RunAsNode: off,
      EnableCookieEncryption: on,
      EnableNodeOptionsEnvironmentVariable: off,
      EnableNodeCliInspectArguments: off,
      EnableEmbeddedAsarIntegrityValidation: on,
      OnlyLoadAppFromAsar: on,
      LoadBrowserProcessSpecificV8Snapshot: off,
      GrantFileProtocolExtraPrivileges: undefined, // this runtime's wire ends before it
    })
  })
  it('hold: the program is no Node, and opens no inspector', () => {
    // As Node it would print the version and end; as itself it does not know the words and verifies.
    const node = runProgram(['-p', '"I am Node"', '--verify-install'], { ELECTRON_RUN_AS_NODE: '1' })
    expect(node.stdout).not.toContain('I am Node')
    expect(node.stdout).toContain('as packed')
    const inspected = runProgram(['--inspect=0', '--verify-install'], { NODE_OPTIONS: '--inspect=0' })
    expect(inspected.stderr).not.toContain('Debugger listening')
    expect(inspected.status).toBe(0)
  })
})

describe('files', () => {
  it('are those that were packed', () => {
    const { stdout, status } = runProgram(['--verify-install'])
    expect(stdout).toMatch(/^\d+ files, list [0-9a-f]{64}: as packed$/m)
    expect(status).toBe(0)
  })
  it('are looked at without a display as well', () => {
    const { stdout, status } = runProgram(['--verify-install'], { DISPLAY: '', WAYLAND_DISPLAY: '' })
    expect(stdout).toMatch(/: as packed$/m)
    expect(status).toBe(0)
  })
  it('that were added are named', () => {
    const stranger = join(packed, 'resources', 'node_modules', 'stranger.js')
    writeFileSync(stranger, '')
    try {
      const { stdout, status } = runProgram(['--verify-install'])
      expect(stdout).toContain('not ours: resources/node_modules/stranger.js')
      expect(status).toBe(1)
    } finally {
      rmSync(stranger)
    }
  })
  it('hold no default application, no source map and nothing of the clone', () => {
    const list = readFileSync(join(packed, 'resources', 'files.sha256'), 'utf8')
    expect(list).not.toMatch(/default_app|\.map$|setup\.json/m)
    expect(list).toContain('libtensorflow_cc.so.2')
    expect(list).toContain('libduckdb.so')
  })
})

describe('the release as it is', () => {
  it('starts, shows its window, and ends with 0 when asked to', async () => {
    const profile = join(folder, 'profile-release')
    const words = [...asRoot, `--user-data-dir=${profile}`, '--project', join(folder, 'project-release')]
    const child = spawn(program, words, { env: plainEnvironment(), stdio: 'ignore' })
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
    const log = join(profile, 'logs', 'lethe.ndjson')
    await expect.poll(() => existsSync(log) && readFileSync(log, 'utf8'), { timeout: 45_000 }).toContain('"shown"')
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(readFileSync(log, 'utf8')).toContain('"ended"')
  })
})

describe('the same with an inspector', () => {
  let lethe: Lethe
  beforeAll(async () => {
    copyFileSync(program, driven)
    await flipFuses(driven, { version: FuseVersion.V1, [FuseV1Options.EnableNodeCliInspectArguments]: true })
    lethe = await startLethe({ LETHE_HOME: '', LETHE_ROOT: '' }, undefined, [], driven)
  })
  afterAll(async () => {
    await lethe?.close()
    rmSync(driven, { force: true })
  })
  it('is packed, and its page has no inspector', async () => {
    expect(await lethe.electron.evaluate(({ app }) => app.isPackaged)).toBe(true)
    const inspected = await lethe.electron.evaluate(async ({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents
      contents?.openDevTools()
      await new Promise((resolve) => setTimeout(resolve, 1000))
      return contents?.isDevToolsOpened()
    })
    expect(inspected).toBe(false)
  })
  it('finds everything it needs beside its archive', async () => {
    const doctor = await lethe.page.evaluate(() => window.lethe.call('lab.doctor', {}))
    expect(doctor).toMatchObject({ ok: true, value: { ok: true, problems: [] } })
  })
  it('trains a tiny run to its end with native TensorFlow', async () => {
    const state = await lethe.page.evaluate(async () => {
      const made = await window.lethe.call('images.demo', { epsilon: 1 })
      if (!made.ok) return made.error.message
      for (;;) {
        const shown = await window.lethe.call('runs.show', { run: made.value.run })
        if (!shown.ok) return shown.error.message
        const { state, error } = shown.value.summary
        if (!['queued', 'running', 'paused'].includes(state)) return error?.message ?? state
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
    })
    expect(state).toBe('succeeded')
  })
})
