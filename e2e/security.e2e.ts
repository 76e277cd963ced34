/** The walls around the page, tried from inside. */
import { writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pageUrl } from '../electron/policy/navigation.ts'
import { startLethe, type Lethe } from './pages/lethe.ts'

let lethe: Lethe
let server: Server
let address: string
let connections = 0
beforeAll(async () => {
  server = createServer((_request, response) => response.end('reached')).on('connection', () => connections++)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  lethe = await startLethe()
})
afterAll(async () => {
  await lethe.close()
  server.close()
})

describe('what the page has', () => {
  it('is a bridge of three functions, frozen, and nothing of Node', async () => {
    const found = await lethe.page.evaluate(() => ({
      bridge: Object.keys(window.lethe).sort(),
      frozen: Object.isFrozen(window.lethe),
      node: ['require', 'process', 'module', 'Buffer', 'global', '__dirname'].filter((name) => name in window),
    }))
    expect(found).toEqual({ bridge: ['call', 'pathForFile', 'subscribe'], frozen: true, node: [] })
  })

  it('never gets the event of a message, only its value', async () => {
    await lethe.page.evaluate(() => {
      const heard: unknown[][] = []
      Object.assign(window, { heard })
      const stop = window.lethe.subscribe('engine-gone', (...given: unknown[]) => void heard.push(given))
      Object.assign(window, { stop })
    })
    const tell = () =>
      lethe.electron.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]?.webContents.send('lethe:topic', 'engine-gone', {
          process: 'lab',
          reason: 'a test',
        }),
      )
    const heard = () => lethe.page.evaluate(() => (window as unknown as { heard: unknown[][] }).heard)
    await tell()
    await expect.poll(heard).toEqual([[{ process: 'lab', reason: 'a test' }]])
    await lethe.page.evaluate(() => (window as unknown as { stop: () => void }).stop())
    await tell()
    await lethe.page.waitForTimeout(200)
    expect((await heard()).length).toBe(1)
  })

  it('keeps the security of its window', async () => {
    const preferences = await lethe.electron.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
        getLastWebPreferences(): Record<string, unknown>
      }
      return contents.getLastWebPreferences()
    })
    expect(preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
    })
    expect(preferences).not.toMatchObject({ webSecurity: false })
  })
})

describe('paths', () => {
  type Call = (name: string, input: unknown) => Promise<{ ok: boolean; error?: { code: string; message: string } }>
  const bundle = (target: string) =>
    lethe.page.evaluate((path) => (window.lethe.call as unknown as Call)('lab.supportBundle', { target: path }), target)

  it('that nobody chose are refused', async () => {
    expect(await bundle('/tmp/lethe-never-chosen.zip')).toMatchObject({ ok: false, error: { code: 'usage' } })
  })

  it('are not given for what the page makes itself', async () => {
    const paths = await lethe.page.evaluate(() => {
      const { pathForFile } = window.lethe
      const pretender = Object.create(File.prototype, { path: { value: '/etc/passwd' } }) as File
      const attempts: unknown[] = [
        { path: '/etc/passwd' },
        new File(['x'], '/etc/passwd'),
        '/etc/passwd',
        null,
        pretender,
      ]
      return attempts.map((attempt) => {
        try {
          return pathForFile(attempt)
        } catch {
          return ''
        }
      })
    })
    expect(new Set(paths)).toEqual(new Set(['']))
    expect(await bundle('/etc/passwd')).toMatchObject({ ok: false })
  })

  it('of a real file are given and may be passed on', async () => {
    const file = join(lethe.folder, 'support.zip')
    await writeFile(file, '')
    await lethe.page.evaluate(() => {
      const input = Object.assign(document.createElement('input'), { type: 'file', id: 'probe' })
      document.body.append(input)
    })
    await lethe.page.locator('#probe').setInputFiles(file)
    const path = await lethe.page.evaluate(() => {
      const input = document.querySelector<HTMLInputElement>('#probe')
      const found = window.lethe.pathForFile(input?.files?.[0])
      input?.remove()
      return found
    })
    expect(path).toBe(file)
    expect(await bundle(file)).toMatchObject({ ok: true })
  })
})

describe('content security policy', () => {
  /** Tries one thing in the page; answers with the directive that refused it, or says that none did. */
  const refusedBy = (probe: string) =>
    lethe.page.evaluate(
      ([what, remote]) =>
        new Promise<string>((resolve) => {
          document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), {
            once: true,
          })
          setTimeout(() => resolve('nothing'), 10_000)
          if (what === 'inline script') {
            const script = document.createElement('script')
            script.textContent = 'window.ran = true'
            document.body.append(script)
          } else if (what === 'eval') {
            // Playwright evaluates over the inspector, past the policy; a timer with a string is held to it.
            // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the probe itself
            setTimeout('window.ran = true', 0)
          } else if (what === 'frame') {
            const frame = document.createElement('iframe')
            frame.src = remote
            document.body.append(frame)
          } else if (what === 'picture') {
            new Image().src = remote
          } else {
            void fetch(remote).catch(() => undefined)
          }
        }),
      [probe, address] as const,
    )

  it.each([
    ['inline script', 'script-src-elem'],
    ['eval', 'script-src'],
    ['picture', 'img-src'],
    ['frame', 'frame-src'],
    ['fetch', 'connect-src'],
  ])('refuses %s', async (probe, directive) => expect(await refusedBy(probe)).toBe(directive))

  it('let none of them run', async () => expect(await lethe.page.evaluate(() => 'ran' in window)).toBe(false))
})

describe('leaving the page', () => {
  it('opens no window', async () => {
    expect(await lethe.page.evaluate((remote) => window.open(remote) === null, address)).toBe(true)
    expect(lethe.electron.windows().length).toBe(1)
  })

  it.each([
    'https://example.com/',
    'file:///etc/passwd',
    'data:text/html,hi',
    'app://evil/index.html',
    'app://lethe.evil/index.html',
    'app://lethe/other.html',
  ])('does not go to %s', async (url) => {
    await lethe.page.evaluate((target) => void (location.href = target), url)
    await lethe.page.waitForTimeout(150)
    expect(lethe.page.url().split('#')[0]).toBe(pageUrl)
    expect(await lethe.page.locator('nav').count()).toBe(1)
  })

  it('asks for no permission that it gets', async () => {
    const states = await lethe.page.evaluate(async () => {
      const names = ['geolocation', 'notifications', 'camera', 'microphone', 'clipboard-read'] as PermissionName[]
      return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state))
    })
    expect(new Set(states)).toEqual(new Set(['denied']))
  })
})

describe('the network', () => {
  it('is closed for every session, also without a policy of the page', async () => {
    const result = await lethe.electron.evaluate(async ({ BrowserWindow }, url) => {
      const results: string[] = []
      for (const partition of ['', 'another']) {
        const window = new BrowserWindow({ show: false, webPreferences: { partition, sandbox: true } })
        results.push(
          await window.loadURL(url).then(
            () => 'loaded',
            (error: Error) => error.message,
          ),
        )
        window.destroy()
      }
      return results
    }, address)
    expect(result.length).toBe(2)
    for (const message of result) expect(message).toContain('ERR_BLOCKED_BY_CLIENT')
  })
  it('was never reached by anything in this file', () => expect(connections).toBe(0))
})

describe('contents of another kind', () => {
  it('are closed before they load', async () => {
    const left = await lethe.electron.evaluate(async ({ BrowserView, webContents }) => {
      const view = new BrowserView()
      const { id } = view.webContents
      await new Promise((resolve) => setTimeout(resolve, 500))
      return webContents.getAllWebContents().some((contents) => contents.id === id)
    })
    expect(left).toBe(false)
  })
  it('a frame without an address has no bridge', async () => {
    const has = await lethe.page.evaluate(() => {
      const frame = document.createElement('iframe')
      document.body.append(frame)
      const found = 'lethe' in (frame.contentWindow as object)
      frame.remove()
      return found
    })
    expect(has).toBe(false)
  })
})

describe('the count of attempts', () => {
  it('names what this file tried past the policy of the page, and nothing else', async () => {
    const state = await lethe.page.evaluate(() => window.lethe.call('shell.offlineState', {}))
    expect(state).toMatchObject({
      ok: true,
      value: { attempts: 2, refused: [{ process: 'window', what: 'request by http:', count: 2 }] },
    })
  })
})

describe('what is not there', () => {
  it('no crash reporter, no developer tools asked for, no service worker, no WebRTC beyond a proxy', async () => {
    const found = await lethe.electron.evaluate(({ BrowserWindow, crashReporter, session }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents
      return {
        uploads: crashReporter.getUploadToServer(),
        rtc: contents?.getWebRTCIPHandlingPolicy(),
        spelling: session.defaultSession.isSpellCheckerEnabled(),
      }
    })
    expect(found).toEqual({ uploads: false, rtc: 'disable_non_proxied_udp', spelling: false })
  })
})

describe('the bridge', () => {
  it('refuses unknown calls and wrong inputs', async () => {
    const results = await lethe.page.evaluate(() => {
      type Call = (name: unknown, input: unknown) => Promise<{ ok: boolean; error?: { code: string } }>
      const { call } = window.lethe as unknown as { readonly call: Call }
      return Promise.all([
        call('runs.delete', {}),
        call('toString', {}),
        call('runs.show', { run: '../..' }),
        call('runs.list', { x: 1 }),
      ])
    })
    expect(results.map(({ ok, error }) => [ok, error?.code])).toEqual(Array.from({ length: 4 }, () => [false, 'usage']))
  })

  it('refuses another window, though it has the same preload', async () => {
    const answer = await lethe.electron.evaluate(async ({ BrowserWindow, app }) => {
      const preload = `${app.getAppPath()}/build/electron/preload.cjs`
      const window = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } })
      await window.loadURL('app://lethe/index.html')
      const result: unknown = await window.webContents.executeJavaScript("window.lethe.call('runs.list', {})")
      window.destroy()
      return result
    })
    expect(answer).toMatchObject({ ok: false, error: { code: 'usage' } })
  })

  it('serves nothing outside the page and the artifacts of runs', async () => {
    const statuses = await lethe.page.evaluate(async () => {
      const status = (url: string) =>
        fetch(url).then(
          (response) => response.status,
          () => 0,
        )
      return Promise.all([
        status('app://lethe/index.js'),
        status('app://lethe/..%2f..%2fpackage.json'),
        status('app://lethe/../../package.json'),
        status('app://lab/runs/none/artifacts/none.png'),
        status('app://lab/lethe.json'),
      ])
    })
    expect(statuses[0]).toBe(200)
    for (const status of statuses.slice(1)) expect(status).not.toBe(200)
  })
})
