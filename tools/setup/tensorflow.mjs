/** Native TensorFlow and the addon through which tfjs-node calls it. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { inHome, inModules, inRoot } from './paths.mjs'
import * as pins from './pins.mjs'
import { run } from './process.mjs'
import { answers, fetchWheel, hashFile, must, replaceFolder, unpack, workFolder } from './wheel.mjs'

/**
 * Where the parts of one build of TensorFlow lie.
 * @typedef {{ package: string, folder: string, libraries: string, bound: string }} Layout
 */

/** @param {boolean} gpu @returns {Layout} */
function layout(gpu) {
  const name = gpu ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node'
  const folder = inHome(gpu ? 'tensorflow-gpu' : 'tensorflow')
  return {
    package: inModules(name),
    folder,
    // The CUDA build finds NVIDIA's libraries relative to itself, so its wheels keep their places side by side.
    libraries: gpu ? join(folder, 'tensorflow') : folder,
    bound: inModules(name, 'lib', `napi-v${pins.nodeApi}`, 'tfjs_binding.node'),
  }
}

/** tfjs-node's own download, put where its install script puts it. @param {Layout} place */
const ownLibrary = (place) => join(place.package, 'deps', 'lib', 'libtensorflow.so')

/** @param {boolean} gpu */
export function hasTensorflow(gpu) {
  const place = layout(gpu)
  return existsSync(join(place.libraries, 'libtensorflow_cc.so.2')) || existsSync(ownLibrary(place))
}

/** @param {boolean} gpu */
export const hasAddon = (gpu) => existsSync(layout(gpu).bound)

/** @param {(line: string) => void} say */
export async function installTensorflow(say) {
  requireLinux()
  const place = layout(false)
  const { name, version, megabytes } = pins.tensorflow
  if (await isIntact(place.folder)) return `${name} ${version}, already there`
  if (await installOwn(place, say)) return "from tfjs-node's own source"
  say(`fetching ${name} ${version} (${megabytes} MB)`)
  const wheel = await fetchWheel(pins.tensorflow)
  say('unpacking')
  const folder = workFolder('tensorflow')
  await unpack(wheel, folder, wanted(Object.keys(pins.tensorflowLibraries)))
  for (const [library, { sha256 }] of Object.entries(pins.tensorflowLibraries)) {
    const found = await hashFile(join(folder, 'tensorflow', library))
    if (found !== sha256) throw new Error(`${library}: expected SHA-256 ${sha256}, found ${found}`)
  }
  replaceFolder(join(folder, 'tensorflow'), place.folder)
  rmSync(wheel, { force: true })
  return `${name} ${version} from its Python wheel`
}

/** @param {(line: string) => void} say */
export async function installTensorflowGpu(say) {
  requireLinux()
  const folder = workFolder('tensorflow-gpu')
  const all = [pins.tensorflowGpu, ...pins.nvidia]
  for (const [index, wheel] of all.entries()) {
    say(`fetching ${wheel.name} ${wheel.version} (about ${wheel.megabytes} MB, ${index + 1} of ${all.length})`)
    const archive = await fetchWheel(wheel)
    await unpack(
      archive,
      folder,
      wheel === pins.tensorflowGpu ? wanted(Object.keys(pins.tensorflowLibraries)) : ['nvidia/'],
    )
  }
  replaceFolder(folder, layout(true).folder)
  rmSync(inHome('downloads'), { recursive: true, force: true })
  return `tensorflow ${pins.tensorflowGpu.version} with ${pins.nvidia.length} NVIDIA wheels (this route is untested)`
}

/** The members of TensorFlow's wheel that are of use. @param {string[]} libraries */
const wanted = (libraries) => [
  ...libraries.map((library) => `tensorflow/${library}`),
  ...pins.tensorflowHeaders.map((header) => `tensorflow/include/${header}`),
]

function requireLinux() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`only Linux on x86-64 is provided for, and this is ${process.platform} on ${process.arch}`)
}

/** Whether the libraries lie there whole. @param {string} folder */
async function isIntact(folder) {
  if (!existsSync(join(folder, 'include', 'tensorflow', 'c', 'c_api.h'))) return false
  for (const [library, { sha256, bytes }] of Object.entries(pins.tensorflowLibraries)) {
    const path = join(folder, library)
    if (!existsSync(path) || statSync(path).size !== bytes || (await hashFile(path)) !== sha256) return false
  }
  return true
}

/**
 * tfjs-node's own install script, where its host answers. The host is read from the script itself.
 * @param {Layout} place @param {(line: string) => void} say
 * @returns {Promise<boolean>} whether library and addon are in place and work
 */
async function installOwn(place, say) {
  const [, host] = /'(https:\/\/[^']+)'/.exec(readFileSync(join(place.package, 'scripts', 'install.js'), 'utf8')) ?? []
  const [, version] =
    /LIBTENSORFLOW_VERSION = '([\d.]+)'/.exec(
      readFileSync(join(place.package, 'scripts', 'deps-constants.js'), 'utf8'),
    ) ?? []
  if (!host || !(await answers(`${host}tensorflow/libtensorflow/libtensorflow-cpu-linux-x86_64-${version}.tar.gz`)))
    return false
  say("fetching from tfjs-node's own source")
  const path = [inModules('.bin'), process.env.PATH].join(':')
  await run(process.execPath, ['scripts/install.js', 'cpu', 'download'], {
    cwd: place.package,
    env: { PATH: path },
    seconds: 900,
  })
  if (existsSync(place.bound) && (await check(false)).ok) return true
  rmSync(join(place.package, 'deps'), { recursive: true, force: true })
  rmSync(place.bound, { force: true })
  return false
}

/** What an addon was made of; another one is needed when this changes. @param {boolean} gpu */
export function addonVersion(gpu) {
  const { dependencies } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'))
  const wheel = gpu ? pins.tensorflowGpu : pins.tensorflow
  return `tfjs-node ${dependencies['@tensorflow/tfjs-node']}, ${wheel.name} ${wheel.version}, Node-API ${pins.nodeApi}`
}

/** @param {boolean} gpu @param {(line: string) => void} say */
export async function installAddon(gpu, say) {
  const place = layout(gpu)
  if (!(existsSync(ownLibrary(place)) && existsSync(place.bound))) {
    // `npm ci` empties node_modules; an addon that was compiled before is put back.
    if (!(await isCurrent(gpu))) await compile(gpu, say)
    mkdirSync(dirname(place.bound), { recursive: true })
    putCopy(join(place.libraries, addon), place.bound)
  }
  const { ok, stdout, reason } = await check(gpu)
  if (!ok) throw new Error(`the addon does not work: ${reason}`)
  return stdout.trim().split('\n').at(-1) ?? ''
}

const addon = 'tfjs_binding.node'

/** @param {boolean} gpu @param {(line: string) => void} say */
async function compile(gpu, say) {
  say('compiling')
  const place = layout(gpu)
  const headers = await fetchNodeHeaders()
  const sources = join(place.package, 'binding')
  const folder = workFolder('addon')
  // The addon lies in two places, beside the libraries and where tfjs-node looks; neither may depend on where the clone is.
  const rpaths = ['$ORIGIN', `$ORIGIN/${relative(dirname(place.bound), place.libraries)}`]
  await must(
    'g++',
    [
      ...['-std=c++17', '-O2', '-fPIC', '-shared', '-w', `-DNAPI_VERSION=${pins.nodeApi}`],
      ...['-isystem', headers, '-isystem', join(place.libraries, 'include'), `-I${place.package}`],
      ...readdirSync(sources)
        .filter((file) => file.endsWith('.cc'))
        .map((file) => join(sources, file)),
      ...Object.keys(pins.tensorflowLibraries).map((library) => join(place.libraries, library)),
      ...rpaths.map((rpath) => `-Wl,-rpath,${rpath}`),
      ...['-o', join(folder, addon)],
    ],
    { what: 'compiling the addon' },
  )
  const note = { version: addonVersion(gpu), sha256: await hashFile(join(folder, addon)) }
  rmSync(noteOf(place), { force: true })
  renameSync(join(folder, addon), join(place.libraries, addon))
  writeFileSync(noteOf(place), JSON.stringify(note))
}

/** @param {Layout} place */
const noteOf = (place) => join(place.libraries, `${addon}.json`)

/** Whether the compiled addon is whole and made of today's parts. @param {boolean} gpu */
async function isCurrent(gpu) {
  const place = layout(gpu)
  if (!existsSync(join(place.libraries, addon)) || !existsSync(noteOf(place))) return false
  const { version, sha256 } = JSON.parse(readFileSync(noteOf(place), 'utf8'))
  return version === addonVersion(gpu) && sha256 === (await hashFile(join(place.libraries, addon)))
}

/** Node-API's own headers: not every Node comes with its headers, and these serve all. @returns {Promise<string>} their folder */
async function fetchNodeHeaders() {
  const { name, version, sha512 } = pins.nodeHeaders
  const folder = inHome(`${name}-${version}`)
  if (!existsSync(folder)) {
    const work = workFolder(name)
    await must('npm', ['pack', `${name}@${version}`, '--pack-destination', work], { what: `fetching ${name} with npm` })
    const archive = join(work, `${name}-${version}.tgz`)
    const found = await hashFile(archive, 'sha512', 'base64')
    if (found !== sha512) throw new Error(`${name} ${version}: expected SHA-512 ${sha512}, found ${found}`)
    await must('tar', ['-xzf', archive, '-C', work], { what: `unpacking ${name}` })
    replaceFolder(join(work, 'package'), folder)
  }
  return join(folder, 'include')
}

/** @param {string} from @param {string} to */
function putCopy(from, to) {
  copyFileSync(from, `${to}.tmp`)
  renameSync(`${to}.tmp`, to)
}

/** Multiplies two matrices in a process of its own, so that a crash there is only an answer. @param {boolean} gpu */
const check = (gpu) =>
  run(process.execPath, ['-e', trial, layout(gpu).package], { env: { TF_CPP_MIN_LOG_LEVEL: '2' }, seconds: 120 })

const trial = `
const util = require('node:util')
util.isArray ??= Array.isArray // Node 23 took these two away; tfjs-node still calls them
util.isNullOrUndefined ??= (value) => value == null
const tf = require(process.argv[1])
const [a, b, c, d] = tf.matMul(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[5, 6], [7, 8]])).dataSync()
if ([a, b, c, d].join() !== '19,22,43,50') throw new Error('a matrix product came out wrong')
console.log('TensorFlow ' + tf.backend().binding.TF_Version + (tf.backend().isUsingGpuDevice ? ' on the GPU' : ''))
`
