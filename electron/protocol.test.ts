import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { answerRequest, type Sources } from './protocol.ts'

const folder = mkdtempSync(join(tmpdir(), 'lethe-protocol-'))
const page = join(folder, 'page')
mkdirSync(join(page, 'assets'), { recursive: true })
writeFileSync(join(page, 'index.html'), '<!doctype html>')
writeFileSync(join(page, 'assets', 'font.woff2'), 'font')
writeFileSync(join(page, 'notes.txt'), 'type not served')
writeFileSync(join(page, '.hidden.js'), 'hidden')
writeFileSync(join(folder, 'secret.js'), 'outside')
mkdirSync(join(folder, 'page-twin'))
writeFileSync(join(folder, 'page-twin', 'secret.js'), 'outside')
symlinkSync(join(folder, 'secret.js'), join(page, 'link.js'))
symlinkSync(folder, join(page, 'up'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const asked: string[] = []
const sources: Sources = {
  page,
  resource: (path) => {
    asked.push(path)
    if (path.startsWith('runs/damaged/')) {
      const code = path.endsWith('large.png') ? 'file-too-large' : 'file-malformed'
      return Promise.resolve({ error: { code, message: 'It is cut.', hint: 'Restore it.' } })
    }
    return Promise.resolve(
      path.includes('/artifacts/grid.png') ? { bytes: Uint8Array.of(1, 2, 3), type: 'image/png' } : null,
    )
  },
}
const get = (url: string, method = 'GET') => answerRequest(method, url, sources)

describe('page files', () => {
  it('serves the page with its policy', async () => {
    const answer = await get('app://lethe/index.html?again#runs')
    expect(answer.status).toBe(200)
    expect(answer.headers['Content-Type']).toBe('text/html; charset=utf-8')
    expect(answer.headers['X-Content-Type-Options']).toBe('nosniff')
    expect(answer.headers['Content-Security-Policy']).toContain("default-src 'none'")
    expect(Buffer.from(answer.body).toString()).toBe('<!doctype html>')
  })
  it('serves files in folders', async () => {
    expect((await get('app://lethe/assets/font.woff2')).headers['Content-Type']).toBe('font/woff2')
  })
  it('answers HEAD without a body and refuses other methods', async () => {
    expect(await get('app://lethe/index.html', 'HEAD')).toMatchObject({ status: 200, body: new Uint8Array() })
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'get'])
      expect((await get('app://lethe/index.html', method)).status).toBe(405)
  })
})

// The last parts of addresses under app://lethe that try to leave the folder or to confuse the file system.
const traversals = [
  '/../secret.js',
  '/..%2fsecret.js',
  '/%2e%2e/secret.js',
  '/%2e%2e%2fsecret.js',
  '/.%2e/secret.js',
  '/%252e%252e/secret.js',
  '/%252e%252e%252fsecret.js',
  '/..%5csecret.js',
  '/..\\secret.js',
  '/assets/../../secret.js',
  '/assets/..%2f..%2fsecret.js',
  '/assets/%2e%2e/%2e%2e/secret.js',
  '/../page-twin/secret.js',
  '/....//secret.js',
  '/.../secret.js',
  '/./index.html',
  '/%2e/index.html',
  '//index.html',
  '//etc/passwd.js',
  '/%2fetc%2fpasswd.js',
  '/index.html%00.js',
  '/index.html%00',
  '/%00index.html',
  '/index.html/',
  '/index.html.',
  '/index.html%20',
  '/index.html::$DATA',
  '/C:/windows/win.js',
  '/C:%5cwindows%5cwin.js',
  '/%5c%5cserver%5cshare%5cx.js',
  '/\\\\?\\C:\\x.js',
  '/%5c%5c%3f%5cC:%5cx.js',
  '/link.js',
  '/up/secret.js',
  '/up/page/index.html%2f..%2f..',
  '/.hidden.js',
  '/notes.txt',
  '/assets',
  '/assets/',
  '/',
  '',
  '/%',
  '/%zz.js',
  '/%c0%ae%c0%ae/secret.js',
  '/%ef%bc%8e%ef%bc%8e/secret.js',
  '/INDEX.HTML',
  '/constructor',
  '/__proto__',
]
/** Refused as files of the page, but clean as words: the lab itself judges what they name. */
const plain = ['', '/link.js', '/up/secret.js', '/notes.txt', '/assets', '/INDEX.HTML', '/constructor', '/__proto__']
describe('traversal', () => {
  it(`knows at least 40 tricks`, () => expect(new Set(traversals).size).toBeGreaterThanOrEqual(40))
  it.each(traversals)('refuses %j', async (path) => {
    const answer = await get(`app://lethe${path}`)
    expect([403, 404]).toContain(answer.status)
    expect(answer.body.length).toBe(0)
  })
  it.each([
    'app://evil/index.html',
    'app://lethe.evil/index.html',
    'app://lethe@evil/index.html',
    'app://LETHE/index.html',
    'file:///etc/passwd',
  ])('refuses %j', async (url) => expect([403, 404]).toContain((await get(url)).status))
})

describe('what the lab serves', () => {
  it('asks the lab for the clean path with its query, and locks the document down', async () => {
    const answer = await get('app://lab/runs/20260101-a_b-c/artifacts/grid.png?v=3')
    expect(asked).toEqual(['runs/20260101-a_b-c/artifacts/grid.png?v=3'])
    expect(answer.headers['Content-Security-Policy']).toContain('sandbox')
    expect(answer.headers['Cache-Control']).toBe('no-store')
  })
  it('serves what the lab gives, and nothing else', async () => {
    expect(await get('app://lab/runs/a/artifacts/grid.png')).toMatchObject({
      status: 200,
      body: Uint8Array.of(1, 2, 3),
    })
    expect((await get('app://lab/runs/a/config.json')).status).toBe(404)
  })
  it.each(traversals.filter((path) => !plain.includes(path)))('never asks the lab for %j', async (path) => {
    asked.length = 0
    expect((await get(`app://lab/runs/a/artifacts${path}`)).status).not.toBe(200)
    expect(asked).toEqual([])
  })
})

describe('what the lab cannot show', () => {
  it('answers with the reason, as a call would, and a status that fits', async () => {
    const answer = await get('app://lab/runs/damaged/artifacts/a.png')
    expect(answer).toMatchObject({ status: 422, headers: { 'Content-Type': 'application/json' } })
    expect(JSON.parse(Buffer.from(answer.body).toString())).toEqual({
      code: 'file-malformed',
      message: 'It is cut.',
      hint: 'Restore it.',
    })
    expect((await get('app://lab/runs/damaged/artifacts/large.png')).status).toBe(413)
    expect(await get('app://lab/runs/none/artifacts/a.png')).toMatchObject({ status: 404, body: new Uint8Array() })
  })
})
