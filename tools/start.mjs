/** Opens the window: set-up, build, then the Electron runtime on this clone. Words after `--` go to the application. */
import { build } from './build.mjs'
import { electronPath, ensure } from './setup.mjs'
import { hand, openDisplay } from './setup/display.mjs'
import { home, root } from './setup/paths.mjs'

await ensure()
const electron = electronPath()
if (!electron) stop('There is no Electron runtime that starts here. `npm run lethe doctor` says what is missing.')
await build().catch((error) =>
  stop(error.errors ? 'The application does not build; see the messages above.' : error.message),
)

const display = await openDisplay().catch((error) => stop(error.message))
if (display.virtual) console.error('No display was found: the window opens on a virtual one.')
const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : []
if (flags.length > 0) console.error("You are root, for whom Chromium's sandbox does not start: it is off.")
const code = await hand(electron, [...flags, root, ...process.argv.slice(2)], {
  env: { ...process.env, ...display.env, LETHE_HOME: process.env.LETHE_HOME ?? home },
})
display.close()
process.exit(code)

/** @param {string} message @returns {never} */
function stop(message) {
  console.error(message)
  process.exit(1)
}
