/** Between lab and store: topics are hints that something changed, calls read what is true. */
import type { LoggedEvent } from '../../main/contract/calls.ts'
import type { RunSummary } from '../../main/contract/run.ts'
import { fetchCourse } from '../runs/course.ts'
import { tellEndings } from '../runs/run-ended.ts'
import { emptyView, foldEvents, viewOf } from '../runs/run-view.ts'
import { keepMemory, stateChanged } from '../runs/runs-store.ts'
import { notify } from '../ui/notices.tsx'
import { ask, subscribe } from './bridge.ts'
import { followPulse, takePulse } from './pulse.ts'
import { showFailure, showScreen, store } from './store.ts'

const newestFirst = (a: RunSummary, b: RunSummary): number =>
  b.created.localeCompare(a.created) || b.id.localeCompare(a.id)

/** A run keeps its place: when it was made does not change. */
export function withRun(runs: readonly RunSummary[], changed: RunSummary): RunSummary[] {
  const place = runs.findIndex(({ id }) => id === changed.id)
  if (place < 0) return [...runs, changed].sort(newestFirst)
  const next = [...runs]
  next[place] = changed
  return next
}

export async function loadRuns(): Promise<void> {
  const runs = await ask('runs.list', {}, showFailure)
  if (!runs) return
  runs.sort(newestFirst)
  const before = store.getState().runs
  store.setState(before === null ? { runs, failure: null } : { runs })
  const known = new Map(before?.map((run) => [run.id, run]))
  const changed = runs.filter(({ id, state }) => known.get(id)?.state !== state)
  if (before && changed.length > 0) void loadData()
  for (const run of changed) {
    const was = known.get(run.id)
    if (was) stateChanged(was, run)
  }
  const { selected, detail } = store.getState()
  const kept = runs.find(({ id }) => id === selected)
  const shown = kept ?? runs.find(({ state }) => state === 'running') ?? runs[0]
  if (!shown) return store.setState({ selected: null, detail: null })
  if (shown !== kept || detail?.run !== shown.id) await selectRun(shown.id)
}

/** Of each figure: more than are shown at once, few enough to be read in a moment. */
const pointsRead = 2000

/** What arrives of a run while it is read; folded in when the reading is done. */
let arriving: { readonly run: string; readonly events: LoggedEvent[] } | null = null

/** Shows a run; a later choice wins over an answer that is still under way. */
export async function selectRun(run: string): Promise<void> {
  store.setState({ selected: run })
  if (arriving?.run === run) return
  const mine = (arriving = { run, events: [] })
  const [shown, course] = await Promise.all([ask('runs.show', { run }, showFailure), fetchCourse(run, pointsRead)])
  if (arriving !== mine) return
  arriving = null
  if (!shown) return
  if (!course)
    showFailure({
      code: 'file-malformed',
      message: 'What this run has said so far could not be read.',
      hint: 'Look at events.ndjson in its folder.',
    })
  const { summary, ...rest } = shown
  const read = course ? viewOf(course) : emptyView
  const view = foldEvents(read, mine.events) ?? read
  store.setState((state) => ({ detail: { run, ...rest, view }, runs: withRun(state.runs ?? [], summary) }))
}

/** What stands in the folder of the run that is shown: files and environment are there once it has started or ended. */
async function reread(run: string): Promise<void> {
  if (store.getState().detail?.run !== run) return
  const shown = await ask('runs.show', { run }, showFailure)
  const { detail } = store.getState()
  if (!shown || detail?.run !== run) return
  const { summary: _summary, ...rest } = shown
  store.setState({ detail: { ...detail, ...rest } })
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
  const { runs: before, screen: last } = store.getState()
  await Promise.all([loadAbout(), loadRuns(), loadData(), loadDevices()])
  const { runs, datasets, screen } = store.getState()
  // Whatever the screen was last: an empty project begins with what can be done. Who has gone elsewhere meanwhile stays there.
  const isFresh = before === null && runs?.length === 0 && datasets?.length === 0
  if (isFresh && screen === last && screen !== 'help') showScreen('runs')
}

/** What went wrong is said at the foot of the window; before the project is open, the whole screen says it. */
const tellFailures = () =>
  store.subscribe(({ failure, runs }, before) => {
    if (failure === null || failure === before.failure || runs === null) return
    const { message, hint, code } = failure
    notify({ kind: 'failed', message, hint, code })
  })

/** What another window or the terminal did in the project; a folder that was gone and is back may hold anything. */
const rereadChanged = () =>
  store.subscribe(({ pulse }, { pulse: before }) => {
    if (!pulse || !before || pulse === before || pulse.project === 'missing') return
    if (before.project === 'missing') return void loadAll()
    if (pulse.marks.runs !== before.marks.runs) void loadRuns()
    if (pulse.marks.data !== before.marks.data) void loadData()
  })

/** Starts to follow the lab. Returns what stops it. */
export function followLab(): () => void {
  const stops = [
    subscribe('run-changed', ({ summary }) => {
      const before = store.getState().runs?.find((run) => run.id === summary.id)
      store.setState((state) => ({ runs: withRun(state.runs ?? [], summary) }))
      if (before?.state === summary.state) return
      void loadData() // what is spent may have changed
      if (before) stateChanged(before, summary)
      void reread(summary.id)
    }),
    subscribe('run-memory', ({ run, ...memory }) => keepMemory(run, memory)),
    subscribe('run-events', ({ run, events }) => {
      if (events.some(({ kind }) => kind === 'spend')) void loadData()
      if (arriving?.run === run) return void arriving.events.push(...events)
      const { detail } = store.getState()
      if (detail?.run !== run) return
      const view = foldEvents(detail.view, events)
      if (view) store.setState({ detail: { ...detail, view } })
      else void selectRun(run)
    }),
    subscribe('screen-locked', ({ locked }) => store.setState({ covered: locked })),
    subscribe('engine-gone', ({ process, reason }) => {
      const hint = 'Nothing on disk is lost; an interrupted run can be resumed.'
      const gone = { code: 'engine-gone', message: reason, hint } as const
      if (process === 'lab') showFailure(gone)
      else notify({ kind: 'failed', ...gone, toldElsewhere: true }) // the run says it, too
      void loadRuns()
    }),
  ]
  // The terminal works on the same folder, and tells nobody.
  const onFocus = () => {
    void loadRuns()
    void takePulse()
  }
  window.addEventListener('focus', onFocus)
  stops.push(() => window.removeEventListener('focus', onFocus))
  void loadAll()
  stops.push(
    tellEndings((run) => void selectRun(run)),
    tellFailures(),
    followPulse(),
    rereadChanged(),
  )
  return () => stops.forEach((stop) => stop())
}
