/** Programs and libraries of the operating system. */
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { compilerNeeds, desktopNeeds, proofNeeds } from './pins.mjs'
import { run } from './process.mjs'

/** @param {string} program */
const hasProgram = (program) =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/usr/sbin', '/sbin'].some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })

/** @param {[string, string[]][]} needs @returns {Promise<[string, string[]][]>} */
async function missing(needs) {
  const { stdout: libraries } = await run(existsSync('/sbin/ldconfig') ? '/sbin/ldconfig' : 'ldconfig', ['-p'])
  return needs.filter(([name]) => (name.includes('.so') ? !libraries.includes(`\t${name} `) : !hasProgram(name)))
}

/** A compiler, Python and pip. @param {(line: string) => void} say */
export async function installCompiler(say) {
  const lacking = await missing(compilerNeeds)
  if (!(await run('python3', ['-m', 'pip', '--version'])).ok) lacking.push(['pip', ['python3-pip']])
  return install(lacking, say)
}

/**
 * The libraries of the Electron runtime, a virtual display, and what the offline test watches with.
 * @param {(line: string) => void} say
 */
export const installDesktop = async (say) => install(await missing([...desktopNeeds, ...proofNeeds]), say)

/** How we may become root: `[]` when we are, `['sudo', '-n']` when sudo asks nothing, else undefined. */
export async function asRoot() {
  if (process.getuid?.() === 0) return []
  return (await run('sudo', ['-n', 'true'], { seconds: 5 })).ok ? ['sudo', '-n'] : undefined
}

/**
 * @param {[string, string[]][]} lacking @param {(line: string) => void} say
 * @returns {Promise<string>} what was done
 */
async function install(lacking, say) {
  if (lacking.length === 0) return 'already there'
  const names = lacking.map(([name]) => name).join(', ')
  if (!hasProgram('apt-get'))
    throw new Error(`missing: ${names}. Install them with your system's package manager, then: npm run setup`)
  const root = await asRoot()
  const apt = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=300']
  const [first = 'env', ...rest] = [...(root ?? []), ...apt]
  if (root) await run(first, [...rest, 'update'], { seconds: 300 })
  const packages = await Promise.all(lacking.map(([, choices]) => offered(choices)))
  const command = `sudo apt-get update && sudo apt-get install -y ${packages.join(' ')}`
  if (!root) throw new Error(`missing: ${names}. Type: ${command}`)
  say(`installing ${packages.join(' ')}`)
  const { ok, reason } = await run(first, [...rest, 'install', '-y', '--no-install-recommends', ...packages])
  if (!ok) throw new Error(`${reason}. Type: ${command}`)
  return `installed ${packages.join(' ')}`
}

/** The first package that the system's archive offers; the newer systems renamed some. @param {string[]} choices */
async function offered(choices) {
  for (const name of choices) {
    const { stdout } = await run('apt-cache', ['policy', name])
    if (/Candidate: (?!\(none\))/.test(stdout)) return name
  }
  return choices[choices.length - 1] ?? ''
}
