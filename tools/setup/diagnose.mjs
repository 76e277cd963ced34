/** The answer of `lethe doctor` where the command line itself cannot be built, in the same form. */
import { readFileSync } from 'node:fs'
import { inRoot } from './paths.mjs'

/**
 * @param {{ title: string, failure?: string }[]} missing  steps of set-up that are not done
 * @returns {{ ok: false, backend: object, versions: Record<string, string>, problems: { code: string, message: string, hint: string }[] }}
 */
export function diagnose(missing) {
  return {
    ok: false,
    backend: { name: 'javascript', library: 'none', device: 'none' },
    versions: {
      lethe: JSON.parse(readFileSync(inRoot('package.json'), 'utf8')).version,
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
    },
    problems: missing.map(({ title, failure }) => ({
      code: 'file-missing',
      message: `Not installed: ${title}${failure ? ` (${failure})` : ''}.`,
      hint: 'Run: npm run setup',
    })),
  }
}
