/** Between lab and store: topics are hints that something changed, calls read what is true. */
import type { CallName } from '../../main/contract/calls.ts'
import type { RunSummary } from '../../main/contract/run.ts'
import { emptyView, foldEvents } from '../runs/run-view.ts'
import { notify } from '../ui/notices.tsx'
import { ask, subscribe } from './bridge.ts'
import { followPulse } from './pulse.ts'
import { showFailure, store } from './store.ts'

const newestFirst = (a: RunSummary, b: RunSummary): number =>
  b.created.localeCompare(a.created) || b.id.localeCompare(a.id)

export function withRun(runs: readonly RunSummary[], changed: RunSummary): RunSummary[] {
  return [...runs.filter((run) => run.id !== changed.id), changed].sort(newestFirst)
}

export async function loadRuns(): Promise<void> {
  const runs = await ask('runs.list', {}, showFailure)
  if (!runs) return
  runs.sort(newestFirst)
  store.setState((state) => (state.runs === null ? { runs, failure: null } : { runs }))
  const { selected } = store.getState()
  const first = runs.find((run) => run.state === 'running') ?? runs[0]
  if (selected === null && first) await selectRun(first.id)
}

/** Shows a run; a later choice wins over an answer that is still under way. */
export async function selectRun(run: string): Promise<void> {
  store.setState({ selected: run })
  const shown = await ask('runs.show', { run }, showFailure)
  if (!shown || store.getState().selected !== run) return
  const { summary, plan, events } = shown
  const first = events[0]
  const view = foldEvents({ ...emptyView, lastSeq: (first?.seq ?? 0) - 1 }, events) ?? emptyView
  store.setState((state) => ({ detail: { run, plan, view }, runs: withRun(state.runs ?? [], summary) }))
}

export async function startDemo(): Promise<void> {
  store.setState({ starting: true })
  const made = await ask('images.demo', { epsilon: 1 }, showFailure)
  if (made) {
    await Promise.all([selectRun(made.run), loadData()])
    store.setState({ screen: 'runs' })
  }
  store.setState({ starting: false })
}

export async function changeRun(
  call: Extract<CallName, 'runs.start' | 'runs.pause' | 'runs.continue' | 'runs.cancel'>,
  run: string,
): Promise<void> {
  await ask(call, { run }, showFailure)
}

export async function loadData(): Promise<void> {
  const datasets = await ask('data.list', {}, showFailure)
  if (!datasets) return
  store.setState({ datasets })
  await Promise.all(datasets.filter((data) => data.sensitive).map((data) => loadLedger(data.id)))
}

export async function loadLedger(data: string): Promise<void> {
  const ledger = await ask('ledger.show', { data }, showFailure)
  if (ledger) store.setState((state) => ({ ledgers: { ...state.ledgers, [data]: ledger } }))
}

export async function loadDoctor(): Promise<void> {
  const doctor = await ask('lab.doctor', {}, showFailure)
  if (doctor) store.setState({ doctor })
}

async function loadAbout(): Promise<void> {
  const about = await ask('lab.about', {}, showFailure)
  if (about) store.setState({ about })
}

async function loadDevices(): Promise<void> {
  const devices = await ask('lab.devices', {}, showFailure)
  if (devices) store.setState({ devices })
}

export async function loadAll(): Promise<void> {
  await Promise.all([loadAbout(), loadRuns(), loadData(), loadDevices()])
}

/** What went wrong is said at the foot of the window; before the project is open, the whole screen says it. */
const tellFailures = () =>
  store.subscribe(({ failure, runs }, before) => {
    if (failure === null || failure === before.failure || runs === null) return
    const { message, hint, code } = failure
    notify({ kind: 'failed', message, hint, code })
  })

/** A project folder that was gone and is back may hold anything. */
const rereadReturned = () =>
  store.subscribe(({ pulse }, before) => {
    if (before.pulse?.project === 'missing' && pulse?.project !== 'missing') void loadAll()
  })

/** Starts to follow the lab. Returns what stops it. */
export function followLab(): () => void {
  const stops = [
    subscribe('run-changed', ({ summary }) => {
      const before = store.getState().runs?.find((run) => run.id === summary.id)
      store.setState((state) => ({ runs: withRun(state.runs ?? [], summary) }))
      if (before?.state !== summary.state) void loadData() // what is spent may have changed
    }),
    subscribe('run-events', ({ run, events }) => {
      const { detail } = store.getState()
      if (detail?.run !== run) return
      const view = foldEvents(detail.view, events)
      if (view) store.setState({ detail: { ...detail, view } })
      else void selectRun(run)
    }),
    subscribe('engine-gone', ({ reason }) => {
      showFailure({
        code: 'engine-gone',
        message: reason,
        hint: 'Nothing on disk is lost; an interrupted run can be resumed.',
      })
      void loadRuns()
    }),
  ]
  void loadAll()
  stops.push(tellFailures(), followPulse(), rereadReturned())
  return () => stops.forEach((stop) => stop())
}
