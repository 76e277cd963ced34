/** Going over to another project. The page is loaded anew by the shell once it is open. */
import { confirm } from '../ui/dialog.tsx'
import { ask } from './bridge.ts'
import { showFailure } from './store.ts'

/** Asks before runs at work are left; they stop at their next step and can be resumed. */
export async function openProject(path: string): Promise<void> {
  const first = await ask('shell.openProject', { path, leaveRuns: false }, showFailure)
  if (!first || first.opened) return
  const leave = await confirm({
    title: 'Open the other project?',
    body:
      first.activeRuns === 1
        ? 'A run is at work in this one. It stops at its next step and can be resumed later.'
        : `${first.activeRuns} runs are at work in this one. They stop at their next step and can be resumed later.`,
    action: 'Open the other project',
  })
  if (leave) await ask('shell.openProject', { path, leaveRuns: true }, showFailure)
}

export async function chooseProject(): Promise<void> {
  const chosen = await ask(
    'shell.chooseSource',
    { kind: 'folder', title: 'Choose a project, or an empty folder for a new one' },
    showFailure,
  )
  if (chosen && chosen.path !== null) await openProject(chosen.path)
}
