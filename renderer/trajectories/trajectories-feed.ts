/** Between the lab and the workbench: which sets and agents there are, and the episodes of the chosen one. */
import { ask } from '../app/bridge.ts'
import { showFailure, store } from '../app/store.ts'
import { readEpisodeColumns, readRewardMeans } from './episodes.ts'
import { noneSelected, trajectoriesStore } from './trajectories-store.ts'

export async function loadSets(): Promise<void> {
  const sets = await ask('trajectories.list', {}, showFailure)
  if (!sets) return
  trajectoriesStore.setState({ sets })
  const { data } = trajectoriesStore.getState()
  const kept = sets.find(({ id }) => id === data) ?? sets[0]
  chooseSet(kept?.id ?? null)
}

export async function loadAgents(): Promise<void> {
  const agents = await ask('forgetting.agents', {}, showFailure)
  if (!agents) return
  const { agent, data } = trajectoriesStore.getState()
  const kept = agents.find(({ run }) => run === agent) ?? agents.find((one) => one.data === data)
  trajectoriesStore.setState({ agents, agent: kept?.run ?? null })
}

/** Another set has other episodes and other agents: what was chosen of the one before is not kept. */
export function chooseSet(data: string | null): void {
  const { data: before, agents, sets, episodes } = trajectoriesStore.getState()
  const hash = sets?.find(({ id }) => id === data)?.contentHash ?? null
  if (data === before && episodes?.contentHash === hash) return
  const agent = agents.find((one) => one.data === data)?.run ?? null
  trajectoriesStore.setState({ data, agent, episodes: null, selection: noneSelected, episode: null })
  if (data !== null && hash !== null) void readEpisodesOf(data, hash)
}

async function readEpisodesOf(data: string, contentHash: string): Promise<void> {
  const current = () => trajectoriesStore.getState().data === data
  const episodes = await readEpisodeColumns(data, contentHash, showFailure)
  if (!episodes || !current()) return
  trajectoriesStore.setState({ episodes })
  const rewards = await readRewardMeans(data, showFailure)
  if (rewards && current()) trajectoriesStore.setState({ episodes: { ...episodes, rewards } })
}

type Runs = ReturnType<typeof store.getState>['runs']
const left = (runs: Runs): number =>
  runs?.filter(({ kind, state }) => kind.startsWith('trajectories.') && state === 'succeeded').length ?? 0

/** While the workbench is shown. Returns what stops it. */
export function followTrajectories(): () => void {
  void loadSets().then(loadAgents)
  return store.subscribe((state, before) => {
    if (state.runs !== before.runs && left(state.runs) !== left(before.runs)) void loadAgents()
    if (state.datasets !== before.datasets) void loadSets()
  })
}
