/** What is done with whole sets: collected, exported, put away. Import begins on the Data screen, which looks at the source first. */
import { shallow } from 'zustand/shallow'
import type { CallInput } from '../../main/contract/calls.ts'
import type { TrajectorySet } from '../../main/contract/trajectories.ts'
import { ask } from '../app/bridge.ts'
import { loadData } from '../app/feed.ts'
import { showFailure, store } from '../app/store.ts'
import { loadTrash } from '../data/data-actions.ts'
import { doTask, told } from '../data/tasks.ts'
import { notify } from '../ui/notices.tsx'
import { loadSets, takeNewSet } from './trajectories-feed.ts'
import { trajectoriesStore } from './trajectories-store.ts'

/** Where a person is and what they have in hand. */
function place() {
  const { tab, data, run, episode, opened, query, selection } = trajectoriesStore.getState()
  return { screen: store.getState().screen, tab, data, run, episode, opened, query, selection }
}

export async function collect(input: Omit<CallInput<'trajectories.collect'>, 'task'>): Promise<void> {
  const before = place()
  const made = await doTask('collect', `Collecting ${input.name}`, (task, onFailure) =>
    ask('trajectories.collect', { ...input, task }, onFailure),
  )
  if (!made) return
  const now = place()
  // The first set of a project is chosen by itself.
  const open = await takeNewSet(made, shallow({ ...before, data: before.data ?? now.data }, now))
  if (open) notify({ kind: 'done', message: `${made.name} was collected.`, open })
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
