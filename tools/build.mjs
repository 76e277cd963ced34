/**
 * Bundles the TypeScript sources into `build/` with esbuild.
 *
 * Node side: CommonJS for Node 16, the oldest runtime an Electron here brings; everything is bundled but the packages
 * that carry native code. Page: a module for Chromium 108, and beside it those that it loads on demand. A bundle is made again only when one of the files that went
 * into it last time has changed. Files are put in place by renaming, so two builds at once do each other no harm.
 *
 *   node tools/build.mjs [NAME...]      cli, hdf5-worker, lab, trainer, main, preload, renderer; all when none is named
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, extname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { helpFiles, helpPlugin } from './help.mjs'
import { inRoot, root } from './setup/paths.mjs'

/** @type {import('esbuild').BuildOptions} */
const nodeSide = {
  platform: 'node',
  format: 'cjs',
  target: 'node16',
  external: ['electron', '@tensorflow/*', '@duckdb/*'],
}

/**
 * Modules of the page that are loaded only where they are needed, each a bundle of its own: sharing parts with the page's would make its
 * first script wait for another.
 */
const onDemand = { 'stage-webgl': 'renderer/viewers/stage-webgl.ts' }

/** @type {import('esbuild').Plugin} */
const onDemandPlugin = {
  name: 'on-demand',
  setup(building) {
    building.onResolve({ filter: /^\.\/[\w-]+\.ts$/ }, ({ path, kind }) => {
      const name = basename(path, '.ts')
      return kind === 'dynamic-import' && name in onDemand ? { path: `./${name}.js`, external: true } : undefined
    })
  },
}

/** @type {import('esbuild').BuildOptions} */
const pageSide = {
  platform: 'browser',
  format: 'esm',
  target: 'chrome108',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
  minify: true,
  plugins: [helpPlugin, onDemandPlugin],
  loader: { '.woff2': 'file', '.png': 'file', '.svg': 'file' },
  assetNames: 'assets/[name]',
}

/**
 * What is built: the entry, where it goes below `build/`, more entries beside it, files that are copied beside it, and files that a plugin reads.
 * @typedef {{ entry: string, out: string, options: import('esbuild').BuildOptions, more?: Record<string, string>, copies?: [string, string][], also?: () => string[] }} Bundle
 * @type {Record<string, Bundle>}
 */
const application = {
  cli: { entry: 'main/cli.ts', out: 'cli.cjs', options: nodeSide },
  'hdf5-worker': { entry: 'main/data/formats/hdf5-worker.ts', out: 'hdf5-worker.cjs', options: nodeSide },
  lab: { entry: 'electron/lab-process.ts', out: 'lab.cjs', options: nodeSide },
  trainer: { entry: 'electron/trainer-process.ts', out: 'trainer.cjs', options: nodeSide },
  main: { entry: 'electron/main.ts', out: 'electron/main.cjs', options: nodeSide },
  preload: { entry: 'electron/preload.ts', out: 'electron/preload.cjs', options: nodeSide },
  renderer: {
    entry: 'renderer/index.tsx',
    out: 'renderer/index.js',
    options: pageSide,
    more: onDemand,
    copies: [['renderer/index.html', 'renderer/index.html']],
    also: helpFiles,
  },
}

/** Scripts that drive the application with packages of the clone. @type {import('esbuild').BuildOptions} */
const driving = { platform: 'node', format: 'esm', target: 'node20', packages: 'external' }

/** @param {string} name  a bundle of the application, `bench/NAME`, `tools/NAME` or `e2e/NAME` @returns {Bundle} */
function bundleOf(name) {
  if (name === 'bench/window') return { entry: `${name}.ts`, out: `${name}.mjs`, options: driving }
  if (/^(bench|tools)\//.test(name)) return { entry: `${name}.ts`, out: `${name}.cjs`, options: nodeSide }
  if (name.startsWith('e2e/')) return { entry: `${name}.ts`, out: `${name}.mjs`, options: driving }
  const bundle = application[name]
  if (!bundle) throw new Error(`No bundle is called ${name}. There are: ${Object.keys(application).join(', ')}.`)
  return bundle
}

/** @param {string} name */
export const bundlePath = (name) => inRoot('build', bundleOf(name).out)

/**
 * Builds what is named and out of date; entries whose source does not exist are passed over.
 * @param {string[]} [names]
 * @returns {Promise<string[]>} the names that were built now
 */
export async function build(names = Object.keys(application)) {
  const stale = names.filter((name) => existsSync(inRoot(bundleOf(name).entry)) && !isFresh(name))
  if (stale.length === 0) return []
  const esbuild = await import('esbuild')
  await Promise.all(stale.map((name) => buildOne(esbuild, name)))
  return stale
}

/** @param {typeof import('esbuild')} esbuild @param {string} name */
async function buildOne(esbuild, name) {
  const { entry, out, options, more = {}, copies = [], also = () => [] } = bundleOf(name)
  const started = Date.now()
  const result = await esbuild.build({
    ...options,
    absWorkingDir: root,
    entryPoints: { [basename(out).replace(/\.\w+$/, '')]: entry, ...more },
    outExtension: { '.js': extname(out) },
    outdir: dirname(join('build', out)),
    bundle: true,
    sourcemap: true,
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  for (const file of result.outputFiles) place(file.path, file.contents)
  for (const [from, to] of copies) place(inRoot('build', to), readFileSync(inRoot(from)))
  const sources = [...Object.keys(result.metafile.inputs), ...copies.map(([from]) => from), ...also()]
  const inputs = Object.fromEntries(
    sources
      .filter(isSource)
      .map((path) => [path, changedSince(path, started) ? 'changed meanwhile' : fingerprint(path)]),
  )
  place(stampPath(name), JSON.stringify({ recipe: recipe(), inputs }, null, 1))
}

/** Whether the bundle's files are those of the sources as they are now. @param {string} name */
function isFresh(name) {
  if (!existsSync(bundlePath(name))) return false
  try {
    const stamp = JSON.parse(readFileSync(stampPath(name), 'utf8'))
    if (stamp.recipe !== recipe()) return false
    return Object.entries(stamp.inputs).every(([path, seen]) => fingerprint(path) === seen)
  } catch {
    return false
  }
}

/** Changes when this script or an installed package does; that is why package files need not be looked at one by one. */
const recipe = () =>
  createHash('sha256')
    .update(readFileSync(fileURLToPath(import.meta.url)))
    .update(readFileSync(inRoot('package-lock.json')))
    .digest('hex')

/** @param {string} path  relative to the clone */
const isSource = (path) => !path.startsWith('node_modules/') && !path.includes(':')

/** @param {string} path */
function fingerprint(path) {
  const { mtimeMs, size } = statSync(inRoot(path))
  return `${mtimeMs} ${size}`
}

/** @param {string} path @param {number} time */
const changedSince = (path, time) => statSync(inRoot(path)).mtimeMs >= time

/** @param {string} name */
const stampPath = (name) => inRoot('build', 'stamps', `${name.replaceAll('/', '-')}.json`)

/** @param {string} path @param {string | Uint8Array} contents */
function place(path, contents) {
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.tmp`
  writeFileSync(temporary, contents)
  renameSync(temporary, path)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2)
  const built = await build(names.length > 0 ? names : undefined).catch((error) => {
    // esbuild has printed its own messages already.
    if (!error.errors) console.error(error.message)
    process.exit(1)
  })
  console.error(
    built.length > 0 ? `built ${built.map((name) => relative(root, bundlePath(name))).join(', ')}` : 'nothing to build',
  )
}
