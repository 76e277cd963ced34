#!/usr/bin/env node
/**
 * The terminal's door: sees to set-up and build, then becomes `build/cli.cjs` in this same process, so that signals,
 * exit codes and standard output are the command's own. Whatever set-up has to say goes to standard error.
 */
import { createRequire } from 'node:module'
import { bundlePath, build } from './build.mjs'
import { ensure, isDone, missingSteps } from './setup.mjs'
import { diagnose } from './setup/diagnose.mjs'
import { home } from './setup/paths.mjs'

const commands = process.argv.slice(2).filter((word) => word !== '--no-setup')
const [command = 'help'] = commands
const mayInstall = !process.argv.includes('--no-setup') && command !== 'doctor'

/** What a command cannot do without. The rest of set-up is wanted, but a command that misses it says so itself. */
const isLight = ['help', '-h', 'privacy', 'ledger', '--version'].includes(command) || commands.includes('--help')
const needs = isLight ? ['packages'] : ['packages', 'tensorflow', 'addon', 'backbones']

if (mayInstall) await ensure(needs, { patient: true })
if (isDone('packages')) {
  try {
    await build(['cli', 'hdf5-worker'])
  } catch (error) {
    fail('internal', 'The command line does not build.', error.errors ? 'See the messages above.' : error.message)
  }
  process.env.LETHE_HOME ??= home
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  process.setSourceMapsEnabled(true)
  process.argv = [process.execPath, bundlePath('cli'), ...commands]
  createRequire(import.meta.url)(bundlePath('cli'))
} else if (command === 'doctor') {
  const found = diagnose(missingSteps())
  const text = found.problems.map(({ message, hint }) => `${message} ${hint}`).join('\n')
  console.log(commands.includes('--json') ? JSON.stringify(found) : text)
  process.exitCode = 1
} else {
  fail('backend-missing', 'The npm packages are not installed.', 'Run: npm run setup')
}

/** @param {string} code @param {string} message @param {string} hint */
function fail(code, message, hint) {
  if (commands.includes('--json')) console.log(JSON.stringify({ error: { code, message, hint } }))
  console.error(`${message} ${hint}`)
  process.exit(1)
}
