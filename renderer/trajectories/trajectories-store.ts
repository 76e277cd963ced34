/** What the workbench Forgetting shares among its tabs: the sets, the agents, and what of them is chosen. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Agent } from '../../main/contract/calls/forgetting.ts'
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
  /** Ids of the chosen episodes: what is to be forgotten, and what a request names. */
  readonly selection: ReadonlySet<number>
  /** The episode that is looked at. */
  readonly episode: number | null
}

export const noneSelected: ReadonlySet<number> = new Set()

export const trajectoriesStore = createStore<TrajectoriesState>(() => ({
  tab: 'trajectories',
  sets: null,
  agents: [],
  data: null,
  agent: null,
  episodes: null,
  selection: noneSelected,
  episode: null,
}))

export function useTrajectories<Value>(select: (state: TrajectoriesState) => Value): Value {
  return useStore(trajectoriesStore, select)
}

export const showTab = (tab: TrajectoriesTab): void => trajectoriesStore.setState({ tab })
export const select = (ids: Iterable<number>): void => trajectoriesStore.setState({ selection: new Set(ids) })
export const showEpisode = (episode: number | null): void => trajectoriesStore.setState({ episode })
export const chooseAgent = (agent: string | null): void => trajectoriesStore.setState({ agent })

export const useSet = (): TrajectorySet | null =>
  useTrajectories(({ sets, data }) => sets?.find(({ id }) => id === data) ?? null)
export const useAgent = (): Agent | null =>
  useTrajectories(({ agents, agent }) => agents.find(({ run }) => run === agent) ?? null)
