/** Between the lab and the tab Requests. */
import type { CallName, CallOutput } from '../../../main/contract/calls.ts'
import type { DeletionStatement, RequestSummary } from '../../../main/contract/deletion.ts'
import { ask, type Failure } from '../../app/bridge.ts'
import { loadRuns } from '../../app/feed.ts'
import { showFailure, store } from '../../app/store.ts'
import { loadTrash } from '../../data/data-actions.ts'
import { doTask, told } from '../../data/tasks.ts'
import { notify } from '../../ui/notices.tsx'
import { loadAgents, loadSets } from '../trajectories-feed.ts'
import { chooseRequest, requestStore, untick } from './request-store.ts'

async function loadRequests(): Promise<void> {
  const requests = await ask('deletion.list', {}, showFailure)
  if (!requests) return
  requestStore.setState({ requests })
  const { chosen, draft } = requestStore.getState()
  const kept = requests.find(({ request }) => request === chosen) ?? requests[0]
  if (kept && kept.request !== chosen && !draft) chooseRequest(kept.request)
}

/** Which there are, for who looks for one by name; none is chosen. */
export async function findRequests(): Promise<void> {
  const requests = await ask('deletion.list', {}, showFailure)
  if (requests) requestStore.setState({ requests })
}

/** Grows with each change: what was asked before the last one is asked again. */
let changes = 0

export async function loadStatement(request: string): Promise<void> {
  const asked = changes
  let trouble: Failure | null = null
  const statement = await ask('deletion.show', { request }, (failure) => (trouble = failure))
  if (requestStore.getState().chosen !== request) return
  if (asked !== changes) return loadStatement(request)
  if (statement) take(statement)
  else requestStore.setState({ statement, trouble })
}

/** On the page, and in the list: reading a request puts on record what was done for it since the list was read. */
function take(statement: DeletionStatement): void {
  requestStore.setState(({ chosen, requests }) => ({
    ...(chosen === statement.request && { statement, trouble: null }),
    requests: requests && requests.map((one) => (one.request === statement.request ? statement : one)),
  }))
}

/** One change at a time; the buttons rest meanwhile. */
async function alone<Value>(work: () => Promise<Value>): Promise<Value | null> {
  if (requestStore.getState().busy) return null
  requestStore.setState({ busy: true })
  try {
    return await work()
  } finally {
    changes++
    requestStore.setState({ busy: false })
  }
}

export const openRequest = (): Promise<unknown> =>
  alone(async () => {
    const { draft } = requestStore.getState()
    if (!draft) return
    const { data, agent, ids, note } = draft
    const opened = await ask('deletion.open', { data, agent, selector: `ids:${ids.join(',')}`, seed: 1, note }, told)
    if (!opened) return
    chooseRequest(opened.request)
    await loadRequests()
    await version(opened)
  })

export const makeVersion = (summary: RequestSummary): Promise<unknown> => alone(() => version(summary))

async function version({ request, name, episodes }: RequestSummary): Promise<void> {
  await doTask('version', `Writing ${name} without ${episodes.length}`, (task, onFailure) =>
    ask('deletion.version', { request, task }, onFailure),
  )
  await Promise.all([loadStatement(request), loadRequests(), loadSets()])
}

type Changing = Extract<CallName, 'deletion.remove' | 'deletion.keep' | 'deletion.close'>

/** Whatever came of it, the page shows what is there now. */
async function change<Name extends Changing>(
  request: string,
  work: () => Promise<CallOutput<Name> | null>,
): Promise<boolean> {
  const statement = await alone(work)
  if (statement) take(statement)
  else await loadStatement(request)
  untick()
  await Promise.all([loadRequests(), loadRuns(), loadSets(), loadAgents(), loadTrash()])
  return statement !== null
}

/** `count`: with those that lie in them. */
export async function removeCopies(request: string, copies: readonly string[], count: number): Promise<void> {
  if (await change(request, () => ask('deletion.remove', { request, copies: [...copies] }, told)))
    notify({
      kind: 'done',
      message: `${count} ${count === 1 ? 'copy is' : 'copies are'} gone for good.`,
    })
}

export const keepCopies = (request: string, copies: readonly string[], reason: string): Promise<boolean> =>
  change(request, () => ask('deletion.keep', { request, copies: [...copies], reason }, told))

export const closeRequest = (request: string, incomplete: boolean): Promise<boolean> =>
  change(request, () => ask('deletion.close', { request, incomplete }, told))

type Runs = ReturnType<typeof store.getState>['runs']
const ended = (runs: Runs): string =>
  (runs ?? [])
    .filter(({ kind }) => kind.startsWith('trajectories.'))
    .map(({ id, state }) => `${id} ${state}`)
    .join()

/** While the tab is shown: runs that end are linked by the lab. Returns what stops it. */
export function followRequests(): () => void {
  void loadRequests()
  const reload = (): void => {
    const { chosen, busy } = requestStore.getState()
    if (chosen !== null && !busy) void loadStatement(chosen)
  }
  reload()
  const stops = [
    store.subscribe((state, before) => {
      if (state.runs !== before.runs && ended(state.runs) !== ended(before.runs)) reload()
      const { pulse } = state
      if (before.pulse && pulse?.project !== 'missing' && pulse?.marks.requests !== before.pulse.marks.requests) {
        void loadRequests()
        reload()
      }
    }),
    requestStore.subscribe((state, before) => {
      if (state.chosen !== before.chosen) reload()
    }),
  ]
  return () => stops.forEach((stop) => stop())
}
