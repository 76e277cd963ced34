/**
 * Run by offline.e2e.ts inside the rig: drives the application and prints one line of JSON, what was seen from inside.
 *   flow     the first start, the demo to its end, its report
 *   canary   one attempt through each door, which every detector must catch
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startLethe, type Lethe } from './pages/lethe.ts'

const build = dirname(dirname(fileURLToPath(import.meta.url)))

export interface Seen {
  readonly state: string
  readonly report: number
  readonly offline: { readonly attempts: number; readonly refused: { process: string; what: string; count: number }[] }
  /** What the tripwire of a lab process told. */
  readonly knocks: string[]
  /** Packets that left by an interface other than the loopback. */
  readonly sent: number
}

/** /proc/net/dev: a name, eight figures of what came in, then packets sent as the tenth. */
function packetsSent(): number {
  const lines = readFileSync('/proc/net/dev', 'utf8').split('\n').slice(2)
  const rows = lines.map((line) => line.trim().split(/[:\s]+/)).filter(([name]) => name === 'sink')
  return rows.reduce((sum, row) => sum + Number(row[10]), 0)
}

const offlineState = (lethe: Lethe): Promise<Seen['offline']> =>
  lethe.page.evaluate(async () => {
    const result = await window.lethe.call('shell.offlineState', {})
    if (!result.ok) throw new Error(result.error.message)
    return result.value
  })

/** Makes the demo's run as the button does and waits for its end; its report is then written and fetched. */
async function demo(lethe: Lethe): Promise<{ state: string; report: number }> {
  return lethe.page.evaluate(async () => {
    const made = await window.lethe.call('images.demo', { epsilon: 1 })
    if (!made.ok) throw new Error(made.error.message)
    const { run } = made.value
    for (;;) {
      const shown = await window.lethe.call('runs.show', { run })
      if (!shown.ok) throw new Error(shown.error.message)
      const { state } = shown.value.summary
      if (!['queued', 'running', 'paused'].includes(state)) {
        const written = await window.lethe.call('runs.report', { run })
        const report = await fetch(`app://lab/runs/${run}/report.html`)
        return { state, report: written.ok && report.ok ? (await report.text()).length : 0 }
      }
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  })
}

/**
 * From the page, from the main process through Node, past Node by its own binding, from a page without our policy, and from a process
 * that is a lab's: each tries one connection to an address that nobody has.
 */
function tryEverything(lethe: Lethe): Promise<string[]> {
  const probe = `
    require(${JSON.stringify(join(build, 'lab.cjs'))})
    setTimeout(() => {
      try { require('node:net').connect(9, '192.0.2.1') } catch {}
      const { TCP, TCPConnectWrap, constants } = process.binding('tcp_wrap')
      new TCP(constants.SOCKET).connect(new TCPConnectWrap(), '192.0.2.3', 9)
    }, 200)`
  return lethe.electron.evaluate(async ({ BrowserWindow, utilityProcess, app }, source) => {
    const load = process.mainModule!.require.bind(process.mainModule) as NodeJS.Require
    try {
      ;(load('node:net') as { connect(port: number, host: string): void }).connect(9, '192.0.2.1')
    } catch {
      // The tripwire; below the way around it.
    }
    const binding = (
      process as unknown as { binding(name: string): Record<string, new (kind?: number) => object> }
    ).binding('tcp_wrap')
    const socket = new binding['TCP']!(0) as { connect(request: object, host: string, port: number): number }
    socket.connect(new binding['TCPConnectWrap']!(), '192.0.2.2', 9)
    const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true } })
    await window.loadURL('http://192.0.2.4/').catch(() => undefined)
    window.destroy()
    const { writeFileSync } = load('node:fs') as { writeFileSync(file: string, text: string): void }
    const script = `${app.getPath('userData')}/canary.cjs`
    writeFileSync(script, source)
    const knocks: string[] = []
    const child = utilityProcess.fork(script, [`${app.getPath('userData')}/canary-project`])
    child.on(
      'message',
      ({ kind, what }: { kind: string; what: string }) => void (kind === 'knock' && knocks.push(what)),
    )
    await new Promise((resolve) => setTimeout(resolve, 3000))
    child.kill()
    return knocks
  }, probe)
}

const mode = process.argv[2]
const lethe = await startLethe()
const { state, report } = mode === 'flow' ? await demo(lethe) : { state: 'none', report: 0 }
const knocks = mode === 'flow' ? [] : await tryEverything(lethe)
const offline = await offlineState(lethe)
await lethe.close()
process.stdout.write(`\n${JSON.stringify({ state, report, offline, knocks, sent: packetsSent() } satisfies Seen)}\n`)
