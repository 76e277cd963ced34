/** What the palette finds: commands, runs, data sets, agents, deletion requests and help pages, each with one thing that it does. */
import { helpPages } from '../help/pages.ts'
import { sectionsOf } from '../help/help-page.ts'
import { showRun } from '../trajectories/agents-store.ts'
import { findRequests } from '../trajectories/request/request-feed.ts'
import { chooseRequest, requestStore } from '../trajectories/request/request-store.ts'
import { counted, stateWords } from '../trajectories/request/request-words.ts'
import { chooseSet, findTrajectories, showSet } from '../trajectories/trajectories-feed.ts'
import { chooseAgent, showTab, trajectoriesStore } from '../trajectories/trajectories-store.ts'
import { rowOf } from './command-table.ts'
import { boundCommands, recentCommands } from './commands.ts'
import { selectRun } from './feed.ts'
import { formatTime } from './format.ts'
import { openHelp, showScreen, store } from './store.ts'

export interface Entry {
  readonly id: string
  readonly title: string
  readonly note?: string | undefined
  readonly keys?: string | undefined
  /** Why it cannot be chosen. */
  readonly blocked?: string | undefined
  readonly choose: () => void
}

export interface EntryGroup {
  readonly name: string
  readonly entries: readonly Entry[]
}

const commandEntries = (): Entry[] =>
  boundCommands()
    .filter(({ id }) => id !== 'window.palette')
    .map(({ id, run, blocked }) => {
      const { title, group, keys } = rowOf(id)
      return { id, title, note: group, keys: keys?.[0], blocked: blocked ?? undefined, choose: run }
    })

function runEntries(now: Date): Entry[] {
  return (store.getState().runs ?? []).map(({ id, title, state, created }) => ({
    id: `run ${id}`,
    title,
    note: `${state}, ${formatTime(created, now)}`,
    choose: () => {
      showScreen('runs')
      void selectRun(id)
    },
  }))
}

const dataEntries = (): Entry[] =>
  (store.getState().datasets ?? []).map(({ id, name, sensitive }) => ({
    id: `data ${id}`,
    title: name,
    note: sensitive ? 'sensitive' : 'public',
    choose: () => {
      store.setState({ currentData: id })
      showScreen('data')
    },
  }))

const trajectoryEntries = (): Entry[] =>
  (trajectoriesStore.getState().sets ?? []).map(({ id, name }) => ({
    id: `trajectories ${id}`,
    title: name,
    note: 'trajectories',
    choose: () => showSet(id),
  }))

function agentEntries(): Entry[] {
  const { agents, sets } = trajectoriesStore.getState()
  return agents
    .filter(({ data }) => sets?.some(({ id }) => id === data))
    .map((agent) => ({
      id: `agent ${agent.run}`,
      title: agent.title,
      note: agent.forgotten.length > 0 ? `agent, forgot ${agent.forgotten.length}` : 'agent',
      choose: () => {
        chooseSet(agent.data)
        showRun(agent.run)
        chooseAgent(agent.run)
        showScreen('forgetting')
      },
    }))
}

const requestEntries = (): Entry[] =>
  (requestStore.getState().requests ?? []).map(({ request, name, episodes, state }) => ({
    id: `request ${request}`,
    title: `Delete ${counted(episodes.length, 'episode')} of ${name || request}`,
    note: `deletion request, ${stateWords[state]}`,
    choose: () => {
      chooseRequest(request)
      showTab('requests')
      showScreen('forgetting')
    },
  }))

/** What no screen may have asked for yet. */
export const lookUp = (): Promise<unknown> => Promise.all([findTrajectories(), findRequests()])

const helpEntries = (): Entry[] =>
  helpPages.flatMap(sectionsOf).map(({ page, place, title, pageTitle }) => ({
    id: `help ${page} ${place ?? ''}`,
    title,
    note: place === null ? undefined : pageTitle,
    choose: () => openHelp(place === null ? page : `${page}#${place}`),
  }))

/** The groups in order; what was chosen last comes first of all. Places inside help pages are found by typing only. */
export function paletteGroups(typing: boolean, now: Date): EntryGroup[] {
  const groups = [
    { name: 'Commands', entries: commandEntries() },
    { name: 'Runs', entries: runEntries(now) },
    { name: 'Data', entries: [...dataEntries(), ...trajectoryEntries()] },
    { name: 'Forgetting', entries: [...agentEntries(), ...requestEntries()] },
    { name: 'Help', entries: helpEntries() },
  ]
  if (typing) return groups
  const all = new Map(groups.flatMap(({ entries }) => entries).map((entry) => [entry.id, entry]))
  const recent = recentCommands().flatMap((id) => all.get(id) ?? [])
  const rest = groups.map(({ name, entries }) => ({
    name,
    entries: entries.filter((entry) => !recent.includes(entry) && (name !== 'Help' || entry.note === undefined)),
  }))
  return [{ name: 'Used last', entries: recent }, ...rest]
}
