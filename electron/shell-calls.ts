/** Answers the calls that only the window's own process can: dialogs, the file manager, projects, what was refused. */
import { basename, join } from 'node:path'
import { app, dialog, shell, type BrowserWindow, type OpenDialogOptions, type SaveDialogOptions } from 'electron'
import type { CallName, CallResult, HandlersOf, ShellCallName } from '../main/contract/calls.ts'
import type { shellCalls } from '../main/contract/calls/shell.ts'
import { LetheError, toErrorRecord } from '../main/contract/errors.ts'
import type { Attempts } from './attempts.ts'
import { printDocument, reportAddress, sheetAddress, showDocument } from './documents.ts'
import type { Grants } from './grants.ts'
import type { RecentProjects } from './recent-projects.ts'
import type { KeptTheme } from './theme.ts'
import type { Workplace } from './workplace.ts'

export interface ShellOptions {
  readonly window: () => BrowserWindow | null
  readonly workplace: Workplace
  readonly recent: RecentProjects
  readonly grants: Grants
  readonly attempts: Attempts
  readonly theme: KeptTheme
}

export function shellHandlers(options: ShellOptions): HandlersOf<typeof shellCalls> {
  const { window, workplace, recent, grants, attempts, theme: keptTheme } = options
  const grant = (path: string | undefined): { path: string | null } => {
    if (path) grants.add(path)
    return { path: path ?? null }
  }
  const open = async (wanted: OpenDialogOptions): Promise<string[]> => {
    const parent = window()
    const { canceled, filePaths } = await (parent
      ? dialog.showOpenDialog(parent, wanted)
      : dialog.showOpenDialog(wanted))
    return canceled ? [] : filePaths
  }
  return {
    'shell.theme': async ({ theme }) => {
      await keptTheme.set(theme)
      return {}
    },
    'shell.chooseSource': async ({ kind, title }) =>
      grant((await open({ title, properties: [kind === 'folder' ? 'openDirectory' : 'openFile'] }))[0]),
    'shell.chooseFiles': async ({ title }) => {
      const paths = await open({ title, properties: ['openFile', 'multiSelections'] })
      paths.forEach((path) => grants.add(path))
      return { paths }
    },
    'shell.chooseTarget': async ({ suggested, title }) => {
      const options: SaveDialogOptions = { title, defaultPath: suggested }
      const parent = window()
      const { canceled, filePath } = await (parent
        ? dialog.showSaveDialog(parent, options)
        : dialog.showSaveDialog(options))
      return grant(canceled ? undefined : filePath)
    },
    'shell.revealRun': ({ run }) => {
      shell.showItemInFolder(join(workplace.project(), 'runs', run, 'state.json'))
      return Promise.resolve({})
    },
    'shell.projects': async () => {
      const current = { name: basename(workplace.project()), path: workplace.project() }
      const others = (await recent.list()).filter(({ path }) => path !== current.path)
      for (const { path } of others) grants.add(path) // the person chose each of them before
      return { current, recent: others }
    },
    'shell.openProject': ({ path, leaveRuns }) => workplace.open(path, leaveRuns),
    'shell.forgetProjects': async () => {
      await recent.forget()
      return {}
    },
    'shell.offlineState': () =>
      Promise.resolve({ ...attempts.state(), sandboxed: !app.commandLine.hasSwitch('no-sandbox') }),
    'shell.openReport': async ({ run }) => {
      await showDocument(reportAddress(run), window())
      return {}
    },
    'shell.savePdf': async ({ run, path }) => {
      // Before the first byte: what names episodes is found by a deletion request.
      const announced = await workplace.supervisor().call('runs.announceReport', { run, path })
      if (!announced.ok) {
        const { code, message, hint } = announced.error
        throw new LetheError(code, message, hint)
      }
      await printDocument(reportAddress(run), path)
      return {}
    },
    'shell.saveReview': async ({ source, path }) => {
      await printDocument(sheetAddress(source), path)
      return {}
    },
  }
}

/** One call, as the broker forwards it: nothing is thrown. */
export function answerShell(handlers: HandlersOf<typeof shellCalls>) {
  return async (name: CallName, input: unknown): Promise<CallResult<CallName>> => {
    try {
      const handler = handlers[name as ShellCallName] as (input: unknown) => Promise<never>
      return { ok: true, value: await handler(input) }
    } catch (error) {
      return { ok: false, error: toErrorRecord(error) }
    }
  }
}
