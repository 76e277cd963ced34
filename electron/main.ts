/** The shell: one window, its policies, and the processes behind it. Everything is put together here. */
import { app, ipcMain, Menu, protocol, session, utilityProcess } from 'electron'
import type { BrowserWindow, IpcMainInvokeEvent } from 'electron'
import { dirname, join } from 'node:path'
import { createBroker, type Sender } from './broker.ts'
import { channels } from './channels.ts'
import { createGrants } from './grants.ts'
import { silence } from './lockdown.ts'
import { menuTemplate } from './menu.ts'
import { childEnvironment } from './policy/environment.ts'
import { projectFolder } from './project.ts'
import { scheme, serveScheme } from './protocol.ts'
import { answerShell, shellHandlers } from './shell-calls.ts'
import { startSupervisor, type Child } from './supervisor.ts'
import { openWindow } from './window.ts'

const build = dirname(__dirname)

function startChild(file: string, serviceName: string, words: readonly string[]): Child {
  return utilityProcess.fork(join(build, file), [...words], {
    serviceName,
    env: childEnvironment(process.env),
    stdio: 'inherit',
  })
}

function senderOf(event: IpcMainInvokeEvent): Sender {
  const frame = event.senderFrame
  return { contents: event.sender.id, mainFrame: frame === event.sender.mainFrame, url: frame?.url ?? null }
}

async function open(): Promise<void> {
  const project = projectFolder(process.argv, process.env, app.getPath('home'))
  const inspector = !app.isPackaged
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(inspector)))

  let window: BrowserWindow | null = null
  const contents = () => (window && !window.isDestroyed() ? window.webContents : null)
  const supervisor = startSupervisor({
    startLab: () => startChild('lab.cjs', 'Lethe lab', [project]),
    startTrainer: (run) => startChild('trainer.cjs', 'Lethe trainer', [project, run]),
    tell: (topic, value) => contents()?.send(channels.topic, topic, value),
  })
  const grants = createGrants()
  const broker = createBroker(() => contents()?.id ?? null, {
    lab: supervisor.call,
    shell: answerShell(shellHandlers({ window: () => window, project, grants })),
    isGranted: grants.has,
  })
  ipcMain.handle(channels.call, (event, name: unknown, input: unknown) => broker(senderOf(event), name, input))
  // Sent by the preload, which read it from a real file that was dropped; the page itself has no way to this channel.
  ipcMain.on(channels.dropped, (event, path: unknown) => {
    if (event.sender.id === contents()?.id && typeof path === 'string') grants.add(path)
  })
  serveScheme(session.defaultSession.protocol, { page: join(build, 'renderer'), resource: supervisor.resource })

  window = openWindow(join(__dirname, 'preload.cjs'), inspector)
  app.on('second-instance', () => {
    if (window?.isMinimized()) window.restore()
    window?.focus()
  })
  let closed = false
  app.on('before-quit', (event) => {
    if (closed) return
    event.preventDefault() // runs reach their next step and are left to be resumed
    window?.hide()
    void supervisor.close().finally(() => {
      closed = true
      app.quit()
    })
  })
}

silence(app)
protocol.registerSchemesAsPrivileged([scheme])
app.on('window-all-closed', () => app.quit())
if (app.requestSingleInstanceLock()) {
  void app
    .whenReady()
    .then(open)
    .catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      app.exit(1)
    })
} else {
  app.quit()
}
