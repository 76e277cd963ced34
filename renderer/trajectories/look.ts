/** Where a run of this workbench is looked at. */
import type { RunSummary } from '../../main/contract/run.ts'
import { selectRun } from '../app/feed.ts'
import { showScreen } from '../app/store.ts'
import { compareRuns } from '../runs/runs-store.ts'
import { notify } from '../ui/notices.tsx'
import { showRun } from './agents-store.ts'
import { showAudit } from './audit/audit-store.ts'
import { chooseSet } from './trajectories-feed.ts'
import { showTab, trajectoriesStore } from './trajectories-store.ts'

export function showInRuns(run: string): void {
  compareRuns(null)
  showScreen('runs')
  void selectRun(run)
}

/** Beside its set: an audit in its tab, all else in Agents. Without its set, on the screen of runs, which needs none. */
export function lookAt({ id, kind, data }: RunSummary): void {
  const { sets } = trajectoriesStore.getState()
  const own = sets?.find((set) => set.id === data)
  // An agent whose set went through a deletion request is found beside what is left of it.
  const left = kind === 'trajectories.audit' ? undefined : sets?.find(({ origin }) => origin?.data === data)
  const home = own ?? left
  if (!home) {
    notify({
      message: `The set ${data ?? 'of this run'} is no longer in the project.`,
      hint: 'The run is shown by itself.',
    })
    return showInRuns(id)
  }
  chooseSet(home.id)
  if (kind !== 'trajectories.audit') return showRun(id)
  showAudit(id)
  showTab('audit')
}
