/** What is done with whole sets: collected, exported, put away. Import begins on the Data screen, which looks at the source first. */
import type { CallInput } from '../../main/contract/calls.ts'
import type { TrajectorySet } from '../../main/contract/trajectories.ts'
import { ask } from '../app/bridge.ts'
import { loadData } from '../app/feed.ts'
import { showFailure } from '../app/store.ts'
import { loadTrash } from '../data/data-actions.ts'
import { doTask, told } from '../data/tasks.ts'
import { notify } from '../ui/notices.tsx'
import { loadSets, showNewSet } from './trajectories-feed.ts'

export async function collect(input: Omit<CallInput<'trajectories.collect'>, 'task'>): Promise<void> {
  const made = await doTask('collect', `Collecting ${input.name}`, (task, onFailure) =>
    ask('trajectories.collect', { ...input, task }, onFailure),
  )
  if (made) await showNewSet(made)
}

export async function exportSet({ id, name }: TrajectorySet): Promise<void> {
  const words = { suggested: `${id}-minari`, title: 'Name a new folder for the Minari files' }
  const chosen = await ask('shell.chooseTarget', words, showFailure)
  const path = chosen?.path
  if (!path) return
  const made = await doTask('export', `Exporting ${name}`, (task, onFailure) =>
    ask('trajectories.export', { data: id, path, task }, onFailure),
  )
  if (made) notify({ kind: 'done', message: `${name} was exported.`, hint: path })
}

export async function removeSet({ id, name }: TrajectorySet): Promise<void> {
  const record = await ask('trajectories.remove', { data: id }, told)
  if (!record) return
  await Promise.all([loadSets(), loadTrash()])
  notify({
    message: `${name} is in the trash.`,
    hint: 'Agents trained on it stay, and still know what they learnt.',
    undo: { label: 'Undo', run: () => void restoreSet(record.id) },
  })
}

async function restoreSet(trash: string): Promise<void> {
  const record = await ask('trash.restore', { id: trash }, told)
  await Promise.all([loadSets(), loadTrash(), loadData()])
  if (record) notify({ kind: 'done', message: `${record.name} is back.` })
}
