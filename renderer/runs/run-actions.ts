/** What a person does with a run beside letting it work. */
import type { RunSummary } from '../../main/contract/run.ts'
import { ask, type Failure } from '../app/bridge.ts'
import { loadRuns } from '../app/feed.ts'
import { store } from '../app/store.ts'
import { notify } from '../ui/notices.tsx'
import { markRuns, runsStore } from './runs-store.ts'

export const tellFailure = ({ message, hint, code }: Failure): void => notify({ message, hint, code, kind: 'failed' })

export const revealRun = (run: string) => ask('shell.revealRun', { run }, tellFailure)

/** Written anew first: what the ledger says may have changed since. */
export async function openReport(run: string): Promise<void> {
  if (await ask('runs.report', { run }, tellFailure)) await ask('shell.openReport', { run }, tellFailure)
}

export async function savePdf({ id, title }: RunSummary): Promise<void> {
  const suggested = `${title.replace(/[/\\\0]/g, ' ').slice(0, 100)}.pdf`
  const chosen = await ask('shell.chooseTarget', { suggested, title: 'Save the report as PDF' }, tellFailure)
  if (!chosen || chosen.path === null || !(await ask('runs.report', { run: id }, tellFailure))) return
  if (await ask('shell.savePdf', { run: id, path: chosen.path }, tellFailure))
    notify({ message: 'The report is saved.', hint: chosen.path, kind: 'done' })
}

export async function loadDamagedRuns(): Promise<void> {
  const damaged = await ask('runs.damaged', {}, tellFailure)
  if (damaged) runsStore.setState({ damaged })
}

/** To the trash of the project, and back again on request. */
export async function removeRuns(runs: readonly Pick<RunSummary, 'id' | 'title'>[]): Promise<void> {
  const removed: string[] = []
  for (const { id } of runs) {
    const answer = await ask('runs.remove', { run: id }, tellFailure)
    if (answer) removed.push(answer.trash)
  }
  if (removed.length === 0) return
  markRuns(new Set())
  await showAnother(new Set(runs.map(({ id }) => id)))
  const [first] = runs
  notify({
    message: runs.length === 1 ? `${first?.title} is in the trash.` : `${removed.length} runs are in the trash.`,
    hint: 'What they spent of a budget stays spent.',
    undo: { label: 'Undo', run: () => void restore(removed) },
  })
}

/** The neighbour of what was removed, below it where there is one. */
async function showAnother(gone: ReadonlySet<string>): Promise<void> {
  const { runs, selected } = store.getState()
  if (runs && selected !== null && gone.has(selected)) {
    const place = runs.findIndex(({ id }) => id === selected)
    const rest = runs.filter(({ id }) => !gone.has(id))
    store.setState({ selected: rest[Math.min(place, rest.length - 1)]?.id ?? null, detail: null })
  }
  await Promise.all([loadRuns(), loadDamagedRuns()])
}

async function restore(trash: readonly string[]): Promise<void> {
  for (const id of trash) await ask('trash.restore', { id }, tellFailure)
  await Promise.all([loadRuns(), loadDamagedRuns()])
}
