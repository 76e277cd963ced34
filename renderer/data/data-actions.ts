/** What the Data screen asks of the lab. Tasks have names of this window's making, so that they can be followed and stopped. */
import type { Dataset, SplitName } from '../../main/contract/dataset.ts'
import type { TrajectorySet } from '../../main/contract/trajectories.ts'
import { ask } from '../app/bridge.ts'
import { loadData, loadLedger, loadRuns } from '../app/feed.ts'
import { showFailure, showScreen, store } from '../app/store.ts'
import { takeAgentFiles } from '../trajectories/import-agent/import-agent-feed.ts'
import { takeNewSet } from '../trajectories/trajectories-feed.ts'
import { notify } from '../ui/notices.tsx'
import { dataStore, openDataset, showView, type Source } from './data-store.ts'
import { emptyForm, importInput, nameFor, trajectoriesInput } from './import-form.ts'
import { begin, cancelTask, end, newTask, told } from './tasks.ts'

// ---- a source before import --------------------------------------------------------------------------------------

export async function chooseSource(kind: 'file' | 'folder'): Promise<void> {
  const chosen = await ask('shell.chooseSource', { kind, title: 'Import data' }, showFailure)
  if (chosen?.path && !takeAgentFiles([chosen.path])) await look(chosen.path)
}

const change = (inspection: string, part: Partial<Source>): void =>
  dataStore.setState(({ source }) => (source?.inspection === inspection ? { source: { ...source, ...part } } : {}))

/** Opens the import of a path that was chosen or dropped. Nothing is copied yet. */
export async function look(path: string): Promise<void> {
  const before = dataStore.getState().source
  if (before?.importing) {
    notify({ message: 'An import is under way.', hint: 'Wait until it ends, or stop it.' })
    return
  }
  if (before && !before.found) cancelTask(before.inspection)
  const task = newTask('look')
  const source = { path, inspection: task, found: null, failure: null, form: emptyForm, tried: false, importing: null }
  dataStore.setState({ source, view: { kind: 'import' } })
  showScreen('data')
  begin(task, 'Reading')
  const found = await ask('data.inspect', { path, task }, (failure) => {
    if (failure.code !== 'cancelled') change(task, { failure })
  })
  end(task)
  if (!found) return
  const form = { ...emptyForm, name: nameFor(found.name), source: path.split(/[\\/]/).pop() ?? '' }
  change(task, { found, form })
}

/** Leaves the import: what is under way is stopped, what was typed is gone. */
export function leaveSource(): void {
  const { source } = dataStore.getState()
  if (source && !source.found && !source.failure) cancelTask(source.inspection)
  if (source?.importing) cancelTask(source.importing)
  dataStore.setState({ source: null, view: { kind: 'list' } })
}

const bringIn = ({ found, form, path }: Source, task: string): Promise<Dataset | TrajectorySet | null> =>
  found?.kind === 'trajectories'
    ? ask('trajectories.import', trajectoriesInput(form, path, task), told)
    : ask('data.import', importInput(form, path, task), told)

export async function importSource(): Promise<void> {
  const { source } = dataStore.getState()
  if (!source || source.importing) return
  const task = newTask('import')
  change(source.inspection, { importing: task })
  begin(task, `Importing ${source.form.name}`)
  const made = await bringIn(source, task)
  end(task)
  change(source.inspection, { importing: null })
  if (!made) return
  await loadData()
  const waited = dataStore.getState().view.kind === 'import'
  dataStore.setState({ source: null })
  if (waited && made.kind === 'trajectories') showView({ kind: 'list' })
  else if (waited) openDataset(made.id)
  const open =
    made.kind === 'trajectories' ? await takeNewSet(made, waited && store.getState().screen === 'data') : undefined
  notify({ kind: 'done', message: `${made.name} is in the project.`, hint: 'The source was left as it was.', open })
}

export async function loadDamaged(): Promise<void> {
  const damaged = await ask('data.damaged', {}, showFailure)
  if (damaged) dataStore.setState({ damaged })
}

// ---- built in ----------------------------------------------------------------------------------------------------

export async function loadBuiltIns(): Promise<void> {
  const builtIns = await ask('data.builtIns', {}, showFailure)
  if (builtIns) dataStore.setState({ builtIns })
}

export async function addBuiltIn(id: string, name: string): Promise<void> {
  const task = newTask('built-in')
  begin(task, `Adding ${name}`)
  const made = await ask('data.addBuiltIn', { id, task }, told)
  end(task)
  if (!made) return
  await Promise.all([loadData(), loadBuiltIns()])
  openDataset(made.id, 'facts')
}

// ---- looking -----------------------------------------------------------------------------------------------------

export async function loadShown(data: string): Promise<void> {
  const splits = await ask('data.shown', { data }, showFailure)
  if (splits) dataStore.setState(({ shown }) => ({ shown: { ...shown, [data]: splits } }))
}

/** From now on the lab serves the images of this split; where they are sensitive, that is noted in the ledger first. */
export async function showImages(data: string, split: SplitName): Promise<void> {
  const answer = await ask('data.showImages', { data, split }, told)
  if (!answer) return
  await Promise.all([loadShown(data), loadLedger(data)])
}

// ---- out, away and back ------------------------------------------------------------------------------------------

export async function exportData(data: string, format: 'npz' | 'zip' | 'folders'): Promise<void> {
  const suggested = `${data}-${format}`
  const chosen = await ask('shell.chooseTarget', { suggested, title: 'Name a new folder for the files' }, showFailure)
  dataStore.setState({ exporting: null })
  if (!chosen?.path) return
  const task = newTask('export')
  begin(task, `Exporting ${data}`)
  const made = await ask('data.export', { data, path: chosen.path, task, format }, told)
  end(task)
  if (made) notify({ kind: 'done', message: `${data} was exported.`, hint: chosen.path })
}

export async function loadTrash(): Promise<void> {
  const trash = await ask('trash.list', {}, showFailure)
  if (trash) dataStore.setState({ trash })
}

export async function removeData(data: string): Promise<void> {
  const record = await ask('data.remove', { data }, told)
  if (!record) return
  showView({ kind: 'list' })
  await Promise.all([loadData(), loadTrash(), loadBuiltIns()])
  notify({
    message: `${record.name} is in the trash.`,
    hint: 'Its ledger stays: what was spent is spent.',
    undo: { label: 'Undo', run: () => void restore(record.id) },
  })
}

export async function restore(id: string): Promise<void> {
  const record = await ask('trash.restore', { id }, told)
  await Promise.all([loadData(), loadTrash(), loadBuiltIns(), record?.kind === 'run' && loadRuns()])
  if (record) notify({ kind: 'done', message: `${record.name} is back.` })
}

export async function purge(id: string, name: string): Promise<void> {
  const gone = await ask('trash.purge', { id }, told)
  await loadTrash()
  if (gone) notify({ kind: 'done', message: `${name} is gone for good.` })
}
