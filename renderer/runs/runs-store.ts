/** What the screen of runs keeps beside the runs themselves: what was asked of them, which are marked, how the list is filtered. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { CallName, CallOutput } from '../../main/contract/calls.ts'
import type { RunState, RunSummary } from '../../main/contract/run.ts'
import { ask, type Failure } from '../app/bridge.ts'
import { allRuns, type ListQuery } from './list-query.ts'

export const runTabs = ['overview', 'charts', 'images', 'plan', 'log', 'files'] as const
export type RunTab = (typeof runTabs)[number]

export interface ChartSettings {
  readonly smoothing: number
  readonly logX: boolean
  readonly logY: boolean
  readonly along: 'steps' | 'time'
}

export interface RunMemory {
  readonly residentBytes: number
  readonly graphicsBytes: number | null
  /** The newest last; bounded. */
  readonly course: readonly number[]
}

export interface RunsState {
  readonly query: ListQuery
  readonly tab: RunTab
  readonly charts: ChartSettings
  /** Chosen together, beside the one that is shown. */
  readonly marked: ReadonlySet<string>
  /** Runs side by side in place of one. */
  readonly comparing: readonly string[] | null
  /** What was asked of a run and has not happened yet. */
  readonly asked: Readonly<Record<string, { readonly action: RunAction; readonly from: RunState }>>
  readonly memory: Readonly<Record<string, RunMemory>>
  /** Runs whose record cannot be read. */
  readonly damaged: CallOutput<'runs.damaged'>
}

export type RunAction = 'start' | 'pause' | 'continue' | 'cancel'

export const runsStore = createStore<RunsState>(() => ({
  query: allRuns,
  tab: 'overview',
  charts: { smoothing: 0, logX: false, logY: false, along: 'steps' },
  marked: new Set(),
  comparing: null,
  asked: {},
  memory: {},
  damaged: [],
}))

export function useRuns<Value>(select: (state: RunsState) => Value): Value {
  return useStore(runsStore, select)
}

export const changeQuery = (change: Partial<ListQuery>): void =>
  runsStore.setState(({ query }) => ({ query: { ...query, ...change } }))
export const changeCharts = (change: Partial<ChartSettings>): void =>
  runsStore.setState(({ charts }) => ({ charts: { ...charts, ...change } }))
export const showTab = (tab: RunTab): void => runsStore.setState({ tab })
export const markRuns = (marked: ReadonlySet<string>): void => runsStore.setState({ marked })
export const compareRuns = (comparing: readonly string[] | null): void => runsStore.setState({ comparing })

const without = <Value>(record: Readonly<Record<string, Value>>, key: string): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== key))

const callOf = {
  start: 'runs.start',
  pause: 'runs.pause',
  continue: 'runs.continue',
  cancel: 'runs.cancel',
} as const satisfies Record<RunAction, CallName>

/** Says at once that it was asked; what has happened is said when the run's state has changed. */
export async function askRun(
  action: RunAction,
  { id, state }: Pick<RunSummary, 'id' | 'state'>,
  onFailure: (failure: Failure) => void,
): Promise<void> {
  runsStore.setState(({ asked }) => ({ asked: { ...asked, [id]: { action, from: state } } }))
  await ask(callOf[action], { run: id }, (failure) => {
    forgetAsked(id)
    onFailure(failure)
  })
}

const forgetAsked = (run: string): void => runsStore.setState(({ asked }) => ({ asked: without(asked, run) }))

type Listener = (before: RunSummary, now: RunSummary) => void
const listeners = new Set<Listener>()

/** Hears of every change of a run's state. Returns what stops it. */
export function onStateChange(listener: Listener): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export function stateChanged(before: RunSummary, now: RunSummary): void {
  forgetAsked(now.id)
  if (now.state !== 'running' && now.state !== 'paused')
    runsStore.setState(({ memory }) => ({ memory: without(memory, now.id) }))
  listeners.forEach((listener) => listener(before, now))
}

const memoryKept = 120 // of two seconds each

export function keepMemory(run: string, now: Omit<RunMemory, 'course'>): void {
  runsStore.setState(({ memory }) => {
    const course = [...(memory[run]?.course ?? []), now.residentBytes].slice(-memoryKept)
    return { memory: { ...memory, [run]: { ...now, course } } }
  })
}
