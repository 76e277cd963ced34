/**
 * The `app:` scheme, the only one the window loads from.
 *   app://lethe/FILE                      the bundled page
 *   app://lab/runs/RUN/artifacts/FILE     what a run wrote, read by the lab process
 *   app://lab/KIND/…?QUERY                whatever else the lab serves (main/lab.ts, `resources`)
 * Why the lab cannot show something is answered as a call would answer it: code, message and hint, as JSON.
 * Files are found by real path inside the page's folder; types come from a fixed table; GET and HEAD only.
 */
import { promises as fs } from 'node:fs'
import { extname, isAbsolute, join, relative, sep } from 'node:path'
import type { Protocol } from 'electron'
import type { ErrorCode, ErrorRecord } from '../main/contract/errors.ts'
import type { Found } from './messages.ts'
import { contentSecurityPolicy, documentSecurityPolicy } from './policy/content-security-policy.ts'

const pageTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

export const scheme = {
  scheme: 'app',
  privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true },
}

export interface Answer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Uint8Array
}

export interface Sources {
  /** Folder of the bundled page. */
  readonly page: string
  readonly resource: (path: string) => Promise<Found>
}

function refusal(status: number): Answer {
  return {
    status,
    headers: { 'Content-Type': 'text/plain', 'X-Content-Type-Options': 'nosniff' },
    body: new Uint8Array(),
  }
}

/** By what a page would do about it; 422 where the file is there and is not what it should be. */
const statuses: Partial<Record<ErrorCode, number>> = {
  ...{ usage: 400, 'config-invalid': 400, 'file-unreadable': 403, 'file-too-large': 413, internal: 500 },
  ...{ 'file-missing': 404, 'dataset-missing': 404, 'run-missing': 404, 'project-missing': 404, 'engine-gone': 503 },
}

const labHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': documentSecurityPolicy,
  'Access-Control-Allow-Origin': 'app://lethe',
  'Cache-Control': 'no-store',
}

/** What, found and what to do, as a call would answer it. */
const failure = ({ code, message, hint }: ErrorRecord): Answer => ({
  status: statuses[code] ?? 422,
  headers: { 'Content-Type': 'application/json', ...labHeaders },
  body: Buffer.from(JSON.stringify({ code, message, hint })),
})

/**
 * Segments of a URL path, decoded once, or null if any could mean something else to a file system: empty, dotted,
 * separators, drive letters, control characters, or still escaped after one decoding.
 */
function safeSegments(pathname: string): string[] | null {
  const segments = pathname.replace(/^\//, '').split('/')
  for (const [index, segment] of segments.entries()) {
    let decoded: string
    try {
      decoded = decodeURIComponent(segment)
    } catch {
      return null
    }
    if (!/^[\w-][\w.-]*$/.test(decoded) || decoded.endsWith('.')) return null
    segments[index] = decoded
  }
  return segments
}

/** Host and path of an address as written. URL would already fold `..` away, and a refusal is better than a guess. */
function parse(url: string): { host: string; segments: string[]; query: string } | null {
  const match = /^app:\/\/([a-z]+)(\/[^?#]*)(\?[^#]*)?(?:#.*)?$/.exec(url)
  const segments = match?.[2] === undefined ? null : safeSegments(match[2])
  return match?.[1] !== undefined && segments ? { host: match[1], segments, query: match[3] ?? '' } : null
}

/** The real path of a file of the page, or null when there is none, its type is not served, or it lies outside. */
export async function pageFile(page: string, segments: readonly string[]): Promise<string | null> {
  if (!(extname(segments[segments.length - 1] ?? '') in pageTypes)) return null
  try {
    const root = await fs.realpath(page)
    const file = await fs.realpath(join(root, ...segments))
    const inside = relative(root, file)
    if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) return null
    return (await fs.stat(file)).isFile() ? file : null
  } catch {
    return null
  }
}

async function answerPage(page: string, segments: readonly string[]): Promise<Answer> {
  const file = await pageFile(page, segments)
  const type = file === null ? undefined : pageTypes[extname(file)]
  if (file === null || type === undefined) return refusal(404)
  const headers: Record<string, string> = {
    'Content-Type': type,
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Content-Security-Policy': contentSecurityPolicy(),
  }
  return { status: 200, headers, body: await fs.readFile(file) }
}

async function answerLab(segments: readonly string[], query: string, resource: Sources['resource']): Promise<Answer> {
  const found = await resource(segments.join('/') + query)
  if (!found) return refusal(404)
  if ('error' in found) return failure(found.error)
  return { status: 200, headers: { 'Content-Type': found.type, ...labHeaders }, body: found.bytes }
}

export async function answerRequest(method: string, url: string, sources: Sources): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') return refusal(405)
  const address = parse(url)
  if (!address) return refusal(403)
  const answer =
    address.host === 'lethe'
      ? await answerPage(sources.page, address.segments)
      : address.host === 'lab'
        ? await answerLab(address.segments, address.query, sources.resource)
        : refusal(404)
  return method === 'HEAD' ? { ...answer, body: new Uint8Array() } : answer
}

/** Serves the scheme: `protocol.handle` came with Electron 25, before it there were buffer protocols. */
export function serveScheme(protocol: Protocol, sources: Sources): void {
  const answer = (method: string, url: string) => answerRequest(method, url, sources).catch(() => refusal(500))
  if (typeof protocol.handle === 'function') {
    protocol.handle('app', async (request) => {
      const { status, headers, body } = await answer(request.method, request.url)
      return new Response(Uint8Array.from(body), { status, headers })
    })
    return
  }
  protocol.registerBufferProtocol('app', (request, callback) => {
    void answer(request.method, request.url).then(({ status, headers, body }) => {
      const mimeType = headers['Content-Type']?.split(';')[0] ?? 'text/plain'
      callback({ statusCode: status, headers, mimeType, charset: 'utf-8', data: Buffer.from(body) })
    })
  })
}
