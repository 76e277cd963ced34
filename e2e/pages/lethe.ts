/** Starts the real application on a project and a profile of its own, and takes both away afterwards. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron, type ElectronApplication, type Page } from 'playwright'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
/** The clone, or a packed application. */
const application = process.env['LETHE_APP'] ?? root
const runtime = process.env['LETHE_ELECTRON'] ?? join(root, '.lethe', 'electron', 'electron')

/**
 * Holds the application until Playwright listens. Playwright passes it only to the runtime of its own choice; without it a window
 * may open while the two are still shaking hands, and is then never heard of.
 */
const loader = join(root, 'node_modules', 'playwright-core', 'lib', 'server', 'electron', 'loader.js')
const hold = application === root ? ['-r', loader] : []

/** How long each part of a start may take; usual is a second or two. */
const patience = 45_000

export interface Lethe {
  readonly electron: ElectronApplication
  readonly page: Page
  readonly project: string
  /** Holds the profile of the application; gone after `close`. */
  readonly folder: string
  close(): Promise<void>
}

/**
 * `given` is the folder of a project to open in place of a new one; it is left where it is. `words` go on the command line. `packed` is
 * the executable of a packed application, in place of the clone on its runtime.
 */
export async function startLethe(
  environment: Readonly<Record<string, string>> = {},
  given?: string,
  words: readonly string[] = [],
  packed?: string,
): Promise<Lethe> {
  const folder = await mkdtemp(join(tmpdir(), 'lethe-e2e-'))
  const project = given ?? join(folder, 'project')
  const inherited = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const start = async (profile: string): Promise<{ electron: ElectronApplication; page: Page }> => {
    const electron = await _electron.launch({
      executablePath: packed ?? runtime,
      args: [
        ...(packed ? [] : [...hold, application]),
        `--user-data-dir=${join(folder, profile)}`,
        '--project',
        project,
        ...words,
      ],
      env: { ...Object.fromEntries(inherited), LETHE_DEMO_PRESET: 'tiny', ...environment },
      timeout: patience,
    })
    try {
      const page = await electron.firstWindow({ timeout: patience })
      await page.waitForSelector('nav', { timeout: patience })
      return { electron, page }
    } catch (error) {
      electron.process().kill('SIGKILL')
      throw error
    }
  }
  // The debugger's handshake with a starting browser is lost once in a great while; one more try, and it is said.
  const { electron, page } = await start('profile').catch((error: unknown) => {
    process.stderr.write(`The window did not start: ${String(error)}. Trying once more.\n`)
    return start('profile-again')
  })
  return {
    electron,
    page,
    project,
    folder,
    async close() {
      await electron.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Process ids of the utility processes of one name, as the application itself counts them. */
export async function processIds(electron: ElectronApplication, name: string): Promise<number[]> {
  const metrics = await electron.evaluate(({ app }) =>
    app.getAppMetrics().map(({ pid, name: called }) => ({ pid, called })),
  )
  return metrics.filter(({ called }) => called === name).map(({ pid }) => pid)
}
