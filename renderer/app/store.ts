/** All that the page knows, in one plain store. Only feed.ts writes to it what comes from the lab. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { CallOutput } from '../../main/contract/calls.ts'
import type { Dataset } from '../../main/contract/dataset.ts'
import type { RunSummary } from '../../main/contract/run.ts'
import type { RunView } from '../runs/run-view.ts'
import { visit } from '../help/help-store.ts'
import type { Failure } from './bridge.ts'
import type { Screen } from './screens.ts'

export interface RunDetail extends Omit<CallOutput<'runs.show'>, 'summary'> {
  readonly run: string
  readonly view: RunView
}

export interface PageState {
  readonly screen: Screen
  /** Whether the rail is folded to its icons. */
  readonly railFolded: boolean
  readonly about: CallOutput<'lab.about'> | null
  /** Newest first; null until the lab has answered. */
  readonly runs: readonly RunSummary[] | null
  readonly selected: string | null
  /** The selected run alone: the folder is the truth, and another is read when it is chosen. */
  readonly detail: RunDetail | null
  readonly datasets: readonly Dataset[] | null
  /** The data set that was chosen last, on any screen. */
  readonly currentData: string | null
  readonly ledgers: Readonly<Record<string, CallOutput<'ledger.show'>>>
  /** How the machine and the project folder are; null until the first answer. */
  readonly pulse: CallOutput<'lab.pulse'> | null
  readonly devices: CallOutput<'lab.devices'> | null
  readonly doctor: CallOutput<'lab.doctor'> | null
  /** What went wrong last. */
  readonly failure: Failure | null
  /** Set while the screen is locked or the machine sleeps: sensitive pictures are not shown then. */
  readonly covered: boolean
  /** Set while a run is being made by `images.demo`. */
  readonly starting: boolean
}

export const store = createStore<PageState>(() => ({
  screen: 'runs',
  railFolded: false,
  about: null,
  runs: null,
  selected: null,
  detail: null,
  datasets: null,
  currentData: null,
  ledgers: {},
  pulse: null,
  devices: null,
  doctor: null,
  failure: null,
  covered: false,
  starting: false,
}))

export function usePage<Value>(select: (state: PageState) => Value): Value {
  return useStore(store, select)
}

export const showFailure = (failure: Failure): void => store.setState({ failure })
export const showScreen = (screen: Screen): void => store.setState({ screen })
export const toggleRail = (): void => store.setState(({ railFolded }) => ({ railFolded: !railFolded }))

/** Shows a page of the help: `ledger`, `glossary#delta`, or the code of an error. */
export function openHelp(page: string): void {
  visit(page)
  showScreen('help')
}
