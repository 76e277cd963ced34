/** All that the page knows, in one plain store. Only feed.ts writes to it what comes from the lab. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { CallOutput } from '../../main/contract/calls.ts'
import type { Dataset } from '../../main/contract/dataset.ts'
import type { Plan, RunSummary } from '../../main/contract/run.ts'
import type { RunView } from '../runs/run-view.ts'
import type { Failure } from './bridge.ts'

export const screens = ['data', 'runs', 'ledger', 'help'] as const
export type Screen = (typeof screens)[number]

export interface PageState {
  readonly screen: Screen
  readonly about: CallOutput<'lab.about'> | null
  /** Newest first; null until the lab has answered. */
  readonly runs: readonly RunSummary[] | null
  readonly selected: string | null
  /** The selected run alone: the folder is the truth, and another is read when it is chosen. */
  readonly detail: { readonly run: string; readonly plan: Plan | null; readonly view: RunView } | null
  readonly datasets: readonly Dataset[] | null
  readonly ledgers: Readonly<Record<string, CallOutput<'ledger.show'>>>
  readonly doctor: CallOutput<'lab.doctor'> | null
  /** What went wrong last, until it is dismissed. */
  readonly failure: Failure | null
  /** Set while a run is being made by `images.demo`. */
  readonly starting: boolean
}

export const store = createStore<PageState>(() => ({
  screen: 'runs',
  about: null,
  runs: null,
  selected: null,
  detail: null,
  datasets: null,
  ledgers: {},
  doctor: null,
  failure: null,
  starting: false,
}))

export function usePage<Value>(select: (state: PageState) => Value): Value {
  return useStore(store, select)
}

export const showFailure = (failure: Failure): void => store.setState({ failure })
export const dismissFailure = (): void => store.setState({ failure: null })
export const showScreen = (screen: Screen): void => store.setState({ screen })
