/** Answers the calls that only the window's own process can: dialogs and the file manager. */
import { join } from 'node:path'
import { dialog, shell, type BrowserWindow, type OpenDialogOptions, type SaveDialogOptions } from 'electron'
import type { CallName, CallResult, HandlersOf, ShellCallName } from '../main/contract/calls.ts'
import type { shellCalls } from '../main/contract/calls/shell.ts'
import { toErrorRecord } from '../main/contract/errors.ts'
import type { Grants } from './grants.ts'

export interface ShellOptions {
  readonly window: () => BrowserWindow | null
  readonly project: string
  readonly grants: Grants
}

export function shellHandlers({ window, project, grants }: ShellOptions): HandlersOf<typeof shellCalls> {
  const grant = (path: string | undefined): { path: string | null } => {
    if (path) grants.add(path)
    return { path: path ?? null }
  }
  return {
    'shell.chooseSource': async ({ kind, title }) => {
      const options: OpenDialogOptions = { title, properties: [kind === 'folder' ? 'openDirectory' : 'openFile'] }
      const parent = window()
      const { canceled, filePaths } = await (parent
        ? dialog.showOpenDialog(parent, options)
        : dialog.showOpenDialog(options))
      return grant(canceled ? undefined : filePaths[0])
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
      shell.showItemInFolder(join(project, 'runs', run, 'state.json'))
      return Promise.resolve({})
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
