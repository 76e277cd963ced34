/**
 * All tests: set-up, build, the unit suite, then the end-to-end suite where an Electron runtime can start.
 * The last line is `N passed, N failed` over both.
 *
 *   npm test                            everything
 *   npm test -- main/privacy            the unit tests of one folder
 *   npm test -- e2e                     the end-to-end tests alone
 *   npm test -- --with-checks           `npm run check` first, each check counted as a test
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { build } from './build.mjs'
import { check } from './check.mjs'
import { electronPath, ensure } from './setup.mjs'
import { hand, openDisplay } from './setup/display.mjs'
import { home, inHome, inModules, inRoot, root } from './setup/paths.mjs'

const withChecks = process.argv.includes('--with-checks')
const words = process.argv.slice(2).filter((word) => word !== '--with-checks')
const filters = words.filter((word) => !word.startsWith('-'))
const total = { passed: 0, failed: 0, skipped: 0 }

const { failed } = await ensure()
if (failed.includes('packages')) {
  total.failed += 1
} else {
  if (withChecks) add(await check())
  await build().catch((error) => {
    if (!error.errors) console.error(error.message)
    console.error('The build failed; the tests that need none follow.')
    total.failed += 1
  })
  const endToEnd = filters.filter((word) => word.startsWith('e2e'))
  if (filters.length === 0 || filters.length > endToEnd.length)
    await suite('unit', 'vitest.config.ts', {}, (word) => !endToEnd.includes(word))
  if (filters.length === 0 || endToEnd.length > 0) await endToEndSuite()
}
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0)

async function endToEndSuite() {
  if (!existsSync(inRoot('e2e')) || !readdirSync(inRoot('e2e')).some((name) => name.endsWith('.e2e.ts'))) return
  const electron = electronPath()
  if (!electron)
    return console.log(
      'The end-to-end tests are left out: there is no Electron runtime that starts here (see: npm run lethe doctor).',
    )
  const display = await openDisplay().catch((error) => (console.error(error.message), undefined))
  if (!display) return void (total.failed += 1)
  await suite('e2e', 'e2e/vitest.config.ts', { ...display.env, LETHE_ELECTRON: electron, LETHE_HOME: home }, () => true)
  display.close()
}

/**
 * Runs vitest with one configuration and adds its counts; a suite that crashed, or ran nothing, counts as a failure.
 * @param {string} name @param {string} config @param {Record<string, string>} env @param {(word: string) => boolean} wanted
 */
async function suite(name, config, env, wanted) {
  const report = inHome('tests', `${name}.json`)
  mkdirSync(inHome('tests'), { recursive: true })
  rmSync(report, { force: true })
  const code = await hand(
    process.execPath,
    [
      inModules('vitest', 'vitest.mjs'),
      'run',
      '--root',
      root,
      '--config',
      inRoot(config),
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...words.filter(wanted),
    ],
    { cwd: root, env: { ...process.env, ...env } },
  )
  const counts = count(report)
  // A file that cannot be loaded holds no failed test, and a crash leaves no report: neither may pass for success.
  if (counts.failed === 0 && (code !== 0 || counts.passed === 0)) counts.failed = 1
  add(counts)
}

/** @param {{ passed: number, failed: number, skipped?: number }} counts */
function add({ passed, failed, skipped = 0 }) {
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
}

/** @param {string} path  vitest's JSON report */
function count(path) {
  if (!existsSync(path)) return { passed: 0, failed: 0, skipped: 0 }
  const report = JSON.parse(readFileSync(path, 'utf8'))
  const broken = report.testResults.filter(
    (/** @type {any} */ file) => file.status === 'failed' && file.assertionResults.length === 0,
  )
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}
