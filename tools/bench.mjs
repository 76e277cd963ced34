/**
 * Runs benchmarks: `npm run -s bench -- NAME...`, all when none is named. Each is a script `bench/NAME.ts` in a process
 * of its own; of what it prints, the lines that are JSON figures go to standard output and all else to standard error.
 */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { build, bundlePath } from './build.mjs'
import { electronPath, ensure } from './setup.mjs'
import { openDisplay } from './setup/display.mjs'
import { home, inRoot, root } from './setup/paths.mjs'

/** Benchmarks are the files that no other one is made of. */
const known = readdirSync(inRoot('bench'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'harness.ts')
  .map((file) => file.slice(0, -3))
const names = process.argv.slice(2).filter((word) => word !== '--')
const unknown = names.filter((name) => !existsSync(inRoot('bench', `${name}.ts`)))
if (unknown.length > 0) {
  console.error(`No benchmark is called ${unknown.join(', ')}. There are: ${known.join(', ')}.`)
  process.exit(2)
}

const { failed } = await ensure(['packages', 'tensorflow', 'addon', 'backbones'])
if (failed.length > 0) process.exit(1)
let worst = 0
for (const name of names.length > 0 ? names : known) {
  try {
    await build([`bench/${name}`])
    worst = Math.max(worst, await (name === 'window' ? measureWindow() : measure(name)))
  } catch (error) {
    if (!error.errors) console.error(error.message)
    worst = 1
  }
}
process.exit(worst)

/** The window needs the bundles of the application, its runtime and a screen. @returns {Promise<number>} its exit code */
async function measureWindow() {
  await ensure()
  await build()
  const electron = electronPath()
  if (!electron) return (console.error('There is no Electron runtime that starts here.'), 1)
  const display = await openDisplay()
  const code = await measure('window', { ...display.env, LETHE_ELECTRON: electron })
  display.close()
  return code
}

/** @param {string} name @param {Record<string, string>} [more] environment @returns {Promise<number>} its exit code */
function measure(name, more = {}) {
  const child = spawn(process.execPath, ['--enable-source-maps', bundlePath(`bench/${name}`)], {
    cwd: root,
    stdio: ['inherit', 'pipe', 'inherit'],
    env: { TF_CPP_MIN_LOG_LEVEL: '2', LETHE_HOME: home, ...process.env, ...more },
  })
  createInterface({ input: child.stdout }).on('line', (line) =>
    isFigure(line) ? console.log(line) : console.error(line),
  )
  return new Promise((resolve) => {
    child.on('error', (error) => (console.error(error.message), resolve(1)))
    child.on('close', (code, signal) => {
      if (code !== 0) console.error(`The benchmark ${name} ended with ${signal ?? code}.`)
      resolve(code ?? 1)
    })
  })
}

/** @param {string} line */
function isFigure(line) {
  try {
    return typeof JSON.parse(line).figure === 'string'
  } catch {
    return false
  }
}
