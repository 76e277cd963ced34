/** Between the lab and the workbench: asks for plans while settings move, starts runs, reads what there is to compare with. */
import type { Dataset } from '../../main/contract/dataset.ts'
import { ask, type Failure } from '../app/bridge.ts'
import { loadData, selectRun } from '../app/feed.ts'
import { createLatest } from '../app/latest.ts'
import { showFailure, store } from '../app/store.ts'
import { notify } from '../ui/notices.tsx'
import type { Draft } from './draft.ts'
import { draftNow, fillDraft, imagesStore, setDraft } from './images-store.ts'

const fits = createLatest(
  (draft: Draft) => ask('images.fit', draft, () => undefined),
  (fit) => imagesStore.setState({ fit }),
)

const plans = createLatest(
  async (draft: Draft) => {
    let trouble: Failure | null = null
    const plan = await ask('images.plan', draft, (failure) => (trouble = failure))
    return { plan, trouble }
  },
  ({ plan, trouble }, draft, outdated) => {
    if (plan) imagesStore.setState({ answer: { draft, plan }, trouble: null })
    else if (!outdated) imagesStore.setState({ trouble })
    if (outdated) return
    if (plan?.obstacle) fits.ask(draft)
    else imagesStore.setState({ fit: null })
  },
)

function askPlan(): void {
  const draft = draftNow()
  if (draft.data !== '') plans.ask(draft)
}

export async function loadResults(): Promise<void> {
  const results = await ask('images.results', {}, showFailure)
  if (results) imagesStore.setState({ results })
}

async function loadFacts(): Promise<void> {
  const [methods, published, devices] = await Promise.all([
    ask('images.methods', {}, showFailure),
    ask('images.published', {}, showFailure),
    ask('lab.devices', {}, showFailure),
  ])
  imagesStore.setState({ methods, published, devices })
  const first = methods?.[0]
  if (first && !methods.some(({ id }) => id === draftNow().method)) fillDraft({ method: first.id, set: {} })
}

/** A draft without data, or with data that is gone, takes the set chosen last, else the first. */
function chooseData(datasets: readonly Dataset[] | null): void {
  if (!datasets || datasets.some(({ id }) => id === draftNow().data)) return
  const { currentData } = store.getState()
  const data = datasets.find(({ id }) => id === currentData) ?? datasets.find((set) => set.sensitive) ?? datasets[0]
  if (data?.id !== draftNow().data) fillDraft({ data: data?.id ?? '' })
}

/** While the workbench is shown. Returns what stops it. */
export function followDraft(): () => void {
  const stops = [
    imagesStore.subscribe((state, before) => {
      if (state.history.present !== before.history.present) askPlan()
    }),
    store.subscribe((state, before) => {
      if (state.datasets !== before.datasets) chooseData(state.datasets)
      if (state.ledgers !== before.ledgers) askPlan() // what is spent has changed
      if (state.runs !== before.runs && endedSince(before.runs, state.runs)) void loadResults()
    }),
  ]
  void loadFacts().then(askPlan)
  void loadResults()
  chooseData(store.getState().datasets)
  const { shown } = imagesStore.getState()
  if (shown !== null) void selectRun(shown) // another screen may have chosen another
  return () => stops.forEach((stop) => stop())
}

type Runs = ReturnType<typeof store.getState>['runs']
const succeeded = (runs: Runs): number => runs?.filter(({ state }) => state === 'succeeded').length ?? 0
const endedSince = (before: Runs, after: Runs): boolean => succeeded(before) !== succeeded(after)

export function showPlan(): void {
  imagesStore.setState({ shown: null })
}

export function showRun(run: string): void {
  imagesStore.setState({ shown: run })
  void selectRun(run)
}

export async function startRun(): Promise<void> {
  imagesStore.setState({ starting: true })
  const made = await ask('images.start', draftNow(), showFailure)
  if (made) showRun(made.run)
  imagesStore.setState({ starting: false })
}

/** The settings of a run become the draft; the history takes them back. */
export async function takeSettings(run: string): Promise<void> {
  const settings = await ask('images.settings', { run }, showFailure)
  if (!settings) return
  const known = store.getState().datasets?.some(({ id }) => id === settings.data) ?? false
  setDraft(known ? settings : { ...settings, data: draftNow().data }, 'all')
  showPlan()
  if (!known)
    notify({
      message: `The data set ${settings.data} is no longer in this project.`,
      hint: 'The other settings are taken over.',
    })
}

export async function addDigits(): Promise<void> {
  const added = await ask('data.addBuiltIn', { id: 'mnist', task: 'images-mnist' }, showFailure)
  if (!added) return
  await loadData()
  setDraft({ data: added.id }, 'data')
}
