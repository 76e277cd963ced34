/** For tests: a bundle that the code under test starts as a thread or process of its own. */
// eslint-disable-next-line no-restricted-imports -- the build is a process
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { installationFolder } from '../resources.ts'

export function bundle(name: string): void {
  execFileSync(process.execPath, [path.join(installationFolder(), 'tools', 'build.mjs'), name], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}
