/** Between the lab and the workbench: which sets and agents there are, and the episodes of the chosen one. */
import type { Agent } from '../../main/contract/calls/forgetting.ts'
import type { TrajectorySet } from '../../main/contract/trajectories.ts'
import { ask, type Failure } from '../app/bridge.ts'
import { showFailure, showScreen, store } from '../app/store.ts'
import type { Notice } from '../ui/notice-list.ts'
import { agentsStore, changeTrain, firstTrain } from './agents-store.ts'
import { readEpisodeColumns, readRewardMeans } from './episodes.ts'
import { keepDrafts, lookKey, type Looks } from './kept-drafts.ts'
import { chooseAgent, noneSelected, showTab, trajectoriesStore, usableAgent } from './trajectories-store.ts'
import { replaceSelection } from './undoing.ts'

export async function loadSets(): Promise<void> {
  const sets = await ask('trajectories.list', {}, showFailure)
  if (!sets) return
  trajectoriesStore.setState({ sets })
  const { data } = trajectoriesStore.getState()
  const kept = sets.find(({ id }) => id === data) ?? sets[0]
  chooseSet(kept?.id ?? null)
}

/** Of those trained on a set, and still in use, the newest that has forgotten nothing. */
function firstOf(agents: readonly Agent[], data: string | null): Agent | undefined {
  const own = agents.filter((one) => one.data === data && !one.retired)
  return own.find(({ original }) => original === null) ?? own[0]
}

export async function loadAgents(): Promise<void> {
  const agents = await ask('forgetting.agents', {}, showFailure)
  if (!agents) return
  const { agent, data } = trajectoriesStore.getState()
  const kept = usableAgent({ agents, agent }) ?? firstOf(agents, data)
  trajectoriesStore.setState({ agents, agent: kept?.run ?? null })
}

/** Which sets and agents there are, for who looks for one by name; nothing is chosen. */
export async function findTrajectories(): Promise<void> {
  const [sets, agents] = await Promise.all([
    ask('trajectories.list', {}, showFailure),
    ask('forgetting.agents', {}, showFailure),
  ])
  trajectoriesStore.setState({ ...(sets && { sets }), ...(agents && { agents }) })
}

/** Whose episodes are shown or under way: the set and its content. */
let reading = ''

const nothing = { query: '', selection: noneSelected, rule: null }
const looks: Looks = new Map()

/** Another set has other episodes and other agents. */
export function chooseSet(data: string | null): void {
  const { agents, sets, query, selection, rule, run, data: before } = trajectoriesStore.getState()
  const hash = sets?.find(({ id }) => id === data)?.contentHash ?? ''
  const wanted = lookKey(data, hash)
  if (wanted === reading) return
  looks.set(reading, { query, selection, rule })
  reading = wanted
  const agent = firstOf(agents, data)?.run ?? null
  const left = {
    only: null,
    episodes: null,
    unread: false,
    episode: null,
    opened: false,
    run: data === before ? run : null,
  }
  trajectoriesStore.setState({ data, agent, ...left, ...(looks.get(wanted) ?? nothing) })
  if (data !== null && hash !== '') void readEpisodesOf(data, hash, wanted)
}

async function readEpisodesOf(data: string, contentHash: string, wanted: string): Promise<void> {
  const episodes = await readEpisodeColumns(data, contentHash, showFailure).catch(() => null)
  if (reading !== wanted) return
  if (!episodes) {
    reading = '' // it may be asked for again
    trajectoriesStore.setState({ unread: true })
    return
  }
  trajectoriesStore.setState({ episodes })
  const rewards = await readRewardMeans(data, showFailure)
  if (rewards && reading === wanted) trajectoriesStore.setState({ episodes: { ...episodes, rewards } })
}

/** A set that is new in the project: shown where the person has waited for it, else the way to it. */
export async function takeNewSet({ id }: TrajectorySet, waited: boolean): Promise<Notice['open']> {
  await loadSets()
  if (!waited) return { label: 'Show', run: () => showSet(id) }
  showSet(id)
  return undefined
}

export function showSet(data: string): void {
  chooseSet(data)
  showTab('trajectories')
  showScreen('forgetting')
}

/** Chooses the episodes that a rule means: of the chosen agent’s where there is one. The trouble in words, or null. */
export async function selectByRule(words: string, seed: number): Promise<Failure | null> {
  const { data } = trajectoriesStore.getState()
  const agent = usableAgent(trajectoriesStore.getState())?.run ?? null
  if (data === null) return null
  let trouble: Failure | null = null
  const input = { data, agent, selector: words, seed }
  const found = await ask('trajectories.select', input, (failure) => (trouble = failure))
  if (found && trajectoriesStore.getState().data === data) replaceSelection(found.ids, { words, agent })
  return trouble
}

type Runs = ReturnType<typeof store.getState>['runs']
const ended = (runs: Runs): number =>
  runs?.filter(({ kind, state }) => kind.startsWith('trajectories.') && state === 'succeeded').length ?? 0

async function loadAlgorithms(): Promise<void> {
  if (trajectoriesStore.getState().algorithms.length > 0) return
  const algorithms = await ask('forgetting.algorithms', {}, showFailure)
  if (!algorithms) return
  trajectoriesStore.setState({ algorithms })
  // A draft may be older than the list.
  const { draft } = agentsStore.getState().train
  if (!algorithms.some(({ id }) => id === draft.algorithm)) changeTrain(firstTrain)
}

let restored = false

async function restore(): Promise<void> {
  if (restored) return
  restored = true
  const about = store.getState().about ?? (await ask('lab.about', {}, showFailure))
  if (about) keepDrafts(about.project, looks)
}

async function loadAll(): Promise<void> {
  await restore()
  void loadAlgorithms()
  const { agent, data } = trajectoriesStore.getState()
  await loadSets()
  // The agent that was chosen last, beside the set that was.
  if (agent !== null && trajectoriesStore.getState().data === data) chooseAgent(agent)
  await loadAgents()
}

/** While the workbench is shown. Returns what stops it. */
export function followTrajectories(): () => void {
  void loadAll()
  return store.subscribe((state, before) => {
    if (state.runs !== before.runs && ended(state.runs) !== ended(before.runs)) void loadAgents()
    if (state.datasets !== before.datasets) void loadSets()
  })
}
