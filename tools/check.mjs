/**
 * Format, lint, types and the layers, side by side; one line for each, its output below it when it fails.
 * `npm run check -- --fix` first mends what format and lint can mend by themselves.
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ensure } from './setup.mjs'
import { inModules, inRoot } from './setup/paths.mjs'
import { run } from './setup/process.mjs'

const prettier = [inModules('prettier', 'bin', 'prettier.cjs'), '--log-level', 'warn']
const eslint = [inModules('eslint', 'bin', 'eslint.js')]

/** Each check as the words given to Node. @returns {[string, string[]][]} */
const checks = () => [
  ['format', [...prettier, '--check', '.']],
  ['lint', [...eslint, '--max-warnings', '0', '.']],
  ['types', [inModules('typescript', 'bin', 'tsc'), '-p', inRoot()]],
  ...['renderer', 'e2e', 'tools']
    .filter((folder) => existsSync(inRoot(folder, 'tsconfig.json')))
    .map(
      (folder) =>
        /** @type {[string, string[]]} */ ([
          `types of ${folder}`,
          [inModules('typescript', 'bin', 'tsc'), '-p', inRoot(folder)],
        ]),
    ),
  ['layers', [inModules('vitest', 'vitest.mjs'), 'run', 'main/layers.test.ts']],
]

/** @returns {Promise<{ passed: number, failed: number }>} how many checks did */
export async function check() {
  const { failed } = await ensure(['packages'])
  if (failed.length > 0) return { passed: 0, failed: 1 }
  const results = await Promise.all(
    checks().map(async ([name, words]) => {
      const started = Date.now()
      const { ok, stdout, stderr } = await run(process.execPath, words)
      console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`)
      if (!ok) console.log((stdout + stderr).trimEnd())
      return ok
    }),
  )
  const passed = results.filter(Boolean).length
  return { passed, failed: results.length - passed }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--fix') && (await ensure(['packages'])).failed.length === 0) {
    await run(process.execPath, [...eslint, '--fix', '.'])
    await run(process.execPath, [...prettier, '--write', '.'])
  }
  process.exit((await check()).failed > 0 ? 1 : 0)
}
