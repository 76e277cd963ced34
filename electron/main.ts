/** The shell: one window, its policies, and the processes behind it. Everything is put together here. */
import { app, BrowserWindow, dialog, ipcMain, Menu, nativeTheme, powerMonitor, protocol, session } from 'electron'
import type { IpcMainInvokeEvent } from 'electron'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { createRedactor } from '../main/support/redact.ts'
import { version } from '../main/version.ts'
import { createAttempts } from './attempts.ts'
import { createBroker, type Sender } from './broker.ts'
import { channels } from './channels.ts'
import { startChild } from './children.ts'
import { coverDocuments } from './documents.ts'
import { createGrants } from './grants.ts'
import { lockDown } from './lockdown.ts'
import { createLog } from './log.ts'
import { menuTemplate } from './menu.ts'
import { closeNetwork } from './network-guard.ts'
import { keepMemoryPrivate } from './private-memory.ts'
import { namedProject, projectFolder } from './project.ts'
import { scheme, serveScheme } from './protocol.ts'
import { createRecentProjects } from './recent-projects.ts'
import { watchScreen } from './screen-watch.ts'
import { answerShell, shellHandlers } from './shell-calls.ts'
import { startSupervisor, type SupervisorOptions } from './supervisor.ts'
import { followTaskbar } from './taskbar.ts'
import { keepTheme } from './theme.ts'
import { reportInstall } from './verify-install.ts'
import { openWindow, showPage } from './window.ts'
import { createWorkplace, type Workplace } from './workplace.ts'

const build = dirname(__dirname)
const inspector = !app.isPackaged
const profile = app.getPath('userData')
const logs = join(profile, 'logs')

keepMemoryPrivate(profile)
const log = createLog(logs, createRedactor({}))
const attempts = createAttempts((process, what) => log('warning', 'network', 'refused', `${process}: ${what}`))
closeNetwork((what) => attempts.add('main', what))
lockDown(app, { refused: (what) => attempts.add('window', what), log })

/** One core is left to the window and to whatever else the person does. */
const trainerThreads = { TF_NUM_INTRAOP_THREADS: String(Math.max(1, cpus().length - 1)) }

function senderOf(event: IpcMainInvokeEvent): Sender {
  const frame = event.senderFrame
  return { contents: event.sender.id, mainFrame: frame === event.sender.mainFrame, url: frame?.url ?? null }
}

async function open(): Promise<void> {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(inspector)))
  let window: BrowserWindow | null = null
  /** Null before it is there, and after a person has closed it. */
  const live = () => (window && !window.isDestroyed() ? window : null)
  const contents = () => live()?.webContents ?? null
  const showOnTaskbar = followTaskbar(live)
  const place = { build, echo: inspector }
  const tell: SupervisorOptions['tell'] = (topic, value) => {
    if (topic === 'engine-gone') log('error', 'main', 'engine-gone', JSON.stringify(value))
    contents()?.send(channels.topic, topic, value)
    showOnTaskbar(topic, value)
  }
  const residentBytes = (pid: number) => {
    const found = app.getAppMetrics().find((process) => process.pid === pid)
    return found ? 1024 * found.memory.workingSetSize : null
  }
  const readOnly = process.argv.includes('--read-only')
  const access = readOnly ? ['read-only'] : []
  const recent = createRecentProjects(join(profile, 'recent-projects.json'))
  const workplace = createWorkplace(projectFolder(process.argv, process.env, app.getPath('home')), {
    start: (project) =>
      startSupervisor({
        startLab: () => startChild(place, 'lab.cjs', 'Lethe lab', [project, logs, ...access]),
        startTrainer: (run) => startChild(place, 'trainer.cjs', 'Lethe trainer', [project, run], trainerThreads),
        tell,
        heardKnock: attempts.add,
        residentBytes,
      }),
    recent,
    readOnly,
    opened() {
      for (const other of BrowserWindow.getAllWindows()) if (other !== window) other.destroy() // reports of the former project
      const shown = live()
      if (shown) showPage(shown)
    },
  })
  const theme = keepTheme(join(profile, 'theme.json'), (chosen) => (nativeTheme.themeSource = chosen))
  const grants = createGrants()
  const broker = createBroker(() => contents()?.id ?? null, {
    lab: (name, input) => workplace.supervisor().call(name, input),
    shell: answerShell(shellHandlers({ window: live, workplace, recent, grants, attempts, theme })),
    isGranted: grants.has,
  })
  ipcMain.handle(channels.call, (event, name: unknown, input: unknown) => broker(senderOf(event), name, input))
  // Sent by the preload, which read it from a real file that was dropped; the page itself has no way to this channel.
  ipcMain.on(channels.dropped, (event, path: unknown) => {
    if (event.sender.id === contents()?.id && typeof path === 'string') grants.add(path)
  })
  serveScheme(session.defaultSession.protocol, {
    page: join(build, 'renderer'),
    resource: (path) => workplace.supervisor().resource(path),
  })

  window = openWindow(join(__dirname, 'preload.cjs'), inspector)
  window.once('ready-to-show', () => log('info', 'window', 'shown'))
  watchScreen(powerMonitor, (locked) => {
    coverDocuments(locked)
    tell('screen-locked', { locked })
  })
  app.on('second-instance', (_event, _words, _folder, said) => {
    const { project } = (said ?? {}) as { project?: unknown }
    void secondStart(live(), workplace, typeof project === 'string' ? project : undefined)
  })
  closeOnQuit(live, workplace)
}

/** Somebody started Lethe again: this window comes forward, on the project asked for. A run at work is not left unasked. */
async function secondStart(window: BrowserWindow | null, workplace: Workplace, project?: string): Promise<void> {
  if (window?.isMinimized()) window.restore()
  window?.focus()
  if (project === undefined || window === null) return
  try {
    const { opened } = await workplace.open(project, false)
    if (opened) return
    const { response } = await dialog.showMessageBox(window, {
      type: 'question',
      message: 'Open the other project?',
      detail: 'A run is at work in this one. It stops at its next step and can be resumed later.',
      buttons: ['Stay here', 'Open the other project'],
      defaultId: 0,
      cancelId: 0,
    })
    if (response === 1) await workplace.open(project, true)
  } catch (error) {
    log('warning', 'main', 'second-start', String(error))
  }
}

/** Runs reach their next step and are left to be resumed. */
function closeOnQuit(window: () => BrowserWindow | null, workplace: Workplace): void {
  let closed = false
  app.on('before-quit', (event) => {
    if (closed) return
    event.preventDefault()
    window()?.hide()
    void workplace
      .supervisor()
      .close()
      .finally(() => {
        closed = true
        log('info', 'main', 'ended')
        app.quit()
      })
  })
}

protocol.registerSchemesAsPrivileged([scheme])
app.on('window-all-closed', () => app.quit())
if (app.isPackaged && process.argv.includes('--verify-install')) {
  process.noAsar = true // the archive is looked at as the file it is
  process.exit(reportInstall(dirname(app.getPath('exe')), (line) => process.stdout.write(`${line}\n`)))
} else if (app.requestSingleInstanceLock({ project: namedProject(process.argv, process.cwd()) })) {
  // What a second start wants is told apart from its words: the browser changes their order on the way.
  log('info', 'main', 'started', `version ${version}, Electron ${process.versions.electron}`)
  void app
    .whenReady()
    .then(open)
    .catch((error: unknown) => {
      log('error', 'main', 'not-started', String(error))
      process.stderr.write(`${String(error)}\n`)
      app.exit(1)
    })
} else {
  app.quit()
}
