/** What the workbench Forgetting shares among its tabs: the sets, the agents, and what of them is chosen. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Agent, AlgorithmFacts } from '../../main/contract/calls/forgetting.ts'
import type { TrajectorySet } from '../../main/contract/trajectories.ts'
import type { Episodes } from './episodes.ts'

export type TrajectoriesTab = 'trajectories' | 'agents' | 'audit' | 'requests'

export interface TrajectoriesState {
  readonly tab: TrajectoriesTab
  /** Null until the lab has answered. */
  readonly sets: readonly TrajectorySet[] | null
  /** Newest first. */
  readonly agents: readonly Agent[]
  /** The chosen set. */
  readonly data: string | null
  /** The run whose agent is chosen; one of the chosen set. */
  readonly agent: string | null
  /** Of the chosen set; null while they are read. */
  readonly episodes: Episodes | null
  /** Whether reading them failed. */
  readonly unread: boolean
  /** What is typed in the filter. */
  readonly query: string
  /** Ids of the chosen episodes: what is to be forgotten, and what a request names. */
  readonly selection: ReadonlySet<number>
  /**
   * Null while all are shown. Else only what is selected is, and what was when this began: one that is deselected on the way stays
   * in its place, so that it can be taken back.
   */
  readonly only: ReadonlySet<number> | null
  /** The words of the rule that chose them, while nothing was changed by hand; and whose agent’s episodes they were. */
  readonly rule: { readonly words: string; readonly agent: string | null } | null
  /** The episode that is looked at. */
  readonly episode: number | null
  /** Whether it has the whole tab. */
  readonly opened: boolean
  /** The run in the middle of Agents; null for the list. */
  readonly run: string | null
  readonly algorithms: readonly AlgorithmFacts[]
  /** Whether the form that collects a set is open. */
  readonly collecting: boolean
}

export const noneSelected: ReadonlySet<number> = new Set()

export const trajectoriesStore = createStore<TrajectoriesState>(() => ({
  tab: 'trajectories',
  sets: null,
  agents: [],
  data: null,
  agent: null,
  episodes: null,
  unread: false,
  query: '',
  selection: noneSelected,
  only: null,
  rule: null,
  episode: null,
  opened: false,
  run: null,
  algorithms: [],
  collecting: false,
}))

export function useTrajectories<Value>(select: (state: TrajectoriesState) => Value): Value {
  return useStore(trajectoriesStore, select)
}

export const showTab = (tab: TrajectoriesTab): void => trajectoriesStore.setState({ tab })
export const setQuery = (query: string): void => trajectoriesStore.setState({ query })
export const selectByHand = (ids: Iterable<number>): void =>
  trajectoriesStore.setState({ selection: new Set(ids), rule: null })
export const showOnlySelected = (on: boolean): void =>
  trajectoriesStore.setState(({ selection }) => ({ only: on && selection.size > 0 ? selection : null }))
export function toggleSelected(id: number): void {
  const next = new Set(trajectoriesStore.getState().selection)
  if (!next.delete(id)) next.add(id)
  selectByHand(next)
}
export const showEpisode = (episode: number | null): void => trajectoriesStore.setState({ episode })
export const openEpisode = (episode: number): void => trajectoriesStore.setState({ episode, opened: true })
export const closeEpisode = (): void => trajectoriesStore.setState({ opened: false })
export const chooseAgent = (agent: string | null): void => trajectoriesStore.setState({ agent })

export const useSet = (): TrajectorySet | null =>
  useTrajectories(({ sets, data }) => sets?.find(({ id }) => id === data) ?? null)
/** Trained on a set, or on the one that is gone and of which this is what a deletion request left. */
export function agentsOf({ agents, sets }: Pick<TrajectoriesState, 'agents' | 'sets'>, data: string | null): Agent[] {
  const before = sets?.find(({ id }) => id === data)?.origin?.data
  const gone = sets?.some(({ id }) => id === before) ? undefined : before
  return agents.filter((one) => one.data === data || one.data === gone)
}

/** The chosen agent; null for a retired one, with which nothing can be done. */
export const usableAgent = ({ agents, agent }: Pick<TrajectoriesState, 'agents' | 'agent'>): Agent | null =>
  agents.find(({ run, retired }) => run === agent && !retired) ?? null
export const useAgent = (): Agent | null => useTrajectories(usableAgent)
