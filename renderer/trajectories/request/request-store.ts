/** What the tab Requests keeps: the requests, the one that is looked at, and one that is being opened. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { DeletionStatement, RequestSummary } from '../../../main/contract/deletion.ts'
import type { Failure } from '../../app/bridge.ts'
import type { RunAim } from './request-attempts.ts'
import { showTab } from '../trajectories-store.ts'

export interface RequestDraft {
  readonly data: string
  readonly agent: string | null
  readonly ids: readonly number[]
  readonly note: string
}

export interface RequestState {
  /** Newest first; null until the lab has answered. */
  readonly requests: readonly RequestSummary[] | null
  readonly chosen: string | null
  /** Of the chosen one; null while it is read, and where it cannot be. */
  readonly statement: DeletionStatement | null
  /** Why it cannot be read. */
  readonly trouble: Failure | null
  /** A request before it is opened: nothing of it is in the project yet. */
  readonly draft: RequestDraft | null
  /** Ids of the copies that are ticked. */
  readonly ticked: ReadonlySet<string>
  /** What runs that may answer a request are of, by run, once it was read. */
  readonly aims: Readonly<Record<string, RunAim>>
  /** What is under way; everything else waits for it. */
  readonly busy: boolean
}

const none: ReadonlySet<string> = new Set()

export const requestStore = createStore<RequestState>(() => ({
  requests: null,
  chosen: null,
  statement: null,
  trouble: null,
  draft: null,
  ticked: none,
  aims: {},
  busy: false,
}))

export function useRequests<Value>(select: (state: RequestState) => Value): Value {
  return useStore(requestStore, select)
}

/** Shows the form of a new request. Without an agent it is about the data alone. */
export function startRequest(what: {
  readonly data: string
  readonly agent?: string | null
  readonly ids: readonly number[]
}): void {
  const ids = [...what.ids].sort((a, b) => a - b)
  requestStore.setState({ draft: { data: what.data, agent: what.agent ?? null, ids, note: '' } })
  showTab('requests')
}

export const changeDraft = (change: Partial<RequestDraft>): void =>
  requestStore.setState(({ draft }) => ({ draft: draft && { ...draft, ...change } }))
export const dropDraft = (): void => requestStore.setState({ draft: null })

export const chooseRequest = (chosen: string): void =>
  requestStore.setState((state) =>
    state.chosen === chosen ? { draft: null } : { chosen, draft: null, statement: null, trouble: null, ticked: none },
  )

export function tick(ids: readonly string[], on: boolean): void {
  const ticked = new Set(requestStore.getState().ticked)
  for (const id of ids)
    if (on) ticked.add(id)
    else ticked.delete(id)
  requestStore.setState({ ticked })
}
export const untick = (): void => requestStore.setState({ ticked: none })
