/**
 * Reads a bundle with suspicion and checks all that it says about itself. Whatever the file holds, the answer is a list of
 * problems; only a file that cannot be opened at all is an error.
 */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { LetheError } from '../contract/errors.ts'
import { manifestSchema, type Manifest, type Verification } from '../contract/evidence.ts'
import { openArchive, type Archive, type Entry } from '../data/formats/archive.ts'
import { byName } from '../data/formats/bytes.ts'
import { checkRun, type RunUnderCheck } from './check-run.ts'
import { collectFindings, type Findings } from './findings.ts'
import {
  filesOf,
  idOf,
  jsonBytes,
  manifestName,
  readmeName,
  reviewName,
  reviewBeside,
  runPath,
  sampleNames,
} from './layout.ts'
import { isPacked, wholeBytes, type Packed } from './pack.ts'
import { verifyReview } from './review.ts'
import { hashStream } from './run-files.ts'

/** No real bundle comes near; a made one must not fill memory or time. */
export const bundleLimits = { entries: 4000, textBytes: 128 << 20, bytes: 4 * 2 ** 30 } as const

export interface Bundle {
  readonly manifest: Manifest
  /** Texts and pictures by path; large samples are left in the file. */
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly runs: readonly RunUnderCheck[]
}

export interface ReadBundle {
  readonly verification: Verification
  /** Null unless everything holds. */
  readonly bundle: Bundle | null
}

/** Errors: `file-missing`, `file-unreadable`. */
export async function readBundle(file: string): Promise<ReadBundle> {
  const findings = collectFindings()
  const name = path.basename(file)
  let archive: Archive | null = null
  try {
    archive = await openArchive(file, { entries: bundleLimits.entries, ratio: 1032 })
    const bundle = await read(findings, file, archive)
    return answer(findings, bundle)
  } catch (error) {
    if (error instanceof LetheError && (error.code === 'file-missing' || error.code === 'file-unreadable')) throw error
    findings.problem(name, 'an evidence bundle', reasonOf(error, file))
    return answer(findings, null)
  } finally {
    await archive?.close()
  }
}

/** A bundle, and the review beside it or in `review`. Errors: `file-missing`, `file-unreadable`. */
export async function verifyBundle(file: string, review?: string): Promise<Verification> {
  const { verification } = await readBundle(file)
  const beside = review ?? reviewBeside(file)
  const present = await fs.stat(beside).catch(() => null)
  if (review !== undefined && !present)
    throw new LetheError('file-missing', `${review} does not exist.`, 'Check the path.')
  if (!present || verification.id === null) return verification
  const { ok, entries, firstBad, reason } = await verifyReview({ file: beside, of: `bundle ${verification.id}` })
  const what = 'The chain of the review beside it holds'
  const check = { run: null, what, result: ok ? 'holds' : 'fails', note: `${entries.length} lines` } as const
  const problem = { file: path.basename(beside), expected: `an intact line ${firstBad}`, found: reason ?? '' }
  return {
    ...verification,
    ok: verification.ok && ok,
    checks: [...verification.checks, check],
    problems: [...verification.problems, ...(ok ? [] : [problem])],
  }
}

/** Without the places that stand beside it anyway. */
function reasonOf(error: unknown, ...places: readonly string[]): string {
  const words = places.reduce((text, place) => text.replace(`${place}: `, ''), (error as Error).message)
  return words.replace(/\.+$/, '')
}

type Found = Omit<Bundle, 'manifest'> & { readonly manifest: Manifest | null }

function answer({ problems, checks }: Findings, found: Found | null): ReadBundle {
  const manifest = found?.manifest ?? null
  const ok = problems.length === 0 && manifest !== null
  return {
    verification: {
      ok,
      id: manifest?.id ?? null,
      version: manifest?.version ?? null,
      created: manifest?.created ?? null,
      mode: manifest?.mode ?? null,
      runs: manifest?.runs.map(({ id }) => id) ?? [],
      problems: [...problems],
      checks: [...checks],
    },
    bundle: ok && found ? { ...found, manifest } : null,
  }
}

async function read(findings: Findings, file: string, archive: Archive): Promise<Found> {
  const runs: RunUnderCheck[] = []
  const files = new Map<string, Uint8Array>()
  const found: Found = { manifest: null, files, runs }
  if (!(await findings.check(null, 'The archive is of an ordinary size', () => checkSizes(findings, archive))))
    return found
  let manifest: Manifest | null = null
  await findings.check(null, 'The manifest is whole', async () => {
    manifest = await readManifest(findings, archive, files)
  })
  const seal = manifest as Manifest | null
  if (!seal) return found
  const hashes = new Map<string, string>()
  await findings.check(null, 'Every file is the one the manifest names, and no other is there', () =>
    checkFiles(findings, archive, seal, files, hashes),
  )
  await findings.check(null, 'The archive is, byte for byte, what these files make', async () => {
    const packed = archive.entries.map((entry) => packedEntry(archive, entry, files))
    const same = findings.problems.length === 0 && (await isPacked(file, packed))
    if (!same) findings.problem(path.basename(file), 'the bytes that these files make', 'others')
  })
  if (findings.problems.length > 0) return { ...found, manifest: seal }
  for (const { id, data } of seal.runs) {
    const run = await checkRun(findings, {
      ...{ id, mode: seal.mode, version: seal.version },
      files: within(files, id),
      samples: new Map(sampleNames.flatMap((name) => entryOf(hashes, id, name))),
    })
    if (run && run.report.config.data !== data)
      findings.problem(manifestName, `data set ${run.report.config.data}`, data)
    if (run) runs.push(run)
  }
  return { ...found, manifest: seal }
}

const entryOf = (hashes: ReadonlyMap<string, string>, run: string, name: string): [string, string][] => {
  const hash = hashes.get(runPath(run, name))
  return hash === undefined ? [] : [[name, hash]]
}

/** The files of one run, by their name in its folder. */
export function within(files: ReadonlyMap<string, Uint8Array>, run: string): Map<string, Uint8Array> {
  const folder = runPath(run, '')
  return new Map(
    [...files].flatMap(([name, bytes]) =>
      name.startsWith(folder) ? [[name.slice(folder.length), bytes] as const] : [],
    ),
  )
}

const isSample = (name: string): boolean => sampleNames.some((sample) => name.endsWith(`/${sample}`))

function checkSizes(findings: Findings, { entries, path: file }: Archive): string {
  const sum = (some: readonly Entry[]) => some.reduce((total, { size }) => total + size, 0)
  for (const { path: name, deflated } of entries)
    if (deflated) findings.problem(name, 'stored, as Lethe writes it', 'deflated')
  const text = sum(entries.filter(({ path: name }) => !isSample(name)))
  if (text > bundleLimits.textBytes)
    findings.problem(path.basename(file), `${bundleLimits.textBytes} bytes of text at most`, `${text}`)
  if (sum(entries) > bundleLimits.bytes)
    findings.problem(path.basename(file), `${bundleLimits.bytes} bytes at most`, `${sum(entries)}`)
  return `${entries.length} files, ${sum(entries)} bytes`
}

async function readManifest(
  findings: Findings,
  archive: Archive,
  files: Map<string, Uint8Array>,
): Promise<Manifest | null> {
  const entry = archive.entries.find(({ path: name }) => name === manifestName)
  if (!entry || entry.size > 4 << 20) {
    findings.problem(manifestName, 'the list of what is in the bundle', entry ? `${entry.size} bytes` : 'nothing')
    return null
  }
  const bytes = await archive.bytes(entry)
  files.set(manifestName, bytes)
  const parsed = manifestSchema.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    findings.problem(manifestName, 'a manifest lethe.bundle/1', `${issue?.path.join('.')}: ${issue?.message}`)
    return null
  }
  const manifest = parsed.data
  if (idOf(manifest) !== manifest.id) findings.problem(manifestName, `id ${idOf(manifest)}`, `id ${manifest.id}`)
  if (!Buffer.from(jsonBytes(manifest)).equals(bytes))
    findings.problem(manifestName, 'the bytes Lethe writes', 'others')
  return manifest
}

/** Which files there may be: those every run has, its review, and samples where the manifest says so. */
function allowed({ runs, mode, samples }: Manifest): { needed: string[]; optional: Set<string> } {
  const needed = [readmeName, ...runs.flatMap(({ id }) => filesOf(mode).map((name) => runPath(id, name)))]
  const optional = [reviewName, ...(samples ? sampleNames : [])]
  return { needed, optional: new Set(runs.flatMap(({ id }) => optional.map((name) => runPath(id, name)))) }
}

async function checkFiles(
  findings: Findings,
  archive: Archive,
  manifest: Manifest,
  files: Map<string, Uint8Array>,
  hashes: Map<string, string>,
): Promise<string> {
  const { needed, optional } = allowed(manifest)
  const named = new Map(manifest.files.map((one) => [one.path, one]))
  const entries = new Map(archive.entries.map((entry) => [entry.path, entry]))
  const ids = manifest.runs.map(({ id }) => id)
  if (ids.length === 0 || new Set(ids).size < ids.length || ids.some((id) => !/^[\w-]{1,120}$/.test(id)))
    findings.problem(manifestName, 'runs, each named once', ids.join(', ') || 'none')
  for (const name of needed) if (!named.has(name)) findings.problem(name, 'a file of the bundle', 'not in the manifest')
  for (const name of named.keys())
    if (!needed.includes(name) && !optional.has(name)) findings.problem(name, 'only files of a bundle', 'another one')
  const order = [manifestName, ...[...named.keys()].sort(byName)]
  if (archive.entries.some((entry, place) => entry.path !== order[place]) || named.size < manifest.files.length)
    findings.problem(manifestName, 'the files in their order, each once', 'another order, or other files')
  for (const name of entries.keys())
    if (name !== manifestName && !named.has(name)) findings.problem(name, 'only files the manifest names', 'one more')
  for (const { path: name, bytes, sha256 } of named.values()) {
    const entry = entries.get(name)
    if (!entry) {
      findings.problem(name, `${bytes} bytes`, 'nothing')
      continue
    }
    try {
      const hash = await readEntry(archive, entry, files)
      hashes.set(name, hash)
      if (entry.size !== bytes) findings.problem(name, `${bytes} bytes`, `${entry.size} bytes`)
      if (hash !== sha256) findings.problem(name, `sha256 ${sha256}`, hash)
    } catch (error) {
      findings.problem(name, `sha256 ${sha256}`, reasonOf(error, archive.path, name))
    }
  }
  return `${named.size} files`
}

/** Hashes an entry piece by piece, and keeps it unless it is a large sample. */
async function readEntry(archive: Archive, entry: Entry, files: Map<string, Uint8Array>): Promise<string> {
  const keep = !isSample(entry.path) || entry.size <= wholeBytes
  const pieces: Uint8Array[] = []
  async function* tapped(): AsyncGenerator<Uint8Array> {
    for await (const piece of archive.stream(entry)) {
      if (keep) pieces.push(piece)
      yield piece
    }
  }
  const hash = await hashStream(tapped())
  if (keep) files.set(entry.path, Buffer.concat(pieces))
  return hash
}

function packedEntry(archive: Archive, entry: Entry, files: ReadonlyMap<string, Uint8Array>): Packed {
  const { path: name, size: bytes } = entry
  const whole = bytes <= wholeBytes ? (files.get(name) ?? null) : null
  return { path: name, bytes, content: whole ?? (() => Readable.from(archive.stream(entry))) }
}
