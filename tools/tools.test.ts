/** The scripts as a person meets them: each is started as a program, in a copy of the clone that holds little else. */
import { execFile, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const clone = dirname(dirname(fileURLToPath(import.meta.url)))
let copy: string

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'lethe-tools-'))
  for (const name of ['tools', 'package.json', 'package-lock.json'])
    cpSync(join(clone, name), join(copy, name), { recursive: true })
})
afterEach(() => rmSync(copy, { recursive: true, force: true }))

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

const node = (words: string[], cwd = copy): Promise<Ended> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, words, { cwd }, (_error, out, err) =>
      resolve({ code: child.exitCode, out, err }),
    )
  })

/** Runs a few lines against one of the scripts' modules. */
const script = (module: string, lines: string): Promise<Ended> =>
  node([
    '--input-type=module',
    '-e',
    `import * as m from ${JSON.stringify(pathToFileURL(join(copy, module)).href)}\n${lines}`,
  ])

/** A command line that shows what reaches it, and the packages to build it with. */
function givePackagesAnd(source: string): void {
  symlinkSync(join(clone, 'node_modules'), join(copy, 'node_modules'))
  mkdirSync(join(copy, 'main'))
  writeFileSync(join(copy, 'main', 'cli.ts'), source)
}

const markPackagesDone = (): Promise<Ended> =>
  script(
    'tools/setup/state.mjs',
    `import { createHash } from 'node:crypto'
     import { mkdirSync, readFileSync } from 'node:fs'
     mkdirSync('.lethe', { recursive: true })
     const version = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex')
     m.changeState((state) => { state.steps.packages = { version, note: '', date: '', seconds: 0 } })`,
  )

describe('lethe, before anything is installed', () => {
  test('doctor answers in the form of the contract, and names every step that is missing', async () => {
    const { code, out } = await node(['tools/lethe.mjs', 'doctor', '--json'])
    expect(code).toBe(1)
    const answer = JSON.parse(out)
    expect(answer).toMatchObject({
      ok: false,
      backend: { name: 'javascript' },
      versions: { node: process.versions.node },
    })
    expect(answer.problems.map((problem: { message: string }) => problem.message)).toContain(
      'Not installed: npm packages.',
    )
    for (const problem of answer.problems) expect(problem.hint).toBe('Run: npm run setup')
  })

  test('--no-setup installs nothing and says so, as JSON where that is wanted', async () => {
    const { code, out } = await node(['tools/lethe.mjs', 'data', 'list', '--json', '--no-setup'])
    expect(code).toBe(1)
    expect(JSON.parse(out).error).toMatchObject({ code: 'backend-missing', hint: 'Run: npm run setup' })
    expect(existsSync(join(copy, '.lethe'))).toBe(false)
  })
})

describe('lethe, with its packages', () => {
  test('passes words, exit code and standard output through, also when called through a link from elsewhere', async () => {
    givePackagesAnd(
      `console.log(JSON.stringify({ words: process.argv.slice(2), home: process.env['LETHE_HOME'] })); process.exitCode = 7`,
    )
    await markPackagesDone()
    symlinkSync(join(copy, 'tools', 'lethe.mjs'), join(copy, 'lethe'))
    const { code, out } = await node([join(copy, 'lethe'), 'ledger', 'show', 'a b', '--no-setup'], tmpdir())
    expect(code).toBe(7)
    expect(JSON.parse(out)).toEqual({ words: ['ledger', 'show', 'a b'], home: join(copy, '.lethe') })
  })

  test('a signal reaches the command', async () => {
    givePackagesAnd(`process.on('SIGTERM', () => process.exit(42)); setInterval(() => {}, 1000); console.log('ready')`)
    await markPackagesDone()
    const child = spawn(process.execPath, ['tools/lethe.mjs', 'runs', 'list', '--no-setup'], {
      cwd: copy,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    child.stdout.once('data', () => child.kill('SIGTERM'))
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(42)
  })
})

describe('build', () => {
  const build = async (): Promise<string[]> => {
    const { out, err } = await script('tools/build.mjs', `console.log(JSON.stringify(await m.build(['cli', 'lab'])))`)
    return out ? (JSON.parse(out) as string[]) : [err]
  }

  test('builds what exists, once, and again when a file that went in has changed', async () => {
    givePackagesAnd(`import { word } from './word.ts'\nconsole.log(word)`)
    writeFileSync(join(copy, 'main', 'word.ts'), `export const word = 'first'`)
    expect(await build()).toEqual(['cli'])
    expect(await build()).toEqual([])
    writeFileSync(join(copy, 'main', 'other.ts'), `export const other = 1`)
    expect(await build()).toEqual([])
    writeFileSync(join(copy, 'main', 'word.ts'), `export const word = 'second one'`)
    expect(await build()).toEqual(['cli'])
    expect(readFileSync(join(copy, 'build', 'cli.cjs'), 'utf8')).toContain('second one')
  })

  test('two at once leave a whole bundle', async () => {
    givePackagesAnd(`console.log('whole')`)
    await Promise.all([build(), build(), build()])
    expect((await node(['build/cli.cjs'])).out).toBe('whole\n')
  })
})

describe('the lock of set-up', () => {
  test('a lock whose process is gone is taken over, and what that process left running is ended', async () => {
    const orphan = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
    const gone = new Promise((resolve) => orphan.once('exit', (_code, signal) => resolve(signal)))
    const { out, err } = await script(
      'tools/setup/state.mjs',
      `import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
       import { startTime } from ${JSON.stringify(pathToFileURL(join(copy, 'tools/setup/process.mjs')).href)}
       mkdirSync('.lethe')
       const children = [{ pid: ${orphan.pid}, start: startTime(${orphan.pid}) }]
       writeFileSync('.lethe/setup.lock', JSON.stringify({ pid: process.pid, start: 'another time', children }))
       const giveBack = await m.takeLock(console.error)
       const held = existsSync('.lethe/setup.lock')
       giveBack()
       console.log(held, existsSync('.lethe/setup.lock'))`,
    )
    expect(out).toBe('true false\n')
    expect(err).toBe('')
    expect(await gone).toBe('SIGKILL')
  })

  test('a second set-up waits for the first, and says so', async () => {
    const take = (seconds: number): Promise<Ended> =>
      script(
        'tools/setup/state.mjs',
        `const giveBack = await m.takeLock((line) => console.error(line))
         const from = Date.now()
         setTimeout(() => { giveBack(); console.log(JSON.stringify([from, Date.now()])) }, ${seconds * 1000})`,
      )
    const [a, b] = await Promise.all([take(0.6), take(0.6)])
    const [first, second] = [a, b].map(({ out }) => JSON.parse(out) as [number, number]).sort(([x], [y]) => x - y)
    expect(second![0]).toBeGreaterThanOrEqual(first![1])
    expect(a.err + b.err).toMatch(/^Another set-up is under way \(process \d+\); waiting for it\.\n$/)
  })
})
