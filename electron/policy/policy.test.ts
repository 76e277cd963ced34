import { describe, expect, it } from 'vitest'
import { contentSecurityPolicy, contentSecurityRows } from './content-security-policy.ts'
import { childEnvironment } from './environment.ts'
import { isOwnPage, mayNavigate } from './navigation.ts'
import { mayRequest, offlineSwitches } from './offline.ts'
import { mayUse } from './permissions.ts'
import { windowOptions } from './window-options.ts'

describe('content security policy', () => {
  it('is exactly this header', () => {
    expect(contentSecurityPolicy()).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' app://lab blob: data:; " +
        "connect-src 'self' app://lab; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; " +
        "frame-ancestors 'none'",
    )
  })
  it('gives a reason for every row and never weakens scripts', () => {
    for (const row of contentSecurityRows) expect(row.reason.length).toBeGreaterThan(5)
    expect(contentSecurityPolicy()).not.toMatch(/unsafe|http|\*/)
  })
})

// Every permission name of Chromium that Electron documents, with the decision.
const permissions: readonly [string, boolean][] = [
  ['clipboard-sanitized-write', true],
  ['fullscreen', true],
  ['clipboard-read', false],
  ['accessibility-events', false],
  ['background-sync', false],
  ['deprecated-sync-clipboard-read', false],
  ['display-capture', false],
  ['fileSystem', false],
  ['geolocation', false],
  ['hid', false],
  ['idle-detection', false],
  ['keyboardLock', false],
  ['media', false],
  ['mediaKeySystem', false],
  ['midi', false],
  ['midiSysex', false],
  ['notifications', false],
  ['openExternal', false],
  ['payment-handler', false],
  ['pointerLock', false],
  ['screen-wake-lock', false],
  ['sensors', false],
  ['serial', false],
  ['speaker-selection', false],
  ['storage-access', false],
  ['top-level-storage-access', false],
  ['unknown', false],
  ['usb', false],
  ['window-management', false],
  ['constructor', false],
  ['__proto__', false],
]
describe('permissions', () => {
  it.each(permissions)('%s: %s', (name, expected) => expect(mayUse(name)).toBe(expected))
})

const foreign = [
  'https://example.com/',
  'http://localhost/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,<script>1</script>',
  'blob:app://lethe/0',
  'about:blank',
  'app://evil/index.html',
  'app://lethe.evil/index.html',
  'app://lethe@evil/index.html',
  'app://lethe:80/index.html',
  'app://user@lethe/index.html',
  'app://lab/runs/a/artifacts/report.html',
  'app://lethe/other.html',
  'app://lethe/index.html?x=1',
  'app:lethe/index.html',
  'lethe/index.html',
  '',
]
describe('navigation', () => {
  it('allows the page and its fragments', () => {
    expect(mayNavigate('app://lethe/index.html')).toBe(true)
    expect(isOwnPage('app://lethe/index.html#runs')).toBe(true)
  })
  it.each(foreign)('denies %j', (url) => expect(mayNavigate(url)).toBe(false))
})

const requests: readonly [string, boolean][] = [
  ['app://lethe/index.js', true],
  ['APP://lethe/index.js', true],
  ['blob:app://lethe/0-1', true],
  ['data:image/png;base64,AA==', true],
  ['devtools://devtools/bundled/inspector.html', true],
  ['https://example.com/', false],
  ['http://127.0.0.1:1/', false],
  ['ws://127.0.0.1:1/', false],
  ['wss://example.com/', false],
  ['ftp://example.com/', false],
  ['file:///etc/passwd', false],
  ['chrome-extension://x/', false],
  ['chrome://net-internals/', false],
  ['application://x', false],
  ['//example.com/app:', false],
  ['', false],
]
describe('requests', () => {
  it.each(requests)('%j: %s', (url, expected) => expect(mayRequest(url)).toBe(expected))
  it('maps every host to nothing', () => {
    expect(offlineSwitches.find((item) => item.name === 'host-resolver-rules')?.value).toBe('MAP * ~NOTFOUND')
    expect(new Set(offlineSwitches.map((item) => item.name)).size).toBe(offlineSwitches.length)
  })
})

describe('environment of a child', () => {
  it('passes what the list names and nothing else', () => {
    const parent = {
      PATH: '/bin',
      HOME: '/h',
      CUDA_VISIBLE_DEVICES: '0',
      AWS_SECRET: 'x',
      NODE_OPTIONS: '-r evil',
      LD_PRELOAD: 'x',
    }
    expect(childEnvironment(parent, 'linux')).toEqual({
      TF_CPP_MIN_LOG_LEVEL: '2',
      TF_FORCE_GPU_ALLOW_GROWTH: 'true',
      PATH: '/bin',
      HOME: '/h',
      CUDA_VISIBLE_DEVICES: '0',
    })
  })
  it('lets the parent override the defaults and keeps what Windows needs', () => {
    expect(childEnvironment({ TF_CPP_MIN_LOG_LEVEL: '0' }, 'linux')['TF_CPP_MIN_LOG_LEVEL']).toBe('0')
    expect(childEnvironment({ SystemRoot: 'C:\\' }, 'linux')['SystemRoot']).toBeUndefined()
    expect(childEnvironment({ SystemRoot: 'C:\\', Path: 'x' }, 'win32')).toMatchObject({
      SystemRoot: 'C:\\',
      Path: 'x',
    })
  })
})

describe('window', () => {
  it('is made with exactly these preferences', () => {
    expect(windowOptions('/preload.cjs', false).webPreferences).toEqual({
      preload: '/preload.cjs',
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      spellcheck: false,
      devTools: false,
      backgroundThrottling: true,
    })
  })
  it('has an inspector only where asked', () => expect(windowOptions('', true).webPreferences?.devTools).toBe(true))
})
