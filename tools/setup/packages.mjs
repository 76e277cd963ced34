/** The npm packages of package-lock.json, without any of their install scripts. */
import { existsSync, readFileSync } from 'node:fs'
import { inModules, inRoot } from './paths.mjs'
import { must } from './wheel.mjs'

/** npm's own note of what it has installed. */
const installedLock = inModules('.package-lock.json')

export const hasPackages = () => existsSync(installedLock)

/** @param {(line: string) => void} say */
export async function installPackages(say) {
  if (isInstalled()) return 'already there'
  say('npm ci')
  await must('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { what: 'npm ci' })
  return `${Object.keys(packagesOf(installedLock)).length} packages`
}

/** Whether node_modules holds every package of the lock file in its version; packages for other systems may be absent. */
function isInstalled() {
  if (!hasPackages()) return false
  const installed = packagesOf(installedLock)
  return Object.entries(packagesOf(inRoot('package-lock.json'))).every(
    ([path, { version, optional }]) =>
      path === '' || (installed[path] ? installed[path].version === version : optional),
  )
}

/** @param {string} lock @returns {Record<string, { version: string, optional?: boolean }>} */
const packagesOf = (lock) => JSON.parse(readFileSync(lock, 'utf8')).packages
