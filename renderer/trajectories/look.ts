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
  if (!trajectoriesStore.getState().sets?.some((set) => set.id === data)) {
    notify({
      message: `The set ${data ?? 'of this run'} is no longer in the project.`,
      hint: 'The run is shown by itself.',
    })
    return showInRuns(id)
  }
  chooseSet(data)
  if (kind !== 'trajectories.audit') return showRun(id)
  showAudit(id)
  showTab('audit')
}
