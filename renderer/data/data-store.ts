/** What the Data screen shows: which view, a source before import, the trash, long tasks. The data sets themselves are shared. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { CallOutput } from '../../main/contract/calls.ts'
import type { Inspection } from '../../main/contract/calls/data.ts'
import type { TrashEntry } from '../../main/contract/calls/trash.ts'
import type { SplitName } from '../../main/contract/dataset.ts'
import type { Failure } from '../app/bridge.ts'
import { usePage } from '../app/store.ts'
import { useTrajectories } from '../trajectories/trajectories-store.ts'
import type { ImportForm } from './import-form.ts'

export type DataTab = 'images' | 'facts' | 'ledger'
export type DataView =
  | { readonly kind: 'list' }
  | { readonly kind: 'import' }
  | { readonly kind: 'detail'; readonly data: string; readonly tab: DataTab }
  | { readonly kind: 'trash' }

/** How far a long task of the lab is. */
export interface TaskProgress {
  readonly task: string
  readonly label: string
  readonly done: number
  readonly total: number
  /** `performance.now()` at its start. */
  readonly since: number
  readonly secondsLeft: number | null
}

/** A file or folder that was named and is not imported yet. */
export interface Source {
  readonly path: string
  readonly inspection: string
  readonly found: Inspection | null
  readonly failure: Failure | null
  readonly form: ImportForm
  /** Errors are shown once a person has tried to import, or has left the field. */
  readonly tried: boolean
  readonly importing: string | null
}

export interface DataState {
  readonly view: DataView
  readonly source: Source | null
  readonly tasks: Readonly<Record<string, TaskProgress>>
  readonly trash: readonly TrashEntry[] | null
  readonly builtIns: CallOutput<'data.builtIns'>
  readonly damaged: CallOutput<'data.damaged'>
  /** Splits whose images the lab serves now, by data set. */
  readonly shown: Readonly<Record<string, readonly SplitName[]>>
  /** The data set that is to be exported, while its dialog is open. */
  readonly exporting: string | null
}

export const dataStore = createStore<DataState>(() => ({
  view: { kind: 'list' },
  source: null,
  tasks: {},
  trash: null,
  builtIns: [],
  damaged: [],
  shown: {},
  exporting: null,
}))

export const useData = <Value>(select: (state: DataState) => Value): Value => useStore(dataStore, select)

export const showView = (view: DataView): void => dataStore.setState({ view })
export const openDataset = (data: string, tab: DataTab = 'images'): void => showView({ kind: 'detail', data, tab })

/** Ids that a new data set cannot have. */
export function useTakenIds(): readonly string[] {
  const images = usePage((state) => state.datasets) ?? []
  const trajectories = useTrajectories((state) => state.sets) ?? []
  return [...images, ...trajectories].map(({ id }) => id)
}

export function changeForm(change: Partial<ImportForm>): void {
  dataStore.setState(({ source }) => (source ? { source: { ...source, form: { ...source.form, ...change } } } : {}))
}

/** Seconds until a task ends if it goes on as it did; null in its first moments. */
export function secondsLeft(
  { done, total, since }: Pick<TaskProgress, 'done' | 'total' | 'since'>,
  now: number,
): number | null {
  const elapsed = (now - since) / 1000
  if (elapsed < 1 || done <= 0 || total <= 0) return null
  return (elapsed * (total - done)) / done
}
