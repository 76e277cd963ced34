/**
 * Pictures of every screen of the real window, in light and dark, at 1280 × 720 and 1920 × 1080.
 * The screens are the rows of e2e/pictures.ts; the last line says how many pictures were taken.
 *
 *   npm run pictures                                  all, on a new project in which the demo is run
 *   npm run pictures -- runs ledger                   only these rows
 *   npm run pictures -- --project FOLDER --to FOLDER  of that project, into that folder (else .lethe/pictures)
 *   npm run pictures -- --small                       only 1280 × 720
 */
import { parseArgs } from 'node:util'
import { resolve } from 'node:path'
import { build, bundlePath } from './build.mjs'
import { electronPath } from './setup.mjs'
import { hand, openDisplay } from './setup/display.mjs'
import { home, inHome, root } from './setup/paths.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { project: { type: 'string' }, to: { type: 'string' }, small: { type: 'boolean' } },
})
const electron = electronPath()
if (!electron) stop('There is no Electron runtime that starts here. `npm run setup` fetches one.')
await build(['lab', 'trainer', 'main', 'preload', 'renderer', 'e2e/pictures']).catch((error) =>
  stop(error.errors ? 'The application does not build; see the messages above.' : error.message),
)
const display = await openDisplay().catch((error) => stop(error.message))
const code = await hand(process.execPath, ['--enable-source-maps', bundlePath('e2e/pictures'), ...positionals], {
  cwd: root,
  env: {
    ...process.env,
    ...display.env,
    LETHE_ELECTRON: electron,
    LETHE_HOME: process.env.LETHE_HOME ?? home,
    PICTURES_TO: values.to ? resolve(values.to) : inHome('pictures'),
    PICTURES_PROJECT: values.project ? resolve(values.project) : '',
    PICTURES_SMALL: values.small ? 'yes' : '',
  },
})
display.close()
process.exit(code)

/** @param {string} message @returns {never} */
function stop(message) {
  console.error(message)
  process.exit(1)
}
