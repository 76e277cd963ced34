/**
 * Set-up: one call makes a clone ready, a second finds nothing to do.
 *
 *   node tools/setup.mjs            everything
 *   node tools/setup.mjs --gpu      with the CUDA build of TensorFlow in place of the CPU build (untested)
 *
 * What it fetches lies under `.lethe/` and `node_modules/`. Each step works in `.lethe/tmp/`, puts its result in place by
 * a rename and then notes it in `.lethe/setup.json`, so that a set-up killed anywhere goes on from there.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { installBackbone, hasBackbone } from './setup/backbones.mjs'
import { electronVersion, installElectron } from './setup/electron.mjs'
import { home, inHome, inRoot, root } from './setup/paths.mjs'
import { hasPackages, installPackages } from './setup/packages.mjs'
import * as pins from './setup/pins.mjs'
import { killGroup, running } from './setup/process.mjs'
import { changeState, readState, takeLock } from './setup/state.mjs'
import { installCompiler, installDesktop } from './setup/system.mjs'
import {
  addonVersion,
  hasAddon,
  hasTensorflow,
  installAddon,
  installTensorflow,
  installTensorflowGpu,
} from './setup/tensorflow.mjs'

/**
 * `version` names what the step would install today; `isThere` looks whether that is still in place; `needs` are steps
 * that come first. `install` answers with a word on what it did and throws what a person can act on.
 * @typedef {(line: string) => void} Say
 * @typedef {{ title: string, needs: string[], megabytes: number, version: () => string, isThere: () => boolean,
 *   install: (say: Say) => Promise<string | { note: string, path: string }> }} Step
 */

/** @param {import('./setup/pins.mjs').Wheel} wheel */
const named =
  ({ name, version }) =>
  () =>
    `${name} ${version}`

/** Each after those it needs. @type {Record<string, Step>} */
const steps = {
  compiler: {
    title: 'compiler',
    needs: [],
    megabytes: 0,
    version: () => '1',
    isThere: () => true,
    install: installCompiler,
  },
  packages: {
    title: 'npm packages',
    needs: [],
    megabytes: 1200,
    version: () =>
      createHash('sha256')
        .update(readFileSync(inRoot('package-lock.json')))
        .digest('hex'),
    isThere: hasPackages,
    install: installPackages,
  },
  tensorflow: {
    title: 'native TensorFlow',
    needs: ['compiler', 'packages'],
    megabytes: 1200,
    version: named(pins.tensorflow),
    isThere: () => hasTensorflow(false),
    install: installTensorflow,
  },
  addon: {
    title: 'TensorFlow addon',
    needs: ['compiler', 'packages', 'tensorflow'],
    megabytes: 10,
    version: () => addonVersion(false),
    isThere: () => hasAddon(false),
    install: (say) => installAddon(false, say),
  },
  backbones: {
    title: 'feature backbone',
    needs: ['compiler'],
    megabytes: 40,
    version: named(pins.backbone),
    isThere: hasBackbone,
    install: installBackbone,
  },
  desktop: {
    title: 'desktop libraries',
    needs: ['compiler'],
    megabytes: 0,
    version: () => '2',
    isThere: () => true,
    install: installDesktop,
  },
  electron: {
    title: 'Electron runtime',
    needs: ['desktop', 'packages'],
    megabytes: 700,
    version: electronVersion,
    isThere: () => electronPath() !== undefined,
    install: installElectron,
  },
}

/** Stand-ins under `--gpu`. @type {Record<string, Step>} */
const gpuSteps = {
  tensorflow: {
    ...steps.tensorflow,
    title: 'native TensorFlow for CUDA',
    megabytes: 9000,
    version: named(pins.tensorflowGpu),
    isThere: () => hasTensorflow(true),
    install: installTensorflowGpu,
  },
  addon: {
    ...steps.addon,
    title: 'TensorFlow addon for CUDA',
    version: () => addonVersion(true),
    isThere: () => hasAddon(true),
    install: (say) => installAddon(true, say),
  },
}

export const everything = Object.keys(steps)

/** @param {string} name @param {import('./setup/state.mjs').State} state */
const stepOf = (name, state) => (state.gpu && gpuSteps[name]) || steps[name]

/** Whether a step's result is in place and of today's version. @param {string} name */
export function isDone(name, state = readState()) {
  const step = stepOf(name, state)
  return state.steps[name]?.version === step.version() && step.isThere()
}

/** What is not in place, for a person to read. @returns {{ title: string, failure?: string }[]} */
export function missingSteps() {
  const state = readState()
  return everything
    .filter((name) => !isDone(name, state))
    .map((name) => ({ title: stepOf(name, state).title, failure: state.failures[name]?.message }))
}

/** The Electron runtime's executable, or undefined where set-up could not provide one. */
export function electronPath() {
  const { path } = readState().steps.electron ?? {}
  return path && existsSync(inRoot(path)) ? inRoot(path) : undefined
}

/**
 * Does what is missing of the steps named, each after those it needs and side by side where they allow it.
 * @param {string[]} [names]
 * @param {{ gpu?: boolean | undefined, patient?: boolean }} [options]  `patient`: leave alone what failed in the last ten minutes
 * @returns {Promise<{ failed: string[] }>} the steps of `names` that are not in place; what to do about them is said
 */
export async function ensure(names = everything, { gpu, patient = false } = {}) {
  const missing = () => names.filter((name) => !isDone(name))
  const switches = gpu !== undefined && gpu !== (readState().gpu ?? false)
  if (!switches && missing().length === 0) return { failed: [] }
  const giveBack = await takeLock(say).catch((error) => stop(explain(error)))
  const end = endOnSignal(giveBack)
  try {
    if (switches) changeState((state) => void (state.gpu = gpu))
    await install(names, patient)
  } finally {
    rmSync(inHome('tmp'), { recursive: true, force: true })
    end()
    giveBack()
  }
  return { failed: missing() }
}

/** @param {string[]} names  steps that must be in place @param {boolean} patient */
async function install(names, patient) {
  const state = readState()
  /** @type {Set<string>} */
  const stale = new Set()
  const want = (/** @type {string} */ name) => {
    if (isDone(name, state)) return
    for (const need of stepOf(name, state).needs) want(need)
    stale.add(name)
  }
  for (const name of names) want(name)
  // What rests on a step that is done again is looked at again: `npm ci` takes the addon away.
  const restsOnStale = (/** @type {string} */ name) => stepOf(name, state).needs.some((need) => stale.has(need))
  const wanted = everything.filter((name) => stale.has(name) || (names.includes(name) && restsOnStale(name)))

  const recent = wanted.filter((name) => patient && Date.now() - Date.parse(state.failures[name]?.date ?? '') < 600_000)
  for (const name of recent)
    say(`${steps[name].title} could not be installed: ${state.failures[name].message} (\`npm run setup\` tries again)`)
  if (recent.length > 0) return

  rmSync(inHome('tmp'), { recursive: true, force: true })
  mkdirSync(inHome('tmp'), { recursive: true })
  const needed = wanted.reduce((sum, name) => sum + stepOf(name, state).megabytes, 0)
  const { bavail, bsize } = statfsSync(home)
  const free = Math.floor((bavail * bsize) / 1e6)
  if (free < needed) say(`Set-up needs about ${needed} MB in ${root}, and ${free} MB are free: it may not get through.`)
  if (needed > 0) say(`Setting up what is missing: ${wanted.map((name) => stepOf(name, state).title).join(', ')}.`)

  /** @type {Map<string, Promise<boolean>>} */
  const under = new Map()
  let count = 0
  for (const name of wanted) {
    const step = stepOf(name, state)
    const before = step.needs.filter((need) => wanted.includes(need))
    const work = async () => {
      const ready = await Promise.all(before.map((need) => under.get(need)))
      const unmet = before.filter((_, index) => !ready[index]).map((need) => steps[need].title)
      const next = () => `[${++count}/${wanted.length}] ${step.title}:`
      if (unmet.length === 0) return perform(name, step, next)
      say(`${next()} left out, it needs ${unmet.join(', ')}`)
      return false
    }
    under.set(name, work())
  }
  await Promise.all(under.values())
}

/** @param {string} name @param {Step} step @param {() => string} next  how its last line begins @returns {Promise<boolean>} */
async function perform(name, step, next) {
  const started = Date.now()
  const version = step.version()
  const seconds = () => (Date.now() - started) / 1000
  try {
    const result = await step.install((line) => say(`      ${step.title}: ${line}`))
    const done = typeof result === 'string' ? { note: result } : result
    changeState((state) => {
      state.steps[name] = { version, ...done, date: new Date().toISOString(), seconds: Math.round(seconds() * 10) / 10 }
      delete state.failures[name]
    })
    say(`${next()} ${done.note} (${seconds().toFixed(1)} s)`)
    return true
  } catch (error) {
    const message = explain(error)
    say(`${next()} NOT INSTALLED. ${message}`)
    try {
      changeState((state) => void (state.failures[name] = { message, date: new Date().toISOString() }))
    } catch {
      // A disk too full for this line has been named above.
    }
    return false
  }
}

/** @param {any} error */
function explain(error) {
  if (error.code === 'ENOSPC' || /no space left|ENOSPC/i.test(error.message))
    return `The disk is full: free some space in ${root}, then: npm run setup`
  if (error.code === 'EACCES' || error.code === 'EROFS')
    return `${error.path ?? home} cannot be written: ${error.message}`
  return error.message
}

/** Ends what set-up has started when it is told to end itself. @param {() => void} giveBack */
function endOnSignal(giveBack) {
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }
  const listeners = Object.entries(codes).map(([signal, code]) => {
    const listener = () => {
      for (const pid of running) killGroup(pid)
      giveBack()
      process.exit(code)
    }
    process.on(signal, listener)
    return () => process.off(signal, listener)
  })
  return () => listeners.forEach((remove) => remove())
}

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`)
}

/** @param {string} message @returns {never} */
function stop(message) {
  say(message)
  process.exit(1)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const unknown = process.argv.slice(2).find((word) => word !== '--gpu' && word !== '--cpu')
  if (unknown) stop(`${unknown} means nothing to set-up. It takes --gpu or --cpu, or nothing.`)
  const gpu = process.argv.includes('--gpu') ? true : process.argv.includes('--cpu') ? false : undefined
  const { failed } = await ensure(everything, { gpu })
  say(
    failed.length === 0
      ? 'Everything is set up.'
      : `Not set up: ${failed.map((name) => steps[name].title).join(', ')}.`,
  )
  process.exitCode = failed.length === 0 ? 0 : 1
}
